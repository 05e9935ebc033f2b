//! JSON: read piece by piece, or as a tree.

use std::borrow::Cow;
use std::fmt;

use domain::number;

/// How deep lists and objects may stand in each other.
const MAX_DEPTH: usize = 128;

/// A value. Numbers stand as they were written; of members with the same name only the last is there.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Json<'a> {
    Null,
    Bool(bool),
    Number(&'a str),
    Text(Cow<'a, str>),
    List(Vec<Json<'a>>),
    /// By name.
    Object(Members<'a>),
}

pub(crate) type Members<'a> = Vec<(Cow<'a, str>, Json<'a>)>;

impl<'a> Json<'a> {
    /// The value that is the whole text; `None` where that is not JSON.
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        let mut reader = Reader::new(text);
        let value = reader.value()?;
        reader.is_at_end().then_some(value)
    }

    pub(crate) fn as_text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    pub(crate) fn as_bool(&self) -> Option<bool> {
        if let Self::Bool(value) = self { Some(*value) } else { None }
    }

    pub(crate) fn as_number(&self) -> Option<f64> {
        if let Self::Number(text) = self { number::parse(text) } else { None }
    }

    pub(crate) fn as_list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }

    pub(crate) fn as_object(&self) -> Option<&Members<'a>> {
        if let Self::Object(members) = self { Some(members) } else { None }
    }
}

/// Without spaces.
impl fmt::Display for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let separator = |i| if i == 0 { "" } else { "," };
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) => write_quoted(text, f),
            Self::List(items) => {
                f.write_str("[")?;
                for (i, item) in items.iter().enumerate() {
                    write!(f, "{}{item}", separator(i))?;
                }
                f.write_str("]")
            }
            Self::Object(members) => {
                f.write_str("{")?;
                for (i, (name, value)) in members.iter().enumerate() {
                    f.write_str(separator(i))?;
                    write_quoted(name, f)?;
                    write!(f, ":{value}")?;
                }
                f.write_str("}")
            }
        }
    }
}

fn write_quoted(text: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\"")?;
    for it in text.chars() {
        match it {
            '"' => f.write_str("\\\"")?,
            '\\' => f.write_str("\\\\")?,
            '\n' => f.write_str("\\n")?,
            '\r' => f.write_str("\\r")?,
            '\t' => f.write_str("\\t")?,
            '\0'..' ' => write!(f, "\\u{:04x}", u32::from(it))?,
            it => write!(f, "{it}")?,
        }
    }
    f.write_str("\"")
}

