//! What to ask Loki, Prometheus, Mimir, Tempo and Pyroscope, and how to read what they answer. Does no IO.
//!
//! An endpoint is a question that can say how it is sent ([`Endpoint::request`]) and make a decoder that is fed the
//! answer's bytes as they come ([`Decoder`]). Whoever owns the wire drives both.

mod answer;
mod carry;
mod error;
mod intern;
mod json;
pub mod loki;
mod numbers;
pub mod prometheus;
pub mod pyroscope;
mod quote;
#[cfg(test)]
mod recorded;
mod request;
mod spell;
pub mod tempo;
mod warnings;

pub use answer::{Build, Readiness, Sample};
pub use error::{BackendError, ErrorKind};
pub use request::{Headers, Method, Question, RequestSpec, SourceKind};
pub use spell::{Body, Sendable, basic_proof, bearer_proof, spell};

use domain::warning::Warning;

/// A question to one source, from which both its request and the reading of its answer follow.
pub trait Endpoint {
    /// What the answer means.
    type Output;
    /// What reads it.
    type Decoder: Decoder<Output = Self::Output>;

    /// How to send it.
    fn request(&self) -> RequestSpec;

    /// A fresh decoder for one answer.
    fn decoder(&self) -> Self::Decoder;
}

/// Reads one answer, fed chunk by chunk in whatever pieces the network cut it into.
pub trait Decoder {
    /// What the answer means.
    type Output;

    /// Takes the next bytes of the body. Never fails: what is wrong is told at the end.
    fn push(&mut self, chunk: &[u8]);

    /// Ends the body. `status` is the HTTP status.
    ///
    /// # Errors
    /// When the status is not a success, or the body is not what the endpoint answers: see [`ErrorKind`].
    fn finish(self, status: u16, headers: &Headers) -> Result<(Self::Output, Vec<Warning>), BackendError>;
}
