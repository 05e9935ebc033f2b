//! How long it takes to put 5,000 jobs together from 100,000 lines, to filter 20,000 rows, and to put their failures
//! together: milliseconds, as JSON.
//!
//! `cargo xtask bench --only jobs` runs it, and the same in the browser.

#![allow(clippy::disallowed_methods, clippy::print_stdout, reason = "a bench has a clock, and prints")]

#[path = "../../../tests/bench/wasm/src/jobs.rs"]
mod jobs;

use std::time::Instant;

fn main() {
    let runs: usize = std::env::args().find_map(|it| it.parse().ok()).unwrap_or(5);
    let system = jobs::system();
    let (mut assembled, mut filtered, mut failed) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..runs {
        let lines = jobs::lines(5_000);
        let began = Instant::now();
        let list = jobs::assemble(&system, lines);
        assembled.push(began.elapsed().as_secs_f64() * 1_000.0);
        assert_eq!((list.rows().len(), list.n_lines()), (5_000, 100_000));
        let began = Instant::now();
        let n_passed = jobs::filter(&list, 20_000);
        filtered.push(began.elapsed().as_secs_f64() * 1_000.0);
        assert_eq!(n_passed, 20_000);
        let rows = jobs::varied(&list, 20_000);
        let began = Instant::now();
        let n_failing = jobs::put_together(&rows);
        failed.push(began.elapsed().as_secs_f64() * 1_000.0);
        assert_eq!(n_failing, 2_858);
    }
    println!("{{\"assemble\":{assembled:?},\"filter\":{filtered:?},\"failures\":{failed:?}}}");
}
