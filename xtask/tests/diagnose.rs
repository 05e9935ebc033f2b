//! `cargo xtask diagnose` against servers: real HTTP on a loopback address, recorded answers, and what is told of them.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "helpers of tests may panic as tests do")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use xtask::diagnose::{Args, run};

/// What a server was asked: the line of the request and its headers, names in lower case.
type Heard = Arc<Mutex<Vec<(String, Vec<String>)>>>;

/// A server that answers by path until the test ends: its address, and what it hears.
fn serve(answer: impl Fn(&str) -> (u16, String) + Send + Sync + 'static) -> (String, Heard) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let heard = Heard::default();
    let (theirs, answer) = (heard.clone(), Arc::new(answer));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (heard, answer) = (theirs.clone(), answer.clone());
            std::thread::spawn(move || exchange(stream, &heard, &*answer));
        }
    });
    (address, heard)
}

fn exchange(stream: TcpStream, heard: &Heard, answer: &(dyn Fn(&str) -> (u16, String) + Send + Sync)) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let mut first = String::new();
    if reader.read_line(&mut first).unwrap_or(0) == 0 {
        return;
    }
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 || line.trim().is_empty() {
            break;
        }
        headers.push(line.trim().to_owned());
    }
    let length =
        headers.iter().find_map(|it| it.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).unwrap();
    let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
    heard.lock().unwrap().push((target.clone(), headers));
    let (status, body) = answer(&target);
    let head = format!(
        "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    let mut stream = stream;
    let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(body.as_bytes()));
}

