//! Visits to the blog. Where a line of production says the operation and the user, it is a job of the kind "request".

use domain::time::{TimeDelta, Timestamp};

use super::Load;
use super::lines::{Source, access, slow_statement};
use crate::model::{Clock, Core, Record, State, traceback};
use crate::rng::Rng;
use crate::scenario::Effect;
use crate::telemetry::{Json, rfc3339};

/// An operation: its name, what is logged of it, the view, the method and the page.
#[derive(Clone, Copy, Default)]
struct Operation(&'static str, &'static str, &'static str, &'static str, &'static str);

const OPERATIONS: [Operation; 5] = [
    Operation("view_post", "Post viewed", "PostDetailView", "GET", "/posts/hello-loki/"),
    Operation("view_post", "Post viewed", "PostDetailView", "GET", "/posts/celery-in-anger/"),
    Operation("search_posts", "Posts searched", "PostSearchView", "GET", "/search/"),
    Operation("add_comment", "Comment added", "CommentCreateView", "POST", "/posts/hello-loki/comments/"),
    Operation("upload_file", "File uploaded successfully", "UploadView", "POST", "/uploads/"),
];

/// Somebody looks around.
pub(super) fn visit(core: &mut Core<Load>, mut rng: Rng, is_production: bool) {
    let (post, user) = (rng.below(60) as i64 + 1, rng.below(40) as i64 + 1);
    // Who is not signed in has no id.
    let user = (!rng.chance(0.2)).then_some(user);
    let mut clock = Clock(core.now);
    for _ in 0..rng.below(3) + 1 {
        request(core, &mut rng, clock.0, (post, user), is_production);
        clock.after(&mut rng, 0.5, 3.0);
    }
}

fn request(
    core: &mut Core<Load>,
    rng: &mut Rng,
    at: Timestamp,
    (post, user): (i64, Option<i64>),
    is_production: bool,
) {
    let Operation(operation, words, view, method, path) = rng.pick(&OPERATIONS);
    let mut slowness = 1.0;
    let mut failing = if operation == "upload_file" { 0.05 } else { 0.003 };
    for effect in core.effects() {
        match effect {
            Effect::QueriesSlow { factor } => slowness = *factor,
            Effect::RequestsFail { operation: it, share } if it == operation => failing = *share,
            _ => {}
        }
    }
    let millis = rng.log_normal(70.0 * slowness, 0.7);
    let is_bad = rng.chance(failing);
    let end = at + TimeDelta::from_secs_f64(millis / 1e3);
    let source = Source {
        service: "django",
        logger: "apps.blog.views",
        path: "/app/apps/blog/views.py",
        function: view,
        process: "",
        is_production,
    };
    let fields = Json::new().text("operation", operation).int("post_id", post);
    let fields = user.map_or(fields.clone(), |it| fields.int("user_id", it));
    let fields = fields.int("duration_ms", millis.round() as i64).text("ip_address", "203.0.113.24");
    let (class, message) = match operation {
        "upload_file" => ("OSError", "[Errno 28] No space left on device"),
        _ => ("django.db.utils.OperationalError", "server closed the connection unexpectedly"),
    };
    let line = if is_bad {
        let exc_info = traceback("/app/apps/blog/views.py", 118, "dispatch", &format!("{class}: {message}"));
        match is_production {
            true => source.line(end, "ERROR", "Operation failed", &fields.text("exc_info", &exc_info)),
            false => source.line(end, "ERROR", &format!("Operation failed\n{exc_info}"), &fields),
        }
    } else {
        source.line(end, "INFO", words, &fields)
    };
    let job = user.filter(|_| is_production).map(|user| {
        let id = format!("request/{operation}/{user}/{}", rfc3339(end));
        let record = Record::new(&id, "Request", "request", end);
        core.open(
            Record { user: Some(user.to_string()), state: State::Running, n_attempts: 1, ..record },
            None,
        )
    });
    core.line(line, job);
    if let Some(job) = job {
        let cause = if operation == "upload_file" { "disk_full" } else { "database" };
        core.record(end, job, move |it| match is_bad {
            false => it.succeed(end),
            true => it.fail(end, "request", cause, message),
        });
    }
    if is_production {
        let status = if is_bad { 500 } else { 200 };
        core.line(
            access(end + TimeDelta::from_millis(1), method, path, status, rng.below(20_000) + 900),
            None,
        );
    }
    if millis > 1_000.0 && !is_bad {
        core.line(slow_statement(end - TimeDelta::from_millis(4), millis * 0.93), None);
    }
}
