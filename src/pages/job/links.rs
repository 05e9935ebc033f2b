//! Links from a job into other tools, by the templates of the system file.

use domain::ids::TaskId;
use domain::job::{Evidence, Job};
use domain::system::LinkTemplate;
use domain::time::{TimeDelta, Timestamp};

/// What a link's template may ask for; `None` where it is not known.
#[derive(Clone, Debug, Default)]
pub(super) struct LinkValues {
    pub(super) job: Option<String>,
    pub(super) task: Option<String>,
    pub(super) trace: Option<String>,
    /// Milliseconds since the epoch.
    pub(super) from_ms: Option<i64>,
    /// Milliseconds since the epoch.
    pub(super) to_ms: Option<i64>,
}

/// How much of the time round a job other tools are shown.
const MARGIN: TimeDelta = TimeDelta::from_secs(300);

impl LinkValues {
    /// What a job and its evidence have to offer.
    pub(super) fn of(job: &Job, evidence: &Evidence, now: Timestamp) -> Self {
        let task = evidence.lines.iter().rev().find_map(|it| it.roles.task_id.as_ref());
        let kept = evidence.traces.iter().find_map(|it| it.spans.first()).map(|it| it.trace);
        let named = evidence.lines.iter().find_map(|it| it.roles.trace);
        let end = job.ended.map(|it| it.at).or(job.last_seen).unwrap_or(now);
        Self {
            job: Some(job.id.to_string()),
            task: task.map(TaskId::to_string),
            trace: kept.or(named).map(|it| it.to_string()),
            from_ms: job.submitted.map(|it| (it.at - MARGIN).millis()),
            to_ms: Some((end + MARGIN).millis()),
        }
    }

    fn value(&self, name: &str) -> Option<String> {
        match name {
            "job" => self.job.clone(),
            "task" => self.task.clone(),
            "trace" => self.trace.clone(),
            "from" => self.from_ms.map(|it| it.to_string()),
            "to" => self.to_ms.map(|it| it.to_string()),
            _ => None,
        }
    }
}

/// The address that a template gives, with every value percent-encoded.
///
/// `None` when it asks for something that is not known, or leads anywhere but to http or https.
pub(super) fn link(template: &LinkTemplate, values: &LinkValues) -> Option<String> {
    let mut address = String::new();
    let mut rest = template.url.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (name, tail) = after.split_once('}')?;
        address.push_str(before);
        push_encoded(&mut address, &values.value(name)?);
        rest = tail;
    }
    address.push_str(rest);
    let is_web = address.starts_with("https://") || address.starts_with("http://");
    is_web.then_some(address)
}

/// Everything but the unreserved characters of RFC 3986 is written as `%XX`.
fn push_encoded(out: &mut String, text: &str) {
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expected: Option<&str>) {
        let template = LinkTemplate { title: String::new(), url: url.to_owned() };
        let values = LinkValues { job: Some("a/b&c".to_owned()), from_ms: Some(5), ..LinkValues::default() };
        assert_eq!(link(&template, &values).as_deref(), expected);
    }

    #[test]
    fn values_are_filled_in_and_escaped() {
        check("https://g/x?job={job}&from={from}", Some("https://g/x?job=a%2Fb%26c&from=5"));
        check("https://g/plain", Some("https://g/plain"));
    }

    #[test]
    fn a_link_that_cannot_be_made_is_left_out() {
        check("https://g/{trace}", None);
        check("https://g/{nonsense}", None);
        check("https://g/{job", None);
        check("javascript:alert({job})", None);
    }
}
