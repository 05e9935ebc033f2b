//! Small letters for capital ones, so that a search need not care which were typed.
//!
//! Of the alphabets that most languages of Europe and Vietnamese are written in; the standard library knows all of
//! them, with tables that the browser would have to fetch on every page.

/// The small letter of a capital one; whatever else it is, itself.
pub fn small(letter: char) -> char {
    let code = letter as u32;
    let small = match code {
        // Latin, Greek and Cyrillic: small letters as a block of their own.
        0x41..=0x5a | 0xc0..=0xd6 | 0xd8..=0xde | 0x391..=0x3a1 | 0x3a3..=0x3ab | 0x410..=0x42f => code + 32,
        0x400..=0x40f => code + 80,
        // Latin and Cyrillic with signs: each small letter after its capital one.
        0x100..=0x12f | 0x132..=0x137 | 0x14a..=0x177 | 0x1e00..=0x1e95 | 0x1ea0..=0x1eff => code | 1,
        0x460..=0x481 | 0x48a..=0x4bf | 0x4d0..=0x52f => code | 1,
        0x139..=0x148 | 0x179..=0x17e => code + code % 2,
        _ => code,
    };
    char::from_u32(small).unwrap_or(letter)
}

/// A text in small letters.
pub fn in_small(text: &str) -> String {
    text.chars().map(small).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_are_as_the_standard_library_has_them() {
        let of_std = |it: char| it.to_lowercase().next().filter(|_| it.to_lowercase().count() == 1);
        for letter in '\0'..'\u{2000}' {
            let found = small(letter);
            assert!(found == letter || Some(found) == of_std(letter), "{letter} {found}");
        }
        let blocks =
            ['\0'..='\u{12f}', '\u{391}'..='\u{3ab}', '\u{400}'..='\u{4bf}', '\u{1ea0}'..='\u{1eff}'];
        for letter in blocks.into_iter().flatten() {
            assert_eq!(Some(small(letter)), of_std(letter), "{letter}");
        }
    }

    #[test]
    fn texts_are_made_small() {
        assert_eq!(in_small("Ärger ŽIŽEK Ωμέγα ПРИВЕТ Đà Nẵng 7×"), "ärger žižek ωμέγα привет đà nẵng 7×");
    }
}
