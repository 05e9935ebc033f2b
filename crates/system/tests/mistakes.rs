//! What a person is told who makes a mistake in a system file: each one, where, and what to write instead.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

/// A small file that is right.
const RIGHT: &str = r#"{
    "name": "shop",
    "title": "Shop",
    "stages": [
        {"id": "pack", "aliases": ["packing"], "service": "packer", "queue": "to_pack"},
        {"id": "ship", "service": "shipper", "in_pipeline": false}
    ],
    "services": [{"name": "packer", "stage": "pack"}, {"name": "shipper", "aliases": ["courier"]}],
    "logs": {
        "selectors": ["{app=`shop`}"],
        "formats": [{"format": "json"}, {"format": "pattern", "pattern": "[<level>] <message>"}],
        "roles": {"job": ["order"], "event": ["event"]},
        "events": [{"kind": "stage_failed", "when": {"event": "broke"}, "stage": "pack"}]
    },
    "metrics": [{"role": "queue_depth", "names": ["depth"], "kind": "gauge", "title": "Depth"}],
    "links": [{"title": "Flower", "url": "https://flower.example/task/{task}"}]
}"#;

/// Puts one thing in the place of another and compares what is told, one mistake a line.
#[track_caller]
fn check(right: &str, wrong: &str, expected: &[&str]) {
    assert!(RIGHT.contains(right), "the file has no {right}");
    let text = RIGHT.replacen(right, wrong, 1);
    assert_eq!(system::read(&text), system::parse(&text).ok(), "{wrong}");
    let told = match system::parse(&text) {
        Ok(_) => Vec::new(),
        Err(mistakes) => mistakes.iter().map(ToString::to_string).collect(),
    };
    assert_eq!(told, expected, "{wrong}");
}

#[test]
fn the_right_file_is_right() {
    check("{", "{", &[]);
    let warnings = system::parse(RIGHT).map(|it| it.warnings);
    assert_eq!(warnings, Ok(Vec::new()));
}

