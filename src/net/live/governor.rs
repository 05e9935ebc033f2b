//! How many questions one server is asked at once: few, and fewer when it says that they are too many.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

/// Browsers open six connections to a server at most; two stay free for the page itself.
const MOST: usize = 4;
/// So many good answers in a row allow one more at once.
const GOOD_ANSWERS_A_STEP: usize = 8;

/// Hands out permits to ask.
#[derive(Clone, Debug)]
pub(crate) struct Governor(Rc<RefCell<Inside>>);

#[derive(Debug)]
struct Inside {
    most: usize,
    given: usize,
    good_answers: usize,
    waiting: Vec<Waker>,
}

/// The right to ask one question, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit(Rc<RefCell<Inside>>);

impl Governor {
    pub(crate) fn new() -> Self {
        Self(Rc::new(RefCell::new(Inside { most: MOST, given: 0, good_answers: 0, waiting: Vec::new() })))
    }

    /// Waits until another question may be asked.
    pub(crate) async fn permit(&self) -> Permit {
        poll_fn(|context| {
            let mut inside = self.0.borrow_mut();
            if inside.given < inside.most {
                inside.given += 1;
                return Poll::Ready(());
            }
            inside.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await;
        Permit(self.0.clone())
    }

    /// The server said that it is asked too much: half as many from now on.
    pub(crate) fn slow_down(&self) {
        let mut inside = self.0.borrow_mut();
        inside.most = (inside.most / 2).max(1);
        inside.good_answers = 0;
    }

    /// The server answered well: after some of these, one more at once.
    pub(crate) fn went_well(&self) {
        let mut inside = self.0.borrow_mut();
        inside.good_answers += 1;
        if inside.good_answers >= GOOD_ANSWERS_A_STEP {
            inside.good_answers = 0;
            inside.most = (inside.most + 1).min(MOST);
        }
    }
}

impl Drop for Permit {
    fn drop(&mut self) {
        let waiting = {
            let mut inside = self.0.borrow_mut();
            inside.given = inside.given.saturating_sub(1);
            std::mem::take(&mut inside.waiting)
        };
        // All are woken and ask again in their order; there are never many.
        waiting.into_iter().for_each(Waker::wake);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;

    /// As many permits as are to be had at once.
    fn take_all(governor: &Governor) -> Vec<Permit> {
        std::iter::from_fn(|| governor.permit().now_or_never()).take(100).collect()
    }

    #[test]
    fn a_permit_given_back_is_another_ones() {
        let governor = Governor::new();
        let mut permits = take_all(&governor);
        assert_eq!(permits.len(), MOST);
        let mut waiting = Box::pin(governor.permit());
        assert!(waiting.as_mut().now_or_never().is_none());
        permits.pop();
        assert!(waiting.as_mut().now_or_never().is_some());
    }

    #[test]
    fn too_many_requests_halve_and_good_answers_restore() {
        let governor = Governor::new();
        let mut seen = vec![];
        for _ in 0..3 {
            governor.slow_down();
            seen.push(take_all(&governor).len());
        }
        for _ in 0..GOOD_ANSWERS_A_STEP {
            governor.went_well();
        }
        seen.push(take_all(&governor).len());
        assert_eq!(seen, [2, 1, 1, 2]);
    }
}
