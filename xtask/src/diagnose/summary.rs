//! What all jobs of a range add up to, as JSON: failures by fingerprint, what they have in common, what became of all.

use std::collections::BTreeMap;

use backends::BackendError;
use domain::fingerprint::{GroupTold, Lift, failures};
use domain::jobs::JobRow;
use domain::system::Role;
use domain::time::TimeRange;
use serde_json::{Value, json};

use super::listed::{Listed, MAX_STORIES, is_in_trouble};
use super::written::{asked, fingerprint, span_of, utc};

/// Jobs of one fingerprint that are named, the newest.
const MAX_NAMED: usize = 50;

/// What the jobs add up to.
pub(super) fn summary(listed: &Listed) -> Value {
    let report = &listed.report;
    let n_troubled = report.rows.iter().filter(|it| is_in_trouble(it)).count();
    let told = failures(&listed.samples, report.range);
    let flow = &told.flow;
    let groups: Vec<Value> = told.groups.iter().map(group).collect();
    let uncounted =
        |it: &BackendError| format!("jobs with lines of several users could not be counted: {it}");
    let mut warnings: Vec<String> = report.warnings.iter().map(ToString::to_string).collect();
    warnings.extend(listed.several_users.failures.iter().map(uncounted));
    json!({
        "jobs": report.rows.len(),
        "complete_from": utc(report.complete_from),
        "is_complete": report.is_complete(),
        "lines": report.n_lines,
        "counted_elsewhere": report.estimate.as_ref().map(|it| json!({
            "jobs": it.jobs,
            "source": it.source.name(),
            "query": it.query,
        })),
        "in_trouble": n_troubled,
        "stories_left_out": n_troubled.saturating_sub(MAX_STORIES),
        "flow": {
            "before": flow.before,
            "submitted": flow.submitted,
            "done": flow.done,
            "failed": flow.failed,
            "in_flight": flow.in_flight(),
            "stuck": flow.stuck.iter().map(|it| json!({
                "job": it.id.as_str(),
                "stage": it.stage.as_ref().map(|it| it.as_str()),
                "last_seen": it.since.map(utc),
            })).collect::<Vec<_>>(),
            "unaccounted": flow.unaccounted.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        },
        "failures": groups,
        "several_users": listed.several_users.jobs.iter().map(|it| it.as_str()).collect::<Vec<_>>(),
        "questions": report.asked.iter().chain(&listed.several_users.asked).map(asked).collect::<Vec<_>>(),
        "range": span_of(report.range),
        "warnings": warnings,
    })
}

fn group(told: &GroupTold) -> Value {
    let it = &told.group;
    json!({
        "key": it.fingerprint.key(),
        "failure": it.fingerprint.to_string(),
        "stage": it.fingerprint.stage.as_ref().map(|it| it.as_str()),
        "count": it.jobs.len(),
        "first_seen": it.first_seen.map(utc),
        "last_seen": it.last_seen.map(utc),
        "since": it.since.sentence(),
        "in_common": told.in_common.iter().map(lift).collect::<Vec<_>>(),
        "jobs": it.jobs.iter().take(MAX_NAMED).map(|it| it.as_str()).collect::<Vec<_>>(),
    })
}

fn lift(it: &Lift) -> Value {
    json!({
        "name": &*it.name,
        "value": &*it.value,
        "failing": it.n_failing_with,
        "of_failing": it.n_failing,
        "good": it.n_good_with,
        "of_good": it.n_good,
        "times": it.times(),
        "chance": it.chance,
        "says": it.sentence(),
    })
}

/// A job that needs no story: how it stands, as its row says, in the fields of a story. What found it is the list's:
/// its queries stand in the summary.
pub(super) fn plain(row: &JobRow, range: TimeRange) -> Value {
    json!({
        "job": row.id.as_str(),
        "key": row.id.as_str(),
        "key_is": key_is(row.keyed_by),
        "state": row.state.name(),
        "because": row.because,
        "failed_stage": row.failed_stage.as_ref().map(|it| it.as_str()),
        "attempts": row.attempts,
        "error_code": row.error_code,
        "error": row.error,
        "exception": row.failure.as_ref().and_then(|it| it.exception.clone()),
        "submitted": row.start_is_told.then(|| utc(row.start)),
        "ended": row.end.map(utc),
        "last_seen": utc(row.last_seen),
        "version": row.version,
        "url": row.url,
        "attributes": row.attribute_pairs().collect::<BTreeMap<_, _>>(),
        "fingerprint": row.failure.as_ref().map(fingerprint),
        "could_not_ask": [],
        "cause": Value::Null,
        "rule": Value::Null,
        "confidence": Value::Null,
        "would_refute": Value::Null,
        "causes": [],
        "stages": [],
        "notes": [],
        "evidence": {
            "searched": span_of(range),
            "lines": row.n_lines,
            "spans": Value::Null,
            "traces_not_kept": [],
            "telling_lines": [],
            "questions": [],
            "metrics": [],
            "profiles": [],
            "warnings": [],
        },
    })
}

/// What kind of id a row goes by, in the words of a story's key; null for one that a story knows no word for.
fn key_is(role: Role) -> Option<&'static str> {
    let words =
        [(Role::Job, "job"), (Role::TaskId, "task"), (Role::Trace, "trace"), (Role::RequestId, "request")];
    words.into_iter().find(|(it, _)| *it == role).map(|(_, word)| word)
}
