//! Scenarios that nobody wrote: effects, their strength and their time drawn by a seed.

use demo::model::Options;
use demo::{errors, scenario};
use domain::time::{TimeDelta, TimeRange};
use serde_json::{Value, json};

use super::window;

/// Chance for tests: xorshift, the same for the same seed.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 11) as usize % n
    }

    fn pick<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn share(&mut self) -> f64 {
        (self.below(10) + 1) as f64 / 10.0
    }
}

/// A window of one to three hours, a rate, and up to five effects.
pub(crate) fn options(system: &str, seed: u64) -> Options {
    let mut chance = Chance(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    (0..8).for_each(|_| _ = chance.below(2));
    let length = TimeDelta::from_secs(3_600 + 1_800 * chance.below(5) as i64);
    let window = TimeRange { start: window().end - length, end: window().end };
    let effects: Vec<Value> = (0..chance.below(5) + 1).map(|_| effect(system, &mut chance)).collect();
    let text = json!({ "title": "drawn", "effects": effects }).to_string();
    let scenario = scenario::parse("drawn", &text, window, TimeDelta::ZERO).unwrap();
    scenario.check_for(system).unwrap();
    Options {
        seed,
        rate: [8.0, 15.0, 30.0][chance.below(3)],
        window,
        scenarios: vec![scenario],
        has_held_job: chance.below(2) == 0,
        n_stuck: chance.below(5),
    }
}

const STATUSES: [u16; 14] = [0, 400, 401, 403, 404, 410, 418, 429, 451, 500, 502, 503, 504, 520];
const HOSTS: [&str; 4] = ["docs.example.org", "en.wiki.example.net", "news.example.com", "law.example.gov"];
const STAGES: [&str; 3] = ["scrape", "chunk", "embed"];

/// What is wrong with the broker, the workers or a version.
fn drawn_beside(chance: &mut Chance, share: f64) -> Value {
    match chance.below(5) {
        0 => json!({"kind": "workers_freeze", "stage": chance.pick(&STAGES)}),
        1 => json!({"kind": "errors_swallowed", "share": share}),
        2 => {
            json!({"kind": "tasks_outlast", "stage": chance.pick(&STAGES), "share": 0.1, "minutes": 10 + chance.below(20)})
        }
        3 => json!({"kind": "broker_evicts", "share": share / 5.0}),
        _ => json!({"kind": "deploy", "version": "c0ffee1", "failing": 0.3}),
    }
}

fn effect(system: &str, chance: &mut Chance) -> Value {
    let share = chance.share();
    let mut it = match (system, chance.below(9)) {
        ("cloudcix", 6) => drawn_beside(chance, share),
        (_, 7 | 8) => json!({"kind": "work_fails", "error": chance.pick(&errors::NAMES), "share": share}),
        ("cloudcix", 0 | 1) => {
            json!({"kind": "host_answers", "host": chance.pick(&HOSTS), "share": share,
                   "status": STATUSES[chance.below(STATUSES.len())], "latency_ms": 300 + chance.below(9_000)})
        }
        ("cloudcix", 2 | 3) => {
            let error = chance.pick(&["server_unavailable", "connection_error", "cuda_oom"]);
            json!({"kind": "inference_fails", "share": share, "error": error})
        }
        ("cloudcix", 4) => {
            json!({"kind": "large_pages", "share": share / 5.0, "megabytes": 22 + chance.below(40)})
        }
        ("cloudcix", _) => json!({"kind": "broker_lost", "stage": chance.pick(&STAGES)}),
        ("diffusion", 0 | 1) => {
            json!({"kind": "device_memory", "share": share, "device": chance.pick(&["cuda", "mps"])})
        }
        ("diffusion", 2) => {
            json!({"kind": "model_broken", "model": chance.pick(&["Flux.1-dev", "Qwen-Image", "SD-3.5-large"])})
        }
        ("diffusion", 3 | 4) => {
            let gate = chance.pick(&["brand_safety", "cultural_fit", "legal_claims"]);
            json!({"kind": "gate_fails", "gate": gate, "share": share})
        }
        ("trung-dev", 0 | 1) => {
            let operation = chance.pick(&["view_post", "search_posts", "add_comment", "upload_file"]);
            json!({"kind": "requests_fail", "operation": operation, "share": share})
        }
        ("trung-dev", 2 | 3) => json!({"kind": "mail_down", "share": share}),
        ("trung-dev", 4) => json!({"kind": "queries_slow", "factor": 2 + chance.below(100)}),
        ("metamock", 0 | 1) => json!({"kind": "api_timeouts", "share": share}),
        ("metamock", 2) => json!({"kind": "uploads_fail", "share": share}),
        ("metamock", 3) => json!({"kind": "new_id_per_step", "share": share}),
        ("metamock", 4) => json!({"kind": "context_leaks", "share": share}),
        ("pixerase", 0 | 1) => json!({"kind": "storage_slow", "share": share}),
        ("pixerase", 2 | 3) => json!({"kind": "bad_images", "share": share}),
        ("pixerase", 4) => json!({"kind": "database_full", "share": share}),
        _ => json!({"kind": "workers_gone"}),
    };
    let from = chance.below(80);
    it["from"] = format!("{from}%").into();
    it["until"] = format!("{}%", from + 5 + chance.below(20)).into();
    it
}
