//! What real libraries write when something breaks, word for word, and what is to be said of it.

use super::super::{Surroundings, causes};
use crate::job::assemble;
use crate::testing::{at, evidence, pipeline};

/// The rules of a job that failed with this exception and message, the likeliest first.
fn told(exception: &str, message: &str) -> Vec<String> {
    let quoted = |text: &str| text.replace('"', "'").replace('\n', " ");
    let exception = if exception.is_empty() { String::new() } else { format!(" exception={exception}") };
    let message = if message.is_empty() { String::new() } else { format!(" error=\"{}\"", quoted(message)) };
    rules(&format!("10:24:17 E chunker chunk_failed{exception}{message}"))
}

fn rules(text: &str) -> Vec<String> {
    let system = pipeline();
    let evidence = evidence(&system, text);
    let job = assemble(&system, &"j1".into(), &evidence, at("10:30:00"));
    let found = causes(&system, &job, &evidence, &Surroundings::default());
    found.into_iter().map(|it| it.rule).collect()
}

#[track_caller]
fn check(cases: &[(&str, &str, &str)]) {
    let wrong: Vec<String> = cases
        .iter()
        .map(|(exception, message, expected)| {
            (format!("{exception}: {message}"), expected, told(exception, message))
        })
        .filter(|(_, expected, told)| {
            !told.first().is_some_and(|it| expected.split('|').any(|known| known == it))
        })
        .map(|(text, expected, told)| format!("{text}\n    is {told:?}, not {expected}"))
        .collect();
    assert!(wrong.is_empty(), "{} of {}:\n{}", wrong.len(), cases.len(), wrong.join("\n"));
}

#[test]
fn answers_of_servers() {
    check(&[
        (
            "requests.exceptions.HTTPError",
            "403 Client Error: Forbidden for url: https://docs.example.org/guide",
            "http_status",
        ),
        (
            "requests.exceptions.HTTPError",
            "500 Server Error: Internal Server Error for url: http://api:8000/v1",
            "http_status",
        ),
        (
            "httpx.HTTPStatusError",
            "Client error '429 Too Many Requests' for url 'https://api.example.io/v1'\nFor more information check: https://developer.mozilla.org/en-US/docs/Web/HTTP/Status/429",
            "http_status",
        ),
        (
            "httpx.HTTPStatusError",
            "Server error '520 <none>' for url 'https://shop.example.com/products/1'",
            "http_status",
        ),
        (
            "aiohttp.client_exceptions.ClientResponseError",
            "503, message='Service Unavailable', url='https://api.example.io/v1'",
            "http_status",
        ),
        ("urllib.error.HTTPError", "HTTP Error 502: Bad Gateway", "http_status"),
        (
            "botocore.exceptions.ClientError",
            "An error occurred (503) when calling the PutObject operation (reached max retries: 4): Service Unavailable",
            "http_status",
        ),
        (
            "botocore.exceptions.ClientError",
            "An error occurred (AccessDenied) when calling the GetObject operation: Access Denied",
            "http_status",
        ),
        (
            "botocore.exceptions.ClientError",
            "An error occurred (SlowDown) when calling the PutObject operation (reached max retries: 4): Please reduce your request rate.",
            "http_status",
        ),
        (
            "botocore.exceptions.ClientError",
            "An error occurred (ThrottlingException) when calling the PutLogEvents operation: Rate exceeded",
            "http_status",
        ),
        (
            "botocore.errorfactory.NoSuchKey",
            "An error occurred (NoSuchKey) when calling the GetObject operation: The specified key does not exist.",
            "http_status",
        ),
        (
            "openai.RateLimitError",
            "Error code: 429 - {'error': {'message': 'Rate limit reached for requests'}}",
            "http_status",
        ),
        (
            "openai.AuthenticationError",
            "Error code: 401 - {'error': {'message': 'Incorrect API key provided'}}",
            "http_status",
        ),
        (
            "googleapiclient.errors.HttpError",
            "<HttpError 429 when requesting https://www.example.com/v1 returned 'Quota exceeded'>",
            "http_status",
        ),
        (
            "requests.exceptions.RetryError",
            "HTTPSConnectionPool(host='api.example.io', port=443): Max retries exceeded with url: /v1 (Caused by ResponseError('too many 503 error responses'))",
            "http_status",
        ),
        ("", "Got status code 500 from upstream", "http_status"),
        ("", "The requested URL returned error: 404", "http_status"),
        ("", "upstream answered HTTP/1.1 429", "http_status"),
        (
            "",
            "Ignoring response <403 https://news.example.com/a>: HTTP status code is not handled or not allowed",
            "http_status",
        ),
        ("", "unexpected response: 504 Gateway Time-out", "http_status"),
        ("stripe.error.APIError", "Request req_1: HTTP response code was 502", "http_status"),
        (
            "discord.errors.HTTPException",
            "403 Forbidden (error code: 50013): Missing Permissions",
            "http_status",
        ),
        (
            "tenacity.RetryError",
            "RetryError[<Future at 0x7f2c state=finished raised HTTPStatusError>] from Client error '403 Forbidden'",
            "http_status",
        ),
    ]);
}

