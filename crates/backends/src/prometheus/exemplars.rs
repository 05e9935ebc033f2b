//! `query_exemplars`: single observations, with the traces that they belong to.

use domain::ids::TraceId;
use domain::series::{Exemplar, Labels};
use domain::time::TimeRange;

use super::promql::Expr;
use crate::answer::{Answer, Answered, Misread, Streamed};
use crate::intern::Interner;
use crate::json::{Child, Cursor, Outline, Read, Stop, parse_seconds};
use crate::numbers::labels;
use crate::request::{method_for, seconds};
use crate::warnings::Warnings;
use crate::{Endpoint, Question, RequestSpec, SourceKind};

/// Labels under which applications write a trace id, the convention (OpenMetrics) first.
const TRACE_LABELS: [&[u8]; 3] = [b"trace_id", b"traceID", b"traceId"];

/// The exemplars of every series that an expression reads: `GET /api/v1/query_exemplars`.
///
/// A server that stores none answers with none.
#[derive(Clone, Debug, PartialEq)]
pub struct QueryExemplars {
    /// An expression with the series in it.
    pub expr: Expr,
    /// When.
    pub range: TimeRange,
}

impl Endpoint for QueryExemplars {
    type Output = Vec<Exemplar>;
    type Decoder = Streamed<Vec<Exemplar>>;

    fn request(&self) -> RequestSpec {
        let query = self.expr.to_string();
        RequestSpec {
            source: SourceKind::Prometheus,
            method: method_for(&query),
            path: "/api/v1/query_exemplars".to_owned(),
            params: vec![
                ("query", query.clone()),
                ("start", seconds(self.range.start)),
                ("end", seconds(self.range.end)),
            ],
            headers: Vec::new(),
            question: Question {
                endpoint: "prometheus/query_exemplars",
                query,
                range: Some(self.range),
                step: None,
            },
            timeout_secs: 30,
        }
    }

    fn decoder(&self) -> Self::Decoder {
        Streamed::new(SourceKind::Prometheus, Exemplars::default())
    }
}

/// `{"data":[{"seriesLabels":{…},"exemplars":[{"labels":{"trace_id":"…"},"value":"1","timestamp":<secs>},…]},…]}`
#[derive(Debug)]
struct Exemplars {
    all: Vec<Exemplar>,
    /// Where those of the series that is being read begin.
    series_start: usize,
    series: Labels,
    has_status: bool,
    interner: Interner,
    warnings: Warnings,
}

impl Default for Exemplars {
    fn default() -> Self {
        Self {
            all: Vec::new(),
            series_start: 0,
            series: Labels::default(),
            has_status: false,
            interner: Interner::default(),
            warnings: Warnings::of("Prometheus"),
        }
    }
}

/// The lists and objects that are opened.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// The whole answer.
    Top,
    /// `data`
    AllSeries,
    /// One of `data`.
    OneSeries,
    /// Its `exemplars`.
    Exemplars,
}

impl Outline for Exemplars {
    type Place = Place;
    const TOP: Place = Place::Top;

    fn child(&self, place: Place, name: Option<&[u8]>) -> Child<Place> {
        match (place, name) {
            (Place::Exemplars, None) | (Place::OneSeries, Some(b"seriesLabels")) => Child::Take,
            (Place::Top, Some(b"status" | b"warnings" | b"infos")) => Child::Take,
            (Place::Top, Some(b"data")) => Child::Open(Place::AllSeries),
            (Place::AllSeries, None) => Child::Open(Place::OneSeries),
            (Place::OneSeries, Some(b"exemplars")) => Child::Open(Place::Exemplars),
            (Place::Top | Place::AllSeries | Place::OneSeries | Place::Exemplars, _) => Child::Skip,
        }
    }

    fn take(&mut self, place: Place, name: Option<&[u8]>, value: &mut Cursor<'_>) -> Read<()> {
        match (place, name) {
            (Place::OneSeries, _) => self.series = labels(&mut self.interner, value)?,
            (Place::Exemplars, _) => self.all.push(exemplar(value)?),
            (_, Some(b"status")) => self.has_status = !value.text()?.raw().is_empty(),
            (Place::Top | Place::AllSeries, _) => self.warnings.take(value)?,
        }
        Ok(())
    }

    fn leave(&mut self, place: Place) {
        if let Place::OneSeries = place {
            let labels = std::mem::take(&mut self.series);
            for exemplar in self.all.iter_mut().skip(self.series_start) {
                exemplar.series = labels.clone();
            }
            self.series_start = self.all.len();
        }
    }
}

fn exemplar(value: &mut Cursor<'_>) -> Read<Exemplar> {
    let mut trace: Option<(usize, TraceId)> = None;
    let mut number = None;
    let mut time = None;
    value.fields(|name, value| {
        match name.raw() {
            b"labels" => value.fields(|name, value| {
                let text = value.text()?;
                let rank = TRACE_LABELS.iter().position(|it| *it == name.raw());
                if let (Some(rank), Ok(id)) = (rank, text.unescaped().parse())
                    && trace.is_none_or(|(best, _)| rank < best)
                {
                    trace = Some((rank, id));
                }
                Ok(())
            })?,
            b"value" => number = Some(value.float()?),
            b"timestamp" => time = parse_seconds(value.number_or_text()?),
            _ => value.skip()?,
        }
        Ok(())
    })?;
    Ok(Exemplar {
        time: time.ok_or(Stop::Wrong("an exemplar with a timestamp"))?,
        value: number.ok_or(Stop::Wrong("an exemplar with a value"))?,
        trace: trace.map(|(_, id)| id),
        series: Labels::default(),
    })
}

impl Answer for Exemplars {
    type Output = Vec<Exemplar>;

    fn answer(self) -> Answered<Vec<Exemplar>> {
        if self.has_status {
            Ok((self.all, self.warnings.all()))
        } else {
            Err(Misread::Malformed("it has no status".to_owned()))
        }
    }
}
