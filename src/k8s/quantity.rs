//! `resource.Quantity`: numbers with suffixes, which Kubernetes uses for memory, CPU and other resources.

use std::borrow::Cow;

use crate::decode::{Error, Read, Reader, Result, Value};

/// A `resource.Quantity` as written: a string (`"100Mi"`) or a plain number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Quantity<'a>(pub Cow<'a, str>);

impl<'t: 'a, 'a> Read<'t> for Quantity<'a> {
    fn read(&mut self, value: &'t Value<'t>, _: &mut Reader) -> Result<()> {
        self.0 = match value {
            Value::Str(text) => Cow::Borrowed(text),
            Value::Number(_) => Cow::Owned(number(value).to_string()),
            _ => return Err(Error::wrong_type(value, "a quantity such as \"100Mi\"")),
        };
        Ok(())
    }
}

/// Formats a number with serde_json: the tables for the `Display` of `f64` would make the guest a twentieth larger.
fn number(value: &Value) -> serde_json::Number {
    let whole = value.as_u64().map(Into::into).or_else(|| value.as_i64().map(Into::into));
    whole.or_else(|| serde_json::Number::from_f64(value.as_f64()?)).unwrap_or_else(|| 0.into())
}

/// The value of a quantity, exact to a billionth, the finest precision that Kubernetes keeps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount {
    billionths: i128,
}

const BILLION: i128 = 1_000_000_000;

impl Amount {
    /// Zero. A limit of zero is the same as no limit.
    pub const ZERO: Amount = Amount::whole(0);

    /// A whole number of bytes, cores ...
    pub const fn whole(number: i64) -> Amount {
        Amount { billionths: number as i128 * BILLION }
    }

    /// The value rounded up to a whole number, as Kubernetes does for bytes.
    pub fn rounded_up(self) -> i64 {
        self.in_units(BILLION)
    }

    /// The value in thousandths, rounded up, as Kubernetes does for CPU.
    pub fn thousandths(self) -> i64 {
        self.in_units(BILLION / 1000)
    }

    fn in_units(self, unit: i128) -> i64 {
        let (whole, rest) = (self.billionths.div_euclid(unit), self.billionths.rem_euclid(unit));
        i64::try_from(whole + i128::from(rest > 0)).unwrap_or(i64::MAX)
    }

    /// Larger quantities are capped at this one, as in Kubernetes.
    const MAX: Amount = Amount::whole(i64::MAX);
}

impl Quantity<'_> {
    /// The value; `None` if it is malformed, which Kubernetes reports.
    pub fn amount(&self) -> Option<Amount> {
        parse(&self.0)
    }
}

/// Parses `100Mi`, `1.5G`, `250m`, `1e3`, `.5`, `-1`. `None` for anything else, and for numbers of more than 20
/// significant digits or 100 bytes (mostly zeros).
pub fn parse(text: &str) -> Option<Amount> {
    const MAX_BYTES: usize = 100;
    if text.len() > MAX_BYTES {
        return None;
    }
    let (sign, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, text.strip_prefix('+').unwrap_or(text)),
    };
    let end = unsigned.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(unsigned.len());
    let (number, suffix) = unsigned.split_at(end);
    let Scale { tens, kibis } = Scale::of(suffix)?;
    // Fast path: nearly every quantity is a small whole number.
    let (digits, fraction) = match number.parse::<u32>() {
        Ok(number) => (number.into(), 0),
        Err(_) => significant_digits(number)?,
    };
    let exponent = tens.saturating_sub(fraction).saturating_add(9);
    let billionths = scaled(digits << (10 * kibis), exponent).unwrap_or(i128::MAX);
    Some(Amount { billionths: sign * billionths.min(Amount::MAX.billionths) })
}

/// The scale of a suffix, in powers of ten and powers of 1024.
struct Scale {
    tens: i32,
    kibis: u32,
}

impl Scale {
    fn of(suffix: &str) -> Option<Scale> {
        let decimal = |tens| Some(Scale { tens, kibis: 0 });
        let binary = |kibis| Some(Scale { tens: 0, kibis });
        match suffix {
            "n" => decimal(-9),
            "u" => decimal(-6),
            "m" => decimal(-3),
            "" => decimal(0),
            "k" => decimal(3),
            "M" => decimal(6),
            "G" => decimal(9),
            "T" => decimal(12),
            "P" => decimal(15),
            "E" => decimal(18),
            "Ki" => binary(1),
            "Mi" => binary(2),
            "Gi" => binary(3),
            "Ti" => binary(4),
            "Pi" => binary(5),
            "Ei" => binary(6),
            _ => decimal(suffix.strip_prefix(['e', 'E'])?.parse().ok()?),
        }
    }
}