#[test]
fn nobody_answers() {
    check(&[
        ("httpx.ConnectError", "All connection attempts failed", "unreachable"),
        ("httpx.ConnectError", "[Errno -3] Temporary failure in name resolution", "unreachable"),
        ("httpx.RemoteProtocolError", "Server disconnected without sending a response.", "unreachable"),
        (
            "requests.exceptions.ConnectionError",
            "HTTPConnectionPool(host='minio', port=9000): Max retries exceeded with url: /images (Caused by NewConnectionError('<urllib3.connection.HTTPConnection object>: Failed to establish a new connection: [Errno 111] Connection refused'))",
            "unreachable",
        ),
        (
            "requests.exceptions.ConnectionError",
            "('Connection aborted.', RemoteDisconnected('Remote end closed connection without response'))",
            "unreachable",
        ),
        (
            "requests.exceptions.ConnectionError",
            "('Connection aborted.', ConnectionResetError(104, 'Connection reset by peer'))",
            "unreachable",
        ),
        (
            "aiohttp.client_exceptions.ClientConnectorError",
            "Cannot connect to host minio:9000 ssl:default [Connect call failed ('172.18.0.4', 9000)]",
            "unreachable",
        ),
        ("aiohttp.client_exceptions.ServerDisconnectedError", "Server disconnected", "unreachable"),
        (
            "botocore.exceptions.EndpointConnectionError",
            "Could not connect to the endpoint URL: \"http://minio:9000/images\"",
            "unreachable",
        ),
        (
            "psycopg.OperationalError",
            "connection failed: connection to server at \"10.0.0.5\", port 5432 failed: Connection refused\n\tIs the server running on that host and accepting TCP/IP connections?",
            "unreachable",
        ),
        (
            "django.db.utils.OperationalError",
            "could not translate host name \"db\" to address: Name or service not known",
            "unreachable",
        ),
        ("django.db.utils.OperationalError", "SSL SYSCALL error: EOF detected", "unreachable"),
        (
            "sqlalchemy.exc.OperationalError",
            "(psycopg2.OperationalError) server closed the connection unexpectedly\n\tThis probably means the server terminated abnormally",
            "unreachable",
        ),
        (
            "asyncpg.exceptions.ConnectionDoesNotExistError",
            "connection was closed in the middle of operation",
            "unreachable",
        ),
        (
            "sqlalchemy.exc.InterfaceError",
            "(sqlalchemy.dialects.postgresql.asyncpg.InterfaceError) <class 'asyncpg.exceptions._base.InterfaceError'>: connection is closed",
            "unreachable",
        ),
        (
            "redis.exceptions.ConnectionError",
            "Error 111 connecting to redis:6379. Connection refused.",
            "unreachable",
        ),
        (
            "redis.exceptions.ConnectionError",
            "Error -2 connecting to redis:6379. Name or service not known.",
            "unreachable",
        ),
        ("kombu.exceptions.OperationalError", "[Errno 111] Connection refused", "unreachable"),
        (
            "amqp.exceptions.ConnectionForced",
            "(0, 0): (320) CONNECTION_FORCED - broker forced connection closure with reason 'shutdown'",
            "unreachable",
        ),
        ("smtplib.SMTPServerDisconnected", "Connection unexpectedly closed", "unreachable"),
        ("BrokenPipeError", "[Errno 32] Broken pipe", "unreachable"),
        ("OSError", "[Errno 101] Network is unreachable", "unreachable"),
        ("OSError", "[Errno 113] No route to host", "unreachable"),
        ("socket.gaierror", "[Errno -5] No address associated with hostname", "unreachable"),
        (
            "playwright._impl._errors.Error",
            "Page.goto: net::ERR_CONNECTION_REFUSED at https://shop.example.com/",
            "unreachable",
        ),
        (
            "playwright._impl._errors.Error",
            "Page.goto: net::ERR_NAME_NOT_RESOLVED at https://shop.example.com/",
            "unreachable",
        ),
        (
            "grpc._channel._InactiveRpcError",
            "<_InactiveRpcError of RPC that terminated with: status = StatusCode.UNAVAILABLE details = \"failed to connect to all addresses\">",
            "unreachable",
        ),
        (
            "ssl.SSLCertVerificationError",
            "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: certificate has expired (_ssl.c:1006)",
            "unreachable",
        ),
        (
            "tenacity.RetryError",
            "RetryError[<Future at 0x7f2c8a state=finished raised ConnectError>]",
            "unreachable",
        ),
    ]);
}

