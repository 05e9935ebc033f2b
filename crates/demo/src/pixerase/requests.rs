//! Requests to the application: those that hand a picture in, and those that only ask, each of which is a job of its own.

use domain::ids::{SpanId, TraceId};
use domain::time::{TimeDelta, Timestamp};

use super::families::{self as f, APP};
use super::lines::Program;
use super::{Load, settle};
use crate::model::{Core, Note, Record, traceback};
use crate::rng::Rng;
use crate::scenario::Effect;
use crate::telemetry::{Exception, Json, Span, SpanKind, span_id, trace_id};

/// Routes that only ask.
const ROUTES: [(&str, &str); 4] = [
    ("GET", "/v1/images/{image_id}"),
    ("GET", "/v1/images/{image_id}/status"),
    ("GET", "/v1/users/me"),
    ("POST", "/v1/auth/login"),
];

/// How a request was answered.
#[derive(Clone, Copy, Debug)]
pub(super) struct Answer<'a> {
    pub(super) method: &'static str,
    pub(super) route: &'a str,
    pub(super) url: &'a str,
    pub(super) status: u16,
    pub(super) exception: Option<&'a Exception>,
}

/// The request's own span.
pub(super) fn root(answer: &Answer<'_>, trace: TraceId, id: SpanId, lasts: (Timestamp, Timestamp)) -> Span {
    let name = format!("{} {}", answer.method, answer.route);
    let span = Span::new(trace, id, "pix_erase.api", "fastapi", &name, SpanKind::Server)
        .text("http.request.method", answer.method)
        .text("http.route", answer.route)
        .text("url.path", answer.url)
        .int("http.response.status_code", answer.status.into())
        .placed(None, lasts.0, lasts.1);
    match answer.exception {
        Some(exception) => span.failed(exception),
        None => span,
    }
}

/// The last line about a request, and its numbers.
pub(super) fn answered(
    core: &mut Core<Load>,
    answer: &Answer<'_>,
    api: &Program,
    (begin, end): (Timestamp, Timestamp),
) {
    let fields = Json::new()
        .text("http_method", answer.method)
        .text("url", answer.url)
        .int("status_code", answer.status.into())
        .text("client_addr", "198.51.100.7");
    let line = match answer.exception {
        None => api.line(end, "INFO", "request finished", &fields),
        Some(it) => api.line(end, "ERROR", "request failed", &fields.text("exception", &it.traceback)),
    };
    core.line(line, None);
    let status = answer.status.to_string();
    let path = [("app_name", APP), ("method", answer.method), ("path", answer.route)];
    let [app, method, route] = path;
    core.count(end, Note::new(f::REQUESTS, &[app, method, route, ("status_code", &status)], 1.0));
    let seconds = Note::new(f::REQUEST_SECONDS, &path, (end - begin).as_secs_f64());
    core.observe(end, seconds.seen_in(api.trace));
    if let Some(exception) = answer.exception {
        let class = ("exception_type", exception.class);
        core.count(end, Note::new(f::EXCEPTIONS, &[app, method, route, class], 1.0));
    }
}

/// A request that only asks: a job of the kind "request", known by its trace.
pub(super) fn other(core: &mut Core<Load>, mut rng: Rng, version: &str) {
    let full = core.effects().find_map(|it| match it {
        Effect::DatabaseFull { share } => Some(*share),
        _ => None,
    });
    let begin = core.now + TimeDelta::from_secs_f64(rng.between(0.0, 2.0));
    let (trace, server, query) = (trace_id(&mut rng), span_id(&mut rng), span_id(&mut rng));
    let (method, route) = rng.pick(&ROUTES);
    let url = route.replace("{image_id}", &rng.uuid());
    let queried = begin + TimeDelta::from_secs_f64(rng.between(0.001, 0.003));
    let answered_at = queried + TimeDelta::from_secs_f64(rng.log_normal(0.006, 0.6));
    let end = answered_at + TimeDelta::from_secs_f64(rng.between(0.001, 0.004));
    let is_refused = rng.chance(full.unwrap_or(0.004));
    let exception = is_refused.then(|| {
        let message = "sorry, too many clients already".to_owned();
        let error = format!("asyncpg.exceptions.TooManyConnectionsError: {message}");
        let traceback =
            traceback("/app/src/pix_erase/infrastructure/persistence/session.py", 40, "get_session", &error);
        Exception { class: "asyncpg.exceptions.TooManyConnectionsError", message, traceback }
    });
    let is_missing = !is_refused && route.contains("image_id") && rng.chance(0.03);
    let status = match (is_refused, is_missing) {
        (true, _) => 500,
        (false, true) => 404,
        (false, false) => 200,
    };
    let job = core.open(Record::new(&trace.to_string(), "Request", "request", begin), None);
    if let Some(record) = core.ledger.of(job) {
        record.traces.push(trace);
        record.version = Some(version.to_owned());
    }
    let failure = exception.as_ref().map(|it| ("too_many_connections", it.message.clone()));
    settle(core, job, end, failure);
    let api = Program::api(trace, server);
    let asked = Json::new().text("http_method", method).text("url", &url);
    core.line(api.line(begin, "DEBUG", "request started", &asked), Some(job));
    let answer = Answer { method, route, url: &url, status, exception: exception.as_ref() };
    answered(core, &answer, &api, (begin, end));
    let statement = "SELECT id, name, status FROM images WHERE id = $1";
    let db = Span::new(trace, query, "pix_erase.api", "sqlalchemy", "SELECT pix_erase", SpanKind::Client)
        .text("db.system", "postgresql")
        .text("db.statement", statement)
        .placed(Some(server), queried, answered_at);
    let db = exception.as_ref().map_or(db.clone(), |it| db.failed(it));
    for span in [db, root(&answer, trace, server, (begin, end))] {
        core.span(Span { version: version.to_owned(), ..span }, job);
    }
}
