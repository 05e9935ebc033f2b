//! The lanes of a job: which spans and which log lines stand in which row.

use std::collections::HashMap;

use super::{Bar, BarKind, Lane, LaneKind, Tick, labels};
use crate::ids::StageId;
use crate::job::pieces::{Pieces, SpanPiece};
use crate::job::{Attempt, AttemptOutcome, Job, Origin, QueueWait, StageRun};
use crate::logs::LogRecord;
use crate::sorted::SortedMap;
use crate::system::System;
use crate::time::{TimeDelta, Timestamp};
use crate::trace::{Span, SpanKind, SpanStatus};

/// Lanes of child spans under one stage; what has no lane of its own shares the last.
const MAX_SPAN_LANES: usize = 3;

/// Every lane from top to bottom: services without a stage, then each stage with its queue above and its spans below.
///
/// What still goes on is drawn up to `open_end`.
pub(super) fn lanes(pieces: &Pieces, job: &Job, open_end: Timestamp) -> Vec<Lane> {
    let homes = Homes::new(pieces, job);
    let mut ticks: SortedMap<Home, Vec<Tick>> = SortedMap::new();
    for line in &pieces.lines {
        let tick = Tick { time: line.time, level: line.level, select: Origin::Line(line.key) };
        ticks.entry(homes.of_line(line)).or_default().push(tick);
    }
    let mut bars: SortedMap<&str, Vec<Bar>> = SortedMap::new();
    for piece in pieces.spans.iter().filter(|it| homes.of_span(it).is_none() && is_top_of_service(pieces, it))
    {
        bars.entry(piece.span.service()).or_default().push(span_bar(piece.span, false));
    }

    let mut services: Vec<&str> = bars.keys().copied().collect();
    services.extend(ticks.keys().filter_map(|it| match it {
        Home::Service(name) => Some(*name),
        Home::Stage(_) => None,
    }));
    services.sort_by_key(|name| (service_place(pieces.system, name), *name));
    services.dedup();
    let mut lanes: Vec<Lane> = services
        .into_iter()
        .map(|name| Lane {
            kind: LaneKind::Service,
            title: if name.is_empty() { "no service named".to_owned() } else { name.to_owned() },
            depth: 0,
            colour: pieces.system.service_named(name).and_then(|it| pieces.system.service_colour(&it.name)),
            bars: bars.remove(name).unwrap_or_default(),
            ticks: ticks.remove(&Home::Service(name)).unwrap_or_default(),
        })
        .collect();
    let mut children = children(pieces, job);
    for (i, run) in job.stages.iter().enumerate() {
        lanes.extend(queue_lane(pieces.system, run, open_end));
        let ticks = ticks.remove(&Home::Stage(i)).unwrap_or_default();
        lanes.push(stage_lane(pieces.system, job, run, ticks, open_end));
        lanes.extend(span_lanes(pieces.system, run, children.remove(&run.stage).unwrap_or_default()));
    }
    lanes
}

/// Where a line or a span stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Home<'a> {
    Service(&'a str),
    Stage(usize),
}

struct Homes<'a> {
    pieces: &'a Pieces<'a>,
    stages: SortedMap<&'a StageId, usize>,
    /// Services that worked at one stage only.
    only_stage: SortedMap<&'a str, Option<usize>>,
}

impl<'a> Homes<'a> {
    fn new(pieces: &'a Pieces<'a>, job: &'a Job) -> Self {
        let stages = job.stages.iter().enumerate().map(|(i, it)| (&it.stage, i)).collect();
        let mut only_stage: SortedMap<&str, Option<usize>> = SortedMap::new();
        for (i, run) in job.stages.iter().enumerate() {
            for attempt in &run.attempts {
                let only = only_stage.entry(&attempt.service).or_insert(Some(i));
                *only = only.filter(|it| *it == i);
            }
        }
        Self { pieces, stages, only_stage }
    }

