//! What was found out, as JSON: times in UTC, every question with its query, nothing of a proof.

use std::collections::BTreeMap;

use backends::ErrorKind;
use domain::diagnosis::{Cause, Matched};
use domain::fingerprint::Fingerprint;
use domain::format::{Precision, clock, date};
use domain::ids::JobId;
use domain::job::Origin;
use domain::profile::{FunctionCost, Profile};
use domain::time::{TimeRange, Timestamp};
use inquiry::debug::StepReport;
use inquiry::job::Asked;
use inquiry::panels::Panel;
use serde_json::{Map, Value, json};

use super::listed::Listed;
use super::summary::{plain, summary};
use super::{Asker, Outcome, Story};

/// Lines that are told of one job at most, the telling ones.
const MAX_LINES: usize = 20;

/// Everything: the stories, and of all jobs that were listed those that need none.
pub(super) fn outcome(
    asker: &Asker,
    range: TimeRange,
    stories: &[Story],
    listed: Option<&Listed>,
) -> Outcome {
    let mut trouble: Vec<String> = Vec::new();
    let of_list = listed.into_iter().flat_map(|it| &it.report.failures);
    let failures = stories.iter().flat_map(|it| &it.report.failures).chain(of_list);
    for failure in failures.filter(|it| it.kind != ErrorKind::NotConfigured) {
        let why = if failure.body.is_empty() { String::new() } else { format!(" ({})", failure.body.trim()) };
        let sentence = format!("{failure}{why}");
        if !trouble.contains(&sentence) {
            trouble.push(sentence);
        }
    }
    let mut jobs: Vec<Value> = stories.iter().map(|it| story(asker, it)).collect();
    if let Some(listed) = listed {
        let is_told = |id: &JobId| stories.iter().any(|it| it.key == id.as_str());
        jobs.extend(
            listed.report.rows.iter().filter(|it| !is_told(&it.id)).map(|it| plain(it, listed.report.range)),
        );
    }
    let told = json!({
        "system": asker.system.name,
        "now": utc(asker.now),
        "asked": span_of(range),
        "trouble": trouble,
        "summary": listed.map(summary),
        "jobs": jobs,
    });
    Outcome { told, trouble }
}

fn story(asker: &Asker, it: &Story) -> Value {
    let (job, evidence) = (&it.job, &it.report.evidence);
    let failure = job.failure.as_ref();
    let first = it.causes.first();
    let stage = failure.and_then(|it| it.stage.as_ref());
    let n_spans: usize = evidence.traces.iter().map(|it| it.spans.len()).sum();
    json!({
        "job": job.id.as_str(),
        "key": it.key,
        "key_is": format!("{:?}", it.report.key_kind).to_lowercase(),
        "state": job.state.name(),
        "because": job.because,
        "failed_stage": stage.map(|it| it.as_str()),
        "attempts": job.facts.attempts,
        "error_code": failure.and_then(|it| it.code.clone()),
        "error": failure.and_then(|it| it.message.clone()),
        "exception": failure.and_then(|it| it.exception.clone()),
        "submitted": job.submitted.map(|it| utc(it.at)),
        "ended": job.ended.map(|it| utc(it.at)),
        "last_seen": job.last_seen.map(utc),
        "version": job.facts.version,
        "url": job.facts.url,
        "attributes": job.facts.attributes.iter().map(|(name, value)| (&**name, value)).collect::<BTreeMap<_, _>>(),
        "fingerprint": failure.map(|it| fingerprint(&Fingerprint::of(it))),
        "could_not_ask": it.could_not_ask,
        "cause": first.map(|it| it.sentence.clone()),
        "rule": first.map(|it| it.rule.clone()),
        "confidence": first.map(|it| it.sure),
        "would_refute": first.map(|it| it.would_refute.clone()),
        "causes": it.causes.iter().map(|found| cause(found, it)).collect::<Vec<_>>(),
        "stages": job.stages.iter().map(|it| json!({
            "stage": it.stage.as_str(),
            "state": format!("{:?}", it.state).to_lowercase(),
            "attempts": it.attempts.len(),
        })).collect::<Vec<_>>(),
        "notes": job.notes.iter().map(|it| it.text.clone()).collect::<Vec<_>>(),
        "evidence": {
            "searched": span_of(it.report.searched),
            "lines": evidence.lines.len(),
            "spans": n_spans,
            "traces_not_kept": evidence.traces_not_kept.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "telling_lines": telling_lines(asker, it),
            "questions": it.report.asked.iter().chain(&it.asked_around).map(asked).collect::<Vec<_>>(),
            "metrics": it.panels.iter().map(panel).collect::<Vec<_>>(),
            "profiles": it.profiled.iter().map(|it| profiled(it, it.range.end)).collect::<Vec<_>>(),
            "warnings": it.report.warnings.iter().map(ToString::to_string).collect::<Vec<_>>(),
        },
    })
}

