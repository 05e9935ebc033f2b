//! Takes down what passes through another transport.

use std::cell::RefCell;
use std::rc::Rc;

use backends::{BackendError, RequestSpec};
use domain::time::Timestamp;

use super::{Asked, Recorded, Recording};
use crate::transport::{Head, LocalFuture, Transport};

/// Headers that tell how to read a body. No other is taken down: none may name a person, a cookie or a secret.
const KEPT_HEADERS: [&str; 1] = ["content-type"];

/// A transport that asks another one and takes down its answers.
pub struct Recorder {
    inner: Rc<dyn Transport>,
    now: Box<dyn Fn() -> Timestamp>,
    answers: RefCell<Vec<Recorded>>,
}

impl Recorder {
    /// Takes down what `inner` answers, with the time that `now` tells.
    pub fn new(inner: Rc<dyn Transport>, now: impl Fn() -> Timestamp + 'static) -> Self {
        Self { inner, now: Box::new(now), answers: RefCell::default() }
    }

    /// The transport behind it.
    pub fn inner(&self) -> Rc<dyn Transport> {
        self.inner.clone()
    }

    /// How many answers it holds, and their size in bytes.
    pub fn size(&self) -> (usize, usize) {
        let answers = self.answers.borrow();
        (answers.len(), answers.iter().map(|it| it.body.len()).sum())
    }

    /// What was taken down so far, with everything else of a recording still empty.
    pub fn recording(&self) -> Recording {
        Recording { answers: self.answers.borrow().clone(), ..Recording::default() }
    }

    /// Keeps one answer to each question, the newest.
    fn keep(&self, recorded: Recorded) {
        let mut answers = self.answers.borrow_mut();
        answers.retain(|it| it.asked != recorded.asked);
        answers.push(recorded);
    }
}

impl Transport for Recorder {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        Box::pin(async move {
            let asked = Asked::of(&request);
            let mut body = Vec::new();
            let mut both = |chunk: &[u8]| {
                body.extend_from_slice(chunk);
                sink(chunk);
            };
            let head = self.inner.send(request, &mut both).await?;
            let headers = head.headers.0.iter().filter(|(name, _)| KEPT_HEADERS.contains(&name.as_str()));
            let headers = headers.cloned().collect();
            self.keep(Recorded { asked, status: head.status, headers, body, at: (self.now)() });
            Ok(head)
        })
    }

    fn breathe(&self) -> LocalFuture<'_, ()> {
        self.inner.breathe()
    }
}
