//! The one way out of the house: live, recording, replaying and native transports all implement [`Transport`].

use std::future::Future;
use std::pin::Pin;

use backends::{BackendError, Decoder, Endpoint, Headers, RequestSpec};
use domain::warning::Warning;

/// A future that stays on its thread, as everything in a browser does.
pub type LocalFuture<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// The head of an answer; its body went through the sink.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// HTTP status, also of an error.
    pub status: u16,
    /// Headers, names in lower case.
    pub headers: Headers,
}

/// Sends requests and hands the answers' bytes on as they come.
pub trait Transport {
    /// Sends one request. Dropping the future calls the request off.
    ///
    /// # Errors
    /// Only when no answer came (unreachable, timed out, not recorded): an HTTP error status is an answer.
    fn send<'a>(
        &'a self,
        request: RequestSpec,
        sink: &'a mut dyn FnMut(&[u8]),
    ) -> LocalFuture<'a, Result<Head, BackendError>>;

    /// Lets whoever owns the thread do something else for a moment, such as paint; at once where there is no one.
    fn breathe(&self) -> LocalFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// Asks one question and reads the answer while it comes.
///
/// # Errors
/// When no answer came, or it was a refusal, or it cannot be read.
pub async fn ask<E: Endpoint>(
    transport: &dyn Transport,
    endpoint: &E,
) -> Result<(E::Output, Vec<Warning>), BackendError> {
    let mut decoder = endpoint.decoder();
    let mut sink = |chunk: &[u8]| decoder.push(chunk);
    let head = transport.send(endpoint.request(), &mut sink).await?;
    decoder.finish(head.status, &head.headers)
}
