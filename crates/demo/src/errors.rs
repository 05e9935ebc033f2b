//! Errors of libraries that are used everywhere, word for word, by a name for scenario files.

/// An error as Python raises it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct LibraryError {
    pub(crate) class: &'static str,
    pub(crate) message: &'static str,
    /// Why, in one word, for the summary.
    pub(crate) cause: &'static str,
    /// Is another attempt worth it?
    pub(crate) is_transient: bool,
}

const fn error(
    class: &'static str,
    message: &'static str,
    cause: &'static str,
    is_transient: bool,
) -> LibraryError {
    LibraryError { class, message, cause, is_transient }
}

/// The names that a scenario file may use, in the order of [`ERRORS`].
pub const NAMES: [&str; 19] = [
    "lock_timeout",
    "deadlock",
    "idle_in_transaction",
    "pool_exhausted",
    "database_down",
    "disk_full",
    "broker_memory",
    "payload_field",
    "payload_key",
    "payload_argument",
    "memory",
    "time_limit",
    "rate_limited",
    "upstream_503",
    "refused",
    "inference_refused",
    "model_file",
    "gpu_memory",
    "loop_blocked",
];

const ERRORS: [LibraryError; NAMES.len()] = [
    error(
        "asyncpg.exceptions.LockNotAvailableError",
        "canceling statement due to lock timeout",
        "lock_wait",
        true,
    ),
    error(
        "psycopg2.errors.DeadlockDetected",
        "deadlock detected\nDETAIL:  Process 71 waits for ShareLock on transaction 9012; blocked by process 64.",
        "lock_wait",
        true,
    ),
    error(
        "psycopg.errors.IdleInTransactionSessionTimeout",
        "terminating connection due to idle-in-transaction timeout",
        "transaction_leak",
        true,
    ),
    error(
        "sqlalchemy.exc.TimeoutError",
        "QueuePool limit of size 5 overflow 10 reached, connection timed out, timeout 30.00 (Background on this error at: https://sqlalche.me/e/20/3o7r)",
        "too_many_connections",
        true,
    ),
    error(
        "psycopg.OperationalError",
        "connection failed: connection to server at \"10.0.0.5\", port 5432 failed: Connection refused",
        "unreachable",
        true,
    ),
    error("OSError", "[Errno 28] No space left on device", "disk_full", false),
    error(
        "kombu.exceptions.OperationalError",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "broker_memory",
        true,
    ),
    error(
        "pydantic_core._pydantic_core.ValidationError",
        "1 validation error for TaskPayload\ncorpus_name\n  Field required [type=missing, input_value={'corpus': 'a'}, input_type=dict]",
        "payload_schema",
        false,
    ),
    error("KeyError", "'corpus_name'", "payload_schema", false),
    error("TypeError", "run() got an unexpected keyword argument 'corpus'", "payload_schema", false),
    error(
        "numpy._core._exceptions._ArrayMemoryError",
        "Unable to allocate 3.50 GiB for an array with shape (30000, 31250) and data type float32",
        "memory",
        false,
    ),
    error("celery.exceptions.SoftTimeLimitExceeded", "SoftTimeLimitExceeded()", "time_limit", false),
    error(
        "openai.RateLimitError",
        "Error code: 429 - {'error': {'message': 'Rate limit reached for requests', 'type': 'requests'}}",
        "http_429",
        true,
    ),
    error(
        "requests.exceptions.HTTPError",
        "503 Server Error: Service Unavailable for url: http://upstream:8000/v1/items",
        "http_503",
        true,
    ),
    error("httpx.ConnectError", "All connection attempts failed", "unreachable", true),
    error("openai.APIConnectionError", "Connection error.", "inference_down", true),
    error(
        "safetensors_rust.SafetensorError",
        "Error while deserializing header: MetadataIncompleteBuffer",
        "model_load",
        false,
    ),
    error(
        "torch.cuda.OutOfMemoryError",
        "CUDA out of memory. Tried to allocate 20.00 MiB (GPU 0; 79.15 GiB total capacity; 77.50 GiB already allocated; 10.00 MiB free; 78.00 GiB reserved in total by PyTorch)",
        "gpu_memory",
        true,
    ),
    error(
        "httpx.ReadTimeout",
        "no answer in 30 s; event loop lag 6.21 s, Executing <Task pending name='Task-812' coro=<write_vectors()>> took 6.214 seconds",
        "event_loop",
        true,
    ),
];

/// The error of a version that is bad.
pub(crate) const OF_BAD_VERSION: LibraryError =
    error("AttributeError", "'NoneType' object has no attribute 'title'", "bad_deploy", false);

/// The error with a name.
pub(crate) fn named(name: &str) -> Option<LibraryError> {
    NAMES.iter().position(|it| *it == name).and_then(|it| ERRORS.get(it)).copied()
}
