//! Component tests: parts of the app in a real browser, before scripted answers. One program, since linking takes longer
//! than any of them.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, missing_docs, reason = "tests")]

mod chart;
mod debug;
mod jobs;
mod live;
mod plan;
mod recordings;
mod setup;
mod view;
mod waterfall;

wasm_bindgen_test::wasm_bindgen_test_configure!(run_in_browser);
