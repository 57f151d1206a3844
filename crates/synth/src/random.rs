//! Seeded numbers: noise, jitter, shuffles and UIDs, all from the recipe's seed.

/// SplitMix64's increment (Steele, Lea and Flood 2014).
const GOLDEN_GAMMA: u64 = 0x9e37_79b9_7f4a_7c15;

/// A SplitMix64 stream.
pub(crate) struct Random {
    state: u64,
}

impl Random {
    /// The stream for one purpose: equal arguments give equal numbers, any other argument gives others.
    pub(crate) fn new(seed: u64, purpose: &str, numbers: &[u64]) -> Self {
        let bytes = purpose.bytes().map(u64::from);
        let parts = bytes.chain(numbers.iter().copied());
        let fold = |state: u64, part| mix(state.wrapping_add(GOLDEN_GAMMA) ^ part);
        Self { state: parts.fold(mix(seed), fold) }
    }

    /// 64 uniform bits.
    pub(crate) fn bits(&mut self) -> u64 {
        self.state = self.state.wrapping_add(GOLDEN_GAMMA);
        mix(self.state)
    }

    /// Uniform in [-1, 1).
    pub(crate) fn symmetric(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 52) as f64 - 1.0
    }

    /// Two nearly normal numbers of mean 0 and standard deviation 1: the noise of a complex MR signal.
    ///
    /// Each is a sum of four uniform bytes, exact on every platform where a logarithm is not.
    pub(crate) fn complex_noise(&mut self) -> [f64; 2] {
        const MEAN: f64 = 4.0 * 127.5;
        const PER_SD: f64 = 1.0 / 147.798_511; // sqrt(4 * (256² - 1) / 12)
        let lanes = self.bits().to_le_bytes();
        let sum = |lane: &[u8]| lane.iter().map(|&byte| f64::from(byte)).sum::<f64>();
        [(sum(&lanes[..4]) - MEAN) * PER_SD, (sum(&lanes[4..]) - MEAN) * PER_SD]
    }

    /// 0 to `len - 1` in a random order (Fisher and Yates).
    pub(crate) fn permutation(&mut self, len: usize) -> Vec<usize> {
        let mut order: Vec<usize> = (0..len).collect();
        for last in (1..len).rev() {
            order.swap(last, (self.bits() % (last as u64 + 1)) as usize);
        }
        order
    }

    /// A UID under 2.25, which is the root for UUIDs (PS3.5 B.2), marked as a random one (RFC 9562, version 4).
    pub(crate) fn uid(&mut self) -> String {
        let random = u128::from(self.bits()) << 64 | u128::from(self.bits());
        let version = random & !(0xf << 76) | 0x4 << 76;
        let uuid = version & !(0x3 << 62) | 0x2 << 62;
        format!("2.25.{uuid}")
    }
}

fn mix(mut z: u64) -> u64 {
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_generator_is_splitmix64() {
        // Published outputs for the state 1234567.
        let mut random = Random { state: 1_234_567 };
        assert_eq!(random.bits(), 6_457_827_717_110_365_317);
        assert_eq!(random.bits(), 3_203_168_211_198_807_973);
    }

    #[test]
    fn noise_is_nearly_normal() {
        let mut random = Random::new(1, "noise", &[]);
        let drawn: Vec<f64> = (0..20_000).flat_map(|_| random.complex_noise()).collect();
        let mean = drawn.iter().sum::<f64>() / drawn.len() as f64;
        let variance = drawn.iter().map(|x| x * x).sum::<f64>() / drawn.len() as f64;
        assert!(mean.abs() < 0.02, "mean {mean}");
        assert!((variance - 1.0).abs() < 0.03, "variance {variance}");
    }

    #[test]
    fn uids_are_valid_and_differ_with_every_argument() {
        let uid = |seed, purpose, numbers: &[u64]| Random::new(seed, purpose, numbers).uid();
        let uids = [
            uid(0, "series", &[0]),
            uid(1, "series", &[0]),
            uid(0, "study", &[0]),
            uid(0, "series", &[1]),
            uid(0, "series", &[0, 0]),
        ];
        for (i, uid) in uids.iter().enumerate() {
            let digits = uid.strip_prefix("2.25.").expect("root");
            assert!(uid.len() <= 64 && !digits.starts_with('0'), "{uid}");
            let uuid: u128 = digits.parse().expect("digits alone");
            assert_eq!((uuid >> 76 & 0xf, uuid >> 62 & 0x3), (4, 2), "{uid}");
            assert!(uids[..i].iter().all(|earlier| earlier != uid), "{uid}");
        }
    }

    #[test]
    fn a_permutation_holds_every_index_once() {
        let mut order = Random::new(3, "files", &[]).permutation(44);
        assert_ne!(order, (0..44).collect::<Vec<_>>());
        order.sort_unstable();
        assert_eq!(order, (0..44).collect::<Vec<_>>());
    }
}
