//! A merged profile: `GET /pyroscope/render`.

use domain::profile::Profile;
use domain::system::{MatchOp, Matcher};
use domain::time::{TimeDelta, TimeRange};

use super::flame::Flame;
use crate::answer::Streamed;
use crate::quote::go_string;
use crate::spell::encode;
use crate::{Endpoint, Method, Question, RequestSpec, SourceKind};

/// The longest range that a Pyroscope answers as it is shipped (`-querier.max-query-length`).
pub const MAX_RANGE: TimeDelta = TimeDelta::from_secs(24 * 3_600);

/// Nodes of the call tree that are asked for; what is smaller is put together as `other`.
pub(super) const MAX_NODES: u32 = 8_192;

/// All that profiles of one type counted, of the series that match, over some time.
#[derive(Clone, Debug, PartialEq)]
pub struct Render {
    /// The type: `name:sample type:sample unit:period type:period unit`.
    pub profile_type: String,
    /// Which series.
    pub matchers: Vec<Matcher>,
    /// When, to the millisecond; at most [`MAX_RANGE`].
    pub range: TimeRange,
}

impl Render {
    /// The query as Pyroscope and its own pages take it: the type, then the selector.
    pub fn query(&self) -> String {
        format!("{}{}", self.profile_type, self.selector())
    }

    /// Which series, in braces.
    pub(super) fn selector(&self) -> String {
        let one = |it: &Matcher| {
            let sign = match it.op {
                MatchOp::Equal => "=",
                MatchOp::NotEqual => "!=",
                MatchOp::Regex => "=~",
                MatchOp::NotRegex => "!~",
            };
            format!("{}{sign}{}", it.label, go_string(&it.value))
        };
        let tests: Vec<String> = self.matchers.iter().map(one).collect();
        format!("{{{}}}", tests.join(","))
    }

    /// Where Pyroscope's own pages, which begin at `ui`, show the same.
    pub fn page(&self, ui: &str) -> String {
        let mut query = String::new();
        encode(&self.query(), &mut query);
        let (from, until) = (self.range.start.millis(), self.range.end.millis());
        format!("{}/?query={query}&from={from}&until={until}", ui.trim_end_matches('/'))
    }
}

impl Endpoint for Render {
    type Output = Profile;
    type Decoder = Streamed<Profile>;

    fn request(&self) -> RequestSpec {
        let query = self.query();
        RequestSpec {
            source: SourceKind::Pyroscope,
            method: Method::Get,
            path: "/pyroscope/render".to_owned(),
            params: vec![
                ("query", query.clone()),
                // Thirteen digits are read as milliseconds.
                ("from", format!("{:013}", self.range.start.millis().max(0))),
                ("until", format!("{:013}", self.range.end.millis().max(0))),
                ("max-nodes", MAX_NODES.to_string()),
                ("format", "json".to_owned()),
            ],
            headers: Vec::new(),
            question: Question { endpoint: "pyroscope/render", query, range: Some(self.range), step: None },
            timeout_secs: 30,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Streamed::new(SourceKind::Pyroscope, Flame::default())
    }
}
