//! What holds for any evidence: neither its order, nor how it is cut into slices, changes the rows. And for any filters.

use proptest::prelude::*;
use proptest::sample::select;

use super::{rows, system};
use crate::jobs::{Field, JobList, RowFilter};
use crate::logs::LogRecord;
use crate::testing::{at, evidence};
use crate::trace::Trace;
use crate::view_state::{Filter, FilterOp};

/// A line of one of few jobs, tasks and traces, each of which it may leave out.
fn line() -> impl Strategy<Value = String> {
    let time = (0_u32..60).prop_map(|it| format!("10:{:02}:{:02}.000", it / 4, it % 4 * 15));
    let word = select(vec![
        "job_submitted",
        "job_failed",
        "stage_queued",
        "task_started",
        "task_retrying",
        "scrape_failed",
        "embed_completed",
        "chatter",
    ]);
    let service = select(vec!["orchestrator", "scraper", "embedder"]);
    let job = select(vec!["", " job=j1", " job=j2", " job=j3"]);
    let task = select(vec!["", "", " task_id=t1", " task_id=t2", " task_id=t3"]);
    let trace = select(vec!["", " trace=1", " trace=2"]);
    (time, word, service, job, task, trace).prop_map(|(time, word, service, job, task, trace)| {
        format!("{time} I {service} {word}{job}{task}{trace} stage=scrape")
    })
}

fn span() -> impl Strategy<Value = String> {
    let job = select(vec!["", " job=j1", " job=j4"]);
    let task = select(vec!["", " task_id=t1", " task_id=t4"]);
    (0_u32..15, job, task, 1_u32..3, 1_u32..20).prop_map(|(minute, job, task, trace, id)| {
        format!(
            "10:{minute:02}:00.000 +9s consumer scraper run trace={trace} id={id}{job}{task} stage=scrape"
        )
    })
}

/// Evidence once in order and at once, and once shuffled, with the places at which it is judged in between.
type Arrivals = (Vec<LogRecord>, Vec<Trace>, Vec<Piece>, Vec<bool>);

#[derive(Clone, Debug)]
enum Piece {
    Line(Box<LogRecord>),
    Trace(Trace),
}

fn arrivals() -> impl Strategy<Value = Arrivals> {
    let texts = (prop::collection::vec(line(), 0..30), prop::collection::vec(span(), 0..6));
    texts.prop_flat_map(|(lines, spans)| {
        let found = evidence(&system(), &[lines, spans].concat().join("\n"));
        let single =
            found.traces.iter().flat_map(|it| &it.spans).map(|it| Trace::from_spans(vec![it.clone()]));
        let mut pieces: Vec<Piece> = single.map(Piece::Trace).collect();
        pieces.extend(found.lines.iter().cloned().map(Box::new).map(Piece::Line));
        // Some come twice, as at the border of two slices.
        pieces.extend(found.lines.iter().take(3).cloned().map(Box::new).map(Piece::Line));
        let n = pieces.len();
        let judged = prop::collection::vec(any::<bool>(), n);
        (Just(found.lines), Just(found.traces), Just(pieces).prop_shuffle(), judged)
    })
}

proptest! {
    #[test]
    fn any_order_and_any_slices_give_the_same_rows((lines, traces, pieces, judged) in arrivals()) {
        let now = at("10:30:00");
        let mut at_once = JobList::new(system());
        lines.into_iter().for_each(|it| at_once.add_line(it));
        traces.into_iter().for_each(|it| at_once.add_trace(it));
        at_once.judge(now, &[]);

        let mut by_pieces = JobList::new(system());
        for (piece, judge) in pieces.into_iter().zip(judged) {
            match piece {
                Piece::Line(line) => by_pieces.add_line(*line),
                Piece::Trace(trace) => by_pieces.add_trace(trace),
            }
            if judge {
                by_pieces.judge(at("10:10:00"), &[]);
            }
        }
        by_pieces.judge(now, &[]);
        prop_assert_eq!(at_once.rows(), by_pieces.rows());
    }
}

/// A filter that some of the rows of a few jobs pass.
fn filter() -> impl Strategy<Value = Filter> {
    let values = [
        ("state", vec!["failed", "done", "queued", "running"]),
        ("service", vec!["orchestrator", "scraper", "embedder"]),
        ("attempts", vec!["1", "2"]),
        ("stage", vec!["scrape", "chunk"]),
    ];
    (select(values.to_vec()), select(FilterOp::ALL)).prop_flat_map(|((field, values), op)| {
        select(values).prop_map(move |value| Filter { field: field.to_owned(), op, value: value.to_owned() })
    })
}

proptest! {
    #[test]
    fn one_value_of_a_field_is_enough_and_everything_else_must_hold(
        lines in prop::collection::vec(line(), 0..30), filters in prop::collection::vec(filter(), 0..5),
    ) {
        let rows = rows("10:30:00", &lines.join("\n"));
        let passes = |filters: &[Filter]| {
            let filter = RowFilter::new(filters, "");
            rows.iter().map(|row| filter.passes(row, at("10:30:00"))).collect::<Vec<bool>>()
        };
        let alone: Vec<_> = filters.iter().map(|it| (it, passes(std::slice::from_ref(it)))).collect();
        let expected: Vec<bool> = (0..rows.len())
            .map(|row| {
                alone.iter().all(|(one, holds)| {
                    let is_enough = |(other, holds): &(&Filter, Vec<bool>)| {
                        one.op == FilterOp::Is && other.op == FilterOp::Is && one.field == other.field && holds[row]
                    };
                    holds[row] || alone.iter().any(is_enough)
                })
            })
            .collect();
        prop_assert_eq!(&passes(&filters), &expected);
        let whole = RowFilter::new(&filters, "scrape j1");
        let (rest, state) = (whole.clone().without(Field::State), whole.clone().only(Field::State));
        for row in rows.iter() {
            let by_parts = rest.passes(row, at("10:30:00")) && state.passes(row, at("10:30:00"));
            prop_assert_eq!(whole.passes(row, at("10:30:00")), by_parts, "what is about a field, and all else");
        }
        prop_assert!(!rest.is_about(Field::State));
        let turned: Vec<Filter> = filters.iter().rev().chain(&filters).cloned().collect();
        prop_assert_eq!(passes(&turned), expected, "neither order nor repetition matters");
    }
}
