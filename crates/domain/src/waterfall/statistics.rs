//! Statistics of a forest, grouped by any two things that spans have.

use std::collections::HashMap;
use std::hash::BuildHasherDefault;
use std::sync::Arc;

use super::forest::{Forest, Place};
use crate::attr::AttrValue;
use crate::ids::IdHasher;
use crate::time::TimeDelta;
use crate::trace::{Span, SpanKind, SpanStatus};

/// What spans are grouped by.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GroupBy {
    /// Not at all.
    Nothing,
    /// The service.
    Service,
    /// The name.
    Name,
    /// The kind.
    Kind,
    /// How it ended.
    Status,
    /// An attribute of the span or else of its resource.
    Attribute(Arc<str>),
}

/// What a span without the attribute is grouped under.
const WITHOUT: &str = "–";

impl GroupBy {
    fn key(&self, span: &Span) -> Arc<str> {
        match self {
            Self::Nothing => Arc::from(""),
            Self::Service => Arc::clone(&span.resource.service),
            Self::Name => Arc::clone(&span.name),
            Self::Kind => Arc::from(kind_word(span.kind)),
            Self::Status => Arc::from(match span.status {
                SpanStatus::Unset => "unset",
                SpanStatus::Ok => "ok",
                SpanStatus::Error => "error",
            }),
            Self::Attribute(name) => match span.attr(&[name]) {
                Some(AttrValue::Text(text)) => Arc::clone(text),
                Some(value) => Arc::from(value.to_string()),
                None => Arc::from(WITHOUT),
            },
        }
    }
}

/// OpenTelemetry's word for a kind.
const fn kind_word(kind: SpanKind) -> &'static str {
    match kind {
        SpanKind::Unspecified => "unspecified",
        SpanKind::Internal => "internal",
        SpanKind::Server => "server",
        SpanKind::Client => "client",
        SpanKind::Producer => "producer",
        SpanKind::Consumer => "consumer",
    }
}

/// One group.
#[derive(Clone, Debug, PartialEq)]
pub struct StatRow {
    /// Its values of the two things.
    pub keys: [Arc<str>; 2],
    /// How many spans.
    pub count: usize,
    /// The sum of their durations; spans in each other count twice.
    pub total: TimeDelta,
    /// The sum of their self times (see [`super::self_times`]), which counts no time twice within a tree.
    pub self_total: TimeDelta,
    /// The shortest duration.
    pub min: TimeDelta,
    /// The mean duration.
    pub avg: TimeDelta,
    /// The longest duration.
    pub max: TimeDelta,
    /// The duration that 95 of 100 do not exceed (nearest rank).
    pub p95: TimeDelta,
    /// How many failed.
    pub errors: usize,
}

/// Statistics being made, in as many pieces as the page wants.
#[derive(Debug)]
pub struct Statistics {
    by: [GroupBy; 2],
    groups: HashMap<[Arc<str>; 2], Group, BuildHasherDefault<IdHasher>>,
    next: u32,
}

#[derive(Debug, Default)]
struct Group {
    durations: Vec<TimeDelta>,
    self_total: TimeDelta,
    errors: usize,
}

impl Statistics {
    /// Grouped by these two.
    pub fn new(by: [GroupBy; 2]) -> Self {
        Self { by, groups: HashMap::default(), next: 0 }
    }

    /// Takes so many more spans; whether all have been. `self_times` are those of the same forest.
    pub fn run(&mut self, forest: &Forest, self_times: &[TimeDelta], n_spans: usize) -> bool {
        let end = (self.next as usize).saturating_add(n_spans).min(forest.len()) as u32;
        for place in (self.next..end).map(Place) {
            let Some(span) = forest.span(place) else { continue };
            let [first, second] = &self.by;
            let group = self.groups.entry([first.key(span), second.key(span)]).or_default();
            group.durations.push(forest.duration(place));
            group.self_total =
                group.self_total + self_times.get(place.index()).copied().unwrap_or(TimeDelta::ZERO);
            group.errors += usize::from(forest.is_error(place));
        }
        self.next = end;
        end as usize >= forest.len()
    }

    /// The groups, those with the most self time first.
    pub fn rows(self) -> Vec<StatRow> {
        let mut rows: Vec<StatRow> = self.groups.into_iter().map(|(keys, group)| group.row(keys)).collect();
        rows.sort_unstable_by(|a, b| b.self_total.cmp(&a.self_total).then_with(|| a.keys.cmp(&b.keys)));
        rows
    }
}

impl Group {
    fn row(mut self, keys: [Arc<str>; 2]) -> StatRow {
        let count = self.durations.len();
        let total: TimeDelta = self.durations.iter().copied().sum();
        let rank = (count * 95).div_ceil(100).saturating_sub(1);
        let p95 = if count == 0 { TimeDelta::ZERO } else { *self.durations.select_nth_unstable(rank).1 };
        StatRow {
            keys,
            count,
            total,
            self_total: self.self_total,
            min: self.durations.iter().min().copied().unwrap_or_default(),
            avg: TimeDelta::from_nanos(total.nanos() / count.max(1) as i64),
            max: self.durations.iter().max().copied().unwrap_or_default(),
            p95,
            errors: self.errors,
        }
    }
}

/// Names of attributes of spans and resources, the most frequent first.
pub fn attribute_names(forest: &Forest) -> Vec<Arc<str>> {
    let mut counts: HashMap<Arc<str>, usize, BuildHasherDefault<IdHasher>> = HashMap::default();
    for span in forest.all().filter_map(|it| forest.span(it)) {
        for (name, _) in span.attributes.0.iter().chain(&span.resource.attributes.0) {
            match counts.get_mut(name) {
                Some(n) => *n += 1,
                None => {
                    counts.insert(Arc::clone(name), 1);
                }
            }
        }
    }
    let mut names: Vec<_> = counts.into_iter().collect();
    names.sort_unstable_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    names.into_iter().map(|it| it.0).collect()
}
