//! What happened at one instant: events of spans and log lines, placed on the bars of their spans.

use std::sync::Arc;

use super::forest::{Forest, Place};
use crate::logs::{Level, LineKey, LogRecord};
use crate::sorted::SortedMap;
use crate::time::{TimeRange, Timestamp};

/// The name of events that are exceptions (OpenTelemetry semantic conventions).
const EXCEPTION: &str = "exception";

/// What a mark stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MarkKind {
    /// An event of the span, by its place among them.
    Event(u32),
    /// A log line.
    Line(LineKey),
}

/// One instant on a bar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    /// When.
    pub time: Timestamp,
    /// How much it matters.
    pub level: Level,
    /// What it stands for.
    pub kind: MarkKind,
}

/// The lines of a service that name no span.
#[derive(Clone, Debug, PartialEq)]
pub struct LaneMarks {
    /// The service; empty where nothing says.
    pub service: Arc<str>,
    /// By time.
    pub marks: Vec<Mark>,
}

/// All marks of a forest.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Marks {
    /// By place, then time.
    marks: Vec<(Place, Mark)>,
    /// Lanes for lines that name no span, in the order of the forest's services, then by name.
    pub lanes: Vec<LaneMarks>,
}

impl Marks {
    /// Places events and lines.
    ///
    /// A line stands on the span that it names. One that names none, or one that is not here, stands in its service's lane.
    /// Each line counts once.
    pub fn of<'a>(forest: &Forest, lines: impl Iterator<Item = &'a LogRecord>) -> Self {
        let mut marks: Vec<(Place, Mark)> = Vec::new();
        for place in forest.all() {
            let Some(span) = forest.span(place).filter(|it| !it.events.is_empty()) else { continue };
            // Events are told by the span's own clock.
            let offset = forest.start(place) - span.start;
            marks.extend((0..).zip(&span.events).map(|(idx, event)| {
                let level = if &*event.name == EXCEPTION { Level::Error } else { Level::Unknown };
                (place, Mark { time: event.time + offset, level, kind: MarkKind::Event(idx) })
            }));
        }
        let mut lanes: SortedMap<Arc<str>, Vec<Mark>> = SortedMap::new();
        for line in lines {
            let mark = Mark { time: line.time, level: line.level, kind: MarkKind::Line(line.key) };
            let place =
                line.roles.trace.zip(line.roles.span).and_then(|(trace, span)| forest.find(trace, span));
            match (place, lanes.get_mut(&line.service)) {
                (Some(place), _) => marks.push((place, mark)),
                (None, Some(lane)) => lane.push(mark),
                (None, None) => {
                    lanes.insert(Arc::clone(&line.service), vec![mark]);
                }
            }
        }
        let key = |it: &Mark| (it.time, it.kind);
        marks.sort_unstable_by_key(|it| (it.0, key(&it.1)));
        marks.dedup();
        let rank =
            |name: &str| forest.services().iter().position(|it| *it.name == *name).unwrap_or(usize::MAX);
        let mut lanes: Vec<LaneMarks> = lanes
            .into_iter()
            .map(|(service, mut marks)| {
                marks.sort_unstable_by_key(key);
                marks.dedup();
                LaneMarks { service, marks }
            })
            .collect();
        lanes.sort_unstable_by(|a, b| (rank(&a.service), &a.service).cmp(&(rank(&b.service), &b.service)));
        Self { marks, lanes }
    }

    /// The marks on a span's bar, by time.
    pub fn on(&self, place: Place) -> &[(Place, Mark)] {
        let from = self.marks.partition_point(|it| it.0 < place);
        let to = self.marks.partition_point(|it| it.0 <= place);
        self.marks.get(from..to).unwrap_or_default()
    }

    /// The range of the spans, and of the lines in lanes, which may come before and after them.
    pub fn range(&self, forest: &Forest) -> TimeRange {
        let mut range = forest.range();
        for lane in &self.lanes {
            range.start = range.start.min(lane.marks.first().map_or(range.start, |it| it.time));
            range.end = range.end.max(lane.marks.last().map_or(range.end, |it| it.time));
        }
        range
    }
}
