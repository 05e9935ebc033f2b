//! What a row says to the pointer that rests on it and to a screen reader.

use domain::format::{Precision, clock};
use domain::time::TimeDelta;
use domain::waterfall::{End, Place};

use super::Picture;

/// `fetch · scraper\n10:00:04.100 to 10:00:06.100, 2 s\nfailed: refused`.
pub(super) fn title(picture: &Picture, place: Place, wait: Option<TimeDelta>, offset_secs: i32) -> String {
    let forest = &picture.forest;
    let Some(span) = forest.span(place) else { return String::new() };
    let wall = |at| clock(at, offset_secs, Precision::Millis);
    let (start, end) = (forest.start(place), forest.end(place));
    let mut lines = vec![
        format!("{} · {}", span.name, span.service()),
        format!("{} to {}, {}", wall(start), wall(end), end - start),
    ];
    lines.extend(wait.map(|it| format!("its message lay {it} in the queue")));
    for edge in picture.edges.of_effect(place) {
        if let End::Elsewhere(trace, _) = edge.from {
            lines.push(format!("linked to trace {trace}"));
        }
    }
    if forest.is_error(place) {
        let separator = if span.status_message.is_empty() { "" } else { ": " };
        lines.push(format!("failed{separator}{}", span.status_message));
    }
    lines.join("\n")
}

/// `fetch, scraper, 2 s, failed, 3 spans below, parent not stored`.
pub(super) fn spoken(picture: &Picture, place: Place) -> String {
    let forest = &picture.forest;
    let Some(span) = forest.span(place) else { return String::new() };
    let mut parts =
        vec![span.name.to_string(), span.service().to_owned(), forest.duration(place).to_string()];
    if forest.is_error(place) {
        parts.push("failed".to_owned());
    }
    match forest.n_below(place) {
        0 => {}
        1 => parts.push("1 span below".to_owned()),
        n => parts.push(format!("{n} spans below")),
    }
    if forest.lacks_parent(place) {
        parts.push("parent not stored".to_owned());
    }
    if picture.find.has(place) {
        parts.push("found".to_owned());
    }
    parts.join(", ")
}
