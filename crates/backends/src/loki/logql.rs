//! LogQL, written from typed values: the only place that knows how Loki spells a query.
//!
//! Filters are written in the order that is fastest for Loki, whatever order they were added in: line filters, then
//! structured metadata, then the JSON parser and what needs it.

use std::fmt;

use domain::system::{MatchOp, Matcher};
use domain::time::TimeDelta;

use crate::quote::{duration, go_string, is_plain_name, regex_literal};

/// A query for log lines.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LogQuery {
    selector: Vec<Matcher>,
    lines: Vec<(LineOp, String)>,
    metadata: Vec<Matcher>,
    fields: Vec<FieldFilter>,
    parses_json: bool,
}

/// How a line is filtered by its text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LineOp {
    /// `|=`
    Contains,
    /// `!=`
    Lacks,
    /// `|~`, not anchored
    Matches,
    /// `!~`, not anchored
    LacksMatch,
}

/// A test on one field inside a JSON line.
#[derive(Clone, Debug, PartialEq)]
struct FieldFilter {
    /// Keys joined with `.`.
    path: String,
    op: MatchOp,
    value: String,
}

impl LogQuery {
    /// All lines of the streams that match.
    ///
    /// Loki refuses a selector without a matcher that excludes the empty value.
    pub fn select(selector: &[Matcher]) -> Self {
        Self { selector: selector.to_vec(), ..Self::default() }
    }

    /// Only streams that also match this.
    #[must_use]
    pub fn stream(mut self, label: &str, op: MatchOp, value: &str) -> Self {
        self.selector.push(matcher(label, op, value));
        self
    }

    /// Only streams whose label has one of these values, whatever was asked of that label before.
    #[must_use]
    pub fn stream_in<S: AsRef<str>>(mut self, label: &str, values: &[S]) -> Self {
        let wanted = match values {
            [] => return self,
            [value] => matcher(label, MatchOp::Equal, value.as_ref()),
            values => {
                let either: Vec<_> = values.iter().map(|it| regex_literal(it.as_ref())).collect();
                matcher(label, MatchOp::Regex, &either.join("|"))
            }
        };
        self.selector.retain(|it| it.label != label);
        self.selector.push(wanted);
        self
    }

    /// Only lines that have this text in them.
    #[must_use]
    pub fn contains(self, text: &str) -> Self {
        self.line(LineOp::Contains, text)
    }

    /// Only lines that have at least one of these texts in them; all lines where `texts` is empty.
    #[must_use]
    pub fn contains_any<S: AsRef<str>>(self, texts: &[S]) -> Self {
        match texts {
            [] => self,
            [text] => self.contains(text.as_ref()),
            texts => {
                let either: Vec<_> = texts.iter().map(|it| regex_literal(it.as_ref())).collect();
                self.line(LineOp::Matches, &either.join("|"))
            }
        }
    }

    /// Only lines that pass this test.
    #[must_use]
    pub fn line(mut self, op: LineOp, text: &str) -> Self {
        self.lines.push((op, text.to_owned()));
        self
    }

    /// Only entries whose structured metadata (or stream label) is so.
    #[must_use]
    pub fn metadata(mut self, name: &str, op: MatchOp, value: &str) -> Self {
        self.metadata.push(matcher(name, op, value));
        self
    }

    /// Only JSON lines in which the field is so. `path` joins nested keys with `.`; a key that itself has dots is found too.
    #[must_use]
    pub fn json_field(mut self, path: &str, op: MatchOp, value: &str) -> Self {
        self.fields.push(FieldFilter { path: path.to_owned(), op, value: value.to_owned() });
        self
    }

    /// Has Loki parse every line as JSON, and send what it found beside the line.
    #[must_use]
    pub fn json(mut self) -> Self {
        self.parses_json = true;
        self
    }
}

fn matcher(label: &str, op: MatchOp, value: &str) -> Matcher {
    Matcher { label: label.to_owned(), op, value: value.to_owned() }
}

impl fmt::Display for LogQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_selector(f, &self.selector)?;
        for (op, text) in &self.lines {
            write!(f, " {} {}", op.sign(), go_string(text))?;
        }
        for it in &self.metadata {
            write!(f, " | {}{}{}", label_name(&it.label), sign(it.op), go_string(&it.value))?;
        }
        if self.parses_json {
            f.write_str(" | json")?;
        }
        for (place, filter) in self.fields.iter().enumerate() {
            filter.write(f, place)?;
        }
        Ok(())
    }
}

