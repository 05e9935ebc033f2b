//! Numbers as texts write them, read to the nearest `f64`.
//!
//! The standard library does the same with tables that the browser would have to fetch on every page.

/// Digits that a `u64` holds whatever they are.
const MAX_DIGITS: usize = 19;

/// Reads a decimal number such as `12`, `-0.25` or `9.9e-05`; `None` for anything else, words such as `inf` too.
///
/// The result is the double that is nearest to the first 19 digits; no server writes more.
pub fn parse(text: &str) -> Option<f64> {
    parse_ascii(text.as_bytes())
}

/// Like [`parse`].
pub fn parse_ascii(text: &[u8]) -> Option<f64> {
    let (is_negative, unsigned) = match text {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let end = unsigned.iter().position(|it| matches!(it, b'e' | b'E'));
    let (number, power) = match end {
        Some(at) => (unsigned.get(..at)?, whole(unsigned.get(at + 1..)?)?),
        None => (unsigned, 0),
    };
    let (digits, shift) = decimal(number)?;
    let magnitude = nearest(digits, power.saturating_add(shift));
    Some(if is_negative { -magnitude } else { magnitude })
}

/// The digits of `123.45` as one number, and the power of ten that it is multiplied by.
fn decimal(text: &[u8]) -> Option<(u64, i32)> {
    let (mut digits, mut power) = (0, 0_i32);
    let (mut n_kept, mut has_digit, mut has_point) = (0, false, false);
    for &byte in text {
        if byte == b'.' && !has_point {
            has_point = true;
            continue;
        }
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        has_digit = true;
        if n_kept < MAX_DIGITS {
            digits = digits * 10 + u64::from(digit);
            power -= i32::from(has_point);
            n_kept += usize::from(digits != 0);
        } else {
            power += i32::from(!has_point);
        }
    }
    has_digit.then_some((digits, power))
}

/// A power of ten: digits with or without a sign. One that is far too great is any that is.
fn whole(text: &[u8]) -> Option<i32> {
    let (sign, digits) = match text {
        [b'-', digits @ ..] => (-1, digits),
        [b'+', digits @ ..] => (1, digits),
        digits => (1, digits),
    };
    let mut number: i32 = 0;
    for byte in digits {
        let digit = byte.wrapping_sub(b'0');
        number = (digit <= 9).then(|| number.saturating_mul(10).saturating_add(i32::from(digit)))?;
    }
    (!digits.is_empty()).then_some(sign * number)
}

/// The double that is nearest to `digits` × 10^`power`; of two that are as near, the even one.
fn nearest(digits: u64, power: i32) -> f64 {
    match power {
        _ if digits == 0 => 0.0,
        -19..0 => {
            // A numerator of 128 bits over a divisor of at most 64 leaves at least 64 of them.
            let divisor = 10_u128.pow(power.unsigned_abs());
            let shift = u128::from(digits).leading_zeros();
            let dividend = u128::from(digits) << shift;
            let quotient = dividend / divisor;
            rounded(quotient, quotient * divisor != dividend, -(shift as i32))
        }
        0..=19 => rounded(u128::from(digits) * 10_u128.pow(power.unsigned_abs()), false, 0),
        // No digits make up for such a power.
        ..-400 => 0.0,
        400.. => f64::INFINITY,
        _ => nearest_far(digits, power),
    }
}

/// Like [`nearest`], with as many bits as it takes.
fn nearest_far(digits: u64, power: i32) -> f64 {
    // Words of 32 bits, the lowest first. 10⁹ is the greatest power of ten that a word holds.
    let mut words = vec![digits as u32, (digits >> 32) as u32];
    let (mut is_more, mut exponent) = (false, 0);
    let steps = power.unsigned_abs();
    let factors = (0..steps.div_ceil(9)).map(|i| 10_u64.pow((steps - 9 * i).min(9)));
    if power > 0 {
        for factor in factors {
            let mut carry = 0;
            for word in &mut words {
                carry += u64::from(*word) * factor;
                *word = carry as u32;
                carry >>= 32;
            }
            words.push(carry as u32);
        }
    } else {
        // As many zeros below as the division takes away, and the 64 bits that are kept.
        let n_zeros = steps as usize / 9 + 4;
        words.splice(0..0, std::iter::repeat_n(0, n_zeros));
        exponent = -32 * n_zeros as i32;
        for divisor in factors {
            let mut rest = 0;
            for word in words.iter_mut().rev() {
                rest = rest << 32 | u64::from(*word);
                *word = (rest / divisor) as u32;
                rest %= divisor;
            }
            is_more |= rest != 0;
        }
    }
    while words.len() > 4 && words.last() == Some(&0) {
        words.pop();
    }
    let n_below = words.len().saturating_sub(4);
    is_more |= words.iter().take(n_below).any(|it| *it != 0);
    let top = words.iter().skip(n_below).rev().fold(0, |top, word| top << 32 | u128::from(*word));
    rounded(top, is_more, exponent + 32 * n_below as i32)
}

/// The double nearest to `bits` × 2^`exponent`, where `is_more` says that the true number lies a little above. `bits`
/// is not zero, and exact or of more than 54 bits.
fn rounded(bits: u128, is_more: bool, exponent: i32) -> f64 {
    const FRACTION_BITS: i32 = 52;
    const MIN_EXPONENT: i32 = -1022;
    const MAX_EXPONENT: i32 = 1023;
    let shift = bits.leading_zeros();
    let bits = bits << shift;
    // The number is 1.… × 2^top.
    let top = exponent - shift as i32 + 127;
    if top > MAX_EXPONENT {
        return f64::INFINITY;
    }
    // Below the smallest normal double, each power of two costs a bit.
    let kept = FRACTION_BITS + 1 - (MIN_EXPONENT - top).max(0);
    if kept < 0 {
        return 0.0;
    }
    let cut = (128 - kept) as u32;
    let (mantissa, rest) = if cut == 128 { (0, bits) } else { ((bits >> cut) as u64, bits << kept) };
    let half = 1 << 127;
    let is_up = rest > half || (rest == half && (is_more || mantissa % 2 == 1));
    // A carry out of the fraction goes into the exponent, as it should.
    let biased = (top - MIN_EXPONENT).max(0) as u64;
    f64::from_bits((biased << FRACTION_BITS) + mantissa + u64::from(is_up))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[track_caller]
    fn check(text: &str) {
        let expected: f64 = text.parse().unwrap();
        assert_eq!(parse(text).map(f64::to_bits), Some(expected.to_bits()), "{text}: {:?}", parse(text));
    }

    #[test]
    fn numbers_are_read_to_the_nearest() {
        for text in [
            "0",
            "-0",
            "+1",
            "12",
            "0.5",
            ".5",
            "5.",
            "1e3",
            "1E+3",
            "9.9e-05",
            "0.30000000000000004",
            "9007199254740993",
            "9007199254740992.5",
            "0.1",
            "1e22",
            "1e23",
            "8.5e-20",
            "1.5e19",
            "1e400",
            "1e-400",
            "1.7976931348623157e308",
            "1.7976931348623159e308",
            "2.2250738585072014e-308",
            "2.2250738585072011e-308",
            "5e-324",
            "2.4703282292062327e-324",
            "2.4703282292062328e-324",
            "0.000000000000000000000000001",
            "1234567890123456789000000000",
            "0e999999999999",
            "1e999999999999",
            "1e-999999999999",
            "000000000000000000000000000001.5",
        ] {
            check(text);
        }
    }

    #[test]
    fn what_is_no_number_is_none() {
        for text in [
            "", "-", ".", "e5", "1e", "1e+", "1.2.3", "1 ", " 1", "1_0", "inf", "NaN", "0x10", "1e1.5", "--1",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    proptest! {
        #[test]
        fn any_double_is_read_back(bits: u64) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            check(&format!("{value}"));
            check(&format!("{value:e}"));
        }

        #[test]
        fn any_digits_are_read_as_the_standard_library_reads_them(digits in 0..10_u64.pow(19), power in -345_i32..330) {
            check(&format!("{digits}e{power}"));
        }

        #[test]
        fn short_numbers_too(whole in 0_u32..100_000, fraction: u32) {
            check(&format!("{whole}.{fraction}"));
        }
    }
}
