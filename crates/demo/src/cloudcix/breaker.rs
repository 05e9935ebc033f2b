//! The circuit breaker in front of the inference server.

use domain::time::{TimeDelta, Timestamp};

/// Failures in a row that open it.
const OPENS_AFTER: u32 = 5;
/// How long it stays open before one call may try.
const STAYS_OPEN: TimeDelta = TimeDelta::from_secs(30);

/// What a call changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    /// It opened, or opened again.
    Opened,
    /// It closed.
    Closed,
}

/// Closed, open until some instant, or half open after that.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Breaker {
    n_failures: u32,
    open_until: Option<Timestamp>,
}

impl Breaker {
    /// Are calls turned away?
    pub(super) fn is_open(&self, now: Timestamp) -> bool {
        self.open_until.is_some_and(|until| now < until)
    }

    /// As the metric says it: 0 closed, 1 open, 2 half open.
    pub(super) fn state(&self, now: Timestamp) -> f64 {
        match self.open_until {
            None => 0.0,
            Some(until) if now < until => 1.0,
            Some(_) => 2.0,
        }
    }

    /// A call ended.
    pub(super) fn called(&mut self, now: Timestamp, is_good: bool) -> Option<Change> {
        if is_good {
            let was_open = self.open_until.take().is_some();
            self.n_failures = 0;
            return was_open.then_some(Change::Closed);
        }
        self.n_failures += 1;
        let is_due = match self.open_until {
            None => self.n_failures >= OPENS_AFTER,
            Some(until) => now >= until,
        };
        if !is_due {
            return None;
        }
        self.open_until = Some(now + STAYS_OPEN);
        Some(Change::Opened)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_opens_after_five_failures_and_closes_after_one_success() {
        let at = Timestamp::from_secs;
        let mut breaker = Breaker::default();
        for secs in 0..4 {
            assert_eq!(breaker.called(at(secs), false), None);
        }
        assert_eq!(breaker.called(at(4), false), Some(Change::Opened));
        assert_eq!((breaker.is_open(at(33)), breaker.state(at(33))), (true, 1.0));
        assert_eq!((breaker.is_open(at(34)), breaker.state(at(34))), (false, 2.0));
        assert_eq!(breaker.called(at(35), false), Some(Change::Opened));
        assert_eq!(breaker.called(at(70), true), Some(Change::Closed));
        assert_eq!(breaker.state(at(70)), 0.0);
    }
}
