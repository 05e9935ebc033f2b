//! Numbers as backends write them, straight into `i64` and `f64`.

use domain::number;
use domain::time::Timestamp;

/// Powers of ten that an `f64` holds exactly.
const EXACT_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18,
    1e19, 1e20, 1e21, 1e22,
];

/// Nanoseconds that the last digit of seconds with so many decimals counts.
const NANOS_OF_LAST_DIGIT: [i64; 10] =
    [1_000_000_000, 100_000_000, 10_000_000, 1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

/// Whole seconds that fit into nanoseconds.
const MAX_SECS: u64 = i64::MAX as u64 / 1_000_000_000;

/// Reads a decimal number, `NaN`, `+Inf` or `-Inf`; `None` for anything else.
///
/// Up to 2⁵³ as digits, divided once by an exact power of ten, is the nearest double (Clinger 1990, the fast path);
/// all else takes the long way, which is exact too.
pub(crate) fn parse_f64(text: &[u8]) -> Option<f64> {
    fast_f64(text).or_else(|| slow_f64(text))
}

fn fast_f64(text: &[u8]) -> Option<f64> {
    let (is_negative, digits) = match text {
        [b'-', digits @ ..] => (true, digits),
        digits => (false, digits),
    };
    let (mantissa, decimals) = decimal(digits)?;
    if mantissa > 1 << 53 {
        return None;
    }
    let magnitude = mantissa as f64 / EXACT_POWERS.get(decimals)?;
    Some(if is_negative { -magnitude } else { magnitude })
}

/// The digits of `123.45` as one number, and how many of them are decimals; `None` where there is anything else, or
/// more than 19 characters, so that the number fits.
fn decimal(text: &[u8]) -> Option<(u64, usize)> {
    if text.is_empty() || text.len() > 19 {
        return None;
    }
    let mut number: u64 = 0;
    let mut rest = text.iter();
    let mut has_point = false;
    for &byte in rest.by_ref() {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            if byte != b'.' {
                return None;
            }
            has_point = true;
            break;
        }
        number = number * 10 + u64::from(digit);
    }
    let decimals = rest.len();
    for &byte in rest {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        number = number * 10 + u64::from(digit);
    }
    // Digits are needed on both sides of a point.
    let is_lone_point = has_point && (decimals == 0 || decimals + 1 == text.len());
    (!is_lone_point).then_some((number, decimals))
}

#[cold]
fn slow_f64(text: &[u8]) -> Option<f64> {
    match text {
        b"NaN" => Some(f64::NAN),
        b"+Inf" | b"Inf" => Some(f64::INFINITY),
        b"-Inf" => Some(f64::NEG_INFINITY),
        text => number::parse_ascii(text),
    }
}

/// Reads a whole number.
pub(crate) fn parse_i64(text: &[u8]) -> Option<i64> {
    match text {
        [b'-', digits @ ..] => 0_i64.checked_sub_unsigned(whole(digits)?),
        digits => i64::try_from(whole(digits)?).ok(),
    }
}

fn whole(digits: &[u8]) -> Option<u64> {
    let (number, decimals) = decimal(digits)?;
    (decimals == 0).then_some(number)
}

/// Reads Unix seconds with decimals, exactly: Prometheus writes milliseconds as `1795222396.970`.
pub(crate) fn parse_seconds(text: &[u8]) -> Option<Timestamp> {
    let exact = decimal(text).and_then(|(number, decimals)| {
        let unit = *NANOS_OF_LAST_DIGIT.get(decimals)?;
        // Checked by hand: a checked multiplication of 64 bits is a slow call in WebAssembly.
        (number <= MAX_SECS * 10_u64.pow(decimals as u32)).then(|| number as i64 * unit)
    });
    match exact {
        Some(nanos) => Some(Timestamp::from_nanos(nanos)),
        None => parse_f64(text).filter(|it| it.is_finite()).map(Timestamp::from_secs_f64),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn floats_are_read_as_prometheus_writes_them() {
        for (text, expected) in [
            ("1", 1.0),
            ("-0.25", -0.25),
            ("0.1", 0.1),
            ("123456.789", 123_456.789),
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("1e-07", 1e-7),
            ("1.7976931348623157e+308", f64::MAX),
            ("+Inf", f64::INFINITY),
            ("-Inf", f64::NEG_INFINITY),
        ] {
            assert_eq!(parse_f64(text.as_bytes()), Some(expected), "{text}");
        }
        assert!(parse_f64(b"NaN").is_some_and(f64::is_nan));
        for bad in ["", "-", ".", "1.2.3", "0x1", "infinity", "1,5", "é", "e", "1e"] {
            assert_eq!(parse_f64(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn seconds_lose_no_digit() {
        for (text, nanos) in [
            ("1795222388", 1_795_222_388_000_000_000),
            ("1795222396.970", 1_795_222_396_970_000_000),
            ("1795222396.9", 1_795_222_396_900_000_000),
            ("0.000000001", 1),
            ("-1.5", -1_500_000_000),
            ("1.7952223e9", 1_795_222_300_000_000_000),
        ] {
            assert_eq!(parse_seconds(text.as_bytes()), Some(Timestamp::from_nanos(nanos)), "{text}");
        }
        for bad in ["", "x", "1.x", "NaN"] {
            assert_eq!(parse_seconds(bad.as_bytes()), None, "{bad}");
        }
    }

    proptest! {
        #[test]
        fn every_double_is_read_exactly(bits in any::<u64>()) {
            let value = f64::from_bits(bits);
            prop_assume!(value.is_finite());
            for text in [format!("{value}"), format!("{value:e}")] {
                prop_assert_eq!(parse_f64(text.as_bytes()), Some(value));
            }
        }

        #[test]
        fn short_decimals_are_read_exactly(whole in 0_u32.., part in 0_u32..1_000_000) {
            let text = format!("{whole}.{part}");
            prop_assert_eq!(parse_f64(text.as_bytes()), text.parse().ok());
        }

        #[test]
        fn every_integer_is_read(value in any::<i64>()) {
            prop_assert_eq!(parse_i64(value.to_string().as_bytes()), Some(value));
        }

        #[test]
        fn nothing_panics(bytes in any::<Vec<u8>>()) {
            let _ = (parse_f64(&bytes), parse_i64(&bytes), parse_seconds(&bytes));
        }
    }
}
