//! What the benches call from JavaScript: the decoders, fed as the network feeds them, and charts.

// The app's own, taken by path so that a bench does not wait for the whole app to be compiled.
#[path = "../../../../src/canvas/backend.rs"]
pub mod backend;
mod chart;
mod jobs;
#[path = "../../../../src/canvas/surface.rs"]
pub mod surface;

use backend::CanvasBackend;
use backends::loki::logql::LogQuery;
use backends::loki::{Direction, QueryRange as Lines};
use backends::prometheus::QueryRange as Matrix;
use backends::prometheus::promql::{Expr, Selector};
use backends::{Decoder, Endpoint, Headers};
use domain::time::{Step, TimeRange, Timestamp};
use wasm_bindgen::prelude::wasm_bindgen;

/// The size of a chunk as Chromium hands them on.
const CHUNK: usize = 64 * 1024;

/// Lines of jobs in the program's own memory.
#[wasm_bindgen]
pub struct Jobs {
    lines: Vec<domain::logs::LogRecord>,
    list: Option<domain::jobs::JobList>,
    varied: Vec<std::sync::Arc<domain::jobs::JobRow>>,
}

#[wasm_bindgen]
impl Jobs {
    /// Makes the lines of so many jobs; not measured.
    #[wasm_bindgen(constructor)]
    pub fn new(n_jobs: u32) -> Self {
        Self { lines: jobs::lines(n_jobs), list: None, varied: Vec::new() }
    }

    /// Puts them together; gives how many jobs there are.
    pub fn assemble(&mut self) -> usize {
        let list = jobs::assemble(&jobs::system(), std::mem::take(&mut self.lines));
        self.list.insert(list).rows().len()
    }

    /// Filters so many rows; gives how many pass.
    pub fn filter(&self, n_rows: usize) -> usize {
        self.list.as_ref().map_or(0, |it| jobs::filter(it, n_rows))
    }

    /// Makes so many rows that differ; not measured.
    pub fn vary(&mut self, n_rows: usize) {
        self.varied = self.list.as_ref().map_or_else(Vec::new, |it| jobs::varied(it, n_rows));
    }

    /// Puts the failures of these together; gives how many jobs failed.
    pub fn failures(&self) -> usize {
        jobs::put_together(&self.varied)
    }
}

/// A body in the program's own memory, as a transport has it.
#[wasm_bindgen]
pub struct Body(Vec<u8>);

#[wasm_bindgen]
impl Body {
    /// Copies a body in; not measured.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: &[u8]) -> Self {
        Self(bytes.to_vec())
    }

    /// Decodes a Loki `query_range` answer; gives the number of lines, or -1.
    pub fn decode_lines(&self) -> f64 {
        let asked = Lines {
            query: LogQuery::select(&[]),
            range: everything(),
            limit: u32::MAX,
            direction: Direction::Backward,
        };
        self.decode(&asked).map_or(-1.0, |it| it.len() as f64)
    }

    /// Decodes a Prometheus matrix; gives the number of points, or -1.
    pub fn decode_matrix(&self) -> f64 {
        let expr = Expr::Select(Selector { name: "up".to_owned(), matchers: Vec::new() });
        let asked = Matrix { expr, range: everything(), step: Step::from_secs(15) };
        self.decode(&asked).map_or(-1.0, |all| all.iter().map(|it| it.values.len()).sum::<usize>() as f64)
    }

    fn decode<E: Endpoint>(&self, asked: &E) -> Option<E::Output> {
        let mut decoder = asked.decoder();
        self.0.chunks(CHUNK).for_each(|it| decoder.push(it));
        let headers = Headers(vec![("content-type".to_owned(), "application/json".to_owned())]);
        decoder.finish(200, &headers).ok().map(|(output, _)| output)
    }
}

fn everything() -> TimeRange {
    TimeRange { start: Timestamp::from_nanos(0), end: Timestamp::from_nanos(i64::MAX) }
}
