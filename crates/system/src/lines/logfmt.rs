//! `key=value` pairs, values in double quotes where they have spaces (Go's `logfmt`).

use super::Fields;

/// Adds the pairs of a line to the fields; `None`, with nothing added, where it does not begin with a pair.
/// Words without `=` are skipped.
pub(super) fn read(text: &str, fields: &mut Fields) -> Option<()> {
    let n_before = fields.len();
    let is_ours = Pairs { rest: text }.next().is_some_and(|it| it.is_some());
    if is_ours {
        fields.extend(Pairs { rest: text }.flatten());
    }
    (fields.len() > n_before).then_some(())
}

/// Adds pairs to the fields; `None`, with nothing added, where the text is anything but pairs.
pub(super) fn read_strictly(text: &str, fields: &mut Fields) -> Option<()> {
    let pairs: Option<Vec<_>> = Pairs { rest: text }.collect();
    let pairs = pairs.filter(|it| !it.is_empty())?;
    fields.extend(pairs);
    Some(())
}

/// The words of a text: `Some` for a pair, `None` for another word.
struct Pairs<'a> {
    rest: &'a str,
}

impl Iterator for Pairs<'_> {
    type Item = Option<(String, String)>;

    fn next(&mut self) -> Option<Self::Item> {
        let text = self.rest.trim_start();
        if text.is_empty() {
            return None;
        }
        let end = text.find(|it: char| it == '=' || it.is_whitespace()).unwrap_or(text.len());
        let (name, tail) = text.split_at_checked(end)?;
        let is_name =
            name.chars().all(|it| it.is_alphanumeric() || "_.-/:@".contains(it)) && !name.is_empty();
        let Some(tail) = tail.strip_prefix('=').filter(|_| is_name) else {
            let end = text.find(char::is_whitespace).unwrap_or(text.len());
            self.rest = text.get(end..).unwrap_or_default();
            return Some(None);
        };
        let value = match quoted_at_start(tail) {
            Some((value, rest)) => {
                self.rest = rest;
                value
            }
            None => {
                let end = tail.find(char::is_whitespace).unwrap_or(tail.len());
                let (value, rest) = tail.split_at_checked(end)?;
                self.rest = rest;
                value.to_owned()
            }
        };
        Some(Some((name.to_owned(), value)))
    }
}

fn quoted_at_start(text: &str) -> Option<(String, &str)> {
    let mut chars = text.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(match chars.next()? {
                'n' => '\n',
                't' => '\t',
                'r' => '\r',
                other => other,
            }),
            other => value.push(other),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(&str, &str)]) {
        let mut fields = Fields::new();
        let read = read(text, &mut fields);
        let found: Vec<_> = fields.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
        assert_eq!(found, expected, "{text}");
        assert_eq!(read.is_some(), !expected.is_empty());
    }

    #[test]
    fn pairs_are_read() {
        check("level=info msg=\"a \\\"b\\\" c\" n=1", &[("level", "info"), ("msg", "a \"b\" c"), ("n", "1")]);
        check(
            "ts=2026-03-14T10:22:01Z bare a.b= c=",
            &[("ts", "2026-03-14T10:22:01Z"), ("a.b", ""), ("c", "")],
        );
        check("a=\"open b=1", &[("a", "\"open"), ("b", "1")]);
    }

    #[test]
    fn prose_is_no_logfmt() {
        check("Starting with x=1", &[]);
        check("", &[]);
        check("\"a b\"=1", &[]);
    }

    #[test]
    fn a_capture_is_pairs_and_nothing_else() {
        let pairs = |text| {
            let mut fields = Fields::new();
            read_strictly(text, &mut fields).map(|()| fields.len())
        };
        assert_eq!(pairs("user_id=1 job_id=a"), Some(2));
        for bad in ["", "Errno 2", "user_id=1 and more"] {
            assert_eq!(pairs(bad), None, "{bad}");
        }
    }
}