#[test]
fn too_late() {
    check(&[
        ("httpx.ReadTimeout", "The read operation timed out", "timeout"),
        ("httpx.ConnectTimeout", "", "timeout"),
        (
            "requests.exceptions.ReadTimeout",
            "HTTPSConnectionPool(host='news.example.com', port=443): Read timed out. (read timeout=15)",
            "timeout",
        ),
        ("TimeoutError", "", "timeout"),
        ("asyncio.exceptions.TimeoutError", "", "timeout"),
        ("redis.exceptions.TimeoutError", "Timeout reading from redis:6379", "timeout"),
        ("psycopg2.errors.QueryCanceled", "canceling statement due to statement timeout", "timeout"),
        (
            "botocore.exceptions.ReadTimeoutError",
            "Read timeout on endpoint URL: \"https://bucket.s3.example.com/a.png\"",
            "timeout",
        ),
        ("openai.APITimeoutError", "Request timed out.", "timeout"),
        ("playwright._impl._errors.TimeoutError", "Page.goto: Timeout 30000ms exceeded.", "timeout"),
        (
            "grpc._channel._InactiveRpcError",
            "status = StatusCode.DEADLINE_EXCEEDED details = \"Deadline Exceeded\"",
            "timeout",
        ),
        (
            "tenacity.RetryError",
            "RetryError[<Future at 0x7f2c8a state=finished raised ReadTimeout>]",
            "timeout",
        ),
        ("celery.exceptions.SoftTimeLimitExceeded", "SoftTimeLimitExceeded()", "time_limit"),
        ("celery.exceptions.TimeLimitExceeded", "TimeLimitExceeded(300,)", "time_limit"),
        (
            "",
            "Hard time limit (300s) exceeded for scrape_task[2f5a7d10-0c2e-4a0b-8f57-6a8f3f1f2a11]",
            "time_limit",
        ),
        (
            "",
            "Soft time limit (240s) exceeded for scrape_task[2f5a7d10-0c2e-4a0b-8f57-6a8f3f1f2a11]",
            "time_limit",
        ),
        (
            "rq.timeouts.JobTimeoutException",
            "Task exceeded maximum timeout value (180 seconds)",
            "time_limit",
        ),
        ("dramatiq.middleware.time_limit.TimeLimitExceeded", "", "time_limit"),
    ]);
}

