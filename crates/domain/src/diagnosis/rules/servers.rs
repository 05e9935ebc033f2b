//! What servers answer, or that they do not: by host.

use super::super::case::Case;
use super::super::http::{failed_status, reason_phrase};
use super::super::words::{says, shortened};
use super::super::{Cause, Matched};
use super::Found;
use super::phrases::{KILLED, NO_TIMEOUT, TIMEOUT, UNREACHABLE, is_time_limit};
use crate::fingerprint::JobSample;
use crate::job::{JobState, Origin};
use crate::system::{Role, fields_for};
use crate::trace::{Span, SpanKind};

/// Every cause that lies with a server or a time limit.
pub(super) fn all(case: &Case) -> Vec<Found> {
    let rules = [http_status, unreachable, time_limit, timeout, worker_killed];
    rules.iter().filter_map(|rule| rule(case)).map(Found::plain).collect()
}

/// What to do about an address that is gone; what a deployment does about hosts that refuse does not help there.
const GONE: &str = "Open the address by hand: mend it where it came from, or submit the job without it";

/// A server answered, and said no.
fn http_status(case: &Case) -> Option<Cause> {
    let (word, status) = case.find(failed_status)?;
    if is_own_answer(case, status) {
        return None;
    }
    let is_it = |it: &str| failed_status(it) == Some(status);
    let (n_failed, n_alike) = case.attempts_that(is_it);
    let who = case.host.as_deref().unwrap_or("the server that it asked");
    let sentence = match &case.host {
        Some(host) => format!("{host} answers {status}"),
        None => format!("a server that {} asks answers {status}", case.stage),
    };
    let all_alike = n_failed > 1 && n_alike == n_failed;
    let phrase = reason_phrase(status);
    let phrase = if phrase.is_empty() { String::new() } else { format!(" ({phrase})") };
    let is_exact = word.weight == 4;
    let quoted = if is_exact { String::new() } else { format!(": “{}”", shortened(&word.text)) };
    let times = if n_alike > 1 { format!(", in {n_alike} of {n_failed} attempts") } else { String::new() };
    let mut cause = Cause {
        rule: "http_status".to_owned(),
        sentence,
        matched: case.matched(is_it),
        sure: if is_exact || all_alike { 4 } else { case.weight(word) },
        why: format!("{} says {status}{phrase}{times}{quoted}", word.who),
        would_refute: format!("another job that {who} answered well at that time"),
        runbook: None,
    };
    let says_status = |it: &JobSample| {
        let failure = it.failure.as_ref();
        let code = failure.and_then(|it| it.code.as_deref()).and_then(failed_status);
        code.or_else(|| failed_status(&failure?.template)) == Some(status)
    };
    // What is gone says nothing about the host: its other pages are still there.
    if matches!(status, 404 | 410) {
        cause.would_refute = "the same address, if it is there when it is asked for again".to_owned();
        cause.runbook = Some(GONE.to_owned());
    } else {
        weigh_host(case, &mut cause, says_status);
    }
    Some(cause)
}

/// Whether the failed attempt is itself the request that was answered so, which says nothing of why: its server's span says
/// it, or a line about a path of its own, and nothing says so of a question that it asked.
fn is_own_answer(case: &Case, status: u16) -> bool {
    let codes = fields_for(&case.system.spans.roles, Role::ErrorCode);
    let spans = || case.evidence.traces.iter().flat_map(|it| it.spans.iter());
    let says_it = |it: &Span| it.attr(codes).and_then(|it| failed_status(&it.to_string())) == Some(status);
    let is_attempt = |it: &Span| case.attempts().any(|one| one.from == Origin::Span(it.trace, it.id));
    let by_span = spans().any(|it| it.kind == SpanKind::Server && is_attempt(it) && says_it(it));
    let by_line = case.own_lines().iter().any(|it| {
        it.roles.url.as_deref().is_some_and(|it| it.starts_with('/'))
            && it.roles.error_code.as_deref().and_then(failed_status) == Some(status)
    });
    (by_span || by_line) && !spans().any(|it| it.kind == SpanKind::Client && says_it(it))
}

