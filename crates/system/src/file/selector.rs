//! Selectors of streams and series, as LogQL and PromQL write them: ``{service=~`a|b`, level!="debug"}``.

use domain::system::{MatchOp, Matcher};
use serde_json::{Value, json};

use crate::json::Json;
use crate::shape::{Notes, Path, Shape, wrong_kind};

/// Which streams or series are meant.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Selector(pub(crate) Vec<Matcher>);

impl Selector {
    /// Reads a selector. Values stand in double quotes, single quotes or backticks; only the first kind knows escapes
    /// (`\\`, `\"`, `\n`, `\t`).
    ///
    /// # Errors
    /// A sentence that says what is wrong with it.
    pub(crate) fn parse(text: &str) -> Result<Self, String> {
        let inside = text
            .trim()
            .strip_prefix('{')
            .and_then(|it| it.strip_suffix('}'))
            .ok_or("does not stand in braces")?;
        let mut rest = inside.trim();
        if rest.is_empty() {
            return Err("is empty: it would select everything".to_owned());
        }
        let mut matchers = Vec::new();
        loop {
            let (matcher, tail) = matcher_at_start(rest)?;
            matchers.push(matcher);
            match tail.trim_start().strip_prefix(',') {
                Some(more) => rest = more.trim(),
                None if tail.trim().is_empty() => return Ok(Self(matchers)),
                None => return Err(format!("has “{}” where a comma belongs", tail.trim())),
            }
        }
    }

    /// Whether at least one matcher demands something; a store refuses selectors without one.
    pub(crate) fn demands_something(&self) -> bool {
        self.0.iter().any(|it| match it.op {
            MatchOp::Equal => !it.value.is_empty(),
            MatchOp::Regex => !fits_nothing_at_all(&it.value),
            MatchOp::NotEqual | MatchOp::NotRegex => false,
        })
    }
}

/// Whether a regular expression plainly fits the empty text as well.
fn fits_nothing_at_all(regex: &str) -> bool {
    regex.split('|').any(|it| it.is_empty() || (it.ends_with('*') && it.chars().count() == 2))
}

fn matcher_at_start(text: &str) -> Result<(Matcher, &str), String> {
    let end = text.find(|it: char| !(it.is_ascii_alphanumeric() || it == '_')).unwrap_or(text.len());
    let (label, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    if label.is_empty() || label.starts_with(|it: char| it.is_ascii_digit()) {
        return Err(format!("has no label's name before “{rest}”"));
    }
    let ops =
        [("=~", MatchOp::Regex), ("!~", MatchOp::NotRegex), ("!=", MatchOp::NotEqual), ("=", MatchOp::Equal)];
    let rest = rest.trim_start();
    let (op, rest) = ops
        .into_iter()
        .find_map(|(sign, op)| Some((op, rest.strip_prefix(sign)?)))
        .ok_or_else(|| format!("has no =, !=, =~ or !~ after “{label}”"))?;
    let (value, rest) =
        quoted_at_start(rest.trim_start()).ok_or_else(|| format!("has no closed quotes after “{label}”"))?;
    Ok((Matcher { label: label.to_owned(), op, value }, rest))
}

fn quoted_at_start(text: &str) -> Option<(String, &str)> {
    for raw in ['`', '\''] {
        if let Some(rest) = text.strip_prefix(raw) {
            return rest.split_once(raw).map(|(value, rest)| (value.to_owned(), rest));
        }
    }
    let mut chars = text.strip_prefix('"')?.chars();
    let mut value = String::new();
    loop {
        match chars.next()? {
            '"' => return Some((value, chars.as_str())),
            '\\' => value.push(match chars.next()? {
                'n' => '\n',
                't' => '\t',
                other => other,
            }),
            other => value.push(other),
        }
    }
}

impl Shape for Selector {
    fn read<N: Notes>(value: &Json<'_>, at: Path<'_>, notes: &mut N) -> Option<Self> {
        let Some(text) = value.as_text() else {
            wrong_kind(notes, at, value, "a selector such as {service=\"api\"}");
            return None;
        };
        match Self::parse(text) {
            Ok(selector) => return Some(selector),
            Err(why) => notes.mistake(at, why, "write a selector such as {service=~`api|worker`}"),
        }
        None
    }

    fn schema() -> Value {
        json!({ "type": "string", "pattern": "^\\s*\\{.+\\}\\s*$", "examples": ["{service=~`api|worker`}"] })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matcher(label: &str, op: MatchOp, value: &str) -> Matcher {
        Matcher { label: label.into(), op, value: value.into() }
    }

    #[track_caller]
    fn check(text: &str, expected: &[(&str, MatchOp, &str)]) {
        let expected = expected.iter().map(|(label, op, value)| matcher(label, *op, value)).collect();
        assert_eq!(Selector::parse(text), Ok(Selector(expected)), "{text}");
    }

    #[test]
    fn selectors_are_read() {
        check("{app=\"a\"}", &[("app", MatchOp::Equal, "a")]);
        check(
            " { app =~ `a|b` , level != 'x,}' } ",
            &[("app", MatchOp::Regex, "a|b"), ("level", MatchOp::NotEqual, "x,}")],
        );
        check(r#"{a!~"\"\\d\n"}"#, &[("a", MatchOp::NotRegex, "\"\\d\n")]);
        check("{a=\"\"}", &[("a", MatchOp::Equal, "")]);
    }

    #[test]
    fn nonsense_is_explained() {
        for (bad, why) in [
            ("app=\"a\"", "does not stand in braces"),
            ("{}", "is empty: it would select everything"),
            ("{app}", "has no =, !=, =~ or !~ after “app”"),
            ("{app=a}", "has no closed quotes after “app”"),
            ("{app=\"a}", "has no closed quotes after “app”"),
            ("{app=\"a\" b=\"c\"}", "has “b=\"c\"” where a comma belongs"),
            ("{app=\"a\",}", "has no label's name before “”"),
            ("{1=\"a\"}", "has no label's name before “=\"a\"”"),
        ] {
            assert_eq!(Selector::parse(bad), Err(why.to_owned()), "{bad}");
        }
    }

    #[test]
    fn a_store_wants_one_demand_at_least() {
        for (text, demands) in [
            ("{a=\"b\"}", true),
            ("{a=~\".+\"}", true),
            ("{a=~\".*\"}", false),
            ("{a=~\"|b\"}", false),
            ("{a!=\"b\"}", false),
            ("{a!=\"b\", c=\"d\"}", true),
        ] {
            assert_eq!(Selector::parse(text).unwrap().demands_something(), demands, "{text}");
        }
    }
}
