//! What values a label has; of `__name__`: which metrics there are.

use domain::time::TimeRange;

use super::promql::Selector;
use crate::answer::{Small, texts};
use crate::request::{path_segment, seconds};
use crate::{Endpoint, Method, Question, RequestSpec, SourceKind};

/// The values of one label: `GET /api/v1/label/{name}/values` (a `POST` is refused).
#[derive(Clone, Debug, PartialEq)]
pub struct LabelValues {
    /// The label; with dots or other characters it is escaped as Prometheus 3 wants it (`U__…`).
    pub name: String,
    /// When.
    pub range: TimeRange,
    /// Of which series; of all where it is empty.
    pub of: Vec<Selector>,
}

impl Endpoint for LabelValues {
    type Output = Vec<String>;
    type Decoder = Small<Vec<String>>;

    fn request(&self) -> RequestSpec {
        let mut params = vec![("start", seconds(self.range.start)), ("end", seconds(self.range.end))];
        let selectors: Vec<_> = self.of.iter().map(Selector::to_string).collect();
        let query = format!("{} {}", self.name, selectors.join(" "));
        params.extend(selectors.into_iter().map(|it| ("match[]", it)));
        RequestSpec {
            source: SourceKind::Prometheus,
            method: Method::Get,
            path: format!("/api/v1/label/{}/values", path_segment(&escaped_name(&self.name))),
            params,
            headers: Vec::new(),
            question: Question {
                endpoint: "prometheus/label_values",
                query: query.trim_end().to_owned(),
                range: Some(self.range),
                step: None,
            },
            timeout_secs: 30,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Small::new(SourceKind::Prometheus, |it| texts("Prometheus", it))
    }
}

/// A label's name for a path: names with other characters than the classic ones as `U__` and hex code points
/// (Prometheus' “values” escaping), `_` doubled.
fn escaped_name(name: &str) -> String {
    if crate::quote::is_plain_name(name) {
        return name.to_owned();
    }
    let mut escaped = "U__".to_owned();
    for c in name.chars() {
        match c {
            '_' => escaped.push_str("__"),
            c if c.is_ascii_alphanumeric() => escaped.push(c),
            c => escaped.push_str(&format!("_{:x}_", c as u32)),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped_as_prometheus_wants() {
        assert_eq!(escaped_name("queue_name"), "queue_name");
        assert_eq!(escaped_name("my.label"), "U__my_2e_label");
        assert_eq!(escaped_name("a_b.c"), "U__a__b_2e_c");
    }
}