#[test]
fn memory_of_all_kinds() {
    check(&[
        (
            "torch.cuda.OutOfMemoryError",
            "CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 79.15 GiB total capacity; 77.50 GiB already allocated; 10.00 MiB free; 78.00 GiB reserved in total by PyTorch)",
            "gpu_memory",
        ),
        (
            "torch.OutOfMemoryError",
            "CUDA out of memory. Tried to allocate 2.25 GiB. GPU 0 has a total capacity of 23.64 GiB of which 1.02 GiB is free.",
            "gpu_memory",
        ),
        (
            "RuntimeError",
            "CUDA error: out of memory\nCUDA kernel errors might be asynchronously reported at some other API call",
            "gpu_memory",
        ),
        (
            "RuntimeError",
            "CUDA error: CUBLAS_STATUS_ALLOC_FAILED when calling `cublasCreate(handle)`",
            "gpu_memory",
        ),
        ("RuntimeError", "cuDNN error: CUDNN_STATUS_ALLOC_FAILED", "gpu_memory"),
        (
            "RuntimeError",
            "MPS backend out of memory (MPS allocated: 17.98 GB, other allocations: 1.20 GB, max allowed: 18.13 GB).",
            "gpu_memory",
        ),
        ("torch.OutOfMemoryError", "HIP out of memory. Tried to allocate 512.00 MiB.", "gpu_memory"),
        ("torch.cuda.OutOfMemoryError", "Allocation on device", "gpu_memory"),
        (
            "tensorflow.python.framework.errors_impl.ResourceExhaustedError",
            "OOM when allocating tensor with shape[8,4096] on /job:localhost/replica:0/task:0/device:GPU:0 by allocator GPU_0_bfc",
            "gpu_memory",
        ),
        (
            "jaxlib.xla_extension.XlaRuntimeError",
            "RESOURCE_EXHAUSTED: Out of memory while trying to allocate 4294967296 bytes on GPU",
            "gpu_memory",
        ),
        (
            "numpy.core._exceptions._ArrayMemoryError",
            "Unable to allocate 3.50 GiB for an array with shape (30000, 31250)",
            "memory",
        ),
        ("MemoryError", "", "memory"),
        ("", "terminate called after throwing an instance of 'std::bad_alloc'", "memory"),
        ("OSError", "[Errno 12] Cannot allocate memory", "memory"),
        ("java.lang.OutOfMemoryError", "Java heap space", "memory"),
        ("", "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory", "memory"),
        (
            "onnxruntime.capi.onnxruntime_pybind11_state.RuntimeException",
            "[ONNXRuntimeError] : 6 : RUNTIME_EXCEPTION : BFCArena::AllocateRawInternal Failed to allocate memory for requested buffer of size 2097152000",
            "memory",
        ),
        (
            "",
            "Memory cgroup out of memory: Killed process 2217 (celery) total-vm:9182736kB, anon-rss:4123456kB",
            "memory",
        ),
        ("", "container chunking-worker was OOMKilled (exit code 137)", "memory"),
        (
            "billiard.exceptions.WorkerLostError",
            "Worker exited prematurely: signal 9 (SIGKILL) Job: 214.",
            "worker_killed",
        ),
        (
            "billiard.exceptions.WorkerLostError",
            "Worker exited prematurely: exitcode 137 Job: 4.",
            "worker_killed",
        ),
        (
            "billiard.exceptions.WorkerLostError",
            "Worker exited prematurely: signal 11 (SIGSEGV) Job: 9.",
            "worker_killed",
        ),
        ("", "Process 'ForkPoolWorker-3' pid:77 exited with 'signal 9 (SIGKILL)'", "worker_killed"),
        ("", "subprocess exited with code 137", "worker_killed"),
        (
            "subprocess.CalledProcessError",
            "Command '['convert', 'a.png']' died with <Signals.SIGKILL: 9>.",
            "worker_killed",
        ),
        (
            "subprocess.CalledProcessError",
            "Command 'ffmpeg -i in.mp4 out.mp4' returned non-zero exit status 137.",
            "worker_killed",
        ),
        ("", "Killed", "worker_killed"),
        ("", "Work-horse terminated unexpectedly; waitpid returned 9 (signal 9);", "worker_killed"),
        (
            "concurrent.futures.process.BrokenProcessPool",
            "A process in the process pool was terminated abruptly while the future was running or pending.",
            "worker_killed",
        ),
        (
            "redis.exceptions.OutOfMemoryError",
            "command not allowed when used memory > 'maxmemory'.",
            "broker_memory",
        ),
        (
            "redis.exceptions.ResponseError",
            "OOM command not allowed when used memory > 'maxmemory'.",
            "broker_memory",
        ),
        (
            "kombu.exceptions.OperationalError",
            "OOM command not allowed when used memory > 'maxmemory'.",
            "broker_memory",
        ),
        ("amqp.exceptions.ConnectionError", "connection.blocked: low on memory", "broker_memory"),
    ]);
}

