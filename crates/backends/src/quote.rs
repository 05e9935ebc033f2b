//! The one way in which texts and lengths become literals of LogQL, PromQL or TraceQL: all three read Go's strings.

use std::fmt::Write as _;

use domain::time::TimeDelta;

/// The text as a double-quoted Go string literal.
///
/// Loki's, Prometheus' and Tempo's lexers unquote with Go's rules: `\\ \" \n \r \t \uNNNN`; any other escape, and a
/// raw line break, is refused. Backticks are never used, since text may hold one.
pub(crate) fn go_string(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for c in text.chars() {
        match c {
            '\\' => quoted.push_str("\\\\"),
            '"' => quoted.push_str("\\\""),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            c if c.is_control() => {
                // Writing to a string cannot fail.
                let _ = write!(quoted, "\\u{:04x}", c as u32);
            }
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Whether the text is a plain name: a letter or `_`, then letters, digits and `_`.
pub(crate) fn is_plain_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}

/// The text as a regular expression (RE2) that matches just it.
pub(crate) fn regex_literal(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if r"\.+*?()|[]{}^$".contains(c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}

/// A length, of a millisecond at least, in the largest unit that it is a whole number of: `2h`, `90s`.
pub(crate) fn duration(length: TimeDelta) -> String {
    let millis = length.millis().max(1);
    for (unit, unit_millis) in [("h", 3_600_000), ("m", 60_000), ("s", 1_000)] {
        if millis % unit_millis == 0 {
            return format!("{}{unit}", millis / unit_millis);
        }
    }
    format!("{millis}ms")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Reads a Go string literal back, or `None` where Go would refuse it.
    fn unquoted(literal: &str) -> Option<String> {
        let inner = literal.strip_prefix('"')?.strip_suffix('"')?;
        let mut text = String::new();
        let mut rest = inner.chars();
        while let Some(c) = rest.next() {
            match c {
                '"' | '\n' | '\r' => return None,
                '\\' => text.push(match rest.next()? {
                    '\\' => '\\',
                    '"' => '"',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    'u' => {
                        let digits: String = rest.by_ref().take(4).collect();
                        char::from_u32(u32::from_str_radix(&digits, 16).ok()?)?
                    }
                    _ => return None,
                }),
                c => text.push(c),
            }
        }
        Some(text)
    }

    #[test]
    fn what_could_end_a_literal_is_escaped() {
        assert_eq!(go_string(r#"a"} or {b="c\"#), r#""a\"} or {b=\"c\\""#);
        assert_eq!(go_string("a\nb\u{1b}"), r#""a\nb\u001b""#);
    }

    #[test]
    fn a_regex_literal_matches_itself_only() {
        assert_eq!(regex_literal("a.b(c)|d"), r"a\.b\(c\)\|d");
    }

    proptest! {
        #[test]
        fn every_text_survives_quoting(text in any::<String>()) {
            let literal = go_string(&text);
            prop_assert_eq!(unquoted(&literal), Some(text));
        }
    }
}
