//! A register of f32 values, whatever the processor calls it, and the choice of one at run time.

/// Several f32 values worked on at once.
pub trait Lanes: Copy {
    /// How many.
    const COUNT: usize;

    /// # Safety
    /// `from` is readable for `COUNT` values.
    unsafe fn load(from: *const f32) -> Self;
    /// # Safety
    /// `to` is writable for `COUNT` values.
    unsafe fn store(self, to: *mut f32);
    /// The same value in all.
    fn splat(value: f32) -> Self;
    /// `self + other`
    fn add(self, other: Self) -> Self;
    /// `self - other`
    fn sub(self, other: Self) -> Self;
    /// `self · factor + term`, rounded once where the processor can.
    fn mul_add(self, factor: Self, term: Self) -> Self;
    /// The larger of each pair.
    fn max(self, other: Self) -> Self;
}

/// Work to be done with the widest registers there are.
pub(crate) trait Run {
    fn run<S: Lanes>(self);
}

/// Which instructions the processor has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Level(Set);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Set {
    #[cfg(target_arch = "x86_64")]
    Avx2,
    Baseline,
}

impl Level {
    /// The best this processor has.
    pub fn detect() -> Self {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") && std::arch::is_x86_feature_detected!("fma") {
            return Self(Set::Avx2);
        }
        Self::BASELINE
    }

    /// What every processor of this architecture has.
    pub const BASELINE: Self = Self(Set::Baseline);

    /// Values in a register.
    pub const fn lanes(self) -> usize {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => 8,
            Set::Baseline => 4,
        }
    }

    /// A name for the reader.
    pub const fn name(self) -> &'static str {
        match self.0 {
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => "AVX2",
            Set::Baseline if cfg!(target_feature = "relaxed-simd") => "relaxed SIMD",
            Set::Baseline => "SIMD",
        }
    }

    pub(crate) fn run(self, work: impl Run) {
        match self.0 {
            // Sound: `detect` is the only way to this set, and it has asked the processor.
            #[cfg(target_arch = "x86_64")]
            Set::Avx2 => unsafe { avx2::run(work) },
            Set::Baseline => work.run::<Baseline>(),
        }
    }
}

#[cfg(target_arch = "wasm32")]
type Baseline = wasm::V128;
#[cfg(not(target_arch = "wasm32"))]
type Baseline = portable::Four;

#[cfg(target_arch = "wasm32")]
mod wasm {
    use super::Lanes;
    use core::arch::wasm32 as simd;

    #[derive(Clone, Copy)]
    pub struct V128(simd::v128);

    impl Lanes for V128 {
        const COUNT: usize = 4;

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { simd::v128_load(from.cast()) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { simd::v128_store(to.cast(), self.0) }
        }

        #[inline(always)]
        fn splat(value: f32) -> Self {
            Self(simd::f32x4_splat(value))
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(simd::f32x4_add(self.0, other.0))
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            Self(simd::f32x4_sub(self.0, other.0))
        }

        #[inline(always)]
        fn mul_add(self, factor: Self, term: Self) -> Self {
            #[cfg(target_feature = "relaxed-simd")]
            return Self(simd::f32x4_relaxed_madd(self.0, factor.0, term.0));
            #[cfg(not(target_feature = "relaxed-simd"))]
            Self(simd::f32x4_add(simd::f32x4_mul(self.0, factor.0), term.0))
        }

        #[inline(always)]
        fn max(self, other: Self) -> Self {
            // Unlike f32x4_max it needs not look for a NaN: one instruction.
            Self(simd::f32x4_pmax(self.0, other.0))
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod portable {
    use super::Lanes;

    /// Four values that the compiler keeps in one register of SSE or NEON.
    #[derive(Clone, Copy)]
    pub struct Four([f32; 4]);

    impl Four {
        #[inline(always)]
        fn zip(self, other: Self, of: impl Fn(f32, f32) -> f32) -> Self {
            let ([a, b, c, d], [e, f, g, h]) = (self.0, other.0);
            Self([of(a, e), of(b, f), of(c, g), of(d, h)])
        }
    }

    impl Lanes for Four {
        const COUNT: usize = 4;

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { from.cast::<[f32; 4]>().read() })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { to.cast::<[f32; 4]>().write(self.0) }
        }

        #[inline(always)]
        fn splat(value: f32) -> Self {
            Self([value; 4])
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            self.zip(other, |a, b| a + b)
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            self.zip(other, |a, b| a - b)
        }

        #[inline(always)]
        fn mul_add(self, factor: Self, term: Self) -> Self {
            self.zip(factor, |a, b| a * b).add(term)
        }

        #[inline(always)]
        fn max(self, other: Self) -> Self {
            self.zip(other, |a, b| if a > b { a } else { b })
        }
    }
}

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use super::{Lanes, Run};
    use core::arch::x86_64 as simd;

    /// # Safety
    /// The processor has AVX2 and FMA.
    #[target_feature(enable = "avx2,fma")]
    pub unsafe fn run(work: impl Run) {
        work.run::<Eight>();
    }

    #[derive(Clone, Copy)]
    pub struct Eight(simd::__m256);

    // Sound in all of them: values of this type exist below `run` alone.
    impl Lanes for Eight {
        const COUNT: usize = 8;

        #[inline(always)]
        unsafe fn load(from: *const f32) -> Self {
            Self(unsafe { simd::_mm256_loadu_ps(from) })
        }

        #[inline(always)]
        unsafe fn store(self, to: *mut f32) {
            unsafe { simd::_mm256_storeu_ps(to, self.0) }
        }

        #[inline(always)]
        fn splat(value: f32) -> Self {
            Self(unsafe { simd::_mm256_set1_ps(value) })
        }

        #[inline(always)]
        fn add(self, other: Self) -> Self {
            Self(unsafe { simd::_mm256_add_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn sub(self, other: Self) -> Self {
            Self(unsafe { simd::_mm256_sub_ps(self.0, other.0) })
        }

        #[inline(always)]
        fn mul_add(self, factor: Self, term: Self) -> Self {
            Self(unsafe { simd::_mm256_fmadd_ps(self.0, factor.0, term.0) })
        }

        #[inline(always)]
        fn max(self, other: Self) -> Self {
            Self(unsafe { simd::_mm256_max_ps(self.0, other.0) })
        }
    }
}