/// Reads JSON from its beginning on. Everything is `None` where the text is not JSON.
pub(crate) struct Reader<'a> {
    rest: &'a str,
    depth: usize,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(text: &'a str) -> Self {
        Self { rest: text, depth: 0 }
    }

    /// Whether nothing follows but spaces.
    pub(crate) fn is_at_end(&mut self) -> bool {
        self.next_byte().is_none()
    }

    /// The first byte of the next value.
    pub(crate) fn next_byte(&mut self) -> Option<u8> {
        self.rest = self.rest.trim_start_matches([' ', '\n', '\r', '\t']);
        self.rest.bytes().next()
    }

    /// The next value, whatever it is.
    pub(crate) fn value(&mut self) -> Option<Json<'a>> {
        match self.next_byte()? {
            b'{' => {
                let mut members = Vec::new();
                self.object(|reader, name| {
                    members.push((name, reader.value()?));
                    Some(())
                })?;
                // Of the same names, the last comes first, and the others go.
                members.reverse();
                members.sort_by(|a: &(Cow<'_, str>, _), b| a.0.cmp(&b.0));
                members.dedup_by(|later, first| later.0 == first.0);
                Some(Json::Object(members))
            }
            b'[' => {
                let mut items = Vec::new();
                self.within('[', ']', |reader| {
                    items.push(reader.value()?);
                    Some(())
                })?;
                Some(Json::List(items))
            }
            b'"' => self.text().map(Json::Text),
            b't' => self.skip("true").map(|()| Json::Bool(true)),
            b'f' => self.skip("false").map(|()| Json::Bool(false)),
            b'n' => self.skip("null").map(|()| Json::Null),
            _ => self.number().map(Json::Number),
        }
    }

    /// An object, each of whose values `read` reads, given its name.
    pub(crate) fn object(
        &mut self,
        mut read: impl FnMut(&mut Self, Cow<'a, str>) -> Option<()>,
    ) -> Option<()> {
        self.within('{', '}', |reader| {
            reader.next_byte();
            let name = reader.text()?;
            reader.next_byte();
            reader.skip(":")?;
            read(reader, name)
        })
    }

    /// Items with commas between them.
    fn within(
        &mut self,
        open: char,
        close: char,
        mut item: impl FnMut(&mut Self) -> Option<()>,
    ) -> Option<()> {
        self.rest = self.rest.strip_prefix(open)?;
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return None;
        }
        if self.next_byte() != Some(close as u8) {
            loop {
                item(self)?;
                if self.next_byte()? != b',' {
                    break;
                }
                self.skip(",")?;
            }
        }
        self.depth -= 1;
        self.rest = self.rest.strip_prefix(close)?;
        Some(())
    }

    fn skip(&mut self, word: &str) -> Option<()> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(())
    }

    /// A number, as it is written.
    pub(crate) fn number(&mut self) -> Option<&'a str> {
        let end = self.rest.bytes().position(|it| !(it.is_ascii_digit() || b"+-.eE".contains(&it)));
        let (text, rest) = self.rest.split_at_checked(end.unwrap_or(self.rest.len()))?;
        let digits = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = match digits.split_once(['.', 'e', 'E']) {
            Some((whole, after)) => (whole, Some(after)),
            None => (digits, None),
        };
        let fits = whole.starts_with(|it: char| it.is_ascii_digit())
            && (whole.len() == 1 || !whole.starts_with('0'))
            && !digits.contains(".e")
            && !digits.contains(".E")
            && fraction.is_none_or(|it| it.ends_with(|it: char| it.is_ascii_digit()));
        number::parse(text).filter(|it| fits && it.is_finite())?;
        self.rest = rest;
        Some(text)
    }

    /// A text in quotes.
    pub(crate) fn text(&mut self) -> Option<Cow<'a, str>> {
        let text = self.rest.strip_prefix('"')?;
        let end = text.bytes().position(|it| matches!(it, b'"' | b'\\' | 0..0x20))?;
        let (plain, rest) = text.split_at_checked(end)?;
        if let Some(rest) = rest.strip_prefix('"') {
            self.rest = rest;
            return Some(Cow::Borrowed(plain));
        }
        self.rest = rest;
        let mut text = plain.to_owned();
        loop {
            let end = self.rest.bytes().position(|it| matches!(it, b'"' | b'\\' | 0..0x20))?;
            let (plain, rest) = self.rest.split_at_checked(end)?;
            text.push_str(plain);
            let mut chars = rest.chars();
            let is_end = chars.next()? == '"';
            if is_end {
                self.rest = chars.as_str();
                return Some(Cow::Owned(text));
            }
            // Of a control character, what follows is no escape either.
            self.rest = rest.strip_prefix('\\')?;
            text.push(self.escaped()?);
        }
    }

    /// What stands after a backslash.
    fn escaped(&mut self) -> Option<char> {
        let mut chars = self.rest.chars();
        let escaped = match chars.next()? {
            'n' => '\n',
            't' => '\t',
            'r' => '\r',
            'b' => '\u{8}',
            'f' => '\u{c}',
            'u' => {
                self.rest = chars.as_str();
                return self.escaped_by_code();
            }
            it @ ('"' | '\\' | '/') => it,
            _ => return None,
        };
        self.rest = chars.as_str();
        Some(escaped)
    }

    fn escaped_by_code(&mut self) -> Option<char> {
        let code = self.code()?;
        if !(0xd800..0xdc00).contains(&code) {
            return char::from_u32(code);
        }
        // Half a letter; its other half must follow.
        self.skip("\\u")?;
        let low = self.code()?.checked_sub(0xdc00).filter(|it| *it < 0x400)?;
        char::from_u32(0x1_0000 + ((code - 0xd800) << 10) + low)
    }

    fn code(&mut self) -> Option<u32> {
        let (digits, rest) = self.rest.split_at_checked(4)?;
        self.rest = rest;
        digits.bytes().all(|it| it.is_ascii_hexdigit()).then(|| u32::from_str_radix(digits, 16).ok())?
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same as the parser of all Rust takes it, and printed alike; numbers by their value.
    #[track_caller]
    fn check(text: &str) {
        let expected = serde_json::from_str::<serde_json::Value>(text).ok();
        let found = Json::parse(text);
        let printed =
            found.as_ref().map(|it| serde_json::from_str::<serde_json::Value>(&it.to_string()).unwrap());
        assert_eq!(printed, expected, "{text}");
    }

    #[test]
    fn json_is_read_and_nothing_else() {
        for text in [
            "null",
            "true",
            " [1, -2.5, 1e3, 0, -0, 0.1E-2] ",
            r#"{"b": {"a": []}, "a": 1, "b": [{}]}"#,
            r#""é\u00e9\n\"\\\/\b\f\r\t\ud83d\ude00😀""#,
            "[[[[]]]]",
            "\t{}\r\n",
            "",
            "nul",
            "truex",
            "[1,]",
            "[,1]",
            "[1 2]",
            "{\"a\":}",
            "{\"a\" 1}",
            "{a:1}",
            "{\"a\":1,}",
            "[1",
            "{\"a\":1",
            "\"",
            "\"\n\"",
            "\"\\x\"",
            "\"\\u12\"",
            "\"\\ud83d\"",
            "\"\\udc00\"",
            "\"\\ud83d\\u0041\"",
            "\"\\u+123\"",
            "01",
            "-",
            "1.",
            ".5",
            "+1",
            "1e",
            "1.e3",
            "1e400",
            "1 1",
            "NaN",
            "-01",
            "--1",
            "1.2.3",
        ] {
            check(text);
        }
        check(&format!("{}{}", "[".repeat(127), "]".repeat(127)));
        assert_eq!(Json::parse(&format!("{}{}", "[".repeat(129), "]".repeat(129))), None);
    }

    #[test]
    fn numbers_and_texts_are_given_as_they_are() {
        let json =
            Json::parse(r#"{"n": 12345678901234567890, "t": "a\tb", "b": false, "l": [0.5]}"#).unwrap();
        assert_eq!(json.to_string(), r#"{"b":false,"l":[0.5],"n":12345678901234567890,"t":"a\tb"}"#);
        let values: Vec<_> = json.as_object().unwrap().iter().map(|(_, it)| it).collect();
        assert_eq!(values[0].as_bool(), Some(false));
        assert_eq!(values[1].as_list().unwrap()[0].as_number(), Some(0.5));
        assert_eq!(values[3].as_text(), Some("a\tb"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_as_all_rust_reads_it(text in "[\\[\\]{}\":,0-9.eE\\\\untrfalsd -]{0,24}") {
            check(&text);
        }

        #[test]
        fn any_string_is_read_back(text: String) {
            let quoted = serde_json::to_string(&text).unwrap();
            prop_assert_eq!(Json::parse(&quoted), Some(Json::Text(text.into())));
            check(&quoted);
        }
    }
}