fn cause(it: &Cause, of: &Story) -> Value {
    json!({
        "rule": it.rule,
        "sentence": it.sentence,
        "confidence": it.sure,
        "why": it.why,
        "would_refute": it.would_refute,
        "runbook": it.runbook,
        "matched": it.matched.iter().map(|it| matched(it, of)).collect::<Vec<_>>(),
    })
}

fn matched(it: &Matched, of: &Story) -> Value {
    let evidence = &of.report.evidence;
    let mut told = Map::new();
    told.insert("words".to_owned(), it.words.clone().into());
    match it.from {
        Origin::Line(key) => {
            let line = evidence.lines.iter().chain(&of.lines_around).find(|it| it.key == key);
            let (at, service) = line.map_or((key.time, None), |it| (it.time, Some(it.service.to_string())));
            told.insert(
                "line".to_owned(),
                json!({ "key": key.to_string(), "at": utc(at), "service": service }),
            );
        }
        Origin::Span(trace, id) => {
            let mut spans = evidence.traces.iter().flat_map(|it| &it.spans);
            let span = spans.find(|it| (it.trace, it.id) == (trace, id));
            told.insert(
                "span".to_owned(),
                json!({
                    "trace": trace.to_string(),
                    "id": id.to_string(),
                    "name": span.map(|it| it.name.to_string()),
                    "service": span.map(|it| it.service().to_owned()),
                }),
            );
        }
        Origin::Inferred => {}
    }
    if let Some(role) = it.signal {
        told.insert("metric".to_owned(), format!("{role:?}").into());
    }
    Value::Object(told)
}

/// Events, and whatever is worse than normal; the last ones where there are too many.
fn telling_lines(asker: &Asker, it: &Story) -> Vec<Value> {
    let mut lines: Vec<_> = it.report.evidence.lines.iter().collect();
    lines.retain(|it| it.event.is_some() || it.level >= domain::logs::Level::Warn);
    lines.sort_by_key(|it| (it.time, it.key));
    let first = lines.len().saturating_sub(MAX_LINES);
    let told = |it: &&domain::logs::LogRecord| {
        let service = asker.system.service_named(&it.service).map_or(&*it.service, |it| it.name.as_str());
        json!({ "at": utc(it.time), "level": it.level.name(), "service": service, "says": it.message, "key": it.key.to_string() })
    };
    lines.iter().skip(first).map(told).collect()
}

/// What a failure is known by.
pub(super) fn fingerprint(it: &Fingerprint) -> Value {
    json!({ "key": it.key(), "text": it.to_string() })
}

pub(super) fn asked(it: &Asked) -> Value {
    json!({
        "source": it.source.name(),
        "what": it.what,
        "query": it.query,
        "range": it.range.map(span_of),
    })
}

/// A step that looked at profiles, its sentence with times of UTC.
fn profiled(it: &StepReport, beside: Timestamp) -> Value {
    let function = |of: &Profile, it: &FunctionCost| {
        json!({
            "name": it.name,
            "share": of.share(it.own),
            "own": of.words(it.own),
            "with_called": of.words(it.total),
        })
    };
    json!({
        "step": it.title,
        "found": it.verdict.as_ref().map(|it| it.found.word()),
        "says": it.verdict.as_ref().map(|it| it.says.told(beside, 0)),
        "questions": it.asked.iter().map(asked).collect::<Vec<_>>(),
        "profiles": it.profiles.iter().map(|it| json!({
            "title": it.title,
            "query": it.query,
            "total": it.profile.words(it.profile.total),
            "functions": it.profile.functions.iter().map(|f| function(&it.profile, f)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}

fn panel(it: &Panel) -> Value {
    let newest = it.series.iter().filter_map(|it| it.last()).map(|(_, value)| value).reduce(f64::max);
    json!({
        "title": it.metric.as_ref().map(|it| it.title.clone()),
        "query": it.query,
        "range": span_of(it.range),
        "series": it.series.len(),
        "last": newest,
        "failure": it.failure.as_ref().map(ToString::to_string),
    })
}

pub(super) fn span_of(range: TimeRange) -> Value {
    json!({ "from": utc(range.start), "to": utc(range.end) })
}

/// RFC 3339 in UTC, to the millisecond.
pub(super) fn utc(at: Timestamp) -> String {
    format!("{}T{}Z", date(at, 0), clock(at, 0, Precision::Millis))
}
