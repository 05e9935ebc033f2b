//! Finds out why a server does not answer, by asking it in several ways, and says what to do.

mod advice;
mod probe;
mod verdict;

pub use advice::{Advice, advice};
pub use verdict::Verdict;

use std::rc::Rc;

use backends::prometheus::promql;
use backends::tempo::traceql;
use backends::{BackendError, Build, ErrorKind, Readiness, SourceKind, loki, prometheus, pyroscope, tempo};
use domain::time::{TimeDelta, TimeRange, Timestamp};
use inquiry::ask;

use super::live::{Server, Sighting};
use probe::{Once, reach_without_reading};
use verdict::{Facts, judge};

/// What was found out about a server.
#[derive(Clone, Debug, PartialEq)]
pub struct Findings {
    /// What is the matter, or that nothing is.
    pub verdict: Verdict,
    /// Which version it is, such as `Grafana Mimir 3.0.1`; `None` where it does not say.
    pub version: Option<String>,
    /// Milliseconds until it had answered; `None` where it did not.
    pub latency_millis: Option<u32>,
    /// The same as what the transport tells of it.
    pub sighting: Sighting,
    /// The server's own words; empty where there are none.
    pub words: String,
}

/// Examines a server. `now` decides of which time it is asked.
pub async fn examine(server: Rc<Server>, now: Timestamp) -> Findings {
    let transport = Once::new(server.clone());
    let began_millis = js_sys::Date::now();
    let answer = ask_for_data(&transport, now).await;
    let latency_millis = (js_sys::Date::now() - began_millis) as u32;
    let mut facts = Facts {
        answer: answer.clone().map(|_| ()).map_err(|it| it.kind),
        status: answer.as_ref().err().and_then(|it| it.status),
        url_is_absolute: server.configured().is_absolute(),
        page_is_opaque: server.page_is_opaque(),
        has_tenant: server.configured().tenant.is_some(),
        has_secret: server.has_secret(),
        ..Facts::default()
    };
    let words = answer.as_ref().err().map(|it| it.body.clone()).unwrap_or_default();
    facts.asks_for_tenant = words.to_ascii_lowercase().contains("org id");
    match &answer {
        Ok(()) => {}
        Err(error) => match error.kind {
            ErrorKind::Unreachable | ErrorKind::TimedOut(_) => {
                facts.blocked =
                    reach_without_reading(&transport.address_of(&data_question(server.source(), now))).await;
            }
            ErrorKind::ServerFailed => facts.not_ready = ask_whether_ready(&transport).await,
            ErrorKind::NoSuchEndpoint | ErrorKind::NotData(_) | ErrorKind::Malformed(_) => {
                facts.works_at = find_elsewhere(&server, now).await;
            }
            _ => {}
        },
    }
    let version = if answer.is_ok() { ask_for_version(&transport).await } else { None };
    let sighting = match &answer {
        Ok(()) => Sighting::Answered(200, latency_millis),
        Err(BackendError { status: Some(status), .. }) => Sighting::Answered(*status, latency_millis),
        Err(error) => Sighting::Silent(error.kind.clone()),
    };
    let latency_millis = matches!(sighting, Sighting::Answered(..)).then_some(latency_millis);
    Findings { verdict: judge(facts), version, latency_millis, sighting, words }
}

/// A question that only a server with data, the right address, the right tenant and the right proof answers.
async fn ask_for_data(transport: &Once, now: Timestamp) -> Result<(), BackendError> {
    match transport.server().source() {
        SourceKind::Loki => ask(transport, &loki_question(now)).await.map(|_| ()),
        SourceKind::Prometheus => ask(transport, &prometheus_question(now)).await.map(|_| ()),
        SourceKind::Tempo => ask(transport, &tempo_question(now)).await.map(|_| ()),
        SourceKind::Pyroscope => ask(transport, &pyroscope_question()).await.map(|_| ()),
    }
}

fn data_question(source: SourceKind, now: Timestamp) -> backends::RequestSpec {
    use backends::Endpoint;
    match source {
        SourceKind::Loki => loki_question(now).request(),
        SourceKind::Prometheus => prometheus_question(now).request(),
        SourceKind::Tempo => tempo_question(now).request(),
        SourceKind::Pyroscope => pyroscope_question().request(),
    }
}

fn last_hour(now: Timestamp) -> TimeRange {
    TimeRange { start: now - TimeDelta::from_secs(3_600), end: now }
}

fn loki_question(now: Timestamp) -> loki::Labels {
    loki::Labels { range: last_hour(now), selector: Vec::new() }
}

fn prometheus_question(now: Timestamp) -> prometheus::Query {
    // `up` is what every Prometheus keeps of every target.
    let up = promql::Selector { name: "up".to_owned(), matchers: Vec::new() };
    let count = promql::Aggregation::Count;
    let expr = promql::Expr::Aggregate(count, Vec::new(), Box::new(promql::Expr::Select(up)));
    prometheus::Query { expr, at: now }
}

fn tempo_question(now: Timestamp) -> tempo::Search {
    let query = traceql::SpanQuery::matching(traceql::Filter::All(Vec::new()));
    tempo::Search { query, range: last_hour(now), limit: 1, spans_per_trace: 1 }
}

fn pyroscope_question() -> pyroscope::LabelValues {
    // The types of its profiles; every Pyroscope keeps the type under this name.
    pyroscope::LabelValues { name: "__name__".to_owned() }
}

async fn ask_for_version(transport: &Once) -> Option<String> {
    let build = match transport.server().source() {
        SourceKind::Loki => ask(transport, &loki::BuildInfo).await,
        SourceKind::Prometheus => ask(transport, &prometheus::BuildInfo).await,
        SourceKind::Tempo => ask(transport, &tempo::BuildInfo).await,
        SourceKind::Pyroscope => ask(transport, &pyroscope::BuildInfo).await,
    };
    let (Build { version, application }, _) = build.ok()?;
    let words = [application.unwrap_or_default(), version];
    let words: Vec<_> = words.into_iter().filter(|it| !it.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(" "))
}

/// What it says where it is not ready; `None` where it is, or does not say.
async fn ask_whether_ready(transport: &Once) -> Option<String> {
    let readiness = match transport.server().source() {
        SourceKind::Loki => ask(transport, &loki::Ready).await,
        SourceKind::Prometheus => ask(transport, &prometheus::Ready).await,
        SourceKind::Tempo => ask(transport, &tempo::Ready).await,
        SourceKind::Pyroscope => ask(transport, &pyroscope::Ready).await,
    };
    match readiness.ok()?.0 {
        Readiness::Ready => None,
        Readiness::NotReady(words) => Some(words),
    }
}

/// Looks for the server at the addresses that are meant most often instead.
async fn find_elsewhere(server: &Server, now: Timestamp) -> Option<String> {
    for url in verdict::likely_urls(server.source(), server.configured().base()) {
        let there = Once::new(Rc::new(server.at(url.clone())));
        if ask_for_data(&there, now).await.is_ok() {
            return Some(url);
        }
    }
    None
}
