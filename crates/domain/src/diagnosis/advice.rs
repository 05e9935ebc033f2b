//! What to do next about the cause that a built-in rule names, where the system file does not say.

/// A sentence without a full stop; `None` for the rule that knows nothing, and for rules of system files.
pub(super) fn advice(rule: &str) -> Option<&'static str> {
    ADVICE.iter().find(|it| it.0 == rule).map(|it| it.1)
}

const LONGER_THAN_VISIBLE: &str =
    "Raise the broker's visibility timeout above the longest task, or make the task shorter";

const ADVICE: &[(&str, &str)] = &[
    ("gpu_memory", "See which process holds the accelerator's memory; make batches or models smaller"),
    ("broker_memory", "Compare the broker's memory with its limit; drain the backlog or raise the limit"),
    (
        "memory",
        "Look in the kernel's log for what was killed; lower the workers' concurrency or the size of their input",
    ),
    (
        "model_load",
        "See whether the model's file and version are where the worker looks, and memory for it is free",
    ),
    (
        "circuit_breaker",
        "Find out why the server behind the breaker fails: it closes when that answers again",
    ),
    (
        "inference_down",
        "See whether the inference server runs and can be reached; start it, then submit the job again",
    ),
    ("input_too_long", "Cut the input into smaller pieces before it is sent, or raise the limit"),
    ("disk_full", "Free space on the host that says so, and keep less there"),
    ("bad_input", "Open the input by hand; refuse its kind before a job is made of it"),
    ("lock_wait", "Ask the database who holds the lock and since when; end that session"),
    (
        "transaction_leak",
        "Ask the database for sessions idle in a transaction; end them, and mend who leaves them open",
    ),
    (
        "connections_taken",
        "Ask the database for its sessions by state; make pools smaller or the limit larger",
    ),
    ("event_loop", "Look for blocking work in that service's event loop; move it to a worker or a thread"),
    (
        "payload_schema",
        "Compare the versions of who sends the message and who reads it; deploy both, then send it again",
    ),
    (
        "evaluation_gate",
        "Compare what was measured with the gate's limit; mend the model or the data, not the gate",
    ),
    ("http_status", "See how many requests to that host fail; slow down, or leave the host out"),
    ("unreachable", "See whether the other service runs, and whether its name resolves on that worker"),
    ("time_limit", "See in the trace where the time went; make the work smaller, or raise the limit"),
    (
        "timeout",
        "See whether who did not answer was slow for others too, and in the trace which part took the time",
    ),
    (
        "worker_killed",
        "Look in the kernel's and the container's log for what ended the process: most often memory",
    ),
    ("worker_freeze", "Look at the frozen worker's log and restart it: its messages are handed out again"),
    ("requeue_loop", LONGER_THAN_VISIBLE),
    (
        "swallowed_errors",
        "Look for where the error is caught and not told; end the job by hand and submit it again",
    ),
    ("queue_stands", "See whether the queue's workers run and reach the broker"),
    ("message_lost", "Look for the message in the broker; if it is gone, submit the job again"),
    (
        "worker_silent",
        "See whether the worker's process lives and where it stands; restart it if it does not",
    ),
    (
        "evicted_keys",
        "A broker must refuse writes rather than evict: change its policy, or give it more memory",
    ),
    ("bad_deploy", "Roll that service back, then see whether the failure is gone"),
    ("new_id_per_step", "Make the id once, where the job is taken in, and hand it to every step"),
    ("context_leak", "Clear the logging context when a task ends, also when it fails"),
    ("slow_task", LONGER_THAN_VISIBLE),
    ("own_words", "Open the line or span that says it, and read what its service did just before"),
    ("dead_letter", "Look into the dead letters; mend what they fail by, then put them back"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnosis::RULES;

    #[test]
    fn there_is_advice_for_every_rule_that_knows_something() {
        let without: Vec<_> = RULES.iter().filter(|it| advice(it).is_none()).collect();
        assert_eq!(without, [&"unknown"]);
        assert_eq!(ADVICE.len() + 1, RULES.len(), "and for no other");
    }
}