/// What other jobs of the same host say: that they failed alike, or that it answered them well.
fn weigh_host(case: &Case, cause: &mut Cause, is_alike: impl Fn(&JobSample) -> bool) {
    let Some(host) = &case.host else { return };
    let same =
        case.surroundings.others.iter().filter(|it| it.id != case.job.id && it.host.as_ref() == Some(host));
    let n_alike = same.clone().filter(|it| is_alike(it)).count();
    let n_well = same.clone().filter(|it| it.state == JobState::Done).count();
    if n_alike + n_well < 3 {
        return;
    }
    let words = format!("of other jobs about {host}, {n_alike} failed alike and {n_well} went well");
    cause.why.push_str(&format!("; {words}"));
    cause.matched.push(Matched::inferred(words));
    if n_alike > n_well {
        cause.sure = (cause.sure + 1).min(4);
    } else if n_well > 4 * n_alike {
        cause.sure = cause.sure.saturating_sub(1).max(1);
    }
}

/// Nobody was there to answer.
fn unreachable(case: &Case) -> Option<Cause> {
    let heard = case.heard(|text| says(text, UNREACHABLE))?;
    let what = case.host.clone().unwrap_or_else(|| format!("a service that {} needs", case.stage));
    Some(Cause {
        rule: "unreachable".to_owned(),
        sentence: format!("{what} cannot be reached"),
        matched: heard.matched,
        sure: heard.sure,
        why: heard.who,
        would_refute: "another job of the same stage that reached it at that time".to_owned(),
        runbook: None,
    })
}

/// The work was stopped for taking too long.
fn time_limit(case: &Case) -> Option<Cause> {
    let heard = case.heard(is_time_limit)?;
    Some(Cause {
        rule: "time_limit".to_owned(),
        sentence: format!("{} took longer than its time limit", case.stage),
        matched: heard.matched,
        sure: heard.sure,
        why: heard.who,
        would_refute: "an attempt that was as long and succeeded".to_owned(),
        runbook: None,
    })
}

/// Somebody took too long.
fn timeout(case: &Case) -> Option<Cause> {
    let is_late = |text: &str| says(text, TIMEOUT) && !says(text, NO_TIMEOUT) && !is_time_limit(text);
    let heard = case.heard(is_late)?;
    let sentence = match &case.host {
        Some(host) => format!("{host} does not answer in time"),
        None => format!("{} timed out", case.stage),
    };
    let mut cause = Cause {
        rule: "timeout".to_owned(),
        sentence,
        matched: heard.matched,
        sure: heard.sure.min(3),
        why: heard.who,
        would_refute: "another job of the same stage that was as quick as ever at that time".to_owned(),
        runbook: None,
    };
    let is_alike = |it: &JobSample| {
        it.failure.as_ref().is_some_and(|it| {
            let said = [it.code.as_deref(), it.exception.as_deref(), Some(it.template.as_str())];
            said.into_iter().flatten().any(is_late)
        })
    };
    weigh_host(case, &mut cause, is_alike);
    Some(cause)
}

/// The worker was killed, and nobody says why.
fn worker_killed(case: &Case) -> Option<Cause> {
    let is_killed = |text: &str| says(text, KILLED) || text.trim() == "Killed";
    let heard = case.heard(is_killed)?;
    let n_lost = case.n_lost();
    let before = match n_lost {
        0 => String::new(),
        1 => ", and the attempt before ended without a word".to_owned(),
        n => format!(", and {n} attempts before ended without a word"),
    };
    let mut cause = Cause {
        rule: "worker_killed".to_owned(),
        sentence: format!("the worker at {} was killed", case.stage),
        matched: heard.matched,
        sure: if n_lost > 0 { 3 } else { 2 },
        why: format!("{}{before}; memory is the usual reason, but nothing here says so", heard.who),
        would_refute: "a deployment or a stop by hand at that time".to_owned(),
        runbook: None,
    };
    use super::signals::{Shown, Watch, shown};
    let watch = Watch::above(crate::system::MetricRole::OomKills, 0.0);
    if let Some(Shown::Yes(words, role)) = shown(case, &watch) {
        cause.sentence = format!("the worker at {} was killed for its memory", case.stage);
        cause.sure = 4;
        cause.why = format!("{}{before}; {words}", heard.who);
        cause.matched.push(Matched::signal(words, role));
    }
    Some(cause)
}
