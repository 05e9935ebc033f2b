//! Whether a Pyroscope is there, ready, and which one.

use domain::warning::Warning;

use crate::answer::{ReadinessDecoder, Small};
use crate::json::{Cursor, Read};
use crate::request::plain_get;
use crate::{Build, Endpoint, Readiness, RequestSpec, SourceKind};

/// The values of a label in any profile: `GET /pyroscope/label-values`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LabelValues {
    /// The label; `__name__` for the types of profiles.
    pub name: String,
}

/// Which Pyroscope it is: `GET /api/v1/status/buildinfo`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BuildInfo;

/// Whether it is ready: `GET /ready`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ready;

impl Endpoint for LabelValues {
    type Output = Vec<String>;
    type Decoder = Small<Vec<String>>;

    fn request(&self) -> RequestSpec {
        let plain = plain_get(SourceKind::Pyroscope, "pyroscope/label_values", "/pyroscope/label-values");
        let question = crate::Question { query: self.name.clone(), ..plain.question };
        RequestSpec { params: vec![("label", self.name.clone())], question, ..plain }
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Pyroscope, values)
    }
}

/// A list of texts; `null` where there is none.
fn values(cursor: &mut Cursor<'_>) -> Read<(Vec<String>, Vec<Warning>)> {
    let mut values = Vec::new();
    cursor.items(|value| {
        values.push(value.text()?.unescaped().into_owned());
        Ok(())
    })?;
    Ok((values, Vec::new()))
}

impl Endpoint for BuildInfo {
    type Output = Build;
    type Decoder = Small<Build>;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Pyroscope, "pyroscope/buildinfo", "/api/v1/status/buildinfo")
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Pyroscope, Build::read)
    }
}

impl Endpoint for Ready {
    type Output = Readiness;
    type Decoder = ReadinessDecoder;

    fn request(&self) -> RequestSpec {
        plain_get(SourceKind::Pyroscope, "pyroscope/ready", "/ready")
    }

    fn decoder(&self) -> Self::Decoder {
        ReadinessDecoder::new(SourceKind::Pyroscope, &["ready"])
    }
}