#[test]
fn models() {
    check(&[
        (
            "OSError",
            "Can't load tokenizer for 'acme/base'. If you were trying to load it from 'https://huggingface.co/models', make sure you don't have a local directory with the same name.",
            "model_load",
        ),
        (
            "OSError",
            "black-forest-labs/FLUX.1-dev is not a local folder and is not a valid model identifier listed on 'https://huggingface.co/models'",
            "model_load",
        ),
        (
            "OSError",
            "Error no file named pytorch_model.bin, model.safetensors, tf_model.h5 found in directory /models/sdxl.",
            "model_load",
        ),
        (
            "OSError",
            "Unable to load weights from pytorch checkpoint file for '/models/a.bin' at '/models/a.bin'.",
            "model_load",
        ),
        (
            "safetensors_rust.SafetensorError",
            "Error while deserializing header: HeaderTooLarge",
            "model_load",
        ),
        (
            "safetensors_rust.SafetensorError",
            "Error while deserializing header: MetadataIncompleteBuffer",
            "model_load",
        ),
        (
            "RuntimeError",
            "Error(s) in loading state_dict for UNet2DConditionModel:\n\tsize mismatch for conv_in.weight",
            "model_load",
        ),
        (
            "RuntimeError",
            "PytorchStreamReader failed reading zip archive: failed finding central directory",
            "model_load",
        ),
        ("_pickle.UnpicklingError", "invalid load key, '<'.", "model_load"),
        (
            "onnxruntime.capi.onnxruntime_pybind11_state.InvalidProtobuf",
            "[ONNXRuntimeError] : 7 : INVALID_PROTOBUF : Load model from model.onnx failed:Protobuf parsing failed.",
            "model_load",
        ),
        (
            "onnxruntime.capi.onnxruntime_pybind11_state.NoSuchFile",
            "[ONNXRuntimeError] : 3 : NO_SUCHFILE : Load model from /models/u2net.onnx failed. File doesn't exist",
            "model_load",
        ),
        (
            "huggingface_hub.errors.GatedRepoError",
            "403 Client Error. Cannot access gated repo for url https://huggingface.co/acme/base/resolve/main/config.json. Access to model acme/base is restricted.",
            "model_load",
        ),
        (
            "huggingface_hub.errors.LocalEntryNotFoundError",
            "An error happened while trying to locate the file on the Hub and we cannot find the requested files in the local cache.",
            "model_load",
        ),
        (
            "ValueError",
            "The checkpoint you are trying to load has model type `flux2` but Transformers does not recognize this architecture.",
            "model_load",
        ),
        ("", "llama_load_model_from_file: failed to load model", "model_load"),
        ("openai.APIConnectionError", "Connection error.", "inference_down"),
        (
            "httpx.ConnectError",
            "cannot reach vLLM at http://vllm:8000: [Errno 111] Connection refused",
            "inference_down",
        ),
        (
            "tritonclient.utils.InferenceServerException",
            "[StatusCode.UNAVAILABLE] failed to connect to all addresses",
            "inference_down",
        ),
        ("", "inference server answered 503 Service Unavailable", "inference_down"),
        (
            "ConnectionError",
            "Failed to connect to Ollama. Please check that Ollama is downloaded, running and accessible.",
            "inference_down",
        ),
        (
            "pybreaker.CircuitBreakerError",
            "Timeout not elapsed yet, circuit breaker still open",
            "circuit_breaker",
        ),
        (
            "circuitbreaker.CircuitBreakerError",
            "Circuit \"embed\" OPEN until 2026-11-25 10:24:44 (5 failures, 27 sec remaining) (last_failure: ConnectError('refused'))",
            "circuit_breaker",
        ),
        (
            "",
            "Circuit \"embed\" OPEN until 2026-11-25 10:24:44 (5 failures, 27 sec remaining)",
            "circuit_breaker",
        ),
        (
            "io.github.resilience4j.circuitbreaker.CallNotPermittedException",
            "CircuitBreaker 'embed' is OPEN and does not permit further calls",
            "circuit_breaker",
        ),
        (
            "openai.BadRequestError",
            "Error code: 400 - {'error': {'message': \"This model's maximum context length is 8192 tokens. However, you requested 9000 tokens.\"}}",
            "input_too_long",
        ),
        (
            "huggingface_hub.errors.HfHubHTTPError",
            "422 Client Error: Unprocessable Entity. Input validation error: `inputs` must have less than 512 tokens. Given: 611",
            "input_too_long",
        ),
        (
            "httpx.HTTPStatusError",
            "Client error '413 Request Entity Too Large' for url 'http://embed:8080/embed'",
            "input_too_long",
        ),
        ("app.gates.GateFailed", "gate legal_claims not passed after 3 revisions", "evaluation_gate"),
        ("", "evaluation failed: brand_safety scored 0.41, below the threshold of 0.70", "evaluation_gate"),
        ("", "Quality gate rejected the result", "evaluation_gate"),
    ]);
}

