//! Reads what a search found while it comes.

use domain::attr::Attributes;
use domain::ids::{SpanId, TraceId};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use domain::trace::TraceSummary;
use domain::warning::Warning;

use super::otlp_json::attributes;
use super::search::{FoundSpan, FoundTrace, Search, SearchAnswer};
use crate::answer::{Answer, Answered, Misread};
use crate::intern::Interner;
use crate::json::{Child, Cursor, Outline, Read};

/// What Tempo gives as the root's service while the root span has not come.
const NO_ROOT_YET: &str = "<root span not yet received>";

/// `{"traces":[{"traceID":"…","rootServiceName":"…",…,"spanSets":[{"spans":[…],"matched":2}]},…],"metrics":{…}}`
#[derive(Debug)]
pub(super) struct Found {
    limit: u32,
    range: TimeRange,
    traces: Vec<FoundTrace>,
    n_nameless: usize,
    n_elsewhere: usize,
    is_search: bool,
    interner: Interner,
}

impl Found {
    pub(super) fn of(search: &Search) -> Self {
        Self {
            limit: search.limit,
            range: search.range.aligned_to(TimeDelta::from_secs(1)),
            traces: Vec::new(),
            n_nameless: 0,
            n_elsewhere: 0,
            is_search: false,
            interner: Interner::default(),
        }
    }

    /// Whether anything of a trace lies in the range. Its duration was rounded down to a millisecond.
    fn is_asked_for(&self, trace: &TraceSummary) -> bool {
        let end = trace.start + trace.duration + TimeDelta::from_millis(1);
        trace.start <= self.range.end && end >= self.range.start
    }
}

/// The lists and objects that are opened.
#[derive(Clone, Copy, Debug)]
pub(super) enum Place {
    /// The whole answer.
    Top,
    /// `traces`
    Traces,
    /// `metrics`
    Metrics,
}

impl Outline for Found {
    type Place = Place;
    const TOP: Place = Place::Top;

    fn child(&self, place: Place, name: Option<&[u8]>) -> Child<Place> {
        match (place, name) {
            (Place::Traces, None) => Child::Take,
            (Place::Top, Some(b"traces")) => Child::Open(Place::Traces),
            (Place::Top, Some(b"metrics")) => Child::Open(Place::Metrics),
            (Place::Top | Place::Traces | Place::Metrics, _) => Child::Skip,
        }
    }

    fn take(&mut self, _place: Place, _name: Option<&[u8]>, value: &mut Cursor<'_>) -> Read<()> {
        match trace(&mut self.interner, value)? {
            Some(trace) if self.is_asked_for(&trace.summary) => self.traces.push(trace),
            Some(_) => self.n_elsewhere += 1,
            None => self.n_nameless += 1,
        }
        Ok(())
    }

    fn leave(&mut self, place: Place) {
        self.is_search |= matches!(place, Place::Traces | Place::Metrics);
    }
}

impl Answer for Found {
    type Output = SearchAnswer;

    fn answer(mut self) -> Answered<SearchAnswer> {
        if !self.is_search {
            return Err(Misread::Malformed("it has no traces".to_owned()));
        }
        let warnings = match self.n_nameless {
            0 => Vec::new(),
            n => vec![Warning::new("Tempo", format!("{n} traces without a valid id are left out"))],
        };
        let is_cut = self.traces.len() + self.n_nameless + self.n_elsewhere >= self.limit as usize;
        self.traces.sort_by_key(|it| (std::cmp::Reverse(it.summary.start), it.summary.id));
        Ok((SearchAnswer { traces: self.traces, is_cut }, warnings))
    }
}

/// One trace; `None` where its id is not valid.
fn trace(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<Option<FoundTrace>> {
    let mut id: Option<TraceId> = None;
    let (mut root_service, mut root_name) = (None, None);
    let (mut start, mut duration) = (Timestamp::default(), TimeDelta::ZERO);
    let (mut spans, mut n_matched) = (Vec::new(), 0);
    let (mut old_spans, mut n_old_matched) = (Vec::new(), 0);
    value.fields(|name, value| {
        match name.raw() {
            b"traceID" => id = value.text()?.unescaped().parse().ok(),
            b"rootServiceName" => root_service = named(value)?,
            b"rootTraceName" => root_name = named(value)?,
            b"startTimeUnixNano" => start = Timestamp::from_nanos(value.int()?),
            // Left out where it is 0.
            b"durationMs" => duration = TimeDelta::from_millis(value.int()?),
            b"spanSets" => {
                value.items(|value| span_set(interner, value, &mut spans, &mut n_matched))?;
            }
            // Repeats the first of `spanSets`; stands alone in answers from before those.
            b"spanSet" => span_set(interner, value, &mut old_spans, &mut n_old_matched)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    if spans.is_empty() {
        (spans, n_matched) = (old_spans, n_old_matched);
    }
    Ok(id.map(|id| FoundTrace {
        summary: TraceSummary { id, root_service, root_name, start, duration },
        spans,
        n_matched,
    }))
}

/// A name; `None` for an empty one and for one that stands in for a root that has not come.
fn named(value: &mut Cursor<'_>) -> Read<Option<String>> {
    let name = value.text()?.unescaped();
    Ok((!name.is_empty() && name != NO_ROOT_YET).then(|| name.into_owned()))
}

fn span_set(
    interner: &mut Interner,
    value: &mut Cursor<'_>,
    spans: &mut Vec<FoundSpan>,
    n_matched: &mut u32,
) -> Read<()> {
    value.fields(|name, value| match name.raw() {
        b"spans" => value.items(|value| {
            spans.extend(span(interner, value)?);
            Ok(())
        }),
        b"matched" => {
            *n_matched = n_matched.saturating_add(u32::try_from(value.int()?).unwrap_or(0));
            Ok(())
        }
        _ => value.skip(),
    })
}

fn span(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<Option<FoundSpan>> {
    let mut id: Option<SpanId> = None;
    let mut span_name = None;
    let (mut start, mut duration) = (Timestamp::default(), TimeDelta::ZERO);
    let mut attributes = Attributes::default();
    value.fields(|name, value| {
        match name.raw() {
            b"spanID" => id = value.text()?.unescaped().parse().ok(),
            b"name" => span_name = named(value)?,
            b"startTimeUnixNano" => start = Timestamp::from_nanos(value.int()?),
            b"durationNanos" => duration = TimeDelta::from_nanos(value.int()?),
            b"attributes" => attributes = self::attributes(interner, value, 0)?,
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(id.map(|id| FoundSpan { id, name: span_name, start, duration, attributes }))
}
