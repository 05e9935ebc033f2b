//! Texts in sentences, and words in texts.

/// The longest that a message may be in a sentence, in characters.
const MAX_MESSAGE_CHARS: usize = 160;
/// Texts longer than this are traces and pages, not messages; only so many bytes of them are read.
const MAX_TEXT_BYTES: usize = 4_096;

/// The first line of a text, cut where it is too long for a sentence.
pub(super) fn shortened(text: &str) -> String {
    let first_line = text.lines().map(str::trim).find(|it| !it.is_empty()).unwrap_or_default();
    let mut short: String = first_line.chars().take(MAX_MESSAGE_CHARS).collect();
    if short.len() < first_line.len() {
        short.push('…');
    }
    short
}

/// The beginning of a text, cut at a character's edge.
pub(super) fn head(text: &str) -> &str {
    let mut end = text.len().min(MAX_TEXT_BYTES);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.get(..end).unwrap_or_default()
}

/// Whether a text has one of these (in lower case) in it, in any case; short ones only as words of their own.
pub(super) fn says(text: &str, any_of: &[&str]) -> bool {
    let text = text.to_ascii_lowercase();
    let is_word = |word: &str| text.split(|c: char| !c.is_ascii_alphanumeric()).any(|it| it == word);
    any_of.iter().any(|it| if it.len() <= 4 { is_word(it) } else { text.contains(it) })
}

/// A sentence with every `{name}` filled in; what has no value stays as it is written.
pub(super) fn filled(template: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(template.len());
    let mut rest = template;
    while let Some((before, tail)) = rest.split_once('{') {
        out.push_str(before);
        match tail.split_once('}') {
            Some((name, after)) => {
                match value(name) {
                    Some(text) => out.push_str(&shortened(&text)),
                    None => out.push_str(&format!("{{{name}}}")),
                }
                rest = after;
            }
            None => {
                out.push('{');
                rest = tail;
            }
        }
    }
    out.push_str(rest);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn templates_are_filled() {
        let value = |name: &str| (name == "stage").then(|| "scrape".to_owned());
        assert_eq!(filled("{stage} asks {stage}", value), "scrape asks scrape");
        assert_eq!(filled("{what} is {", value), "{what} is {");
        assert_eq!(filled("", value), "");
    }

    #[test]
    fn short_words_stand_alone_and_long_ones_anywhere() {
        assert!(says("GPU OOM!", &["oom"]));
        assert!(!says("the room", &["oom"]));
        assert!(says("MyMemoryErrorKind", &["memoryerror"]));
    }

    #[test]
    fn long_texts_are_cut_at_characters() {
        assert_eq!(head(&"é".repeat(5_000)).len(), 4_096);
        assert_eq!(shortened(&format!("\n {}", "é".repeat(200))).chars().count(), 161);
    }
}
