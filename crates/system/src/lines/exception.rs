//! Exceptions inside texts: Python's tracebacks, and what errors look like when they are printed.

/// The line that every Python traceback begins with.
const TRACEBACK: &str = "Traceback (most recent call last):";

/// An exception's type and, where it says one, its message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exception<'a> {
    pub(super) kind: &'a str,
    pub(super) message: &'a str,
}

/// Parts a text from the traceback that follows it, if one does.
pub(super) fn split_traceback(text: &str) -> (&str, Option<&str>) {
    match text.find(TRACEBACK).and_then(|at| text.split_at_checked(at)) {
        Some((before, traceback)) => (before.trim_end(), Some(traceback)),
        None => (text, None),
    }
}

/// Finds the exception in a traceback (the last one raised, as Python prints it), in `Type: message` or in
/// `Type('message')`.
pub(super) fn exception_in(text: &str) -> Option<Exception<'_>> {
    let (_, traceback) = split_traceback(text);
    match traceback {
        Some(traceback) => {
            let last = traceback.rsplit(TRACEBACK).next().unwrap_or(traceback);
            last.lines().skip(1).filter(|it| !it.starts_with([' ', '\t'])).find_map(exception_of_line)
        }
        None => exception_of_line(text.lines().next()?),
    }
}

fn exception_of_line(line: &str) -> Option<Exception<'_>> {
    let end = line.find(|it: char| !(it.is_alphanumeric() || it == '_' || it == '.')).unwrap_or(line.len());
    let (kind, rest) = line.split_at_checked(end)?;
    let class = kind.rsplit('.').next().unwrap_or(kind);
    if !class.starts_with(|it: char| it.is_ascii_uppercase())
        || !class.contains(|it: char| it.is_ascii_lowercase())
    {
        return None;
    }
    let looks_like_an_error = ["Error", "Exception", "Exceeded", "Timeout", "Exit", "Interrupt", "Warning"]
        .iter()
        .any(|it| class.contains(it));
    if let Some(inside) = rest.strip_prefix('(').and_then(|it| it.trim_end().strip_suffix(')')) {
        return Some(Exception { kind, message: inside.trim_end_matches(',').trim_matches(['\'', '"']) });
    }
    let message = rest.strip_prefix(": ").or_else(|| rest.is_empty().then_some(""))?;
    let is_one = looks_like_an_error || (kind.contains('.') && !kind.starts_with('.'));
    is_one.then_some(Exception { kind, message })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, &str)>) {
        assert_eq!(exception_in(text).map(|it| (it.kind, it.message)), expected, "{text}");
    }

    #[test]
    fn exceptions_are_found() {
        check("ValueError('boom')", Some(("ValueError", "boom")));
        check("SoftTimeLimitExceeded()", Some(("SoftTimeLimitExceeded", "")));
        check(
            "httpx.HTTPStatusError: Client error '403 Forbidden'",
            Some(("httpx.HTTPStatusError", "Client error '403 Forbidden'")),
        );
        check(
            "billiard.exceptions.WorkerLostError: Worker exited",
            Some(("billiard.exceptions.WorkerLostError", "Worker exited")),
        );
        check("KeyboardInterrupt", Some(("KeyboardInterrupt", "")));
        check(
            "torch.OutOfMemoryError: CUDA out of memory.",
            Some(("torch.OutOfMemoryError", "CUDA out of memory.")),
        );
    }

    #[test]
    fn prose_is_no_exception() {
        for prose in ["API timeout", "Failed: no", "HTTP: 403", "Step failed", "", "http_403", "Note: x"] {
            check(prose, None);
        }
    }

    #[test]
    fn the_last_exception_of_a_traceback_counts() {
        let text = "Failed\nTraceback (most recent call last):\n  File \"a.py\", line 1, in f\n    raise KeyError('x')\n\
                    KeyError: 'x'\n\nDuring handling of the above exception, another exception occurred:\n\n\
                    Traceback (most recent call last):\n  File \"a.py\", line 3, in f\napp.Broken: no x\n";
        check(text, Some(("app.Broken", "no x")));
        assert_eq!(split_traceback(text).0, "Failed");
        check("Traceback (most recent call last)...", None);
        check("Traceback (most recent call last):", None);
    }
}