#[test]
fn what_jobs_are_told_apart_by_must_be_found_somewhere_under_a_name_of_its_own() {
    let with = |it: &str| format!(r#""jobs": {{"attributes": [{it}]}}, "logs""#);
    let check = |it: &str, expected: &[&str]| check(r#""logs""#, &with(it), expected);
    check(r#"{"name": "shop floor", "fields": ["floor"]}"#, &[]);
    check(r#"{"name": "size", "from": "url", "patterns": ["/<_>/<value>"]}"#, &[]);
    check(
        r#"{"name": "size"}"#,
        &["jobs.attributes[0]: says nothing of where it is found; write fields or patterns"],
    );
    check(
        r#"{"name": "size: big", "fields": ["size"]}"#,
        &[
            "jobs.attributes[0].name: “size: big” cannot be told from other fields; give it a name of its own, without a colon",
        ],
    );
    check(
        r#"{"name": "version", "fields": ["size"]}"#,
        &[
            "jobs.attributes[0].name: “version” cannot be told from other fields; give it a name of its own, without a colon",
        ],
    );
    check(
        r#"{"name": "size", "patterns": ["packed <size>"]}"#,
        &[
            "jobs.attributes[0].patterns[0]: must capture <value> and nothing else; write <value> for what is wanted and <_> for the rest, such as <_>: loading <value>",
        ],
    );
    check(
        r#"{"name": "size", "fields": ["a"]}, {"name": "size", "fields": ["b"]}"#,
        &[
            "jobs.attributes[1].name: the attribute “size” is there twice; it stands at jobs.attributes[0].name already; let one of them go",
        ],
    );
}

#[test]
fn a_kind_of_job_must_be_known_by_something() {
    let with = |kind: &str| format!(r#""jobs": {{"kinds": [{kind}]}}, "logs""#);
    let check = |kind: &str, expected: &[&str]| check(r#""logs""#, &with(kind), expected);
    check(r#"{"title": "Parcel", "tasks": ["ship_it"]}, {"title": "Rest", "stage": "ship"}"#, &[]);
    check(
        r#"{"title": "Parcel"}"#,
        &["jobs.kinds[0]: says nothing of how such jobs are known; write id_prefix, tasks or stage"],
    );
    check(
        r#"{"title": "Parcel", "stage": "shop"}"#,
        &["jobs.kinds[0].stage: there is no stage “shop”; did you mean “ship”?"],
    );
    check(
        r#"{"title": "A", "id_prefix": "a-"}, {"title": "B", "id_prefix": "a-"}"#,
        &[
            "jobs.kinds[1].id_prefix: the prefix “a-” is there twice; it stands at jobs.kinds[0].id_prefix already; let one of them go",
        ],
    );
}

#[test]
fn slips_are_put_right() {
    check(
        r#""title": "Shop""#,
        r#""titel": "Shop""#,
        &["titel: is not a known member; did you mean “title”?", "title: is missing; add it"],
    );
    check(r#""packing""#, "7", &["stages[0].aliases[0]: a number where a text belongs; write a text"]);
    check(
        r#""kind": "gauge""#,
        r#""kind": "guage""#,
        &["metrics[0].kind: “guage” is not known here; did you mean “gauge”?"],
    );
    check(
        r#""event": "broke""#,
        r#""evnt": "broke""#,
        &[
            "logs.events[0].when.evnt: “evnt” is not a role; did you mean “event”? For a field by its own name write field:evnt",
        ],
    );
    check(
        r#""event": "broke""#,
        r#""event": {"prefx": "b"}"#,
        &["logs.events[0].when.event.prefx: is not a known member; did you mean “prefix”?"],
    );
    check(
        r#""event": ["event"]"#,
        r#""duration": ["took"]"#,
        &[
            "logs.roles.duration: needs units; write logs.durations: [{\"field\": …, \"unit\": \"ms\"}] instead",
        ],
    );
}

#[test]
fn names_must_lead_somewhere_and_mean_one_thing() {
    check(
        r#""service": "packer""#,
        r#""service": "pecker""#,
        &["stages[0].service: there is no service “pecker”; did you mean “packer”?"],
    );
    check(
        r#""stage": "pack"}, {"name""#,
        r#""stage": "wrap"}, {"name""#,
        &["services[0].stage: there is no stage “wrap”; write one of pack, ship"],
    );
    check(
        r#""stage": "pack"}]"#,
        r#""stage": "sihp"}]"#,
        &["logs.events[0].stage: there is no stage “sihp”; did you mean “ship”?"],
    );
    check(
        r#""packing""#,
        r#""SHIP""#,
        &[
            "stages[1].id: the stage “ship” is there twice; it stands at stages[0].aliases[0] already; let one of them go",
        ],
    );
    check(
        r#""courier""#,
        r#""packer""#,
        &[
            "services[1].aliases[0]: the service “packer” is there twice; it stands at services[0].name already; let one of them go",
        ],
    );
    check(
        r#""name": "shop""#,
        r#""name": "The Shop""#,
        &["name: “The Shop” cannot go into a URL as it is; use lower-case letters, digits and hyphens"],
    );
}

#[test]
fn what_can_never_work_is_refused() {
    check(
        "{app=`shop`}",
        "{}",
        &[
            "logs.selectors[0]: is empty: it would select everything; write a selector such as {service=~`api|worker`}",
        ],
    );
    check(
        "{app=`shop`}",
        "{app=~`.*`}",
        &[
            "logs.selectors[0]: demands nothing: Loki refuses it; add a matcher that an empty text does not fit, such as app=~`.+`",
        ],
    );
    check(
        r#"["{app=`shop`}"]"#,
        "[]",
        &["logs.selectors: names no selector; write one that finds every line, such as [\"{app=`shop`}\"]"],
    );
    check(
        "<message>",
        "<a><b>",
        &[
            "logs.formats[1].pattern: nothing stands between <b> and the capture before it; write words and captures by turns, such as Task <task>[<task_id>] received",
        ],
    );
    check(
        r#""pattern": "[<level>] <message>""#,
        r#""unwrap": ["x"]"#,
        &[
            "logs.formats[1].pattern: is missing; write it, such as [<level>] <message>",
            "logs.formats[1].unwrap: does not belong to this format; leave it out, or change the format",
        ],
    );
    check(
        r#""event": "broke""#,
        r#""event": {"pattern": "<who> broke"}"#,
        &[
            "logs.events[0].when.event.pattern: <who> is not named like a role; write one of time, level, service, message, event, job, trace, span, stage, failed_stage, task, task_id, run, user, error_code, error, exception, duration, url, retries, reason, version, queue, request_id, caller, mode, status, not_before To skip it write <_>",
        ],
    );
    check(
        r#"{"event": "broke"}"#,
        "{}",
        &["logs.events[0].when: is empty: it would hold for every line; name at least one condition"],
    );
    check(
        "https://flower",
        "javascript://flower",
        &[
            "links[0].url: “javascript://flower.example/task/{task}” is no web address; write https:// or http:// and a host",
        ],
    );
    check(
        "{task}",
        "{tsk}",
        &[
            "links[0].url: {tsk} is not filled in; {job}, {task}, {trace}, {service}, {from} and {to} are; write %7B for a brace",
        ],
    );
    check(
        r#""links""#,
        r#""scrape_interval": "15", "links""#,
        &[
            "scrape_interval: “15” is not a length of time; write a length of time such as 30m, 1h30m, 250ms or 7d",
        ],
    );
    check(
        r#""links""#,
        r#""spans": {"kept_share": 15}, "links""#,
        &["spans.kept_share: 15 is not a share; write a number above 0, at most 1, such as 0.15"],
    );
    check(
        r#""names": ["depth"], "kind": "gauge""#,
        r#""names": ["d-epth", "x_bucket"], "kind": "histogram""#,
        &[
            "metrics[0].names[0]: “d-epth” is not the name of a metric; use letters, digits, _ and :",
            "metrics[0].names[1]: is only the buckets; write x",
        ],
    );
}

#[test]
fn rules_of_diagnosis_are_checked_too() {
    let with = |diagnosis: &str| format!(r#""diagnosis": {diagnosis}, "links""#);
    let rule = |members: &str| {
        with(&format!(
            r#"{{"rules": [{{"name": "jam", "when": {{"error": "jam"}}, "sentence": "{{stage}} jams at {{host}}", "confidence": 3, "would_refute": "x"{members}}}]}}"#
        ))
    };
    check(r#""links""#, &rule(""), &[]);
    check(
        r#""links""#,
        &rule("").replace("{host}", "{hst}").replace(r#""confidence": 3"#, r#""confidence": 5"#),
        &[
            "diagnosis.rules[0].sentence: {hst} is not filled in; did you mean “host”?",
            "diagnosis.rules[0].confidence: is not a whole number from 1 to 4; write 1 for a guess up to 4 for certainty",
        ],
    );
    check(
        r#""links""#,
        &rule("").replace(r#""name": "jam""#, r#""name": "timeout""#),
        &["diagnosis.rules[0].name: “timeout” is a built-in rule; choose another name"],
    );
    check(
        r#""links""#,
        &with(r#"{"runbooks": {"timeouts": "wait", "memory": ""}}"#),
        &[
            "diagnosis.runbooks.timeouts: is not a known member; did you mean “timeout”?",
            "diagnosis.runbooks.memory: is empty; write something or leave it out",
        ],
    );
    let twice = rule("").replace("[{", r#"[{"name": "jam", "when": {"error": "a"}, "sentence": "a", "confidence": 1, "would_refute": "b"}, {"#);
    check(
        r#""links""#,
        &twice,
        &[
            "diagnosis.rules[1].name: the rule “jam” is there twice; it stands at diagnosis.rules[0].name already; let one of them go",
        ],
    );
}

#[test]
fn an_id_stands_in_one_place() {
    let logs = |ids: &str| format!(r#""logs": {{ "job_id": {ids},"#);
    check(r#""logs": {"#, &logs(r#"{"json_field": "order"}"#), &[]);
    check(r#""logs": {"#, &logs(r#"{"text": true}"#), &[]);
    check(
        r#""logs": {"#,
        &logs(r#"{"text": true, "label": "order"}"#),
        &["logs.job_id: must name one place; write one of label, metadata, json_field, text"],
    );
    check(
        r#""logs": {"#,
        &logs(r#"{"text": false}"#),
        &["logs.job_id.text: can only be true; write true, or leave the whole out"],
    );
    check(
        r#""logs": {"#,
        &logs(r#""order""#),
        &["logs.job_id: a text where an object belongs; write an object"],
    );
}

#[test]
fn mistakes_of_both_kinds_are_told_at_once_and_none_breeds_another() {
    let wrong = RIGHT
        .replace(r#""in_pipeline": false"#, r#""in_pipeline": "no""#)
        .replace(r#""id": "pack", "#, "")
        .replace(r#""kind": "gauge""#, r#""kind": "gauge", "slo": -1"#);
    let told: Vec<_> = system::parse(&wrong).unwrap_err().into_iter().map(|it| it.path).collect();
    assert_eq!(told, ["stages[0].id", "stages[1].in_pipeline", "metrics[0].slo"]);
}

#[test]
fn a_system_may_name_its_servers_but_no_secret() {
    let with = |sources: &str| RIGHT.replacen('{', &format!(r#"{{"sources": {sources},"#), 1);
    let told =
        system::parse(&with(r#"{"loki": {"url": "https://loki.example", "tenant": "shop"}}"#)).unwrap();
    let configured = system::config::parse(
        r#"{"systems": ["shop"], "sources": {"loki": {"url": "."}, "tempo": {"url": "tempo"}}}"#,
    );
    let (configured, _) = configured.unwrap();
    let urls =
        |sources: &system::config::Sources| sources.iter().map(|it| it.url.clone()).collect::<Vec<_>>();
    assert_eq!(urls(&told.sources), ["https://loki.example"]);
    assert_eq!(urls(&configured.sources.or(&told.sources)), [".", "tempo"], "the configuration comes first");
    assert_eq!(urls(&system::config::Sources::default().or(&told.sources)), ["https://loki.example"]);

    let mistakes = system::parse(&with(r#"{"loki": {"url": ".", "password": "x"}}"#)).unwrap_err();
    let paths: Vec<_> = mistakes.iter().map(|it| (it.path.as_str(), it.what.as_str())).collect();
    assert_eq!(paths, [("sources.loki.password", "looks like a secret, and this file is public")]);
}

#[test]
fn what_is_not_json_is_shown_where() {
    check(
        r#""title": "Shop","#,
        r#""title": "Shop""#,
        &[
            "line 4, column 5: not JSON: expected `,` or `}`; mend it there: JSON has no comments and no trailing commas",
        ],
    );
    let told: Vec<_> = system::parse("[]").unwrap_err().iter().map(ToString::to_string).collect();
    assert_eq!(told, ["the file: a list where an object belongs; write an object"]);
}

#[test]
fn what_is_allowed_and_may_not_be_meant_is_warned_of() {
    let warnings = |right: &str, wrong: &str| {
        let warnings = system::parse(&RIGHT.replacen(right, wrong, 1)).unwrap().warnings;
        warnings.into_iter().map(|it| it.text).collect::<Vec<_>>()
    };
    assert_eq!(
        warnings(r#"{"job": ["order"], "event": ["event"]}"#, "{}"),
        [
            "logs.roles names no field for the job, so lines cannot be told apart by job",
            "logs.events[0] asks for the role “event”, which no field fills"
        ]
    );
    assert_eq!(
        warnings(r#""service": "shipper""#, r#""service": "packer""#),
        ["stages[1] is done by a service whose own stage is “pack”"]
    );
}

#[test]
fn defaults_are_what_the_reference_says() {
    let system = system::parse(RIGHT).unwrap().system;
    assert_eq!(system.scrape_interval.secs(), 15);
    assert_eq!((system.jobs.stuck_after.secs(), system.jobs.longest.secs()), (1_800, 3_600));
    assert!(!system.jobs.done_is_inferred);
    assert_eq!(system.stages.first().map(|it| (it.title.as_str(), it.in_pipeline)), Some(("Pack", true)));
    assert_eq!(
        system.metrics.first().map(|it| (it.family.scale, it.family.unit)),
        Some((1.0, domain::system::Unit::None))
    );
    assert_eq!(system.spans, domain::system::SpanRules::default());
}

#[test]
fn a_checklists_mistakes_are_named_by_step() {
    let steps = |steps: &str| format!(r#""debug": [{{"title": "t", "steps": [{steps}]}}], "links""#);
    let check = |step: &str, expected: &[&str]| check(r#""links""#, &steps(step), expected);
    check(r#"{"title": "a", "kind": "job_lines"}"#, &[]);
    check(
        r#"{"title": "a", "kind": "job_line"}"#,
        &["debug[0].steps[0].kind: “job_line” is not known here; did you mean “job_lines”?"],
    );
    check(
        r#"{"title": "a", "kind": "logs"}"#,
        &["debug[0].steps[0].lines: is missing; say what the step looks for"],
    );
    check(r#"{"title": "a", "kind": "profile"}"#, &[]);
    check(
        r#"{"title": "a", "kind": "trace", "profiles": [{"title": "CPU", "profile_type": "cpu", "matchers": "{a=\"b\"}"}]}"#,
        &[
            "debug[0].steps[0].profiles: does not belong to this kind of step; leave it out, or change the kind",
        ],
    );
    check(
        r#"{"title": "a", "kind": "trace", "lines": {"any_of": ["x"]}}"#,
        &["debug[0].steps[0].lines: does not belong to this kind of step; leave it out, or change the kind"],
    );
    check(
        r#"{"title": "a", "kind": "command"}"#,
        &["debug[0].steps[0]: does nothing; add commands or links, or choose another kind"],
    );
    check(
        r#"{"title": "a", "kind": "metrics", "metrics": [{"role": "queue_depth"}, {"role": "jobs_done"}, {"kind": "gauge"}]}"#,
        &[
            "debug[0].steps[0].metrics[1].role: is the role of none of this file's metrics; add it to metrics, or write names, kind and title here",
            "debug[0].steps[0].metrics[2].names: is missing; add it, or name the role of one of this file's metrics",
            "debug[0].steps[0].metrics[2].title: is missing; add it, or name the role of one of this file's metrics",
        ],
    );
    check(
        r#"{"title": "a", "kind": "logs", "lines": {"contains": ["{jobb}", "{{.x}} {\"a\"}"]}}"#,
        &["debug[0].steps[0].lines.contains[0]: {jobb} is not filled in; did you mean “job”?"],
    );
}