    /// The lane of a line: its stage's, if its service does that stage, else its service's own.
    fn of_line(&self, line: &'a LogRecord) -> Home<'a> {
        let said = || line.event.as_ref()?.stage.as_ref().or(line.roles.stage.as_ref());
        let of_span = || self.pieces.span_of(line)?.stage.as_ref();
        let stage = said().or_else(of_span);
        self.stage_of(&line.service, stage).map_or(Home::Service(&line.service), Home::Stage)
    }

    fn of_span(&self, piece: &SpanPiece) -> Option<usize> {
        self.stage_of(piece.span.service(), piece.stage.as_ref())
    }

    fn stage_of(&self, service: &str, stage: Option<&StageId>) -> Option<usize> {
        let system = self.pieces.system;
        let known = system.service_named(service);
        if let Some(own) = known.and_then(|it| it.stage.as_ref()) {
            return self.stages.get(own).copied();
        }
        let does = |stage: &&StageId| {
            let by = system.stage(stage).and_then(|it| it.service.as_deref());
            by.zip(known).is_none_or(|(by, known)| by == known.name)
        };
        let said = stage.filter(does).and_then(|it| self.stages.get(it)).copied();
        said.or_else(|| self.only_stage.get(service).copied().flatten())
    }
}

fn service_place(system: &System, name: &str) -> usize {
    let known = system.service_named(name).map(|it| it.name.as_str());
    system.services.iter().position(|it| Some(it.name.as_str()) == known).unwrap_or(usize::MAX)
}

fn is_top_of_service(pieces: &Pieces, piece: &SpanPiece) -> bool {
    let parent = piece.parent.and_then(|it| pieces.spans.get(it));
    parent.is_none_or(|it| it.span.service() != piece.span.service())
}

fn queue_lane(system: &System, run: &StageRun, open_end: Timestamp) -> Option<Lane> {
    let first = run.waits.first()?;
    let bar = |wait: &QueueWait, start: Timestamp, end: Timestamp, label: &str| Bar {
        kind: BarKind::Wait,
        start,
        end,
        open: wait.end.is_none(),
        label: label.to_owned(),
        select: selectable(wait.from),
    };
    let bars = run.waits.iter().flat_map(|wait| {
        let end = wait.end.unwrap_or(open_end).max(wait.start);
        let begins = wait.put_off_until.unwrap_or(wait.start);
        let put_off = wait.put_off_until.map(|until| bar(wait, wait.start, until, "put off"));
        let label = if wait.in_queue_since().is_some() { "" } else { "until tried again" };
        let waits = (begins < end || put_off.is_none()).then(|| bar(wait, begins, end, label));
        put_off.into_iter().chain(waits)
    });
    Some(Lane {
        kind: LaneKind::Queue,
        title: first.queue.clone().unwrap_or_else(|| "in the queue".to_owned()),
        depth: 1,
        colour: system.stage_colour(&run.stage),
        bars: bars.collect(),
        ticks: Vec::new(),
    })
}

fn stage_lane(system: &System, job: &Job, run: &StageRun, ticks: Vec<Tick>, open_end: Timestamp) -> Lane {
    let mut bars: Vec<Bar> = Vec::with_capacity(run.attempts.len());
    for (i, attempt) in run.attempts.iter().enumerate() {
        let next = run.attempts.get(i + 1).map(|it| it.start);
        bars.push(attempt_bar(attempt, next, &ticks, open_end));
    }
    if run.attempts.is_empty() && run.waits.is_empty() {
        let label = labels::never(job.state).to_owned();
        bars.push(Bar {
            kind: BarKind::Never,
            start: open_end,
            end: open_end,
            open: false,
            label,
            select: None,
        });
    }
    Lane {
        kind: LaneKind::Stage,
        title: system.stage(&run.stage).map_or_else(|| run.stage.to_string(), |it| it.title.clone()),
        depth: 0,
        colour: system.stage_colour(&run.stage),
        bars,
        ticks,
    }
}

/// A bar for an attempt. One whose end nobody saw reaches to its last log line, and no further than the next attempt.
fn attempt_bar(attempt: &Attempt, next: Option<Timestamp>, ticks: &[Tick], open_end: Timestamp) -> Bar {
    let open = attempt.outcome == AttemptOutcome::Running && next.is_none();
    let last_tick = || {
        let before_next = next.map_or(ticks.len(), |next| ticks.partition_point(|it| it.time < next));
        ticks.get(..before_next).and_then(|it| it.last()).map(|it| it.time)
    };
    let end = if open { Some(open_end) } else { attempt.end.or_else(last_tick) };
    let failed = matches!(attempt.outcome, AttemptOutcome::Failed | AttemptOutcome::Retried);
    Bar {
        kind: if failed { BarKind::FailedWork } else { BarKind::Work },
        start: attempt.start,
        end: end.unwrap_or(attempt.start).max(attempt.start),
        open,
        label: labels::attempt(attempt),
        select: selectable(attempt.from),
    }
}

/// Spans right under the attempts, by stage and then by name.
fn children<'a>(pieces: &'a Pieces, job: &Job) -> SortedMap<StageId, SortedMap<&'a str, Vec<&'a Span>>> {
    let attempts = job.stages.iter().flat_map(|run| run.attempts.iter().map(move |it| (it.from, &run.stage)));
    let attempts: HashMap<Origin, &StageId> = attempts.collect();
    let mut children: SortedMap<StageId, SortedMap<&str, Vec<&Span>>> = SortedMap::new();
    for piece in &pieces.spans {
        let span = piece.span;
        let is_part = matches!(span.kind, SpanKind::Client | SpanKind::Internal | SpanKind::Unspecified);
        let of_parent = || attempts.get(&Origin::Span(span.trace, span.parent?)).copied();
        // Parts whose parent is not stored stand under the stage that they belong to.
        let of_stage = || piece.is_orphan().then_some(piece.stage.as_ref()).flatten();
        if let Some(stage) = of_parent().or_else(of_stage).filter(|_| is_part) {
            children.entry(stage.clone()).or_default().entry(&span.name).or_default().push(span);
        }
    }
    children
}

