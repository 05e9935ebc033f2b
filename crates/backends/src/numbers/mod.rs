//! Numbers as Prometheus' API gives them, which Loki's metric queries copy.

mod matrix;
mod samples;

pub(crate) use matrix::Matrix;
pub(crate) use samples::{loki_samples, prometheus_samples};

use domain::series::Labels;

use crate::intern::Interner;
use crate::json::{Cursor, Read};

/// `{"name":"value",…}`
pub(crate) fn labels(interner: &mut Interner, value: &mut Cursor<'_>) -> Read<Labels> {
    let mut pairs = Vec::new();
    value.fields(|name, value| {
        pairs.push((interner.text(name), interner.text(value.text()?)));
        Ok(())
    })?;
    Ok(Labels::from_pairs(pairs))
}
