//! Patterns that take a text apart, in the language of Loki's `pattern` parser: `<level> <_> <message>`.
//!
//! A pattern is literals and captures by turns. It fits a text as a whole: the first literal stands at its beginning
//! and the last one at its end, unless a capture stands there. A capture takes as little as it can, the last one all
//! the rest. Nothing is ever tried twice, so no text can make it slow.

/// A pattern, ready to be put to texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    parts: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Part {
    Literal(String),
    /// What is taken, by name; `None` for `<_>`.
    Capture(Option<String>),
}

/// What a pattern took out of a text: names of captures with what they took, in order.
pub type Captures<'p, 't> = Vec<(&'p str, &'t str)>;

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let mut parts: Vec<Part> = Vec::new();
        let mut rest = text;
        while let Some(first) = rest.chars().next() {
            if let Some((name, tail)) = capture_at_start(rest) {
                if let Some(Part::Capture(_)) = parts.last() {
                    return Err(format!("nothing stands between <{name}> and the capture before it"));
                }
                let is_twice = parts.iter().any(|it| matches!(it, Part::Capture(Some(it)) if it == name));
                if is_twice {
                    return Err(format!("captures <{name}> twice"));
                }
                parts.push(Part::Capture((name != "_").then(|| name.to_owned())));
                rest = tail;
            } else {
                match parts.last_mut() {
                    Some(Part::Literal(literal)) => literal.push(first),
                    Some(Part::Capture(_)) | None => parts.push(Part::Literal(first.to_string())),
                }
                rest = rest.strip_prefix(first).unwrap_or_default();
            }
        }
        if parts.is_empty() { Err("is empty".to_owned()) } else { Ok(Self { parts }) }
    }

    /// The names of its captures, in order, without `<_>`.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.parts.iter().filter_map(|it| match it {
            Part::Capture(name) => name.as_deref(),
            Part::Literal(_) => None,
        })
    }

    /// Puts a text together out of what its captures stand for; `None` where one of them stands for nothing.
    pub fn fill<'t>(&self, text_of: impl Fn(&str) -> Option<&'t str>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Literal(literal) => text.push_str(literal),
                Part::Capture(name) => text.push_str(text_of(name.as_deref()?)?),
            }
        }
        Some(text)
    }

    /// Takes a text apart; `None` where it does not fit.
    pub fn captures<'t>(&self, text: &'t str) -> Option<Captures<'_, 't>> {
        let mut captures = Vec::new();
        let mut rest = text;
        let mut parts = self.parts.iter().peekable();
        while let Some(part) = parts.next() {
            let name = match part {
                Part::Literal(literal) => {
                    rest = rest.strip_prefix(literal.as_str())?;
                    continue;
                }
                Part::Capture(name) => name,
            };
            let taken;
            (taken, rest) = match parts.next() {
                None => (rest, ""),
                Some(Part::Literal(end)) if parts.peek().is_none() => (rest.strip_suffix(end.as_str())?, ""),
                Some(Part::Literal(next)) => rest.split_once(next.as_str())?,
                // Two captures in a row are refused when a pattern is read.
                Some(Part::Capture(_)) => return None,
            };
            if let Some(name) = name {
                captures.push((name.as_str(), taken));
            }
        }
        rest.is_empty().then_some(captures)
    }
}

/// The name of the capture at the beginning of the text, and what follows it.
fn capture_at_start(text: &str) -> Option<(&str, &str)> {
    let (name, tail) = text.strip_prefix('<')?.split_once('>')?;
    let is_name = !name.starts_with(|it: char| it.is_ascii_digit())
        && !name.is_empty()
        && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_');
    is_name.then_some((name, tail))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(pattern: &str, text: &str, expected: Option<&[(&str, &str)]>) {
        let pattern = Pattern::parse(pattern).unwrap();
        assert_eq!(pattern.captures(text).as_deref(), expected, "{text}");
    }

    #[test]
    fn texts_are_taken_apart() {
        check("<level> <_> <message>", "INFO x y z", Some(&[("level", "INFO"), ("message", "y z")]));
        check("[<level>] <message>", "[INFO] ", Some(&[("level", "INFO"), ("message", "")]));
        check(
            "Task <task>[<id>] received",
            "Task a.b[1-2] received",
            Some(&[("task", "a.b"), ("id", "1-2")]),
        );
        check("a < b <c>", "a < b d", Some(&[("c", "d")]));
        check("<_>job <job>: <_>", "new job 7: go", Some(&[("job", "7")]));
        check("only words", "only words", Some(&[]));
    }

    #[test]
    fn both_ends_count() {
        check("Task <task> received", "the Task a received", None);
        check("Task <task> received", "Task a received twice", None);
        check("<what>: done", "a: done: done", Some(&[("what", "a: done")]));
        check("only words", "only words, and more", None);
    }

    #[test]
    fn what_cannot_be_told_apart_is_refused() {
        for (bad, why) in [
            ("", "is empty"),
            ("<a><b>", "nothing stands between <b> and the capture before it"),
            ("<_> <a> <a>", "captures <a> twice"),
        ] {
            assert_eq!(Pattern::parse(bad), Err(why.to_owned()));
        }
    }

    proptest! {
        #[test]
        fn what_was_put_together_comes_apart_again(a in "[^ ]{0,9}", b in "[^:]{0,9}", c in any::<String>()) {
            let pattern = Pattern::parse("<a> <b>: <c>").unwrap();
            let text = format!("{a} {b}: {c}");
            let captures = pattern.captures(&text).unwrap();
            let together = format!("{} {}: {}", captures[0].1, captures[1].1, captures[2].1);
            prop_assert_eq!(&together, &text);
            prop_assert_eq!(captures[0].1, a);
        }

        #[test]
        fn nothing_makes_it_panic(pattern in any::<String>(), text in any::<String>()) {
            if let Ok(pattern) = Pattern::parse(&pattern) {
                let _ = pattern.captures(&text);
            }
        }
    }
}
