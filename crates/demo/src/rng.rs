//! Chance, the same on every machine and in every version: SplitMix64 and the few distributions that the models draw from.

/// A seeded generator: SplitMix64 (Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", 2014).
#[derive(Clone, Debug)]
pub struct Rng(u64);

impl Rng {
    /// The generator of a seed.
    pub const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A generator of its own for the thing called `name` with this number.
    ///
    /// What one thing draws never depends on how much another one drew: a scenario changes the jobs it touches, and no other.
    pub fn fork(&self, name: &str, number: u64) -> Self {
        // FNV-1a over the name.
        let hash = name.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
            (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
        });
        let mut mixed = Self(self.0 ^ hash.wrapping_add(number.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
        Self(mixed.next_u64())
    }

    /// 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        bits ^ (bits >> 31)
    }

    /// At least 0, less than 1.
    pub fn unit(&mut self) -> f64 {
        (self.next_u64() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// At least `low`, less than `high`.
    pub fn between(&mut self, low: f64, high: f64) -> f64 {
        low + (high - low) * self.unit()
    }

    /// One of 0, 1, … `n` − 1; 0 where `n` is 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.unit() * n as f64) as usize
    }

    /// True with this probability.
    pub fn chance(&mut self, probability: f64) -> bool {
        self.unit() < probability
    }

    /// Exponentially distributed: the time to the next of events that come independently.
    pub fn exponential(&mut self, mean: f64) -> f64 {
        -mean * (1.0 - self.unit()).ln()
    }

    /// Log-normally distributed: how long work takes, how large pages are.
    pub fn log_normal(&mut self, median: f64, sigma: f64) -> f64 {
        // Box and Muller's transform.
        let radius = (-2.0 * (1.0 - self.unit()).ln()).sqrt();
        let normal = radius * (std::f64::consts::TAU * self.unit()).cos();
        median * (sigma * normal).exp()
    }

    /// One of the items, each as likely as the next; the type's default where there is none.
    pub fn pick<T: Copy + Default>(&mut self, items: &[T]) -> T {
        items.get(self.below(items.len())).copied().unwrap_or_default()
    }

    /// This many hex digits.
    pub fn hex(&mut self, n_digits: usize) -> String {
        let mut text = String::new();
        while text.len() < n_digits {
            text.push_str(&format!("{:016x}", self.next_u64()));
        }
        text.truncate(n_digits);
        text
    }

    /// A random (version 4) UUID after RFC 9562.
    pub fn uuid(&mut self) -> String {
        let variant = self.pick(&["8", "9", "a", "b"]);
        format!("{}-{}-4{}-{variant}{}-{}", self.hex(8), self.hex(4), self.hex(3), self.hex(3), self.hex(12))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_sequence_comes_out() {
        // From the reference implementation at https://prng.di.unimi.it/splitmix64.c with seed 1234567.
        let mut rng = Rng::new(1_234_567);
        assert_eq!(rng.next_u64(), 6_457_827_717_110_365_317);
        assert_eq!(rng.next_u64(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn forks_do_not_depend_on_what_was_drawn_elsewhere() {
        let root = Rng::new(7);
        let mut other = root.fork("job", 1);
        let first = root.fork("job", 2).next_u64();
        other.next_u64();
        assert_eq!(root.fork("job", 2).next_u64(), first);
        assert_ne!(root.fork("job", 3).next_u64(), first);
        assert_ne!(root.fork("read", 2).next_u64(), first);
    }

    #[test]
    fn distributions_have_the_middle_they_name() {
        let mut rng = Rng::new(1);
        let n = 20_000;
        let mean = (0..n).map(|_| rng.exponential(3.0)).sum::<f64>() / f64::from(n);
        assert!((2.9..3.1).contains(&mean), "{mean}");
        let mut drawn: Vec<f64> = (0..n).map(|_| rng.log_normal(5.0, 0.7)).collect();
        drawn.sort_by(f64::total_cmp);
        let median = drawn[drawn.len() / 2];
        assert!((4.8..5.2).contains(&median), "{median}");
    }

    #[test]
    fn uuids_say_their_version() {
        let uuid = Rng::new(3).uuid();
        assert_eq!(uuid.len(), 36);
        assert_eq!(uuid.chars().nth(14), Some('4'));
    }
}
