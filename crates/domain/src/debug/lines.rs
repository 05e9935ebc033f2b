//! Verdicts over log lines: the job's own, and those that a step looked for.

use std::collections::BTreeSet;

use super::Verdict;
use super::owners::Owners;
use super::sentence::{Sentence, beside, counted, quoted};
use super::values::Anchor;
use crate::job::Job;
use crate::logs::{Level, LogRecord};
use crate::time::{TimeRange, Timestamp};

/// The longest that a line's words may be in a sentence.
const MAX_QUOTE_CHARS: usize = 120;

/// What the job's own lines come to.
pub fn of_job(job: &Job, lines: &[LogRecord]) -> Verdict {
    let Some((first, last)) = ends(lines) else {
        return Verdict::nothing("no line of any service names this job");
    };
    let services: BTreeSet<&str> = lines.iter().map(|it| &*it.service).filter(|it| !it.is_empty()).collect();
    let of_services = match services.len() {
        0 => String::new(),
        1 => format!(" of {}", services.iter().next().unwrap_or(&"")),
        n => format!(" of {}", counted(n, "service")),
    };
    let says = Sentence::of(format!("{}{of_services} from ", counted(lines.len(), "line")))
        .at(first)
        .then(" to ")
        .at(last);
    let n_errors = lines.iter().filter(|it| it.level.is_error()).count();
    let n_warnings = lines.iter().filter(|it| it.level == Level::Warn).count();
    let telling = telling(job, lines);
    let says = match (n_errors, n_warnings) {
        (0, 0) => says.then(", none worse than normal"),
        (0, n) => says.then(format!(": no error, {}", counted(n, "warning"))),
        (n, 0) => says.then(format!(": {}", counted(n, "error"))),
        (n, w) => says.then(format!(": {}, {}", counted(n, "error"), counted(w, "warning"))),
    };
    Verdict::something(match telling {
        Some(line) => says
            .then(format!("; {} of {} at ", level_words(line), named(&line.service)))
            .at(line.time)
            .then(format!(" says {}", words(line))),
        None => says,
    })
}

/// What lines come to that a step looked for; `is_cut` when there are more.
pub fn of_logs(
    lines: &[LogRecord],
    owners: &Owners,
    is_cut: bool,
    searched: TimeRange,
    trouble: Anchor,
) -> Verdict {
    let Some((first, last)) = ends(lines) else {
        let nothing = Sentence::of("no such line from ").at(searched.start).then(" to ").at(searched.end);
        return Verdict::nothing(nothing);
    };
    let n_own = lines.iter().filter(|it| owners.is_own(it)).count();
    let n = if is_cut {
        format!("at least {}", counted(lines.len(), "line"))
    } else {
        counted(lines.len(), "line")
    };
    let own = match n_own {
        0 => "none of this job".to_owned(),
        n if n == lines.len() => "of this job".to_owned(),
        n => format!("{n} of this job"),
    };
    let nearest = lines
        .iter()
        .filter(|it| n_own == 0 || owners.is_own(it))
        .min_by_key(|it| ((it.time - trouble.at).nanos().unsigned_abs(), it.key));
    let says = Sentence::of(format!("{n}, {own}, from ")).at(first).then(" to ").at(last);
    Verdict::something(match nearest {
        Some(line) => {
            says.then(format!("; the nearest, {}, says {}", beside(line.time, trouble), words(line)))
        }
        None => says,
    })
}

/// The line that a person would point at: the failure's own, else the first error, else the first warning.
fn telling<'a>(job: &Job, lines: &'a [LogRecord]) -> Option<&'a LogRecord> {
    let own = job.failure.as_ref().map(|it| it.from);
    let is_own = |it: &&LogRecord| own == Some(crate::job::Origin::Line(it.key));
    let first =
        |test: fn(&LogRecord) -> bool| lines.iter().filter(|it| test(it)).min_by_key(|it| (it.time, it.key));
    lines
        .iter()
        .find(is_own)
        .or_else(|| first(|it| it.level.is_error()))
        .or_else(|| first(|it| it.level == Level::Warn))
}

fn level_words(line: &LogRecord) -> &'static str {
    match line.level {
        Level::Error | Level::Critical => "the error",
        Level::Warn => "the warning",
        Level::Unknown | Level::Trace | Level::Debug | Level::Info => "the line",
    }
}

fn named(service: &str) -> &str {
    if service.is_empty() { "a service" } else { service }
}

/// What a line says: its message, and the code or error beside it.
pub(super) fn words(line: &LogRecord) -> String {
    let roles = &line.roles;
    let more = roles
        .error_code
        .as_ref()
        .or(roles.error.as_ref())
        .or(roles.exception.as_ref())
        .or(roles.reason.as_ref());
    match more.filter(|it| !line.message.contains(it.as_str())) {
        Some(more) => quoted(&format!("{}: {more}", line.message), MAX_QUOTE_CHARS),
        None => quoted(&line.message, MAX_QUOTE_CHARS),
    }
}

/// The first and the last time.
pub(super) fn ends(lines: &[LogRecord]) -> Option<(Timestamp, Timestamp)> {
    let times = || lines.iter().map(|it| it.time);
    times().min().zip(times().max())
}
