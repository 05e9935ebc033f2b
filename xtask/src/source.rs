//! Just enough reading of Rust source for the checks: string literals, comments and test code told apart.

/// A piece of Rust source with comments blanked out, string literals taken out, and test modules dropped.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Source {
    /// The code: comments and the insides of literals are spaces, so that lines keep their numbers.
    pub code: String,
    /// Each string literal with the line that it begins on, counted from 1. Escapes are left as written.
    pub literals: Vec<(usize, String)>,
}

/// Reads one file. Items under `#[cfg(test)]` and functions under `#[test]` are dropped.
pub fn read(text: &str) -> Source {
    let mut scan = Scan { chars: text.chars().collect(), at: 0, line: 1, out: Source::default() };
    scan.run();
    drop_tests(scan.out)
}

struct Scan {
    chars: Vec<char>,
    at: usize,
    line: usize,
    out: Source,
}

impl Scan {
    fn peek(&self, ahead: usize) -> Option<char> {
        self.chars.get(self.at + ahead).copied()
    }

    fn keep(&mut self) {
        if let Some(c) = self.peek(0) {
            self.out.code.push(c);
            self.step(c);
        }
    }

    fn blank(&mut self) -> Option<char> {
        let c = self.peek(0)?;
        self.out.code.push(if c == '\n' { '\n' } else { ' ' });
        self.step(c);
        Some(c)
    }

    fn step(&mut self, c: char) {
        self.at += 1;
        self.line += usize::from(c == '\n');
    }

    fn run(&mut self) {
        let mut previous = ' ';
        while let Some(c) = self.peek(0) {
            let word_before = previous.is_alphanumeric() || previous == '_';
            match (c, self.peek(1)) {
                ('/', Some('/')) => {
                    while self.peek(0).is_some_and(|it| it != '\n') && self.blank().is_some() {}
                }
                ('/', Some('*')) => self.block_comment(),
                ('"', _) => self.plain_string(),
                ('r', Some('"' | '#')) if !word_before && self.is_raw_string(1) => self.raw_string(1),
                ('b', Some('r')) if !word_before && self.is_raw_string(2) => self.raw_string(2),
                ('\'', _) => self.char_or_lifetime(),
                _ => self.keep(),
            }
            previous = c;
        }
    }

    fn block_comment(&mut self) {
        let mut depth = 0;
        loop {
            match (self.peek(0), self.peek(1)) {
                (Some('/'), Some('*')) => depth += 1,
                (Some('*'), Some('/')) => depth -= 1,
                (Some(_), _) => {
                    self.blank();
                    continue;
                }
                (None, _) => return,
            }
            self.blank();
            self.blank();
            if depth == 0 {
                return;
            }
        }
    }

    fn plain_string(&mut self) {
        let line = self.line;
        let mut literal = String::new();
        self.blank();
        while let Some(c) = self.blank() {
            match c {
                '"' => break,
                '\\' => {
                    literal.push(c);
                    literal.extend(self.blank());
                }
                _ => literal.push(c),
            }
        }
        self.out.literals.push((line, literal));
    }

    fn is_raw_string(&self, prefix: usize) -> bool {
        let hashes = (0..).take_while(|i| self.peek(prefix + i) == Some('#')).count();
        self.peek(prefix + hashes) == Some('"')
    }

    fn raw_string(&mut self, prefix: usize) {
        let line = self.line;
        let hashes = (0..).take_while(|i| self.peek(prefix + i) == Some('#')).count();
        for _ in 0..=prefix + hashes {
            self.blank();
        }
        let mut literal = String::new();
        while let Some(c) = self.blank() {
            if c == '"' && (0..hashes).all(|i| self.peek(i) == Some('#')) {
                for _ in 0..hashes {
                    self.blank();
                }
                break;
            }
            literal.push(c);
        }
        self.out.literals.push((line, literal));
    }

    fn char_or_lifetime(&mut self) {
        let is_char = self.peek(1) == Some('\\') || self.peek(2) == Some('\'');
        self.blank();
        if !is_char {
            return;
        }
        while let Some(c) = self.blank() {
            match c {
                '\'' => return,
                '\\' => {
                    self.blank();
                }
                _ => {}
            }
        }
    }
}

/// Drops what stands under `#[cfg(test)]` or `#[test]`: the item up to its closing brace or semicolon.
fn drop_tests(source: Source) -> Source {
    let chars: Vec<char> = source.code.chars().collect();
    let mut keep = vec![true; chars.len()];
    for marker in ["#[cfg(test)]", "#[cfg(any(test", "#[test]", "#![cfg(test)]"] {
        let marker: Vec<char> = marker.chars().collect();
        for start in 0..chars.len().saturating_sub(marker.len()) {
            if chars.get(start..start + marker.len()) == Some(&marker[..]) {
                let end = if marker.get(1) == Some(&'!') {
                    chars.len()
                } else {
                    end_of_item(&chars, start + marker.len())
                };
                keep.iter_mut().take(end).skip(start).for_each(|it| *it = false);
            }
        }
    }
    let code: String =
        chars.iter().zip(&keep).map(|(c, kept)| if *kept || *c == '\n' { *c } else { ' ' }).collect();
    let mut line = 1;
    let mut line_is_kept = vec![true, true];
    for (c, kept) in chars.iter().zip(&keep) {
        if *c == '\n' {
            line += 1;
            line_is_kept.push(true);
        } else if let Some(it) = line_is_kept.get_mut(line) {
            *it &= *kept;
        }
    }
    let literals =
        source.literals.into_iter().filter(|(line, _)| line_is_kept.get(*line) != Some(&false)).collect();
    Source { code, literals }
}

fn end_of_item(chars: &[char], from: usize) -> usize {
    let mut depth = 0_i32;
    for (i, c) in chars.iter().enumerate().skip(from) {
        match c {
            '{' | '[' | '(' => depth += 1,
            '}' | ']' | ')' => {
                depth -= 1;
                if depth == 0 && *c == '}' {
                    return i + 1;
                }
            }
            ';' if depth == 0 => return i + 1,
            _ => {}
        }
    }
    chars.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &[(usize, &str)]) {
        let found: Vec<_> = read(text).literals;
        let expected: Vec<_> = expected.iter().map(|(line, it)| (*line, (*it).to_owned())).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn literals_are_told_from_comments_chars_and_lifetimes() {
        check(
            "let a = \"x\"; // \"no\"\nlet b: &'a str = r#\"y\"z\"#; /* \"no\" */ let c = '\"'; \"w\\\"v\"",
            &[(1, "x"), (2, "y\"z"), (2, "w\\\"v")],
        );
    }

    #[test]
    fn test_code_is_left_out() {
        check(
            "f(\"kept\");\n#[cfg(test)]\nmod tests {\n fn a() { g(\"gone\") }\n}\nh(\"kept too\");",
            &[(1, "kept"), (6, "kept too")],
        );
    }
}
