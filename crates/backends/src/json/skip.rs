//! Passing over a value without keeping any of it, across any number of chunks.

use memchr::memchr2;

/// Where in a value that is being passed over the last chunk ended.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Skipper {
    depth: u32,
    is_in_text: bool,
    is_after_backslash: bool,
}

impl Skipper {
    /// Takes bytes of a text, a list or an object from its first byte on; gives how many of them belong to it once
    /// its end has come, `None` while it has not.
    pub(super) fn feed(&mut self, bytes: &[u8]) -> Option<usize> {
        let mut at = 0;
        while let Some(&byte) = bytes.get(at) {
            if self.is_after_backslash {
                self.is_after_backslash = false;
                at += 1;
                continue;
            }
            if self.is_in_text {
                let found = memchr2(b'"', b'\\', bytes.get(at..)?)?;
                at += found + 1;
                if bytes.get(at - 1) == Some(&b'\\') {
                    self.is_after_backslash = true;
                    continue;
                }
                self.is_in_text = false;
            } else {
                at += 1;
                match byte {
                    b'"' => {
                        self.is_in_text = true;
                        continue;
                    }
                    b'{' | b'[' => self.depth += 1,
                    b'}' | b']' => self.depth = self.depth.saturating_sub(1),
                    _ => continue,
                }
            }
            if self.depth == 0 {
                return Some(at);
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(value: &str) {
        let whole = format!("{value}, tail");
        assert_eq!(Skipper::default().feed(whole.as_bytes()), Some(value.len()), "{value}");
        for cut in 1..value.len() {
            let (first, second) = whole.as_bytes().split_at(cut);
            let mut skipper = Skipper::default();
            assert_eq!(skipper.feed(first), None, "{value} cut at {cut}");
            assert_eq!(skipper.feed(second), Some(value.len() - cut), "{value} cut at {cut}");
        }
    }

    #[test]
    fn values_end_where_they_end_wherever_they_are_cut() {
        check(r#""text""#);
        check(r#""with \" and \\""#);
        check(r#"{"a":[1,{"b":"]}"},"\\\""],"c":{}}"#);
        check("[[],[[]]]");
    }
}