/// The job's lines, as its services log them: refused twice, then failed for good.
fn lines(now_secs: i64) -> Value {
    let at = |ago: i64| format!("{}000000000", now_secs - ago);
    let line = |ago: i64, service: &str, level: &str, event: &str, more: &str| {
        let stream = json!({ "service": service, "level": level });
        let id = if event.starts_with("task_r") { "" } else { r#""job_id":"job-abc-123","# };
        let text = format!(r#"{{{id}"level":"{level}","service":"{service}","event":"{event}"{more}}}"#);
        json!({ "stream": stream, "values": [[at(ago), text]] })
    };
    let url = r#","url":"https://docs.example.org/guide""#;
    json!({ "status": "success", "data": { "resultType": "streams", "stats": {}, "result": [
        line(300, "orchestrator", "INFO", "job_submitted", url),
        line(290, "scraper", "INFO", "task_started", r#","task":"scrape_task","task_id":"t-1""#),
        line(280, "scraper", "WARNING", "task_retrying", r#","task_id":"t-1","retries":1,"reason":"Client error '403 Forbidden'""#),
        line(200, "scraper", "INFO", "task_started", r#","task":"scrape_task","task_id":"t-1""#),
        line(190, "scraper", "ERROR", "scrape_failed",
            &format!(r#","failed_stage":"scraping","error_code":"http_403","retries":1{url}"#)),
        line(189, "orchestrator", "ERROR", "job_failed", r#","failed_stage":"scraping","error_code":"http_403""#),
    ] } })
}

fn answer(target: &str, now_secs: i64) -> (u16, String) {
    let path = target.split('?').next().unwrap_or_default();
    let none = json!({ "status": "success", "data": { "resultType": "streams", "result": [] } });
    let body = match path {
        "/logs/loki/api/v1/labels" => json!({ "status": "success", "data": ["service", "level"] }),
        "/logs/loki/api/v1/query_range" if target.contains("job-abc-123") || target.contains("t-1") => {
            lines(now_secs)
        }
        "/logs/loki/api/v1/query_range" => none,
        "/traces/api/search" => json!({ "traces": [], "metrics": {} }),
        "/metrics/api/v1/query_range" => {
            json!({ "status": "success", "data": { "resultType": "matrix", "result": [] } })
        }
        "/metrics/api/v1/query_exemplars" => json!({ "status": "success", "data": [] }),
        "/profiles/pyroscope/render" if target.contains("process_cpu") => json!({
            "version": 1,
            "flamebearer": {
                "names": ["total", "fetch", "parse"],
                "levels": [[0, 90_000_000_000_i64, 0, 0], [0, 60_000_000_000_i64, 60_000_000_000_i64, 2, 0, 30_000_000_000_i64, 30_000_000_000_i64, 1]],
                "numTicks": 90_000_000_000_i64,
                "maxSelf": 60_000_000_000_i64,
            },
            "metadata": { "format": "single", "units": "samples", "sampleRate": 1_000_000_000, "name": "cpu" },
        }),
        "/profiles/pyroscope/render" => return (503, "not now".to_owned()),
        _ => return (404, "404 page not found".to_owned()),
    };
    (200, body.to_string())
}

#[allow(clippy::disallowed_methods, reason = "the command line looks at the same clock")]
fn now_secs() -> i64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_secs() as i64
}

/// A folder of its own with a configuration in it.
fn config(name: &str, config: &Value) -> PathBuf {
    let folder = std::env::temp_dir().join(format!("jobscope-diagnose-{}-{name}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("config.json");
    std::fs::write(&path, config.to_string()).unwrap();
    path
}

fn args(config: &Path, more: &str) -> Args {
    let words = format!("--config {} {more}", config.display());
    Args::parse(words.split_whitespace().map(str::to_owned)).unwrap()
}

#[test]
fn a_failed_job_is_explained_over_real_http() {
    let now = now_secs();
    let (address, heard) = serve(move |target| answer(target, now));
    let config = config(
        "failed",
        &json!({
            "systems": ["cloudcix"],
            "sources": {
                "loki": { "kind": "loki", "url": "/logs", "tenant": "team-a" },
                "prometheus": { "kind": "prometheus", "url": format!("{address}/metrics") },
                "tempo": { "kind": "tempo", "url": "/traces" },
                "pyroscope": { "url": "/profiles" },
            },
        }),
    );
    let outcome =
        run(&args(&config, &format!("--job job-abc-123 --since 30m --base {address}/app/"))).unwrap();
    assert_eq!(outcome.trouble, Vec::<String>::new());
    let told = &outcome.told["jobs"][0];
    let is = |name: &str| told[name].clone();
    assert_eq!(is("state"), "failed", "{told:#}");
    assert_eq!(is("failed_stage"), "scrape");
    assert_eq!(is("attempts"), 2);
    assert_eq!(is("cause"), "docs.example.org answers 403");
    assert_eq!(is("rule"), "http_status");
    assert_eq!(is("confidence"), 4);
    assert!(is("would_refute").as_str().unwrap().contains("docs.example.org"));
    let cause = &told["causes"][0];
    assert!(cause["runbook"].as_str().unwrap().contains("domain"), "{cause:#}");
    assert_eq!(cause["matched"][0]["words"], "http_403");
    assert_eq!(cause["matched"][0]["line"]["service"], "scraper");
    let questions = told["evidence"]["questions"].as_array().unwrap();
    assert!(
        questions
            .iter()
            .any(|it| it["source"] == "Loki" && it["query"].as_str().unwrap().contains("job-abc-123"))
    );
    assert!(questions.iter().any(|it| it["source"] == "Tempo"));
    assert!(told["evidence"]["metrics"].as_array().unwrap().len() > 5);
    let [profiled] = told["evidence"]["profiles"].as_array().unwrap().as_slice() else { panic!("{told:#}") };
    assert_eq!(profiled["found"], "found");
    let says = profiled["says"].as_str().unwrap();
    assert!(says.starts_with("“parse” took 67 % of the CPU time of scraper from "), "{says}");
    assert!(says.ends_with("(1 min of 1 min 30 s); 1 of 2 questions could not be asked"), "{says}");
    let shown = &profiled["profiles"][0];
    assert_eq!(shown["query"], r#"process_cpu:cpu:nanoseconds:cpu:nanoseconds{service_name="scraper"}"#);
    assert_eq!(
        (&shown["functions"][0]["name"], &shown["functions"][0]["own"]),
        (&json!("parse"), &json!("1 min"))
    );
    assert_eq!(profiled["questions"][0]["source"], "Pyroscope");
    assert!(told["could_not_ask"].to_string().contains("Pyroscope failed (503)"), "{told:#}");

    let heard = heard.lock().unwrap();
    let to_loki = |it: &&(String, Vec<String>)| it.0.starts_with("/logs/");
    let has_tenant =
        |it: &(String, Vec<String>)| it.1.iter().any(|it| it.eq_ignore_ascii_case("x-scope-orgid: team-a"));
    assert!(heard.iter().filter(to_loki).count() > 1);
    assert!(heard.iter().filter(to_loki).all(has_tenant));
    assert!(!heard.iter().any(|it| it.0.starts_with("/metrics/") && has_tenant(it)));
}

/// Two jobs of a list, a good one and one that ends without a word why, and what the machine said of that time.
fn listed(target: &str, now_secs: i64) -> (u16, String) {
    let lines = |all: &[(i64, &str, &str)]| {
        let stream = |(ago, service, text): &(i64, &str, &str)| {
            let at = format!("{}000000000", now_secs - ago);
            json!({ "stream": { "service": service, "level": "INFO" }, "values": [[at, text]] })
        };
        let result: Vec<Value> = all.iter().map(stream).collect();
        (
            200,
            json!({ "status": "success", "data": { "resultType": "streams", "result": result } }).to_string(),
        )
    };
    let bad = [
        (500, "orchestrator", r#"{"job_id":"job-bad","level":"INFO","event":"job_submitted"}"#),
        (490, "scraper", r#"{"job_id":"job-bad","level":"INFO","event":"task_started","task_id":"t-2"}"#),
        (
            480,
            "orchestrator",
            r#"{"job_id":"job-bad","level":"ERROR","event":"job_failed","failed_stage":"scraping"}"#,
        ),
    ];
    let good = [
        (450, "orchestrator", r#"{"job_id":"job-good","level":"INFO","event":"job_submitted"}"#),
        (440, "scraper", r#"{"job_id":"job-good","level":"INFO","event":"task_started","task_id":"t-3"}"#),
        (
            430,
            "orchestrator",
            r#"{"job_id":"job-good","level":"INFO","event":"job_completed","status":"done"}"#,
        ),
    ];
    let around =
        [(482, "scraper", r#"{"level":"ERROR","message":"Out of memory: Killed process 42 (celery)"}"#)];
    match target {
        _ if !target.starts_with("/logs/loki/api/v1/query_range") => answer(target, now_secs),
        _ if target.contains("count_over_time") => answer("/metrics/api/v1/query_range", now_secs),
        _ if target.contains("warn%7Cerr") => lines(&around),
        _ if target.contains("job-bad") => lines(&bad),
        _ => lines(&[bad, good].concat()),
    }
}

fn names_of(it: &Value) -> Vec<&String> {
    it.as_object().unwrap().keys().collect()
}

#[test]
fn every_job_of_a_list_has_the_same_fields_and_its_evidence_what_was_asked_around_it() {
    let now = now_secs();
    let (address, _) = serve(move |target| listed(target, now));
    let sources = json!({
        "loki": { "kind": "loki", "url": format!("{address}/logs") },
        "prometheus": { "kind": "prometheus", "url": format!("{address}/metrics") },
        "tempo": { "kind": "tempo", "url": format!("{address}/traces") },
    });
    let config = config("list", &json!({ "systems": ["cloudcix"], "sources": sources }));
    let outcome = run(&args(&config, "--since 30m")).unwrap();
    assert_eq!(outcome.trouble, Vec::<String>::new());
    let [bad, good] = outcome.told["jobs"].as_array().unwrap().as_slice() else {
        panic!("{:#}", outcome.told)
    };
    assert_eq!((&bad["state"], &good["state"]), (&json!("failed"), &json!("done")));
    assert_eq!(names_of(bad), names_of(good));
    assert_eq!(names_of(&bad["evidence"]), names_of(&good["evidence"]));
    for name in ["cause", "rule", "confidence", "would_refute", "failed_stage"] {
        assert_eq!((good[name].is_null(), bad[name].is_null()), (true, false), "{name}: {bad:#}");
    }
    assert_eq!(good["key_is"], bad["key_is"]);
    // A store that counts nothing spoils nothing else.
    let warnings = outcome.told["summary"]["warnings"].to_string();
    assert!(warnings.contains("several users could not be counted"), "{warnings}");
    // The cause rests on a line of no job: where it stands is told, and how it was found.
    let matched = &bad["causes"][0]["matched"][0];
    assert_eq!(matched["words"], "Out of memory: Killed process 42 (celery)");
    assert_eq!(matched["line"]["service"], "scraper");
    let questions = bad["evidence"]["questions"].as_array().unwrap();
    let around = questions.iter().find(|it| it["what"] == "lines of that time that name no job");
    assert!(around.unwrap()["query"].as_str().unwrap().contains("(?i)warn"), "{questions:#?}");
}

#[test]
fn one_job_tells_what_other_jobs_were_asked_for() {
    let now = now_secs();
    let (address, _) = serve(move |target| listed(target, now));
    let sources = json!({ "loki": { "kind": "loki", "url": format!("{address}/logs") } });
    let config = config("one", &json!({ "systems": ["cloudcix"], "sources": sources }));
    let outcome = run(&args(&config, "--job job-bad")).unwrap();
    let questions = &outcome.told["jobs"][0]["evidence"]["questions"];
    let what: Vec<&str> = questions.as_array().unwrap().iter().filter_map(|it| it["what"].as_str()).collect();
    assert!(what.contains(&"lines that tell of a job"), "{what:?}");
    assert!(what.contains(&"lines of that time that name no job"), "{what:?}");
}

#[test]
fn a_source_that_fails_is_told_and_makes_less_sure() {
    let now = now_secs();
    let (address, _) = serve(move |target| {
        if target.starts_with("/traces/") { (403, "no entry".to_owned()) } else { answer(target, now) }
    });
    let config = config(
        "half",
        &json!({
            "systems": ["cloudcix"],
            "sources": {
                "loki": { "kind": "loki", "url": format!("{address}/logs") },
                "tempo": { "kind": "tempo", "url": format!("{address}/traces") },
            },
        }),
    );
    let system = xtask::workspace_root().join("public/systems/cloudcix.json");
    let outcome = run(&args(&config, &format!("--job job-abc-123 --system {}", system.display()))).unwrap();
    assert_eq!(outcome.trouble, ["Tempo refuses (403) (no entry)"]);
    let told = &outcome.told["jobs"][0];
    assert_eq!((&told["cause"], &told["confidence"]), (&json!("docs.example.org answers 403"), &json!(3)));
}

#[test]
fn nobody_there_is_no_answer_and_no_state_is_invented() {
    let config = config(
        "gone",
        &json!({ "systems": ["cloudcix"], "sources": { "loki": { "kind": "loki", "url": "http://127.0.0.1:9" } } }),
    );
    let outcome = run(&args(&config, "--job job-abc-123")).unwrap();
    assert!(outcome.trouble[0].starts_with("Loki cannot be reached"), "{:?}", outcome.trouble);
    let told = &outcome.told["jobs"][0];
    let told = (&told["state"], &told["rule"], &told["confidence"]);
    assert_eq!(told, (&json!("unknown"), &json!("unknown"), &json!(0)));
}

#[test]
fn what_is_wrong_with_the_files_is_said() {
    let no_sources = config("none", &json!({ "systems": ["cloudcix"], "sources": {} }));
    let error = run(&args(&no_sources, "--job x")).err().unwrap();
    assert!(error.contains("names a server in “sources”, so there is nobody to ask"), "{error}");
    let relative = config(
        "relative",
        &json!({ "systems": ["cloudcix"], "sources": { "loki": { "kind": "loki", "url": "." } } }),
    );
    let error = run(&args(&relative, "--job x")).err().unwrap();
    assert_eq!(error, "the address “.” is relative: say to what (--base URL)");
    let error = run(&args(&relative, "--job x --system /nowhere.json --base http://x/")).err().unwrap();
    assert!(error.starts_with("/nowhere.json: "), "{error}");
}
