//! Messages without what differs from job to job: numbers, ids, hex, addresses, quoted texts, paths.

use crate::diagnosis::http::{failed_status, reason_phrase};

/// Longer messages are traces and pages; only so many characters of them tell failures apart.
const MAX_CHARS: usize = 400;
/// Words after which a short number says what went wrong, not which one.
const NUMBER_MATTERS: [&str; 9] =
    ["signal", "errno", "code", "exitcode", "status", "http", "error", "response", "returned"];
/// A quoted text longer than this is no quotation.
const MAX_QUOTED_CHARS: usize = 200;

/// A message as it reads when everything is taken out that differs from job to job.
///
/// Numbers become `<n>`, ids `<id>`, hexadecimal numbers `<hex>`, addresses `<url>`, quoted texts `<text>`, paths
/// `<path>`, times `<time>`; statuses, signals and error numbers stay, since they tell what went wrong.
pub fn template(message: &str) -> String {
    let chars: Vec<char> = message.trim().chars().take(MAX_CHARS).collect();
    let mut out = String::with_capacity(chars.len());
    write_template(&chars, &mut out, 0);
    out.truncate(out.trim_end().len());
    out
}

/// `depth` counts quotations inside quotations.
fn write_template(chars: &[char], out: &mut String, depth: usize) {
    let mut at = 0;
    while let Some(c) = chars.get(at).copied() {
        let rest = chars.get(at..).unwrap_or_default();
        let before = at.checked_sub(1).and_then(|it| chars.get(it)).copied();
        if c.is_whitespace() {
            if !out.is_empty() && !out.ends_with(' ') {
                out.push(' ');
            }
            at += 1;
        } else if let Some(len) = quoted(rest, before) {
            let inner = rest.get(1..len - 1).unwrap_or_default();
            let text: String = inner.iter().collect();
            if failed_status(&text).is_some() && depth < 3 {
                write_template(inner, out, depth + 1);
            } else if address(inner, None) == Some(inner.len()) {
                // The same message without its marks is the same message.
                out.push_str("<url>");
            } else {
                out.push_str("<text>");
            }
            at += len;
        } else if let Some(len) = address(rest, before) {
            out.push_str("<url>");
            at += len;
        } else if let Some(len) = path(rest, before) {
            out.push_str("<path>");
            at += len;
        } else if is_word(c) {
            let len = rest.iter().take_while(|it| is_word(**it)).count();
            let word: String = rest.iter().take(len).collect();
            // A full stop at the end belongs to the sentence.
            let word = word.trim_end_matches(['.', '-']);
            let len = word.chars().count();
            if len == 0 {
                out.push(c);
                at += 1;
                continue;
            }
            if let Some(len) = time(rest) {
                out.push_str("<time>");
                at += len;
                continue;
            }
            let after: String = rest.get(len..).unwrap_or_default().iter().take(32).collect();
            write_word(word, last_word(out).as_str(), &after, out);
            at += len;
        } else {
            out.push(c);
            at += 1;
        }
    }
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '.')
}

/// The last word that was written, in lower case.
fn last_word(out: &str) -> String {
    let words = out.rsplit(|c: char| !c.is_alphanumeric());
    words.filter(|it| !it.is_empty()).map(str::to_ascii_lowercase).next().unwrap_or_default()
}

/// The length of the quotation at the beginning, with its marks.
fn quoted(rest: &[char], before: Option<char>) -> Option<usize> {
    let close = match rest.first()? {
        '"' => '"',
        '\'' => '\'',
        '`' => '`',
        '“' => '”',
        '‘' => '’',
        '«' => '»',
        _ => return None,
    };
    // An apostrophe inside a word opens nothing.
    if before.is_some_and(|it| it.is_alphanumeric() || it == '>') {
        return None;
    }
    let ends = |i: usize| {
        let after = rest.get(i + 1).copied();
        rest.get(i) == Some(&close) && after.is_none_or(|it| !it.is_alphanumeric())
    };
    (1..rest.len().min(MAX_QUOTED_CHARS)).find(|i| ends(*i)).map(|it| it + 1)
}

/// The length of the whole address at the beginning.
fn address(rest: &[char], before: Option<char>) -> Option<usize> {
    if before.is_some_and(|it| it.is_alphanumeric() || it == '>') {
        return None;
    }
    let scheme = rest.iter().take(12).take_while(|it| it.is_ascii_alphanumeric() || **it == '+').count();
    let is_address =
        scheme > 1 && rest.get(scheme..scheme + 3).is_some_and(|it| it.iter().eq(&[':', '/', '/']));
    is_address.then(|| trimmed(rest, |it| !it.is_whitespace() && !"\"'`<>|,".contains(it)))
}

