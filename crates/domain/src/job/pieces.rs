//! Evidence made ready: each line and span once, in order of time, without those of other jobs, each span with its stage.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::Evidence;
use crate::attr::AttrValue;
use crate::ids::{IdMap, JobId, SpanId, StageId, TaskId, TraceId};
use crate::logs::LogRecord;
use crate::system::{Role, Service, System, fields_for};
use crate::trace::{Span, SpanKind};

/// All evidence of one job, in order.
pub(crate) struct Pieces<'a> {
    pub(crate) system: &'a System,
    /// By time, then by the store's time, then by what they are known by.
    pub(crate) lines: Vec<&'a LogRecord>,
    /// By start.
    pub(crate) spans: Vec<SpanPiece<'a>>,
    /// Where a span stands in `spans`.
    pub(crate) span_at: IdMap<(TraceId, SpanId), usize>,
    /// The stage of each task, where a line or a span says both.
    stage_of_task: HashMap<TaskId, StageId>,
}

/// One span with what its neighbours say about it.
pub(crate) struct SpanPiece<'a> {
    pub(crate) span: &'a Span,
    /// Its parent among the spans, where the store has it.
    pub(crate) parent: Option<usize>,
    /// The stage that it belongs to.
    pub(crate) stage: Option<StageId>,
}

impl SpanPiece<'_> {
    /// Whether it names a parent that the store does not have.
    pub(crate) fn is_orphan(&self) -> bool {
        self.parent.is_none() && self.span.parent.is_some()
    }
}

impl<'a> Pieces<'a> {
    pub(crate) fn gather(system: &'a System, id: &JobId, evidence: &'a Evidence) -> Self {
        let mut lines: Vec<&LogRecord> = evidence.lines.iter().collect();
        lines.sort_by(|a, b| (a.time, a.key, &a.line, &a.message).cmp(&(b.time, b.key, &b.line, &b.message)));
        lines.dedup_by_key(|it| it.key);

        let mut spans: Vec<&Span> = evidence.traces.iter().flat_map(|it| &it.spans).collect();
        spans.sort_by_key(|it| (it.start, it.end, it.trace, it.id));
        let mut span_at = once_each(&mut spans);

        let job_fields = fields_for(&system.spans.roles, Role::Job);
        let mut parents = self::parents(&spans, &span_at);
        let is_own = |it: &AttrValue| it.reads_as(id.as_str());
        let are_own = inherited(&parents, |i| spans.get(i)?.attr(job_fields).map(is_own));
        let is_named =
            lines.iter().any(|it| it.roles.job.as_ref() == Some(id)) || are_own.contains(&Some(true));
        if is_named {
            lines.retain(|it| it.roles.job.as_ref().is_none_or(|job| job == id));
            if are_own.contains(&Some(false)) {
                let mut are_own = are_own.iter();
                spans.retain(|_| are_own.next().is_none_or(|it| *it != Some(false)));
                span_at = once_each(&mut spans);
                parents = self::parents(&spans, &span_at);
            }
        }

        let own_stages: Vec<_> = spans.iter().map(|it| own_stage(system, it)).collect();
        // A span has its nearest ancestor's stage only while the work stays in one service.
        let within_service: Vec<_> = parents
            .iter()
            .zip(&spans)
            .map(|(parent, span)| {
                parent.filter(|it| spans.get(*it).is_some_and(|it| it.service() == span.service()))
            })
            .collect();
        let stages = inherited(&within_service, |i| own_stages.get(i)?.clone());
        let spans = spans
            .into_iter()
            .zip(parents)
            .zip(stages)
            .map(|((span, parent), stage)| {
                let of_service = || service(system, span.service())?.stage.clone();
                SpanPiece { span, parent, stage: stage.or_else(of_service) }
            })
            .collect();
        let mut pieces = Self { system, lines, spans, span_at, stage_of_task: HashMap::new() };
        pieces.learn_tasks();
        pieces
    }

    /// The stage that an event on a line belongs to, by whatever says so, best first.
    pub(crate) fn stage_of_event(&self, line: &LogRecord) -> Option<StageId> {
        let said = line.event.as_ref().and_then(|it| it.stage.clone());
        let roles = &line.roles;
        said.or_else(|| roles.failed_stage.clone())
            .or_else(|| roles.stage.clone())
            .or_else(|| self.stage_of_task.get(roles.task_id.as_ref()?).cloned())
            .or_else(|| self.span_of(line)?.stage.clone())
            .or_else(|| self.stage_of_service(&line.service))
            .or_else(|| roles.task.as_deref().map(Into::into))
            .or_else(|| {
                (self.system.stages.is_empty() && !line.service.is_empty()).then(|| (*line.service).into())
            })
    }

