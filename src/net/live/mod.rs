//! The transport that asks real servers: once for identical questions, few at a time, again when that may help.

mod circuit;
pub(super) mod fetch;
mod governor;
mod server;

pub use server::{Secret, Server};

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::{Rc, Weak};

use backends::{BackendError, ErrorKind, RequestSpec, SourceKind};
use futures_util::FutureExt;
use futures_util::future::{LocalBoxFuture, Shared, WeakShared};
use inquiry::{Head, LocalFuture, Transport};

use super::turns::give_turn;
use fetch::Chunk;

/// What was last seen of a server.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sighting {
    /// It answered: the status, and the milliseconds until the head of the answer was there.
    Answered(u16, u32),
    /// It did not.
    Silent(ErrorKind),
}

/// Asks the configured servers.
pub struct Live {
    servers: Vec<Rc<Server>>,
    flights: RefCell<Vec<Flight>>,
    seen: Rc<dyn Fn(SourceKind, Sighting)>,
}

/// A question that is being asked. Whoever asks the same before its body begins gets the same answer.
struct Flight {
    request: RequestSpec,
    head: WeakShared<LocalBoxFuture<'static, Result<Head, BackendError>>>,
    listeners: Rc<Listeners>,
}

type Answer = Shared<LocalBoxFuture<'static, Result<Head, BackendError>>>;
type Inbox = RefCell<VecDeque<Chunk>>;

/// Who gets the chunks of a body.
#[derive(Default)]
struct Listeners {
    body_has_begun: Cell<bool>,
    inboxes: RefCell<Vec<Weak<Inbox>>>,
}

impl Live {
    /// Asks these servers, and tells what it sees of them.
    pub fn new(servers: Vec<Rc<Server>>, seen: impl Fn(SourceKind, Sighting) + 'static) -> Self {
        Self { servers, flights: RefCell::default(), seen: Rc::new(seen) }
    }

    /// The servers that it asks.
    pub fn servers(&self) -> &[Rc<Server>] {
        &self.servers
    }

    /// Joins the flight that asks this already, or starts one.
    fn join(&self, request: RequestSpec) -> Result<(Answer, Rc<Inbox>), BackendError> {
        let inbox = Rc::new(Inbox::default());
        let mut flights = self.flights.borrow_mut();
        flights.retain(|it| !it.listeners.body_has_begun.get() && it.head.upgrade().is_some());
        let same = flights.iter().find(|it| it.request == request);
        if let Some((flight, head)) = same.and_then(|it| Some((it, it.head.upgrade()?))) {
            flight.listeners.inboxes.borrow_mut().push(Rc::downgrade(&inbox));
            return Ok((head, inbox));
        }
        let server = self.servers.iter().find(|it| it.source() == request.source);
        let Some(server) = server.cloned() else {
            return Err(BackendError::without_answer(request.source, ErrorKind::NotConfigured));
        };
        let listeners = Rc::new(Listeners::default());
        listeners.inboxes.borrow_mut().push(Rc::downgrade(&inbox));
        let (asked, heard, seen) = (request.clone(), listeners.clone(), self.seen.clone());
        let exchange = async move {
            let mut deliver = |chunk| heard.deliver(chunk);
            let outcome = fetch::exchange(&server, &asked, &mut deliver, &*seen).await;
            heard.body_has_begun.set(true);
            outcome
        };
        let head = exchange.boxed_local().shared();
        if let Some(weak) = head.downgrade() {
            flights.push(Flight { request, head: weak, listeners });
        }
        Ok((head, inbox))
    }
}

impl Listeners {
    fn deliver(&self, chunk: Chunk) {
        self.body_has_begun.set(true);
        for inbox in self.inboxes.borrow().iter().filter_map(Weak::upgrade) {
            inbox.borrow_mut().push_back(chunk.clone());
        }
    }
}

impl Transport for Live {
    /// Dropping the last of the futures that wait for one answer aborts its request.
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        Box::pin(async move {
            let (mut answer, inbox) = self.join(request)?;
            let next_chunk = || inbox.borrow_mut().pop_front();
            poll_fn(|context| {
                let outcome = answer.poll_unpin(context);
                while let Some(chunk) = next_chunk() {
                    sink(&chunk);
                }
                outcome
            })
            .await
        })
    }

    fn breathe(&self) -> LocalFuture<'_, ()> {
        Box::pin(give_turn())
    }
}
