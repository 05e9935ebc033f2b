//! When a question is asked again, and after how long: exponential backoff with full jitter.
//!
//! After Marc Brooker, "Exponential Backoff And Jitter" (AWS Architecture Blog, 2015).

/// How a try went wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// An answer with this status, and the seconds of its `Retry-After`.
    Status(u16, Option<u32>),
    /// No answer.
    Network,
}

impl Failure {
    /// Whether it is about the server, or the way to it, and not about what was asked: the next question would fail alike.
    ///
    /// 500 and 504 are often about a question that is too heavy, and a server that says when to come back is not down.
    pub const fn is_of_server(self) -> bool {
        matches!(self, Self::Network | Self::Status(502 | 503, None))
    }
}

const BASE_MILLIS: f64 = 500.0;
/// A server that names a longer time is not waited for.
const LONGEST_WAIT_SECS: u32 = 20;

/// Milliseconds to wait before asking again after `n_tries` tries; `None` when it is not worth it.
/// `random` is between 0 and 1.
pub fn wait_millis(failure: Failure, n_tries: u32, random: f64) -> Option<u32> {
    let most_tries = match failure {
        Failure::Status(429 | 502 | 503 | 504, _) => 4,
        // Loki's own front end has already tried five times.
        Failure::Status(500, _) => 2,
        Failure::Status(..) => 1,
        Failure::Network => 3,
    };
    if n_tries >= most_tries {
        return None;
    }
    let jittered = (BASE_MILLIS * f64::from(1_u32 << (n_tries.min(8) - n_tries.min(1))) * random) as u32;
    match failure {
        Failure::Status(_, Some(secs)) if secs > LONGEST_WAIT_SECS => None,
        Failure::Status(_, Some(secs)) => Some(secs * 1_000 + jittered),
        Failure::Status(429, None) => Some(1_000 + jittered),
        Failure::Status(_, None) | Failure::Network => Some(jittered),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(failure: Failure, expected: &[Option<u32>]) {
        let waits: Vec<_> =
            (1..=expected.len() as u32).map(|n_tries| wait_millis(failure, n_tries, 1.0)).collect();
        assert_eq!(waits, expected, "{failure:?}");
    }

    #[test]
    fn only_what_may_pass_is_asked_again() {
        check(Failure::Status(503, None), &[Some(500), Some(1_000), Some(2_000), None]);
        check(Failure::Status(429, None), &[Some(1_500), Some(2_000), Some(3_000), None]);
        check(Failure::Network, &[Some(500), Some(1_000), None]);
        check(Failure::Status(500, None), &[Some(500), None]);
        for status in [200, 400, 401, 403, 404, 422, 501] {
            check(Failure::Status(status, None), &[None]);
        }
    }

    #[test]
    fn a_server_may_say_when() {
        check(Failure::Status(503, Some(3)), &[Some(3_500)]);
        check(Failure::Status(429, Some(600)), &[None]);
    }

    #[test]
    fn a_server_that_is_down_is_told_from_a_question_that_is_too_heavy() {
        for failure in [Failure::Network, Failure::Status(502, None), Failure::Status(503, None)] {
            assert!(failure.is_of_server(), "{failure:?}");
        }
        for (status, after) in [(429, None), (500, None), (503, Some(3)), (504, None), (404, None)] {
            assert!(!Failure::Status(status, after).is_of_server(), "{status}");
        }
    }
}
