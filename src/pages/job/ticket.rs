//! A job as Markdown, to paste into a ticket: what happened, why, and the lines that show it.

use domain::diagnosis::Cause;
use domain::job::{Job, JobState};
use domain::logs::LogRecord;
use domain::redact::redacted;
use domain::time::{Timestamp, civil_from_timestamp};
use domain::view_state::Tab;
use leptos::prelude::*;

use super::header::state_words;
use super::model::Model;

/// Lines that a ticket holds at most.
const MAX_LINES: usize = 15;

/// What a ticket is written from.
struct Ticket<'a> {
    job: &'a Job,
    /// How the job stands, in words.
    title: &'a str,
    /// The likely causes, the likeliest first.
    causes: &'a [Cause],
    /// What was looked at, in order.
    checked: &'a [Checked],
    /// All of the job's lines, in time order.
    lines: &'a [&'a LogRecord],
    /// Where it is seen in full.
    address: &'a str,
    /// Where it is seen beside the last good job of its kind.
    compared: Option<&'a str>,
}

/// One thing that was looked at.
pub(super) struct Checked {
    pub(super) what: String,
    /// `found`, `nothing` and the like.
    pub(super) found: &'static str,
    /// The sentence, with its full stop.
    pub(super) says: String,
}

/// The address of what is shown.
pub(super) fn address() -> String {
    window().location().href().unwrap_or_default()
}

/// The whole address of a view, given as it stands in a link.
fn whole_address(link: &str) -> String {
    let shown = address();
    let page = shown.split(['?', '#']).next().unwrap_or_default();
    format!("{page}{link}")
}

impl Model {
    /// The ticket of the job as it stands; `checked` is what was looked at, in order.
    pub(super) fn ticket(self, checked: &[Checked]) -> String {
        let causes = self.causes.get();
        let compared = whole_address(&self.view.href(|it| it.tab = Tab::Compare));
        self.job.with(|job| {
            let title = self.system.with(|it| state_words(job, it));
            let (address, compared) =
                (&address(), (job.state != JobState::Done).then_some(compared.as_str()));
            self.with_lines(|lines| {
                markdown(&Ticket { job, title: &title, causes: &causes, checked, lines, address, compared })
            })
        })
    }
}

