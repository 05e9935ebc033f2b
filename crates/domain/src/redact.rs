//! Takes out of a text what must not stand in a ticket: secrets, and what tells who somebody is.
//!
//! Errs on the side of taking out: addresses of mail, bearer and other tokens, passwords and keys beside their names,
//! credentials in web addresses, numbers of payment cards (Luhn) and US social security numbers.

/// What stands for what was taken out.
const GONE: &str = "[redacted]";

/// Words before a `:` or `=` whose value is a secret; also as the end of a longer name, such as `aws_secret`.
const SECRET_NAMES: [&str; 15] = [
    "password",
    "passwd",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "private_key",
    "authorization",
    "cookie",
    "session",
    "sessionid",
    "csrftoken",
];
/// Words after which a secret follows.
const SCHEMES: [&str; 2] = ["bearer", "basic"];

/// The text without secrets.
pub fn redacted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let (mut is_next, mut after_name) = (false, false);
    for token in tokens(text) {
        match token {
            Token::Gap(gap) => {
                // JSON: `"password":"x"`.
                is_next |= after_name && gap.contains([':', '=']);
                out.push_str(gap);
            }
            // Between a name and its value.
            Token::Word(word @ (":" | "=")) => {
                is_next = after_name;
                out.push_str(word);
            }
            Token::Word(word) => {
                let clean = if is_next && word.len() >= 4 { GONE.to_owned() } else { word_without(word) };
                // The name and its value may be apart: `password: x`.
                let name = word.trim_end_matches([':', '=']);
                after_name = is_secret_name(name);
                is_next = SCHEMES.iter().any(|it| word.eq_ignore_ascii_case(it))
                    || (after_name && name.len() < word.len());
                out.push_str(&clean);
            }
        }
    }
    without_numbers(&out)
}

enum Token<'a> {
    Gap(&'a str),
    Word(&'a str),
}

/// Words, and what is between them.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let is_gap = |c: char| {
        c.is_whitespace()
            || matches!(c, '"' | '\'' | ',' | ';' | '(' | ')' | '{' | '}' | '[' | ']' | '<' | '>')
    };
    let mut rest = text;
    std::iter::from_fn(move || {
        let first = rest.chars().next()?;
        let in_gap = is_gap(first);
        let end = rest.find(|c| is_gap(c) != in_gap).unwrap_or(rest.len());
        let (token, tail) = rest.split_at_checked(end)?;
        rest = tail;
        Some(if in_gap { Token::Gap(token) } else { Token::Word(token) })
    })
}

/// A word without the secrets in it.
fn word_without(word: &str) -> String {
    if is_mail(word) || is_web_token(word) {
        return GONE.to_owned();
    }
    if let Some((scheme, rest)) = word.split_once("://") {
        return format!("{scheme}://{}", address_without(rest));
    }
    pairs_without(word)
}

/// An address without credentials, and without secrets among its parameters.
fn address_without(rest: &str) -> String {
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, ""));
    let host =
        authority.rsplit_once('@').map_or_else(|| authority.to_owned(), |(_, host)| format!("{GONE}@{host}"));
    match path.split_once('?') {
        Some((path, query)) => format!("{host}{path}?{}", pairs_without(query)),
        None => format!("{host}{path}"),
    }
}

/// `name=value` pairs, joined with `&`, without the values of secret names.
fn pairs_without(text: &str) -> String {
    let one = |part: &str| match part.split_once(['=', ':']) {
        Some((name, value)) if is_secret_name(name) && !value.is_empty() => {
            let sign = part.get(name.len()..name.len() + 1).unwrap_or("=");
            format!("{name}{sign}{GONE}")
        }
        Some((name, value)) if is_mail(value) => {
            let sign = part.get(name.len()..name.len() + 1).unwrap_or("=");
            format!("{name}{sign}{GONE}")
        }
        Some(_) | None => part.to_owned(),
    };
    text.split('&').map(one).collect::<Vec<_>>().join("&")
}

fn is_secret_name(name: &str) -> bool {
    let name = name.trim_start_matches('-').to_ascii_lowercase();
    SECRET_NAMES.iter().any(|it| name.ends_with(it))
}

