//! Fills placeholders into commands and addresses, each value quoted so that it stays a value: it came from telemetry,
//! which anybody may have written.

use super::Values;
use crate::system::steps::Language;

/// A text with its placeholders filled in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filled {
    /// The text; what is not known stays in braces.
    pub text: String,
    /// Placeholders that the evidence does not fill.
    pub missing: Vec<String>,
}

/// Fills in a text, values quoted as the language wants it. Braces that hold no name of a placeholder stay.
pub fn fill(template: &str, values: &Values, language: Language) -> Filled {
    replaced(template, values, |text| match language {
        Language::Sql => format!("'{}'", one_line(text).replace('\'', "''")),
        Language::Shell => shell(&one_line(text)),
        Language::DoubleQuoted => {
            format!("\"{}\"", one_line(text).replace('\\', "\\\\").replace('"', "\\\""))
        }
        Language::Text => one_line(text),
    })
}

/// Fills in an address, every value percent-encoded; `None` where something is not known, or it leads anywhere but to
/// http or https.
pub fn fill_link(template: &str, values: &Values) -> Option<String> {
    let filled = replaced(template, values, |text| {
        let mut out = String::new();
        for byte in text.bytes() {
            if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
                out.push(char::from(byte));
            } else {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
        out
    });
    let is_web = filled.text.starts_with("https://") || filled.text.starts_with("http://");
    (filled.missing.is_empty() && is_web).then_some(filled.text)
}

fn replaced(template: &str, values: &Values, quote: impl Fn(&str) -> String) -> Filled {
    let mut filled = Filled::default();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        filled.text.push_str(before);
        let name = after.split_once('}').filter(|(name, _)| super::values::PLACEHOLDERS.contains(name));
        let Some((name, tail)) = name else {
            filled.text.push('{');
            rest = after;
            continue;
        };
        match values.get(name) {
            Some(value) => filled.text.push_str(&quote(&value)),
            None => {
                filled.text.push_str(&format!("{{{name}}}"));
                if !filled.missing.iter().any(|it| it == name) {
                    filled.missing.push(name.to_owned());
                }
            }
        }
        rest = tail;
    }
    filled.text.push_str(rest);
    filled
}

/// Without control characters: a line end would make a second command of what follows.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn shell(text: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-.:/@+=,".contains(c);
    if !text.is_empty() && !text.starts_with('-') && text.chars().all(is_plain) {
        return text.to_owned();
    }
    format!("'{}'", text.replace('\'', "'\\''"))
}
