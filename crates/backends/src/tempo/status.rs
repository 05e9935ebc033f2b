//! Whether a Tempo is there, ready, and which one.

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
    type Decoder = crate::Pending<Readiness>;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Tempo, "tempo/echo", "/api/echo")
    }

    fn decoder(&self) -> Self::Decoder {
        crate::Pending::new(SourceKind::Tempo)
    }
}

impl Endpoint for BuildInfo {
    type Output = Build;
    type Decoder = crate::Pending<Build>;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Tempo, "tempo/buildinfo", "/api/status/buildinfo")
    }

    fn decoder(&self) -> Self::Decoder {
        crate::Pending::new(SourceKind::Tempo)
    }
}

impl Endpoint for Ready {
    type Output = Readiness;
    type Decoder = crate::Pending<Readiness>;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Tempo, "tempo/ready", "/ready")
    }

    fn decoder(&self) -> Self::Decoder {
        crate::Pending::new(SourceKind::Tempo)
    }
}
