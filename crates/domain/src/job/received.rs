//! What it means that a worker received a task: sometimes that an attempt began, sometimes only that one will.
//!
//! A worker tells at once what it takes from the queue, also of a retry that is put off for a while, and of that before
//! the attempt in hand has ended. Where something better tells when the attempt began, that counts.

use super::draft::{Draft, TOGETHER};
use super::pieces::Pieces;
use crate::logs::{EventKind, LogRecord};
use crate::time::Timestamp;

type Event<'a> = (EventKind, &'a LogRecord);

/// The events of one stage, in order of time, with those receipts alone that are the only word of an attempt's start;
/// the others are left out, or a line that shows that the work went on stands in their place, as a start.
pub(crate) fn settled<'a>(pieces: &Pieces<'a>, by_span: &[Draft], events: Vec<Event<'a>>) -> Vec<Event<'a>> {
    let (receipts, mut out): (Vec<_>, Vec<_>) =
        events.into_iter().partition(|(kind, _)| *kind == EventKind::AttemptReceived);
    if receipts.is_empty() {
        return out;
    }
    let mut taken = vec![false; by_span.len()];
    let mut starts = Vec::new();
    for (i, (_, receipt)) in receipts.iter().enumerate() {
        let next = receipts.iter().skip(i + 1).find(|it| same_task(it.1, receipt)).map(|it| it.1.time);
        let begins = |at: Timestamp| at + TOGETHER >= receipt.time && next.is_none_or(|next| at < next);
        let span = by_span
            .iter()
            .zip(&taken)
            .position(|(draft, taken)| !taken && begins(draft.attempt.start) && of_task(draft, receipt));
        if let Some(taken) = span.and_then(|it| taken.get_mut(it)) {
            *taken = true;
            continue;
        }
        let is_told = |it: &&Event| it.0 == EventKind::AttemptStarted && same_task(it.1, receipt);
        if out.iter().filter(is_told).any(|(_, line)| begins(line.time)) {
            continue;
        }
        let is_first = !receipts.iter().take(i).any(|it| same_task(it.1, receipt))
            && !by_span.iter().any(|it| of_task(it, receipt) && it.attempt.start < receipt.time)
            && !out.iter().filter(is_told).any(|(_, line)| line.time < receipt.time);
        match retry_before(by_span, &out, receipt).filter(|_| !is_first) {
            None => starts.push((EventKind::AttemptReceived, *receipt)),
            Some(retried) => {
                let since = receipt.time.max(retried);
                let goes_on = |it: &&LogRecord| {
                    it.time > since
                        && next.is_none_or(|next| it.time < next)
                        && it.service == receipt.service
                        && same_task(it, receipt)
                };
                // A word of how the attempt ended finds its start by itself.
                let first = pieces.lines.iter().copied().find(goes_on).filter(|it| it.event.is_none());
                starts.extend(first.map(|it| (EventKind::AttemptStarted, it)));
            }
        }
    }
    out.extend(starts);
    out.sort_by_key(|(_, line)| (line.time, line.key));
    out
}

/// When the attempt that this receipt follows was said to be tried again, if one was.
fn retry_before(by_span: &[Draft], events: &[Event], receipt: &LogRecord) -> Option<Timestamp> {
    let near = |at: Timestamp| at <= receipt.time + TOGETHER && receipt.time <= at + TOGETHER;
    let by_line = events.iter().find(|(kind, line)| {
        *kind == EventKind::AttemptRetrying && same_task(line, receipt) && near(line.time)
    });
    let retried = super::AttemptOutcome::Retried;
    let by_span =
        by_span.iter().find(|it| it.attempt.outcome == retried && of_task(it, receipt) && near(it.latest()));
    by_line.map(|it| it.1.time).or_else(|| by_span.map(Draft::latest))
}

fn same_task(a: &LogRecord, b: &LogRecord) -> bool {
    a.roles.task_id.is_some() && a.roles.task_id == b.roles.task_id
}

fn of_task(draft: &Draft, line: &LogRecord) -> bool {
    draft.task_id.is_some() && draft.task_id == line.roles.task_id
}
