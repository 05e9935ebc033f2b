//! What failing jobs have in common, in words.

use domain::fingerprint::Lift;
use domain::format;
use domain::jobs::Field;
use domain::system::{System, Unit};

/// `Domain = docs.example.org: 38 of 40 failing jobs, 3 of 900 good ones`.
pub(crate) fn lift_words(system: &System, it: &Lift) -> String {
    let field = Field::from_word(&it.name);
    let name = field.map_or_else(|| it.name.to_string(), |it| it.title().to_owned());
    let value = field.map_or_else(|| it.value.as_ref().into(), |field| field.value_title(system, &it.value));
    format!(
        "{name} = {value}: {} of {} failing jobs, {} of {} good ones",
        count_words(it.n_failing_with),
        count_words(it.n_failing),
        count_words(it.n_good_with),
        count_words(it.n_good)
    )
}

/// A number of jobs.
pub(crate) fn count_words(n: usize) -> String {
    format::exact(n as f64, Unit::None)
}