/// Writes the ticket, without secrets; times are UTC, since it is read elsewhere.
fn markdown(ticket: &Ticket<'_>) -> String {
    let Ticket { job, title, causes, checked, lines, address, compared } = *ticket;
    let mut text = format!("### [{}]({address}): {title}\n\n", job.id);
    if let Some((first, others)) = causes.split_first() {
        text.push_str(&format!("**{}.** {}\n\n", first.sentence, first.why));
        if causes.len() > 1 || !checked.is_empty() {
            text.push_str(&format!(
                "Sure: {} of 4. It would be refuted by {}.\n\n",
                first.sure, first.would_refute
            ));
        }
        if let Some(runbook) = &first.runbook {
            text.push_str(&format!("What to do: {runbook}\n\n"));
        }
        for it in others {
            text.push_str(&format!("- or: {} (sure: {} of 4; {})\n", it.sentence, it.sure, it.why));
        }
        if !others.is_empty() {
            text.push('\n');
        }
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
    job.facts.attributes.iter().for_each(|(name, value)| fact(name, Some(value.clone())));

    if !checked.is_empty() {
        text.push_str("\nChecked:\n\n");
        for it in checked {
            text.push_str(&format!("1. {} *{}.* {}\n", it.what, it.found, it.says));
        }
    }
    let telling = telling_lines(job.state, lines);
    if !telling.is_empty() {
        text.push_str(&format!("\n```\n{}\n```\n", telling.join("\n")));
    }
    let left_out = lines.len().saturating_sub(telling.len());
    if left_out > 0 {
        let lines = if left_out == 1 { "line" } else { "lines" };
        text.push_str(&format!("\n{left_out} more {lines} in Jobscope.\n"));
    }
    // The addresses are the reader's own, and must work.
    let text = text.split(address).map(redacted).collect::<Vec<_>>().join(address);
    match compared {
        Some(compared) => format!("{text}\n[Beside the last good job of its kind]({compared})\n"),
        None => text,
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use domain::job::{Facts, Moment, Origin};
    use domain::logs::{EventKind, Level, LifecycleEvent, LineKey, Roles};

    fn line(secs: i64, level: Level, event: Option<EventKind>, text: &str) -> LogRecord {
        let time = Timestamp::from_secs(secs);
        LogRecord {
            key: LineKey { time, hash: 0 },
            time,
            level,
            service: "".into(),
            message: String::new(),
            event: event.map(|kind| LifecycleEvent { kind, stage: None }),
            roles: Roles::default(),
            fields: Vec::new(),
            line: text.to_owned(),
        }
    }

    fn job(state: JobState) -> Job {
        let moment = |secs| Some(Moment { at: Timestamp::from_secs(secs), from: Origin::Inferred });
        Job {
            id: "j-1".into(),
            state,
            because: String::new(),
            decided_by: None,
            submitted: moment(0),
            ended: moment(252),
            last_seen: None,
            stages: Vec::new(),
            failure: None,
            facts: Facts::default(),
            notes: Vec::new(),
        }
    }

    fn written(job: &Job, checked: &[Checked], lines: &[&LogRecord], address: &str) -> String {
        let compared = Some("https://x/?tab=compare");
        markdown(&Ticket { job, title: "failed", causes: &[], checked, lines, address, compared })
    }

    #[test]
    fn a_ticket_holds_what_was_checked_and_no_secrets() {
        let lines = [line(2, Level::Error, None, "login of jane@example.org with password=hunter2 failed")];
        let lines: Vec<_> = lines.iter().collect();
        let checked = [Checked { what: "Its lines".to_owned(), found: "found", says: "3 lines.".to_owned() }];
        let text = written(&job(JobState::Failed), &checked, &lines, "https://x/?token=1&job=j-1");
        assert!(text.contains("1. Its lines *found.* 3 lines.\n"), "{text}");
        assert!(text.contains("login of [redacted] with password=[redacted] failed"), "{text}");
        assert!(text.contains("(https://x/?token=1&job=j-1)"), "{text}");
    }

    #[test]
    fn a_ticket_tells_what_happened_and_shows_the_lines_that_say_so() {
        let lines = [
            line(0, Level::Info, Some(EventKind::JobSubmitted), "submitted"),
            line(1, Level::Info, None, "noise"),
            line(2, Level::Error, None, "bad ``` line\nsecond"),
        ];
        let lines: Vec<_> = lines.iter().collect();
        let expected = "### [j-1](https://x/?job=j-1): failed\n\n\
            - submitted: 1970-01-01 00:00:00.000Z\n\
            - ended: 1970-01-01 00:04:12.000Z\n\
            - total: 4 min 12 s\n\
            \n```\n\
            1970-01-01 00:00:00.000Z submitted\n\
            1970-01-01 00:00:02.000Z bad ''' line second\n\
            ```\n\n1 more line in Jobscope.\n\n\
            [Beside the last good job of its kind](https://x/?tab=compare)\n";
        assert_eq!(written(&job(JobState::Failed), &[], &lines, "https://x/?job=j-1"), expected);
    }

    #[test]
    fn a_long_story_is_told_from_its_end() {
        let lines: Vec<_> = (0..40).map(|it| line(it, Level::Error, None, &format!("line {it}"))).collect();
        let lines: Vec<_> = lines.iter().collect();
        let text = written(&job(JobState::Failed), &[], &lines, "https://x/");
        assert!(text.contains("line 39") && text.contains("line 25") && !text.contains("line 24"), "{text}");
        assert!(text.contains("25 more lines"), "{text}");
    }
}
