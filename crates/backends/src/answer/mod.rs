//! What answers have in common: small values, and what to make of an answer that is none.

use std::marker::PhantomData;

use domain::series::Labels;
use domain::time::Timestamp;
use domain::warning::Warning;

use crate::{BackendError, Decoder, ErrorKind, Headers, SourceKind};

/// The value of one series at one instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Sample {
    /// The series; empty for a scalar.
    pub labels: Labels,
    /// When.
    pub time: Timestamp,
    /// The value; may be `NaN` or infinite.
    pub value: f64,
}

/// Which server it is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Build {
    /// Its version, such as `3.7.6`; empty where it does not say.
    pub version: String,
    /// Its name, where it gives one: `Grafana Mimir`.
    pub application: Option<String>,
}

impl Build {
    /// Whether it is Mimir: Prometheus does not name its application.
    pub fn is_mimir(&self) -> bool {
        self.application.as_deref() == Some("Grafana Mimir")
    }
}

/// Whether a server is ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It is.
    Ready,
    /// Not yet; in its own words.
    NotReady(String),
}

/// Stands in for a decoder that is still to be written.
#[derive(Debug)]
pub struct Pending<T>(SourceKind, PhantomData<T>);

impl<T> Pending<T> {
    pub(crate) const fn new(source: SourceKind) -> Self {
        Self(source, PhantomData)
    }
}

impl<T> Decoder for Pending<T> {
    type Output = T;

    fn push(&mut self, _chunk: &[u8]) {}

    fn finish(self, status: u16, _headers: &Headers) -> Result<(T, Vec<Warning>), BackendError> {
        let kind = ErrorKind::Malformed("this answer cannot be read yet".to_owned());
        Err(BackendError { source: self.0, kind, status: Some(status), body: String::new() })
    }
}
