//! Tail sampling as the collectors do it: each machine alone, ten seconds after a trace's first span came by.
//!
//! A window with an error is kept, of the others 15 % by trace id, which every machine decides alike.
//! The collector then forgets the trace: spans that come later begin a window of their own.
//! So a good trace is kept whole or not at all, and one with a late error may lack what other machines, or earlier windows, saw.

use std::collections::BTreeMap;

use domain::ids::TraceId;

use super::deployment::{KEPT_SHARE, Machine};
use crate::telemetry::Span;

/// Traces that wait for their decision.
#[derive(Debug, Default)]
pub(super) struct Sampler {
    waiting: BTreeMap<(Machine, TraceId), Vec<Span>>,
}

impl Sampler {
    /// Takes a span; true where it is the first of a window, whose decision is due after `DECISION_WAIT`.
    pub(super) fn take(&mut self, machine: Machine, span: Span) -> bool {
        let window = self.waiting.entry((machine, span.trace)).or_default();
        window.push(span);
        window.len() == 1
    }

    /// Ends a window: its spans where they are kept.
    pub(super) fn decide(&mut self, machine: Machine, trace: TraceId) -> Vec<Span> {
        let spans = self.waiting.remove(&(machine, trace)).unwrap_or_default();
        let is_kept = is_sampled(trace) || spans.iter().any(|it| it.error.is_some());
        if is_kept { spans } else { Vec::new() }
    }
}

/// Is a trace without errors kept?
pub(super) fn is_sampled(trace: TraceId) -> bool {
    let low = trace.bytes().into_iter().skip(8).fold(0_u64, |number, byte| number << 8 | u64::from(byte));
    ((low >> 11) as f64 / (1_u64 << 53) as f64) < KEPT_SHARE
}
