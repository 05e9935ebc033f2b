//! Answers from a recording: a transport that needs no server.

use backends::{BackendError, ErrorKind, Headers, RequestSpec};

use super::{Asked, Recorded, Recording};
use crate::transport::{Head, LocalFuture, Transport};

/// A body is handed on in pieces of this size, as a network would, so that no piece holds the page up for long.
const PIECE_BYTES: usize = 64 * 1024;

/// A recording that is asked like a server.
#[derive(Clone, Debug)]
pub struct Replay {
    recording: Recording,
}

impl Replay {
    /// Answers from this recording.
    pub fn new(recording: Recording) -> Self {
        Self { recording }
    }

    /// What it answers from.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// The answer to a question: of those that hold it, the one with the finest step, then of the shortest range,
    /// then the newest.
    pub fn find(&self, asked: &Asked) -> Option<&Recorded> {
        let candidates = self.recording.answers.iter().filter(|it| it.asked.answers(asked));
        candidates
            .min_by_key(|it| (it.asked.step, it.asked.range.map(|range| range.length()), -it.at.nanos()))
    }
}

impl Transport for Replay {
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>> {
        Box::pin(async move {
            let Some(recorded) = self.find(&Asked::of(&request)) else {
                return Err(BackendError::without_answer(request.source, ErrorKind::NotRecorded));
            };
            for piece in recorded.body.chunks(PIECE_BYTES) {
                sink(piece);
            }
            Ok(Head { status: recorded.status, headers: Headers(recorded.headers.clone()) })
        })
    }
}