#[test]
fn stores_and_messages() {
    check(&[
        (
            "psycopg2.errors.LockNotAvailable",
            "could not obtain lock on row in relation \"jobs\"",
            "lock_wait",
        ),
        ("asyncpg.exceptions.LockNotAvailableError", "canceling statement due to lock timeout", "lock_wait"),
        (
            "asyncpg.exceptions.DeadlockDetectedError",
            "deadlock detected\nDETAIL: Process 7 waits for ShareLock on transaction 9; blocked by process 8.",
            "lock_wait",
        ),
        (
            "django.db.utils.OperationalError",
            "(1205, 'Lock wait timeout exceeded; try restarting transaction')",
            "lock_wait",
        ),
        ("sqlite3.OperationalError", "database is locked", "lock_wait"),
        (
            "psycopg.errors.IdleInTransactionSessionTimeout",
            "terminating connection due to idle-in-transaction timeout",
            "transaction_leak",
        ),
        (
            "asyncpg.exceptions.IdleInTransactionSessionTimeoutError",
            "terminating connection",
            "transaction_leak",
        ),
        (
            "sqlalchemy.exc.TimeoutError",
            "QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00 (Background on this error at: https://sqlalche.me/e/20/3o7r)",
            "connections_taken",
        ),
        ("psycopg_pool.PoolTimeout", "couldn't get a connection after 30.00 sec", "connections_taken"),
        (
            "asyncpg.exceptions.TooManyConnectionsError",
            "sorry, too many clients already",
            "connections_taken",
        ),
        (
            "django.db.utils.OperationalError",
            "FATAL: remaining connection slots are reserved for roles with the SUPERUSER attribute",
            "connections_taken",
        ),
        ("pymysql.err.OperationalError", "(1040, 'Too many connections')", "connections_taken"),
        ("redis.exceptions.ConnectionError", "max number of clients reached", "connections_taken"),
        ("OSError", "[Errno 28] No space left on device: '/media/uploads/a.png'", "disk_full"),
        (
            "psycopg2.errors.DiskFull",
            "could not extend file \"base/16384/2619\": No space left on device",
            "disk_full",
        ),
        ("OSError", "[Errno 122] Disk quota exceeded", "disk_full"),
        (
            "pydantic_core._pydantic_core.ValidationError",
            "1 validation error for ChunkPayload\ncorpus_name\n  Field required [type=missing, input_value={'corpus': 'a'}, input_type=dict]",
            "payload_schema",
        ),
        ("KeyError", "'corpus_name'", "payload_schema"),
        ("TypeError", "chunk_task() missing 1 required positional argument: 'schema'", "payload_schema"),
        ("TypeError", "chunk_task() got an unexpected keyword argument 'corpus'", "payload_schema"),
        ("TypeError", "chunk_task() takes 2 positional arguments but 3 were given", "payload_schema"),
        ("jsonschema.exceptions.ValidationError", "'url' is a required property", "payload_schema"),
        (
            "marshmallow.exceptions.ValidationError",
            "{'url': ['Missing data for required field.']}",
            "payload_schema",
        ),
        ("msgspec.ValidationError", "Object missing required field `url`", "payload_schema"),
        (
            "kombu.exceptions.ContentDisallowed",
            "Refusing to deserialize untrusted content of type pickle (application/x-python-serialize)",
            "payload_schema",
        ),
        ("celery.exceptions.NotRegistered", "'chunk_task_v2'", "payload_schema"),
        ("", "Received unregistered task of type 'chunk_task_v2'.", "payload_schema"),
        (
            "amqp.exceptions.PreconditionFailed",
            "Channel.open: (406) PRECONDITION_FAILED - delivery acknowledgement on channel 1 timed out. Timeout value used: 1800000 ms.",
            "requeue_loop",
        ),
        (
            "PIL.UnidentifiedImageError",
            "cannot identify image file <_io.BytesIO object at 0x7f2c8a1d3e20>",
            "bad_input",
        ),
        ("OSError", "image file is truncated (20 bytes not processed)", "bad_input"),
        (
            "PIL.Image.DecompressionBombError",
            "Image size (200000000 pixels) exceeds limit of 178956970 pixels, could be decompression bomb DOS attack.",
            "bad_input|input_too_long",
        ),
        (
            "UnicodeDecodeError",
            "'utf-8' codec can't decode byte 0x8b in position 1: invalid start byte",
            "bad_input",
        ),
        ("zipfile.BadZipFile", "File is not a zip file", "bad_input"),
        ("pypdf.errors.PdfReadError", "EOF marker not found", "bad_input"),
        ("", "in.mp4: Invalid data found when processing input", "bad_input"),
        ("lxml.etree.ParserError", "Document is empty", "bad_input"),
        ("", "Executing <Task pending name='Task-12' coro=<embed()>> took 2.250 seconds", "event_loop"),
    ]);
}

