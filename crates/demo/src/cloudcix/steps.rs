//! The parts of an attempt, each told as it ends: its span, its numbers, its line.

use domain::ids::{SpanId, TraceId};
use domain::time::Timestamp;

use super::attempt::Step;
use super::breaker::Change;
use super::deployment::{MODEL, Service, Stage};
use super::families as f;
use super::fault::Fault;
use super::job::Job;
use super::world::{Context, Event, Level, World};
use crate::telemetry::{Json, Span};

/// A part of an attempt that will have ended.
#[derive(Debug)]
pub(super) struct Stepped {
    stage: Stage,
    host: &'static str,
    bytes: f64,
    span: Span,
    context: Context,
    fault: Option<Fault>,
    embedded: Option<(u32, u32)>,
}

impl World {
    /// Plans to tell about a part of an attempt when it ends.
    pub(super) fn plan_step(&mut self, job: &mut Job, step: &Step, run: SpanId, started: Timestamp) {
        let mut span = job.span(job.stage.service(), step.scope, step.name, step.kind);
        span.attrs.extend(step.attrs.iter().cloned());
        if let Some(fault) = &step.fault {
            span.error = Some(fault.exception.message.clone());
            span.exception = Some(fault.exception.clone());
        }
        let span = span.placed(Some(run), started + step.lasts.0, started + step.lasts.1);
        let stepped = Stepped {
            stage: job.stage,
            host: job.host,
            bytes: job.bytes,
            context: Context::of(job, span.id),
            fault: step.fault.clone(),
            embedded: step.embedded,
            span,
        };
        self.schedule(stepped.span.end, Event::Stepped(Box::new(stepped)));
    }

    /// A part of an attempt has ended.
    pub(super) fn stepped(&mut self, it: Stepped) {
        let (end, took) = (it.span.end, it.span.end - it.span.start);
        let (seconds, seen) = (took.as_secs_f64(), Some((end, it.span.trace)));
        let m = &mut self.metrics;
        match it.stage {
            Stage::Scrape => {
                let status = match &it.fault {
                    None => "200".to_owned(),
                    Some(fault) => fault.status.map_or_else(|| fault.code.clone(), |it| it.to_string()),
                };
                let labels = [("status", status.as_str()), ("domain", it.host), ("mode", "async")];
                m.add(&f::SCRAPE_REQUESTS, &labels, 1.0);
                m.observe(&f::SCRAPE_SECONDS, &[("mode", "async")], seconds, seen);
                if it.fault.is_none() {
                    m.observe(&f::SCRAPE_BYTES, &[], it.bytes.round(), seen);
                }
            }
            Stage::Chunk => m.observe(&f::CHUNKING_SECONDS, &[("mode", "async")], seconds, seen),
            Stage::Embed => {}
        }
        if let Some((n_texts, n_tokens)) = it.embedded {
            self.metrics.observe(&f::EMBED_BATCH, &[], n_texts.into(), None);
            self.inferred(seconds, seen, it.fault.as_ref());
            if it.fault.is_none() {
                self.metrics.add(&f::TOKENS_PROCESSED, &[("model", MODEL)], n_tokens.into());
                self.metrics.observe(&f::EMBEDDING_REQUEST_SECONDS, &[("operation", "write")], seconds, seen);
                let fields = Json::new()
                    .text("model", MODEL)
                    .int("prompt_tokens", n_tokens.into())
                    .int("batch_size", n_texts.into())
                    .int("inference_latency_ms", took.millis());
                let event = "inference_embed_complete";
                self.log(end, Service::EmbeddingApi, Level::Info, it.context, event, &fields);
            }
        }
        self.end_span(it.stage.service(), it.span);
    }

    /// What a call to the inference server adds to its numbers and to the circuit breaker.
    fn inferred(&mut self, seconds: f64, seen: Option<(Timestamp, TraceId)>, fault: Option<&Fault>) {
        let status = fault.map_or("success", |_| "error");
        self.metrics.add(&f::INFERENCE_REQUESTS, &[("model", MODEL), ("status", status)], 1.0);
        self.metrics.observe(&f::INFERENCE_SECONDS, &[("model", MODEL)], seconds, seen);
        if let Some(error) = fault.and_then(|it| it.inference) {
            self.metrics.add(&f::INFERENCE_ERRORS, &[("model", MODEL), ("error_type", error)], 1.0);
            if error == "token_limit_exceeded" {
                return;
            }
        }
        let change = self.breaker.called(self.now, fault.is_none());
        let (level, event) = match change {
            None => return,
            Some(Change::Opened) => (Level::Critical, "circuit_breaker_opened"),
            Some(Change::Closed) => (Level::Info, "circuit_breaker_closed"),
        };
        let fields =
            Json::new().text("model", MODEL).maybe("error", fault.map(|it| it.exception.message.as_str()));
        self.log(self.now, Service::EmbeddingApi, level, Context::default(), event, &fields);
    }
}