/// The significant digits, and how many of them follow the point: 15 and 1 for `1.50`, 3 and -3 for `3000`. `None` if
/// the number is malformed or too long.
fn significant_digits(number: &str) -> Option<(i128, i32)> {
    const MAX_DIGITS: usize = 20;
    let (whole, fraction) = number.split_once('.').unwrap_or((number, ""));
    if whole.is_empty() && fraction.is_empty() || fraction.contains('.') {
        return None;
    }
    let mut digits = [whole, fraction].concat();
    let length = digits.len();
    digits.truncate(digits.trim_end_matches('0').len());
    let zeros = i32::try_from(length - digits.len()).ok()?;
    let significant = digits.trim_start_matches('0');
    let fraction = i32::try_from(fraction.len()).ok()?.saturating_sub(zeros);
    match significant.len() {
        0 => Some((0, 0)),
        1..=MAX_DIGITS => Some((significant.parse().ok()?, fraction)),
        _ => None,
    }
}

/// `number` times ten to the power of `exponent`, rounded up to a whole number, as Kubernetes does below a billionth.
/// `None` on overflow.
fn scaled(number: i128, exponent: i32) -> Option<i128> {
    if number == 0 {
        return Some(0);
    }
    let power = exponent.unsigned_abs();
    // 128-bit arithmetic is slow in WebAssembly.
    match 10_u64.checked_pow(power).map(i128::from).or_else(|| 10_i128.checked_pow(power)) {
        Some(power) if exponent >= 0 => number.checked_mul(power),
        Some(power) => Some((number - 1) / power + 1),
        None if exponent >= 0 => None,
        None => Some(1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn whole(number: i64) -> Option<Amount> {
        Some(Amount::whole(number))
    }

    #[test]
    fn suffixes() {
        assert_eq!(parse("20Mi"), whole(20 << 20));
        assert_eq!(parse("1Ki"), whole(1024));
        assert_eq!(parse("1.5Gi"), whole(3 << 29));
        assert_eq!(parse("1k"), whole(1000));
        assert_eq!(parse("2G"), whole(2_000_000_000));
        assert_eq!(parse("1000m"), whole(1));
        assert_eq!(parse("1e3"), whole(1000));
        assert_eq!(parse("1E3"), whole(1000));
        assert_eq!(parse("1E"), whole(1_000_000_000_000_000_000));
        assert_eq!(parse("12e-1"), parse("1200m"));
        assert_eq!(parse("1000000000n"), whole(1));
        assert_eq!(parse("1000000u"), whole(1));
    }

    #[test]
    fn signs_points_and_zeros() {
        for one in ["1", "+1", "1.", "1.0", "01", "0.001k", ".001k", "1e0", "1E-0"] {
            assert_eq!(parse(one), whole(1), "{one}");
        }
        for zero in ["0", "0.0", "0Ei", "0e99999", "-0", "00000000000000000000000000000000"] {
            assert_eq!(parse(zero), Some(Amount::ZERO), "{zero}");
        }
        assert_eq!(parse("-3"), whole(-3));
    }

    #[test]
    fn whole_numbers_and_thousandths_are_rounded_up() {
        let amount = |text| parse(text).expect("a quantity");
        assert_eq!(
            (amount("100m").rounded_up(), amount("1.5").rounded_up(), amount("8Ei").rounded_up()),
            (1, 2, i64::MAX)
        );
        assert_eq!(
            (amount("1u").thousandths(), amount("1500m").thousandths(), amount("-1").rounded_up()),
            (1, 1500, -1)
        );
    }

    #[test]
    fn malformed_quantities_are_none() {
        for text in [
            "",
            " ",
            ".",
            "-",
            "+-1",
            "--1",
            "1.2.3",
            "1..",
            "1 Mi",
            "1mi",
            "1KI",
            "1K",
            "Mi",
            "1e",
            "1e1.5",
            "1e+",
            "0x1",
            "1MiB",
            "1i",
            "e3",
            "1e99999999999",
            "\u{661}",
            "123456789012345678901",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn large_quantities_are_capped_and_small_ones_rounded_up() {
        for large in
            ["9223372036854775807", "8Ei", "99999999999999999999Ei", "1e2000000000", "10000000000000000000000000000E"]
        {
            assert_eq!(parse(large), Some(Amount::MAX), "{large}");
        }
        for small in ["1n", "0.1n", "1e-9", "1e-2000000000", "0.0000000000000000000000000000001"] {
            assert_eq!(parse(small), Some(Amount { billionths: 1 }), "{small}");
        }
    }

    proptest! {
        #[test]
        fn never_panics(text in "[-+]?[0-9.]{0,40}([eE][-+]?[0-9]{0,12}|[numkMGTPEKi]{0,3})") {
            parse(&text);
        }

        #[test]
        fn order_equals_that_of_numbers(a in 0_u32.., b in 0_u32..) {
            prop_assert_eq!(parse(&format!("{a}Mi")).cmp(&parse(&format!("{b}Mi"))), a.cmp(&b));
            prop_assert_eq!(parse(&format!("{a}.5Mi")), parse(&format!("{}Ki", u64::from(a) * 1024 + 512)));
        }
    }
}
