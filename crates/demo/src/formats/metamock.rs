//! `metamock`: bracketed text, the job's context in it, no traces and no metrics.

use domain::time::Timestamp;

use super::{Clock, Story};
use crate::rng::Rng;
use crate::telemetry::LogLine;

/// What every line of a job carries.
struct Context {
    user: usize,
    job: String,
}

impl Context {
    /// A worker's line within a step.
    fn line(&self, at: Timestamp, level: &str, task: &str, run: Option<&str>, message: &str) -> LogLine {
        let run = run.map_or_else(String::new, |it| format!(" run_id={it}"));
        let body =
            format!("[{level}] [user_id={} job_id={} task={task}{run}] {message}", self.user, self.job);
        // A job's own stream is metadata here: a label a job would be more streams than Loki takes.
        stored(at, "celery-worker", &format!("jobs/{}", self.job), body)
    }
}

fn stored(at: Timestamp, service: &str, stream: &str, body: String) -> LogLine {
    LogLine {
        at,
        labels: vec![("app", "metamock-app".to_owned()), ("service", service.to_owned())],
        metadata: vec![("log_stream", stream.to_owned())],
        body,
    }
}

/// A bulk generation, or a smaller job of one step.
pub(super) fn tell(rng: &mut Rng, at: Timestamp) -> Story {
    let kind = rng.pick(&["bulk", "bulk", "bulk", "image-upscale", "user-export"]);
    let context = Context { user: rng.below(400) + 100, job: format!("{kind}-{}", rng.hex(12)) };
    let mut clock = Clock(at);
    let mut lines = Vec::new();
    let user = context.user;
    let request = format!("[INFO] [user_id={user}] Processing user request");
    lines.push(stored(at, "backend", "backend/container456/2026-11-21", request));
    let (outcome, error) = match kind {
        "bulk" => bulk(rng, &context, &mut clock, &mut lines),
        _ => single(rng, kind, &context, &mut clock, &mut lines),
    };
    Story { lines, job_id: context.job, task_id: None, outcome, error: error.map(str::to_owned) }
}

type Outcome = (&'static str, Option<&'static str>);

fn bulk(rng: &mut Rng, context: &Context, clock: &mut Clock, lines: &mut Vec<LogLine>) -> Outcome {
    let whole = "bulk_workflow";
    let preset = rng.hex(6);
    let words = format!("Starting bulk generation for preset {preset}");
    lines.push(context.line(clock.after(rng, 0.2, 4.0), "INFO", whole, None, &words));
    let fails_at = match rng.below(100) {
        0..3 => Some("validate_preset"),
        3..6 => Some("generate_prompts"),
        6..14 => Some("generate_images"),
        _ => None,
    };
    for (step, secs) in [("validate_preset", 1.0), ("generate_prompts", 6.0), ("generate_images", 28.0)] {
        let run = rng.hex(6);
        let mut say =
            |at, level: &str, words: &str| lines.push(context.line(at, level, step, Some(&run), words));
        say(clock.after(rng, 0.05, 0.4), "INFO", &format!("Starting step: {step}"));
        let is_bad = fails_at == Some(step);
        let error = match step {
            "validate_preset" => {
                say(clock.after(rng, 0.1, 0.3), "DEBUG", "Validating preset configuration");
                "preset has no size"
            }
            "generate_prompts" => {
                if !is_bad {
                    say(clock.after(rng, 1.0, secs), "INFO", "Generated 5 unique prompts");
                }
                "model returned no text"
            }
            _ => {
                let n_timeouts = if is_bad { 3 } else { rng.below(6).saturating_sub(4) };
                for _ in 0..n_timeouts {
                    say(clock.after(rng, 9.0, 10.0), "ERROR", "Image generation failed: API timeout");
                    say(clock.after(rng, 0.5, 2.0), "WARNING", "Retrying failed image generation");
                }
                "API timeout"
            }
        };
        let at = clock.after(rng, secs * 0.4, secs);
        if is_bad {
            say(at, "ERROR", &format!("Step failed: {error}"));
            let words = format!("Bulk generation failed: {step}: {error}");
            lines.push(context.line(clock.after(rng, 0.01, 0.1), "ERROR", whole, None, &words));
            let outcome = match step {
                "validate_preset" => "failed validate_preset",
                "generate_prompts" => "failed generate_prompts",
                _ => "failed generate_images",
            };
            return (outcome, Some(error));
        }
        say(at, "INFO", "Step completed successfully");
    }
    lines.push(context.line(clock.after(rng, 0.05, 0.3), "INFO", whole, None, "Bulk generation completed"));
    ("done", None)
}

fn single(
    rng: &mut Rng,
    kind: &str,
    context: &Context,
    clock: &mut Clock,
    lines: &mut Vec<LogLine>,
) -> Outcome {
    let step = kind.replace('-', "_");
    let run = rng.hex(6);
    let mut say =
        |at, level: &str, words: &str| lines.push(context.line(at, level, &step, Some(&run), words));
    say(clock.after(rng, 0.2, 3.0), "INFO", &format!("Starting step: {step}"));
    say(clock.after(rng, 0.5, 5.0), "DEBUG", "Reading input from S3");
    if rng.chance(0.05) {
        say(clock.after(rng, 1.0, 5.0), "ERROR", "Failed to upload to S3");
        say(clock.after(rng, 0.01, 0.1), "ERROR", "Step failed: Failed to upload to S3");
        return ("failed upload", Some("Failed to upload to S3"));
    }
    say(clock.after(rng, 2.0, 15.0), "INFO", "Step completed successfully");
    ("done", None)
}