/// The length of the path at the beginning: two slashes, or one at its beginning, and something between.
fn path(rest: &[char], before: Option<char>) -> Option<usize> {
    if before.is_some_and(|it| it.is_alphanumeric() || matches!(it, '<' | '>')) {
        return None;
    }
    let len = trimmed(rest, |it| is_word(it) || "/\\~@+%:".contains(it));
    let taken = rest.get(..len)?;
    let n_slashes = taken.iter().filter(|it| matches!(it, '/' | '\\')).count();
    let starts_so = matches!(taken.first(), Some('/' | '\\' | '~'));
    let has_name = taken.iter().any(|it| it.is_alphanumeric());
    ((n_slashes >= 2 || (starts_so && n_slashes == 1)) && has_name && len > 2).then_some(len)
}

/// How many characters fit, without marks that end a sentence.
fn trimmed(rest: &[char], fits: impl Fn(char) -> bool) -> usize {
    let len = rest.iter().take_while(|it| fits(**it)).count();
    let marks = |it: &&char| matches!(it, '.' | ',' | ';' | ':' | ')' | ']' | '}' | '!' | '?');
    len - rest.iter().take(len).rev().take_while(marks).count()
}

/// The length of the date, or date and time, at the beginning: `2026-03-14`, `2026-03-14T10:22:01.341Z`.
fn time(rest: &[char]) -> Option<usize> {
    let digits = |from: usize, n: usize| {
        rest.get(from..from + n).is_some_and(|it| it.iter().all(char::is_ascii_digit))
    };
    let dash = |at: usize| rest.get(at) == Some(&'-');
    if !(digits(0, 4) && dash(4) && digits(5, 2) && dash(7) && digits(8, 2)) {
        return None;
    }
    let joined = matches!(rest.get(10), Some('T' | ' ')) && digits(11, 2) && rest.get(13) == Some(&':');
    if !joined {
        return Some(10);
    }
    let clock = |it: char| it.is_ascii_digit() || matches!(it, ':' | '.' | ',' | 'Z' | '+' | '-');
    Some(11 + trimmed(rest.get(11..)?, clock))
}

fn write_word(word: &str, before: &str, after: &str, out: &mut String) {
    let n_digits = word.chars().filter(char::is_ascii_digit).count();
    let n_chars = word.chars().count();
    let is_number = n_digits > 0 && word.chars().all(|it| it.is_ascii_digit() || it == '.');
    let is_telling =
        is_number && n_chars <= 3 && (NUMBER_MATTERS.contains(&before) || is_status(word, after));
    let lower = word.to_ascii_lowercase();
    let is_code = || NUMBER_MATTERS.iter().any(|it| lower.strip_prefix(it).is_some_and(is_tail));
    if n_digits == 0 || is_telling || is_code() || is_name(word) {
        out.push_str(word);
    } else if is_hex(word) {
        out.push_str("<hex>");
    } else if is_uuid(word) || (n_chars >= 8 && !is_number && word.contains(['-', '_'])) {
        out.push_str("<id>");
    } else {
        let mut in_number = false;
        for c in word.chars() {
            let is_part = c.is_ascii_digit() || (in_number && c == '.');
            if is_part && !in_number {
                out.push_str("<n>");
            } else if !is_part {
                out.push(c);
            }
            in_number = is_part;
        }
    }
}

/// Whether a word is a short name that ends with a number, such as `S3`, `EC2` or `H100`: capitals, then digits.
fn is_name(word: &str) -> bool {
    let digits = word.trim_start_matches(|it: char| it.is_ascii_uppercase());
    word.len() <= 4 && digits.len() < word.len() && digits.bytes().all(|it| it.is_ascii_digit())
}

/// Whether a number is a status that what follows puts into words: `403 Forbidden`.
fn is_status(word: &str, after: &str) -> bool {
    let phrase = word.parse().map_or("", reason_phrase);
    let after = after.trim_start().get(..phrase.len()).unwrap_or_default();
    !phrase.is_empty() && after.eq_ignore_ascii_case(phrase)
}

/// What follows in words such as `http_403`.
fn is_tail(tail: &str) -> bool {
    let number = tail.trim_start_matches(['_', '-']);
    !number.is_empty() && number.len() <= 3 && number.bytes().all(|it| it.is_ascii_digit())
}

fn is_hex(word: &str) -> bool {
    if let Some(digits) = word.strip_prefix("0x").or_else(|| word.strip_prefix("0X")) {
        return !digits.is_empty() && digits.bytes().all(|it| it.is_ascii_hexdigit());
    }
    word.len() >= 8
        && word.bytes().all(|it| it.is_ascii_hexdigit())
        && word.bytes().any(|it| it.is_ascii_alphabetic())
}

fn is_uuid(word: &str) -> bool {
    let lengths = [8, 4, 4, 4, 12];
    let mut parts = word.split('-');
    let fits = |len: usize, part: &str| part.len() == len && part.bytes().all(|it| it.is_ascii_hexdigit());
    lengths.iter().all(|len| parts.next().is_some_and(|it| fits(*len, it))) && parts.next().is_none()
}