/// Failures that say what they are in words of other troubles: nothing is read into them.
#[test]
fn numbers_and_words_that_mean_something_else() {
    let plain = |message: &'static str| ("ValueError", message, "own_words");
    check(&[
        plain("document has no text"),
        plain("batch 404 has no rows"),
        plain("user 403 has no credit left"),
        plain("image of 500 pixels is too small"),
        plain("line 503 of the sitemap is empty"),
        plain("expected 512 values, found 429"),
        plain("stopped after 500 ms of silence"),
        plain("port 502 is not allowed"),
        plain("page 403 of 500 has no number"),
        plain("order 504 was cancelled by the customer"),
        plain("HTTP 200 with an empty body"),
        plain("timeout must be a positive number"),
        plain("invalid value for timeout: None"),
        plain("the memory card has no pictures"),
        plain("memory limit must be given in megabytes"),
        plain("no such room: oomph"),
        plain("model name must not be empty"),
        plain("model returned no text"),
        plain("the gate number is missing"),
        plain("the aggregate failed its own check"),
        plain("the investigation failed to find a match"),
        plain("lock file was written by another version"),
        plain("the pipeline has no steps"),
        plain("connection string must begin with postgresql://"),
        plain("disk label contains a blank"),
        plain("circuit diagram has no title"),
        plain("transaction 17 has no amount"),
        plain("preset has no size"),
        plain("skill level must be between 1 and 9"),
        plain("list index out of range"),
        plain("division by zero"),
        plain("'NoneType' object has no attribute 'text'"),
        plain("could not convert string to float: 'n/a'"),
        plain("duplicate key value violates unique constraint \"jobs_pkey\""),
        plain("current transaction is aborted, commands ignored until end of transaction block"),
    ]);
}

