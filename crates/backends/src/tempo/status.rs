//! Whether a Tempo is there, ready, and which one.

use crate::answer::{ReadinessDecoder, Small};
use crate::request::plain_get;
use crate::{Build, Endpoint, Readiness, RequestSpec, SourceKind};

/// Whether its API answers at all: `GET /api/echo`. Reaches the query frontend only.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Echo;

/// Which Tempo it is: `GET /api/status/buildinfo`. The 2.2 line has no such address.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo;

/// Whether it is ready: `GET /ready`. Proxies often let only the API through: prefer [`Echo`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready;

impl Endpoint for Echo {
    type Output = Readiness;
    type Decoder = ReadinessDecoder;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Tempo, "tempo/echo", "/api/echo")
    }

    fn decoder(&self) -> Self::Decoder {
        ReadinessDecoder::new(SourceKind::Tempo, &["echo"])
    }
}

impl Endpoint for BuildInfo {
    type Output = Build;
    type Decoder = Small<Build>;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Tempo, "tempo/buildinfo", "/api/status/buildinfo")
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Tempo, Build::read)
    }
}

impl Endpoint for Ready {
    type Output = Readiness;
    type Decoder = ReadinessDecoder;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Tempo, "tempo/ready", "/ready")
    }

    fn decoder(&self) -> Self::Decoder {
        ReadinessDecoder::new(SourceKind::Tempo, &["ready"])
    }
}
