//! How likely counts are by chance: Fisher's exact test (R. A. Fisher, 1922).

/// Natural logarithms of factorials.
pub(super) struct Factorials(Vec<f64>);

impl Factorials {
    /// Those of 0 to `n`.
    pub(super) fn up_to(n: usize) -> Self {
        let mut logs = Vec::with_capacity(n + 1);
        let mut sum = 0.0;
        logs.push(sum);
        for i in 1..=n {
            sum += (i as f64).ln();
            logs.push(sum);
        }
        Self(logs)
    }

    /// ln (n choose k); minus infinity where there is no such choice.
    fn ln_choose(&self, n: usize, k: usize) -> f64 {
        let Some(rest) = n.checked_sub(k) else { return f64::NEG_INFINITY };
        let ln = |i: usize| self.0.get(i).copied().unwrap_or(f64::NAN);
        ln(n) - ln(k) - ln(rest)
    }
}

/// How likely it is by chance that at least `a` of the `n_a` have what `b` of the `n_b` have as well.
pub(super) fn tail_chance(factorials: &Factorials, a: usize, n_a: usize, b: usize, n_b: usize) -> f64 {
    let n_with = a + b;
    let all = factorials.ln_choose(n_a + n_b, n_with);
    let most = n_a.min(n_with);
    let terms = (a..=most)
        .map(|i| (factorials.ln_choose(n_a, i) + factorials.ln_choose(n_b, n_with - i) - all).exp());
    terms.sum::<f64>().min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(a: usize, n_a: usize, b: usize, n_b: usize, expected: f64) {
        let chance = tail_chance(&Factorials::up_to(n_a + n_b), a, n_a, b, n_b);
        assert!((chance - expected).abs() < 1e-6, "{chance}");
    }

    #[test]
    fn fishers_own_cup_of_tea() {
        // The lady tasting tea: all four right by chance is 1 in 70, three or more 17 in 70.
        check(4, 4, 0, 4, 1.0 / 70.0);
        check(3, 4, 1, 4, 17.0 / 70.0);
        check(0, 4, 4, 4, 1.0);
    }

    #[test]
    fn many_jobs_do_not_overflow() {
        let chance = tail_chance(&Factorials::up_to(20_000), 900, 1_000, 2_000, 19_000);
        assert!(chance > 0.0 && chance < 1e-100 || chance == 0.0, "{chance}");
        check(100, 10_000, 100, 10_000, 0.528_316_2);
    }
}
