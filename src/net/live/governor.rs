//! How many questions one server is asked at once: few, fewer when it says that they are too many, and for a while none
//! when it fails every one.

use std::cell::RefCell;
use std::future::poll_fn;
use std::rc::Rc;
use std::task::{Poll, Waker};

use super::circuit::{Circuit, End, Next};

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
    circuit: Circuit,
    /// Whether a question tries a server that was given up.
    is_tried: bool,
}

/// The right to ask one question, until it is dropped.
#[derive(Debug)]
pub(crate) struct Permit {
    of: Rc<RefCell<Inside>>,
    /// Whether it tries a server that was given up: then it is asked once only.
    pub(super) is_try: bool,
}

impl Governor {
    pub(crate) fn new() -> Self {
        let (circuit, waiting) = (Circuit::default(), Vec::new());
        let inside = Inside { most: MOST, given: 0, good_answers: 0, waiting, circuit, is_tried: false };
        Self(Rc::new(RefCell::new(inside)))
    }

    /// Waits until another question may be asked.
    ///
    /// # Errors
    /// How it ends without being asked, where the server has been given up.
    pub(super) async fn permit(&self, now_millis: fn() -> f64) -> Result<Permit, End> {
        poll_fn(|context| {
            let mut inside = self.0.borrow_mut();
            let is_try = match inside.circuit.next(now_millis()) {
                Next::GiveUp(end) => return Poll::Ready(Err(end)),
                Next::TryAlone => true,
                Next::Ask => false,
            };
            if inside.given < inside.most && !(is_try && inside.is_tried) {
                inside.given += 1;
                inside.is_tried |= is_try;
                return Poll::Ready(Ok(Permit { of: self.0.clone(), is_try }));
            }
            inside.waiting.push(context.waker().clone());
            Poll::Pending
        })
        .await
    }

    /// How a question that waits to be asked again ends at once, where the server has been given up meanwhile.
    pub(super) fn given_up(&self, now_millis: f64) -> Option<End> {
        match self.0.borrow().circuit.next(now_millis) {
            Next::GiveUp(end) => Some(end),
            Next::Ask | Next::TryAlone => None,
        }
    }

    /// The server failed a question, as it would have failed any.
    pub(super) fn failed(&self, end: End, now_millis: f64) {
        self.0.borrow_mut().circuit.failed(end, now_millis);
    }

    /// A person wants the server asked, whatever it did before.
    pub(crate) fn ask_again(&self) {
        self.0.borrow_mut().circuit.close();
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
        inside.circuit.close();
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
            let mut inside = self.of.borrow_mut();
            inside.given = inside.given.saturating_sub(1);
            inside.is_tried &= !self.is_try;
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
        std::iter::from_fn(|| governor.permit(|| 0.0).now_or_never()?.ok()).take(100).collect()
    }

    #[test]
    fn a_permit_given_back_is_another_ones() {
        let governor = Governor::new();
        let mut permits = take_all(&governor);
        assert_eq!(permits.len(), MOST);
        let mut waiting = Box::pin(governor.permit(|| 0.0));
        assert!(waiting.as_mut().now_or_never().is_none());
        permits.pop();
        assert!(waiting.as_mut().now_or_never().is_some());
    }

    #[test]
    fn a_server_that_was_given_up_is_tried_by_one() {
        let governor = Governor::new();
        (0..3).for_each(|_| governor.failed(End::Silence, 0.0));
        assert!(matches!(governor.permit(|| 1.0).now_or_never(), Some(Err(End::Silence))));
        let later = || 9_000.0;
        let first = governor.permit(later).now_or_never().unwrap().unwrap();
        let mut second = Box::pin(governor.permit(later));
        assert!(first.is_try && second.as_mut().now_or_never().is_none());
        // Called off, it leaves the try to the next one; what that one finds is for all.
        drop(first);
        let next = second.now_or_never().unwrap().unwrap();
        governor.went_well();
        assert!(next.is_try && take_all(&governor).len() == MOST - 1);
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
