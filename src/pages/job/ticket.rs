//! A job as Markdown, to paste into a ticket: what happened, why, and the lines that show it.

use domain::diagnosis::Cause;
use domain::job::{Job, JobState};
use domain::logs::LogRecord;
use domain::time::{Timestamp, civil_from_timestamp};

/// Lines that a ticket holds at most.
const MAX_LINES: usize = 15;

/// Writes the ticket; times are UTC, since it is read elsewhere. `lines` are all of the job's, in time order.
pub(super) fn markdown(
    job: &Job,
    title: &str,
    cause: Option<&Cause>,
    lines: &[&LogRecord],
    address: &str,
) -> String {
    let mut text = format!("### [{}]({address}): {title}\n\n", job.id);
    if let Some(cause) = cause {
        text.push_str(&format!("**{}.** {}\n\n", cause.sentence, cause.why));
    }
    let mut fact = |name: &str, value: Option<String>| {
        if let Some(value) = value.filter(|it| !it.is_empty()) {
            text.push_str(&format!("- {name}: {value}\n"));
        }
    };
    let failure = job.failure.as_ref();
    fact("about", job.facts.url.clone());
    fact("submitted", job.submitted.map(|it| utc(it.at)));
    fact("ended", job.ended.map(|it| utc(it.at)));
    fact("total", job.submitted.zip(job.ended).map(|(from, to)| (to.at - from.at).to_string()));
    fact("failed stage", failure.and_then(|it| it.stage.as_ref()).map(ToString::to_string));
    fact("error code", failure.and_then(|it| it.code.clone()));
    fact("error", failure.and_then(|it| it.message.clone()));
    fact("version", job.facts.version.clone());
    fact("request", job.facts.request_id.clone());

    let telling = telling_lines(job.state, lines);
    if !telling.is_empty() {
        text.push_str(&format!("\n```\n{}\n```\n", telling.join("\n")));
    }
    let left_out = lines.len().saturating_sub(telling.len());
    if left_out > 0 {
        text.push_str(&format!("\n{left_out} more lines in Jobscope.\n"));
    }
    text
}

/// The lines worth a ticket: events and whatever is worse than normal; the last ones where there are too many.
fn telling_lines(state: JobState, lines: &[&LogRecord]) -> Vec<String> {
    let is_well = matches!(state, JobState::Done);
    let tells = |it: &&&LogRecord| it.event.is_some() || (!is_well && it.level >= domain::logs::Level::Warn);
    let telling: Vec<_> = lines.iter().filter(tells).collect();
    let first = telling.len().saturating_sub(MAX_LINES);
    telling.iter().skip(first).map(|it| format!("{} {}", utc(it.time), fenced(&it.line))).collect()
}

/// A line that cannot end the fence that it stands in.
fn fenced(line: &str) -> String {
    line.replace("```", "'''").replace(['\n', '\r'], " ")
}

fn utc(at: Timestamp) -> String {
    let it = civil_from_timestamp(at, 0);
    let millis = it.nanos / 1_000_000;
    format!(
        "{}-{:02}-{:02} {:02}:{:02}:{:02}.{millis:03}Z",
        it.year, it.month, it.day, it.hour, it.minute, it.second
    )
}