/// A lane for each of the names that took longest, in order of their start; the other names share the last lane.
fn span_lanes(system: &System, run: &StageRun, by_name: SortedMap<&str, Vec<&Span>>) -> Vec<Lane> {
    let took = |spans: &[&Span]| -> TimeDelta { spans.iter().map(|it| it.duration()).sum() };
    let mut groups: Vec<(String, Vec<&Span>)> =
        by_name.into_iter().map(|(it, spans)| (it.to_owned(), spans)).collect();
    groups.sort_by(|a, b| took(&b.1).cmp(&took(&a.1)).then_with(|| a.0.cmp(&b.0)));
    let n_named = if groups.len() > MAX_SPAN_LANES { MAX_SPAN_LANES - 1 } else { MAX_SPAN_LANES };
    let rest = if groups.len() > n_named { groups.split_off(n_named) } else { Vec::new() };
    groups.sort_by_key(|(_, spans)| spans.first().map(|it| (it.start, it.id)));
    if !rest.is_empty() {
        let title = format!("{} other kinds of spans", rest.len());
        let mut spans: Vec<&Span> = rest.into_iter().flat_map(|(_, spans)| spans).collect();
        spans.sort_by_key(|it| (it.start, it.trace, it.id));
        groups.push((title, spans));
    }
    let lane = |(title, spans): (String, Vec<&Span>)| Lane {
        kind: LaneKind::Spans,
        title,
        depth: 1,
        colour: system.stage_colour(&run.stage),
        bars: spans.into_iter().map(|it| span_bar(it, true)).collect(),
        ticks: Vec::new(),
    };
    groups.into_iter().map(lane).collect()
}

fn span_bar(span: &Span, is_thin: bool) -> Bar {
    let kind = match (span.status, is_thin) {
        (SpanStatus::Error, true) => BarKind::FailedSpan,
        (SpanStatus::Error, false) => BarKind::FailedWork,
        (SpanStatus::Ok | SpanStatus::Unset, true) => BarKind::Span,
        (SpanStatus::Ok | SpanStatus::Unset, false) => BarKind::Work,
    };
    Bar {
        kind,
        start: span.start,
        end: span.end.max(span.start),
        open: false,
        label: span.name.to_string(),
        select: Some(Origin::Span(span.trace, span.id)),
    }
}

const fn selectable(from: Origin) -> Option<Origin> {
    match from {
        Origin::Span(..) | Origin::Line(_) => Some(from),
        Origin::Inferred => None,
    }
}
