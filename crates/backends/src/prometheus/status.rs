//! Whether a Prometheus or Mimir is there, and which one.

use crate::answer::{ReadinessDecoder, Small};
use crate::request::plain_get;
use crate::{Build, Endpoint, Readiness, RequestSpec, SourceKind};

/// Which server it is: `GET /api/v1/status/buildinfo`. Only Mimir names its application.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo;

/// Whether it is ready: `GET /-/ready`. Proxies often let only the API through: prefer [`BuildInfo`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready;

impl Endpoint for BuildInfo {
    type Output = Build;
    type Decoder = Small<Build>;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Prometheus, "prometheus/buildinfo", "/api/v1/status/buildinfo")
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Prometheus, Build::read)
    }
}

impl Endpoint for Ready {
    type Output = Readiness;
    type Decoder = ReadinessDecoder;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Prometheus, "prometheus/ready", "/-/ready")
    }

    fn decoder(&self) -> Self::Decoder {
        ReadinessDecoder::new(SourceKind::Prometheus, &["prometheus server is ready", "ready"])
    }
}
