//! Whether a Loki is there, ready, and which one.

use crate::answer::{ReadinessDecoder, Small};
use crate::request::plain_get;
use crate::{Build, Endpoint, Readiness, RequestSpec, SourceKind};

/// Which Loki it is: `GET /loki/api/v1/status/buildinfo`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo;

/// Whether it is ready: `GET /ready`. Proxies often let only the API through: prefer [`BuildInfo`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready;

impl Endpoint for BuildInfo {
    type Output = Build;
    type Decoder = Small<Build>;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Loki, "loki/buildinfo", "/loki/api/v1/status/buildinfo")
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Loki, Build::read)
    }
}

impl Endpoint for Ready {
    type Output = Readiness;
    type Decoder = ReadinessDecoder;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Loki, "loki/ready", "/ready")
    }

    fn decoder(&self) -> Self::Decoder {
        ReadinessDecoder::new(SourceKind::Loki, &["ready"])
    }
}