fn is_mail(word: &str) -> bool {
    let word = word.trim_end_matches(['.', ':']);
    let Some((who, host)) = word.split_once('@') else { return false };
    let is_plain =
        |text: &str| !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "._%+-".contains(c));
    is_plain(who) && is_plain(host) && host.contains('.') && !host.starts_with('.')
}

/// A JSON Web Token, or an access key of a well-known cloud by its prefix.
fn is_web_token(word: &str) -> bool {
    let is_jwt = word.starts_with("eyJ") && word.matches('.').count() >= 2;
    let prefixes =
        ["AKIA", "ASIA", "ghp_", "gho_", "github_pat_", "glpat-", "xoxb-", "xoxp-", "sk-", "sk_live_"];
    is_jwt || (word.len() >= 20 && prefixes.iter().any(|it| word.starts_with(it)))
}

/// Numbers of cards (13 to 19 digits that pass Luhn's test, in groups or not) and of social security (3-2-4) taken out.
fn without_numbers(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(begin) = rest.find(|c: char| c.is_ascii_digit()) {
        let (before, tail) = rest.split_at_checked(begin).unwrap_or((rest, ""));
        let end = tail.find(|c: char| !(c.is_ascii_digit() || c == '-' || c == ' ')).unwrap_or(tail.len());
        let (run, after) = tail.split_at_checked(end).unwrap_or((tail, ""));
        let number = run.trim_end_matches([' ', '-']);
        let space = run.get(number.len()..).unwrap_or_default();
        out.push_str(before);
        let joins_before =
            before.ends_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '/' | ':'));
        let joins_after = space.is_empty()
            && after.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | ':'));
        let stands_alone = !joins_before && !joins_after;
        out.push_str(if stands_alone && (is_card(number) || is_social_security(number)) {
            GONE
        } else {
            number
        });
        out.push_str(space);
        rest = after;
    }
    out.push_str(rest);
    out
}

fn is_card(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|it| it.to_digit(10)).collect();
    let groups = number.split([' ', '-']).all(|it| it.len() >= 3);
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(place, digit)| match place % 2 {
            0 => *digit,
            _ if *digit > 4 => digit * 2 - 9,
            _ => digit * 2,
        })
        .sum();
    (13..=19).contains(&digits.len()) && groups && sum.is_multiple_of(10) && digits.iter().any(|it| *it != 0)
}

fn is_social_security(number: &str) -> bool {
    let parts: Vec<usize> = number.split('-').map(str::len).collect();
    parts == [3, 2, 4] && number.chars().all(|it| it.is_ascii_digit() || it == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(redacted(text), expected);
    }

    #[test]
    fn secrets_go_and_the_rest_stays() {
        check("password=hunter2 user=7", "password=[redacted] user=7");
        check("password: hunter22 next", "password: [redacted] next");
        check("Authorization: Bearer abcdef123456", "Authorization: [redacted] [redacted]");
        check("mail of jane.doe@example.org.", "mail of [redacted]");
        check("{\"user\":\"jane@example.org\",\"n\":3}", "{\"user\":\"[redacted]\",\"n\":3}");
        check("{\"password\": \"x1234\", \"n\": 3}", "{\"password\": \"[redacted]\", \"n\": 3}");
        check("{\"api_key\":\"k123456789\"}", "{\"api_key\":\"[redacted]\"}");
        check(
            "https://bob:pw@host.example/a?token=abc&x=1",
            "https://[redacted]@host.example/a?token=[redacted]&x=1",
        );
        check("eyJhbGciOi.eyJzdWIi.c2ln", "[redacted]");
        check("card 4111 1111 1111 1111 used", "card [redacted] used");
        check("ssn 078-05-1120", "ssn [redacted]");
    }

    #[test]
    fn what_only_looks_alike_stays() {
        for text in [
            "2026-03-14 10:22:01.341Z scrape_failed http_403 retries=3",
            "trace 0af7651916cd43dd8448eb211c80319c of job-20260314-0042",
            "https://docs.example.org/guide?page=2",
            "took 1234567890123 ns",
            "CUDA out of memory. Tried to allocate 2.25 GiB",
            "1773483721341000000",
        ] {
            check(text, text);
        }
    }
}