impl FieldFilter {
    /// Takes just this field out of the line, under a name that no stream has, tests it, and forgets it.
    fn write(&self, f: &mut fmt::Formatter<'_>, place: usize) -> fmt::Result {
        let test = format!("{}{}", sign(self.op), go_string(&self.value));
        let keys: Vec<_> = self.path.split('.').map(|key| format!("[{}]", go_string(key))).collect();
        let nested = go_string(&keys.concat());
        if keys.len() == 1 {
            return write!(
                f,
                " | json __field_{place}={nested} | __field_{place}{test} | drop __field_{place}"
            );
        }
        let whole = go_string(&format!("[{}]", go_string(&self.path)));
        // Both must hold for a negative test, one for a positive.
        let joint = match self.op {
            MatchOp::Equal | MatchOp::Regex => "or",
            MatchOp::NotEqual | MatchOp::NotRegex => "and",
        };
        write!(
            f,
            " | json __field_{place}={nested}, __field_{place}_whole={whole} \
             | __field_{place}{test} {joint} __field_{place}_whole{test} \
             | drop __field_{place}, __field_{place}_whole"
        )
    }
}

/// What a metric query counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogFunction {
    /// Lines in the window.
    CountOverTime,
    /// Lines a second in the window.
    Rate,
    /// Bytes in the window.
    BytesOverTime,
}

/// A query that makes numbers of log lines.
#[derive(Clone, Debug, PartialEq)]
pub struct LogMetric {
    /// The lines.
    pub lines: LogQuery,
    /// What is counted.
    pub function: LogFunction,
    /// Over how long before each point.
    pub window: TimeDelta,
    /// Labels that split it into series; one series where there are none.
    pub by: Vec<String>,
}

impl fmt::Display for LogMetric {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let function = match self.function {
            LogFunction::CountOverTime => "count_over_time",
            LogFunction::Rate => "rate",
            LogFunction::BytesOverTime => "bytes_over_time",
        };
        f.write_str("sum")?;
        if !self.by.is_empty() {
            let by: Vec<_> = self.by.iter().map(|it| label_name(it)).collect();
            write!(f, " by ({})", by.join(", "))?;
        }
        write!(f, " ({function}({}", self.lines)?;
        // A line that cannot be parsed would fail the whole metric query.
        if self.lines.parses_json || !self.lines.fields.is_empty() {
            f.write_str(" | __error__=\"\"")?;
        }
        write!(f, " [{}]))", duration(self.window))
    }
}

/// A query for what has several of something: which jobs have lines of more than one user. One series for each, whose
/// label [`Several::OF`] names it; its value is how many.
///
/// Keys and values are found wherever a line writes them as `key=value` or `"key": "value"`, so that it is the same for
/// JSON, logfmt and brackets.
#[derive(Clone, Debug, PartialEq)]
pub struct Several {
    /// The lines.
    pub lines: LogQuery,
    /// Keys whose value is what may have several; the first that a line has.
    pub of: Vec<String>,
    /// Keys whose values are counted.
    pub values: Vec<String>,
    /// Over how long before the point.
    pub window: TimeDelta,
}

impl Several {
    /// The label that says what has several.
    pub const OF: &'static str = "_of";
    const VALUE: &'static str = "_value";
    /// What a language writes for nothing.
    const NOTHING: &'static str = "null|None|nil|undefined|-";
}

impl fmt::Display for Several {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (of, value) = (Self::OF, Self::VALUE);
        let lines = self.lines.clone().contains_any(&self.of).contains_any(&self.values);
        write!(f, "count by ({of}) (sum by ({of}, {value}) (count_over_time({lines}")?;
        for (name, keys) in [(of, &self.of), (value, &self.values)] {
            let keys: Vec<_> = keys.iter().map(|it| regex_literal(it)).collect();
            // Inside a text, JSON's own marks have a backslash before them.
            let pair =
                format!(r#"\b(?:{})\\?["']?\s*[:=]\s*\\?["']?(?P<{name}>[^\\"'\s,;)\]}}]+)"#, keys.join("|"));
            write!(f, " | regexp {}", go_string(&pair))?;
        }
        let nothing = go_string(Self::NOTHING);
        let window = duration(self.window);
        write!(f, " | {of}!=\"\" | {value}!=\"\" | {value}!~{nothing} [{window}]))) > 1")
    }
}