    /// The stage that a line without an event was written in.
    pub(crate) fn stage_of_activity(&self, line: &LogRecord) -> Option<StageId> {
        let own = self.stage_of_service(&line.service);
        let from_elsewhere = own.is_none()
            && service(self.system, &line.service).is_some_and(|it| {
                !self.system.stages.iter().any(|stage| stage.service.as_ref() == Some(&it.name))
            });
        if from_elsewhere {
            return None;
        }
        line.roles.stage.clone().or_else(|| self.span_of(line)?.stage.clone()).or(own)
    }

    /// The span that a line was written in.
    pub(crate) fn span_of(&self, line: &LogRecord) -> Option<&SpanPiece<'a>> {
        self.spans.get(*self.span_at.get(&(line.roles.trace?, line.roles.span?))?)
    }

    /// The text of a role of a span.
    pub(crate) fn role(&self, span: &Span, role: Role) -> Option<String> {
        let text = span.attr(fields_for(&self.system.spans.roles, role))?.to_string();
        (!text.is_empty()).then_some(text)
    }

    fn stage_of_service(&self, name: &str) -> Option<StageId> {
        service(self.system, name)?.stage.clone()
    }

    fn learn_tasks(&mut self) {
        let mut known = HashMap::new();
        for line in &self.lines {
            let by_line =
                line.event.as_ref().and_then(|it| it.stage.clone()).or_else(|| line.roles.stage.clone());
            if let Some((task, stage)) = line.roles.task_id.clone().zip(by_line) {
                known.entry(task).or_insert(stage);
            }
        }
        for piece in &self.spans {
            let task = self.role(piece.span, Role::TaskId).map(TaskId::from);
            if let Some((task, stage)) = task.zip(piece.stage.clone()) {
                known.entry(task).or_insert(stage);
            }
        }
        self.stage_of_task = known;
    }
}

fn service<'a>(system: &'a System, name: &str) -> Option<&'a Service> {
    (!name.is_empty()).then(|| system.service_named(name)).flatten()
}

/// Takes out what comes again; where each of the others stands.
fn once_each(spans: &mut Vec<&Span>) -> IdMap<(TraceId, SpanId), usize> {
    let mut at = IdMap::with_capacity_and_hasher(spans.len(), Default::default());
    spans.retain(|it| {
        let place = at.len();
        match at.entry((it.trace, it.id)) {
            Entry::Occupied(_) => false,
            Entry::Vacant(free) => {
                free.insert(place);
                true
            }
        }
    });
    at
}

/// Where each span's parent stands; `None` where it has none, or the store does not have it.
fn parents(spans: &[&Span], at: &IdMap<(TraceId, SpanId), usize>) -> Vec<Option<usize>> {
    spans.iter().map(|it| at.get(&(it.trace, it.parent?)).copied()).collect()
}

/// The stage that a span itself names: its stage, its task, or for a producer the queue that it fills.
fn own_stage(system: &System, span: &Span) -> Option<StageId> {
    let text = |role| span.attr(fields_for(&system.spans.roles, role)).map(AttrValue::words);
    let named = |role| {
        let word = text(role)?;
        let stage = if role == Role::Task { system.stage_of_task(&word) } else { system.stage_named(&word) };
        stage.map(|it| it.id.clone())
    };
    let fed_from = || {
        let queue = text(Role::Queue)?;
        system.stages.iter().find(|it| it.queue.as_deref() == Some(&*queue)).map(|it| it.id.clone())
    };
    match span.kind {
        // A producer runs in one stage and feeds another: what it sends counts.
        SpanKind::Producer => named(Role::Task).or_else(fed_from).or_else(|| named(Role::Stage)),
        SpanKind::Consumer => {
            let task = || {
                (system.stages.is_empty()).then(|| text(Role::Task)).flatten().map(|it| StageId::from(&*it))
            };
            named(Role::Stage).or_else(|| named(Role::Task)).or_else(fed_from).or_else(task)
        }
        SpanKind::Unspecified | SpanKind::Internal | SpanKind::Server | SpanKind::Client => {
            named(Role::Stage).or_else(|| named(Role::Task))
        }
    }
}

/// Each one's own value, or else that of the nearest ancestor that has one. Parents that run in a circle end there.
fn inherited<T: Clone>(parents: &[Option<usize>], own: impl Fn(usize) -> Option<T>) -> Vec<Option<T>> {
    let mut values: Vec<Option<Option<T>>> = vec![None; parents.len()];
    let mut path = Vec::new();
    for first in 0..parents.len() {
        let mut at = Some(first);
        let mut value = None;
        while let Some(i) = at {
            match values.get_mut(i) {
                Some(Some(known)) => {
                    value.clone_from(known);
                    break;
                }
                Some(slot) => {
                    path.push(i);
                    value = own(i);
                    // Stands for a circle until the value is known.
                    *slot = Some(value.clone());
                    if value.is_some() {
                        break;
                    }
                    at = parents.get(i).copied().flatten();
                }
                None => break,
            }
        }
        for i in path.drain(..) {
            if let Some(slot) = values.get_mut(i) {
                *slot = Some(value.clone());
            }
        }
    }
    values.into_iter().map(Option::flatten).collect()
}
