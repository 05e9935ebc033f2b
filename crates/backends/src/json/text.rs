//! A JSON text as it lies in the body, unescaped only when somebody reads it.

use std::borrow::Cow;

/// What stood between the quotes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Text<'a> {
    raw: &'a [u8],
    has_escapes: bool,
}

impl<'a> Text<'a> {
    pub(crate) const fn new(raw: &'a [u8], has_escapes: bool) -> Self {
        Self { raw, has_escapes }
    }

    /// The bytes between the quotes. Names of a protocol need no escapes, so they are told apart by these.
    pub(crate) const fn raw(self) -> &'a [u8] {
        self.raw
    }

    /// Whether it has a backslash in it.
    pub(crate) const fn has_escapes(self) -> bool {
        self.has_escapes
    }

    /// What stands between the quotes, as it stands; bytes that are not UTF-8 become U+FFFD.
    pub(crate) fn lossy(self) -> Cow<'a, str> {
        match std::str::from_utf8(self.raw) {
            Ok(text) => Cow::Borrowed(text),
            Err(_) => String::from_utf8_lossy(self.raw),
        }
    }

    /// The text meant; escapes that mean nothing become U+FFFD too.
    pub(crate) fn unescaped(self) -> Cow<'a, str> {
        let text = self.lossy();
        if self.has_escapes { Cow::Owned(unescape(&text)) } else { text }
    }
}

/// Resolves the escapes of RFC 8259 section 7 in what stands between two quotes.
pub(crate) fn unescape(raw: &str) -> String {
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some((plain, after)) = rest.split_once('\\') {
        text.push_str(plain);
        let mut chars = after.chars();
        rest = match chars.next() {
            Some('u') => {
                let (c, rest) = code_point(chars.as_str());
                text.push(c);
                rest
            }
            Some(c) => {
                text.push(match c {
                    '"' | '\\' | '/' => c,
                    'n' => '\n',
                    't' => '\t',
                    'r' => '\r',
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    _ => char::REPLACEMENT_CHARACTER,
                });
                chars.as_str()
            }
            None => {
                text.push(char::REPLACEMENT_CHARACTER);
                ""
            }
        };
    }
    text.push_str(rest);
    text
}

/// The character of `XXXX` or, for a surrogate pair, `XXXX\uYYYY`, and what follows it.
fn code_point(after: &str) -> (char, &str) {
    let Some((high, rest)) = four_hex_digits(after) else {
        return (char::REPLACEMENT_CHARACTER, after);
    };
    if let 0xd800..0xdc00 = high
        && let Some((low @ 0xdc00..0xe000, rest)) = rest.strip_prefix("\\u").and_then(four_hex_digits)
    {
        let code = 0x1_0000 + ((high - 0xd800) << 10) + (low - 0xdc00);
        return (char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER), rest);
    }
    (char::from_u32(high).unwrap_or(char::REPLACEMENT_CHARACTER), rest)
}

fn four_hex_digits(text: &str) -> Option<(u32, &str)> {
    let (digits, rest) = text.split_at_checked(4)?;
    let is_hex = digits.bytes().all(|it| it.is_ascii_hexdigit());
    is_hex.then(|| u32::from_str_radix(digits, 16).ok()).flatten().map(|code| (code, rest))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(raw: &str, expected: &str) {
        assert_eq!(unescape(raw), expected, "{raw}");
    }

    #[test]
    fn escapes_mean_what_the_rfc_says() {
        check(r#"a\"b\\c\/d"#, r#"a"b\c/d"#);
        check(r"\b\f\n\r\t", "\u{8}\u{c}\n\r\t");
        check(r"\u003ctag\u003E", "<tag>");
        check(r"\u001b[31m", "\u{1b}[31m");
        check(r"\ud83d\ude00é", "😀é");
    }

    #[test]
    fn what_means_nothing_is_marked_and_the_rest_kept() {
        check(r"\ud83dx", "\u{fffd}x");
        check(r"\ude00\ud83d", "\u{fffd}\u{fffd}");
        check(r"\u12", "\u{fffd}12");
        check(r"\u+123", "\u{fffd}+123");
        check(r"\qz", "\u{fffd}z");
        check("end\\", "end\u{fffd}");
        assert_eq!(Text::new(b"a\xffb", false).unescaped(), "a\u{fffd}b");
    }

    proptest! {
        #[test]
        fn every_text_survives_escaping(text in any::<String>()) {
            let json = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(json.strip_prefix('"').and_then(|it| it.strip_suffix('"')).map(unescape), Some(text));
        }

        #[test]
        fn nothing_panics(bytes in any::<Vec<u8>>()) {
            let _ = Text::new(&bytes, true).unescaped();
        }
    }
}