/// Writes a stream selector.
pub(super) fn write_selector(f: &mut fmt::Formatter<'_>, selector: &[Matcher]) -> fmt::Result {
    f.write_str("{")?;
    for (place, it) in selector.iter().enumerate() {
        let comma = if place > 0 { ", " } else { "" };
        write!(f, "{comma}{}{}{}", label_name(&it.label), sign(it.op), go_string(&it.value))?;
    }
    f.write_str("}")
}

/// A stream selector as text.
pub(super) fn selector_text(selector: &[Matcher]) -> String {
    LogQuery::select(selector).to_string()
}

/// A label's name as LogQL takes it: Loki keeps `[A-Za-z_][A-Za-z0-9_]*` only and puts `_` for the rest.
fn label_name(name: &str) -> String {
    if is_plain_name(name) {
        return name.to_owned();
    }
    let plain: String = name.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if is_plain_name(&plain) { plain } else { format!("_{plain}") }
}

const fn sign(op: MatchOp) -> &'static str {
    match op {
        MatchOp::Equal => "=",
        MatchOp::NotEqual => "!=",
        MatchOp::Regex => "=~",
        MatchOp::NotRegex => "!~",
    }
}

impl LineOp {
    const fn sign(self) -> &'static str {
        match self {
            Self::Contains => "|=",
            Self::Lacks => "!=",
            Self::Matches => "|~",
            Self::LacksMatch => "!~",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app() -> LogQuery {
        LogQuery::select(&[matcher("app", MatchOp::Equal, "worker")])
    }

    #[track_caller]
    fn check(query: &LogQuery, expected: &str) {
        assert_eq!(query.to_string(), expected);
    }

    #[test]
    fn a_selector_takes_every_operator() {
        check(&app(), r#"{app="worker"}"#);
        check(&app().stream("env", MatchOp::Regex, "prod|dev"), r#"{app="worker", env=~"prod|dev"}"#);
        check(&app().stream("k8s.pod", MatchOp::NotEqual, "x"), r#"{app="worker", k8s_pod!="x"}"#);
    }

    #[test]
    fn a_label_is_narrowed_to_some_of_its_values() {
        check(&app().stream_in("env", &["prod"]), r#"{app="worker", env="prod"}"#);
        check(&app().stream_in("app", &["a.b", "c"]), r#"{app=~"a\\.b|c"}"#);
        check(&app().stream_in::<&str>("app", &[]), r#"{app="worker"}"#);
    }

    #[test]
    fn metadata_goes_before_json_whatever_came_first() {
        let query = app().json().metadata("trace_id", MatchOp::Equal, "abc").contains("x");
        check(&query, r#"{app="worker"} |= "x" | trace_id="abc" | json"#);
    }

    #[test]
    fn a_field_is_taken_out_alone() {
        check(
            &app().contains("j-1").json_field("job_id", MatchOp::Equal, "j-1"),
            r#"{app="worker"} |= "j-1" | json __field_0="[\"job_id\"]" | __field_0="j-1" | drop __field_0"#,
        );
    }

    #[test]
    fn a_field_with_a_dot_may_be_nested_or_not() {
        check(
            &app().json_field("job.id", MatchOp::Equal, "j"),
            r#"{app="worker"} | json __field_0="[\"job\"][\"id\"]", __field_0_whole="[\"job.id\"]" | __field_0="j" or __field_0_whole="j" | drop __field_0, __field_0_whole"#,
        );
    }

    #[test]
    fn several_texts_become_one_escaped_regex() {
        check(&app().contains_any(&["a.b", "c"]), r#"{app="worker"} |~ "a\\.b|c""#);
        check(&app().contains_any(&["a.b"]), r#"{app="worker"} |= "a.b""#);
        check(&app().contains_any::<&str>(&[]), r#"{app="worker"}"#);
    }

    #[test]
    fn a_metric_leaves_out_what_cannot_be_parsed() {
        let metric = LogMetric {
            lines: app().json(),
            function: LogFunction::CountOverTime,
            window: TimeDelta::from_secs(60),
            by: vec!["level".to_owned()],
        };
        assert_eq!(
            metric.to_string(),
            r#"sum by (level) (count_over_time({app="worker"} | json | __error__="" [1m]))"#
        );
    }
}