#[test]
fn a_good_job_is_left_alone_whatever_was_said_on_the_way() {
    for said in [
        "W scraper \"request timed out, trying again\"",
        "W scraper task_retrying reason=\"503 Service Unavailable\"",
        "E scraper \"Failed to fetch favicon: 404 Not Found\"",
        "W scraper \"CUDA out of memory, falling back to CPU\"",
        "W chunker \"Worker exited prematurely: signal 9 (SIGKILL)\"",
        "E embedder \"circuit breaker is open\" stage=embed",
        "W chunker \"slow query: deadlock detected and resolved\"",
        "I chunker \"memory in use: 512 MB\"",
        "W chunker \"pydantic ValidationError in optional field, ignored\"",
        "E chunker chatter exception=KeyError error=\"'title'\"",
        "W embedder \"QueuePool limit of size 5 overflow 10 reached\" stage=embed",
        "E scraper task_failed task_id=t1 error=\"Worker exited prematurely: signal 9 (SIGKILL)\"",
    ] {
        let text = format!(
            "10:00:00 I scraper task_started task_id=t1\n10:00:05 {said}\n10:00:09 I orchestrator job_done"
        );
        assert_eq!(rules(&text), [""; 0], "{said}");
    }
}

#[test]
fn what_is_said_beside_the_failure_does_not_outweigh_it() {
    for (beside, expected) in [
        ("I chunker \"CUDA out of memory is handled by the fallback\"", "own_words"),
        ("W chunker \"request timeout is set to 30 s\"", "own_words"),
        ("W chunker \"favicon: 404 Not Found\"", "own_words"),
        ("I scraper \"429 Too Many Requests\"", "own_words"),
        ("W scraper \"circuit breaker is open\"", "own_words"),
        ("E chunker \"Worker exited prematurely: signal 9 (SIGKILL)\"", "worker_killed"),
    ] {
        let text = format!(
            "10:24:00 I chunker task_started\n10:24:05 {beside}\n10:24:17 E chunker chunk_failed error=\"document has no text\""
        );
        assert_eq!(rules(&text).first().map(String::as_str), Some(expected), "{beside}: {:?}", rules(&text));
    }
}

/// Where lines say nothing, attributes that everybody's instrumentation writes do.
#[test]
fn spans_by_their_attributes() {
    let failed =
        "10:24:00 +9s consumer chunker run/chunk trace=1 id=2 stage=chunk state=FAILURE status=error";
    let child = |rest: &str| {
        format!("{failed}\n10:24:02 +5s client chunker {rest} trace=1 id=3 parent=2 status=error")
    };
    for (text, expected) in [
        (child("GET http.response.status_code=503 server.address=api.example.io"), "http_status"),
        (child("GET http.status_code=429 net.peer.name=api.example.io"), "http_status"),
        (child("GET error.type=503 server.address=api.example.io"), "http_status"),
        (
            child("GET exception=httpx.ConnectError exception_message=\"All connection attempts failed\""),
            "unreachable",
        ),
        (child("SELECT db.system=postgresql exception=psycopg.errors.LockNotAvailable"), "lock_wait"),
        (
            child("SELECT db.system=postgresql error.type=asyncpg.exceptions.TooManyConnectionsError"),
            "connections_taken",
        ),
        (child("infer rpc.grpc.status_code=4"), "timeout"),
        (child("infer rpc.grpc.status_code=14"), "unreachable"),
    ] {
        assert_eq!(rules(&text).first().map(String::as_str), Some(expected), "{text}: {:?}", rules(&text));
    }
}
