//! What answers have in common: small values, how a body is read, and what to make of an answer that is none.

mod body;
mod head;
mod refusal;
mod values;

pub(crate) use body::{Answer, Answered, Misread, Small, Streamed};
pub(crate) use head::Head;
pub(crate) use refusal::{misread, refusal};
pub use values::{Build, Readiness, Sample};
pub(crate) use values::{ReadinessDecoder, texts};
