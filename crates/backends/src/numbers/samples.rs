//! Reads a vector or a scalar.

use domain::series::Labels;
use domain::time::Timestamp;
use domain::warning::Warning;

use crate::answer::Sample;
use crate::intern::Interner;
use crate::json::{Cursor, Read, Stop, parse_f64, parse_seconds};
use crate::warnings::Warnings;

/// Prometheus' `{"data":{"resultType":"vector","result":[{"metric":{…},"value":[<secs>,"<value>"]},…]}}`
pub(crate) fn prometheus_samples(cursor: &mut Cursor<'_>) -> Read<(Vec<Sample>, Vec<Warning>)> {
    samples("Prometheus", parse_seconds, cursor)
}

/// Loki's, which is Prometheus' but for a scalar's time: that comes in milliseconds.
pub(crate) fn loki_samples(cursor: &mut Cursor<'_>) -> Read<(Vec<Sample>, Vec<Warning>)> {
    samples("Loki", |text| Some(Timestamp::from_millis(parse_f64(text)? as i64)), cursor)
}

fn samples(
    from: &'static str,
    scalar_time: fn(&[u8]) -> Option<Timestamp>,
    cursor: &mut Cursor<'_>,
) -> Read<(Vec<Sample>, Vec<Warning>)> {
    let mut result_type: &[u8] = b"";
    let mut result: &[u8] = b"";
    let mut warnings = Warnings::of(from);
    cursor.fields(|name, value| match name.raw() {
        b"data" => value.fields(|name, value| {
            match name.raw() {
                b"resultType" => result_type = value.text()?.raw(),
                b"result" => result = value.slice()?,
                _ => value.skip()?,
            }
            Ok(())
        }),
        b"warnings" | b"infos" => warnings.take(value),
        _ => value.skip(),
    })?;
    let mut result = Cursor::new(result);
    let samples = match result_type {
        b"vector" => vector(&mut result, &mut warnings)?,
        b"scalar" => {
            let (time, value) = point(&mut result, scalar_time)?;
            vec![Sample { labels: Labels::default(), time, value }]
        }
        _ => return Err(Stop::Wrong("a vector or a scalar")),
    };
    Ok((samples, warnings.all()))
}

fn vector(result: &mut Cursor<'_>, warnings: &mut Warnings) -> Read<Vec<Sample>> {
    let mut samples = Vec::new();
    let mut interner = Interner::default();
    let mut n_histograms = 0;
    result.items(|series| {
        let mut labels = Labels::default();
        let mut newest = None;
        series.fields(|name, value| {
            match name.raw() {
                b"metric" => labels = super::labels(&mut interner, value)?,
                b"value" => newest = Some(point(value, parse_seconds)?),
                b"histogram" => {
                    n_histograms += 1;
                    value.skip()?;
                }
                _ => value.skip()?,
            }
            Ok(())
        })?;
        samples.extend(newest.map(|(time, value)| Sample { labels, time, value }));
        Ok(())
    })?;
    if n_histograms > 0 {
        warnings.add(format!("{n_histograms} series are native histograms, which are not shown"));
    }
    Ok(samples)
}

/// `[<time>, "<value>"]`
fn point(value: &mut Cursor<'_>, read_time: fn(&[u8]) -> Option<Timestamp>) -> Read<(Timestamp, f64)> {
    value.sign(b'[', "a point")?;
    let time = read_time(value.number()?).ok_or(Stop::Wrong("a time"))?;
    value.sign(b',', "“,”")?;
    let number = value.float()?;
    value.sign(b']', "the end of a point")?;
    Ok((time, number))
}
