//! A profile: which functions of a service took its time or its memory.

use crate::format;
use crate::system::Unit;

/// What a service did over some time, function by function (pprof's `flat` and `cum`).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Profile {
    /// What is counted.
    pub unit: Unit,
    /// How much of the unit one tick is: 1e-9 for nanoseconds of [`Unit::Seconds`].
    pub per_tick: f64,
    /// Ticks of the whole profile.
    pub total: u64,
    /// Functions that took something themselves, those first that took most.
    pub functions: Vec<FunctionCost>,
}

/// What one function took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionCost {
    /// Its name, as the profiler writes it.
    pub name: String,
    /// Ticks in itself.
    pub own: u64,
    /// Ticks in itself and in what it called; a function that calls itself counts once.
    pub total: u64,
}

impl Profile {
    /// The share of the whole that so many ticks are, from 0 to 1.
    pub fn share(&self, ticks: u64) -> f64 {
        if self.total == 0 { 0.0 } else { (ticks as f64 / self.total as f64).clamp(0.0, 1.0) }
    }

    /// So many ticks with their unit: `24.4 s`, `1.2 GB`, `840`.
    pub fn words(&self, ticks: u64) -> String {
        format::value(ticks as f64 * self.per_tick, self.unit)
    }

    /// The share as people read it: `61 %`, `0.4 %`.
    pub fn share_words(&self, ticks: u64) -> String {
        let share = self.share(ticks);
        // Tenths of a percent matter to nobody where there are tens of them.
        let share = if share >= 0.1 { (share * 100.0).round() / 100.0 } else { share };
        format::value(share, Unit::Ratio)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shares_and_amounts_are_told_with_their_unit() {
        let cpu = Profile { unit: Unit::Seconds, per_tick: 1e-9, total: 40_000_000_000, functions: vec![] };
        let told = |ticks: u64| format!("{} {}", cpu.share_words(ticks), cpu.words(ticks));
        assert_eq!(told(24_420_000_000), "61 % 24.4 s");
        assert_eq!(told(160_000_000), "0.4 % 160 ms");
        assert_eq!(told(50_000_000_000), "100 % 50 s", "a share is never more than all");
        assert_eq!(Profile::default().share(7), 0.0);
    }
}
