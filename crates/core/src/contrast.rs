//! Which contrast a series has, told from its timing first and its name second.
//!
//! Timing is physics and hard to mistype; names say what timing cannot (FLAIR without an inversion time,
//! a subtraction, an angiogram). Where a name contradicts the timing, the name that excludes wins:
//! a wrongly scored FLAIR looks abnormal to the network, a wrongly refused T2 merely asks for a human.

use crate::instance::Acquisition;

/// Echo time from which a spin echo is T2-weighted, ms.
const T2_MIN_ECHO_MS: f64 = 60.0;
/// Repetition time below which T1 weighting is no longer small, ms.
const LONG_REPETITION_MS: f64 = 1800.0;
/// Inversion time from which an inversion nulls fluid, ms. STIR's lies near 150, MPRAGE's near 900.
const FLUID_INVERSION_MS: f64 = 1500.0;

/// A contrast, as far as headers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contrast {
    /// T2-weighted spin echo or fast spin echo.
    T2,
    /// Fluid-attenuated inversion recovery.
    Flair,
    /// Short-inversion-time recovery: fat is nulled.
    Stir,
    /// T1-weighted.
    T1,
    /// Proton-density-weighted.
    ProtonDensity,
    /// Gradient echo with T2* weighting, susceptibility imaging included.
    T2Star,
    /// Diffusion imaging and what is computed from it.
    Diffusion,
    /// Echo-planar time series, perfusion, functional imaging.
    EchoPlanar,
    /// Angiography.
    Angiography,
    /// The headers do not tell.
    Unknown,
}

impl Contrast {
    /// Name for people.
    pub const fn name(self) -> &'static str {
        match self {
            Self::T2 => "T2-weighted",
            Self::Flair => "FLAIR",
            Self::Stir => "STIR",
            Self::T1 => "T1-weighted",
            Self::ProtonDensity => "proton-density-weighted",
            Self::T2Star => "T2*-weighted gradient echo",
            Self::Diffusion => "diffusion imaging",
            Self::EchoPlanar => "echo-planar imaging",
            Self::Angiography => "angiography",
            Self::Unknown => "of unknown contrast",
        }
    }
}

/// Words in a series description that name a contrast; the first match wins, exclusions before T2.
/// A word matches a whole run of letters, digits and `*` in the lower-cased description.
const NAMES: &[(Contrast, &[&str])] = &[
    (Contrast::Flair, &["flair", "darkfluid", "tirm", "t2flair", "t1flair"]),
    (
        Contrast::Diffusion,
        &["dwi", "dti", "adc", "trace", "tracew", "diff", "diffusion", "b0", "b1000", "fa", "resolve", "dsi"],
    ),
    (Contrast::T2Star, &["t2*", "t2star", "swi", "swan", "venobold", "gre", "ffe", "hemo", "haemo", "swip", "medic"]),
    (Contrast::Angiography, &["tof", "mra", "mrv", "angio", "mip", "pca", "pcmra"]),
    (Contrast::EchoPlanar, &["bold", "fmri", "asl", "pcasl", "perf", "perfusion", "pwi", "dsc", "epi"]),
    (Contrast::Stir, &["stir"]),
    (Contrast::T1, &["t1", "t1w", "mprage", "bravo", "fspgr", "spgr", "vibe", "tfe", "mp2rage"]),
    (Contrast::ProtonDensity, &["pd", "pdw", "proton"]),
    (Contrast::T2, &["t2", "t2w", "t2tse", "t2fse"]),
];

/// The contrast of a series and the sentence that says how it was told.
pub fn contrast_of(acquisition: &Acquisition, description: &str) -> (Contrast, String) {
    let named = named_contrast(description);
    let timed = timed_contrast(acquisition);
    let timing = timing(acquisition);
    match (timed, named) {
        (_, Some(name)) if name != Contrast::T2 && !says_t2_and_pd(name, description, timed) => {
            (name, format!("its description names it {}", name.name()))
        }
        (Some(time), _) => (time, format!("{} by {timing}", time.name())),
        (None, Some(name)) => (name, format!("{} by its description; no echo and repetition time stated", name.name())),
        (None, None) => (Contrast::Unknown, format!("neither description nor timing ({timing}) tells the contrast")),
    }
}

/// Dual-echo series are named for both contrasts (`PD T2`); there the echo time decides.
fn says_t2_and_pd(named: Contrast, description: &str, timed: Option<Contrast>) -> bool {
    named == Contrast::ProtonDensity
        && timed == Some(Contrast::T2)
        && words(description).any(|word| word.starts_with("t2"))
}

fn named_contrast(description: &str) -> Option<Contrast> {
    let squeezed = description.to_lowercase().replace(['-', ' '], "");
    if squeezed.contains("darkfluid") || squeezed.contains("flair") {
        return Some(Contrast::Flair);
    }
    NAMES
        .iter()
        .find(|(_, names)| words(description).any(|word| names.contains(&word.as_str())))
        .map(|(contrast, _)| *contrast)
}

fn words(description: &str) -> impl Iterator<Item = String> {
    description
        .to_lowercase()
        .split(|c: char| !(c.is_alphanumeric() || c == '*'))
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect::<Vec<_>>()
        .into_iter()
}

fn timed_contrast(acquisition: &Acquisition) -> Option<Contrast> {
    let runs = |code: &str| acquisition.scanning_sequence.iter().any(|s| s == code);
    let sequence_name = acquisition.sequence_name.to_lowercase();
    if acquisition.b_value.is_some_and(|b| b > 0.0) {
        return Some(Contrast::Diffusion);
    }
    if runs("EP") || sequence_name.starts_with("ep") || sequence_name.starts_with("*ep") {
        return Some(Contrast::EchoPlanar);
    }
    let echo_ms = acquisition.echo_time_ms?;
    let repetition_ms = acquisition.repetition_time_ms?;
    let inversion_ms = acquisition.inversion_time_ms;
    Some(match () {
        () if runs("GR") && !runs("SE") && echo_ms < 10.0 => Contrast::T1,
        () if runs("GR") && !runs("SE") => Contrast::T2Star,
        () if inversion_ms.is_some_and(|ti| ti >= FLUID_INVERSION_MS) => Contrast::Flair,
        () if runs("IR") && inversion_ms.is_some_and(|ti| ti <= 300.0) => Contrast::Stir,
        () if repetition_ms < LONG_REPETITION_MS => Contrast::T1,
        () if echo_ms < T2_MIN_ECHO_MS => Contrast::ProtonDensity,
        () => Contrast::T2,
    })
}

fn timing(acquisition: &Acquisition) -> String {
    let ms = |name: &str, value: Option<f64>| value.map(|v| format!("{name} {v:.0} ms"));
    let parts: Vec<String> = [
        ms("TE", acquisition.echo_time_ms),
        ms("TR", acquisition.repetition_time_ms),
        ms("TI", acquisition.inversion_time_ms),
        acquisition.b_value.map(|b| format!("b {b:.0} s/mm²")),
        (!acquisition.scanning_sequence.is_empty()).then(|| acquisition.scanning_sequence.join("+")),
    ]
    .into_iter()
    .flatten()
    .collect();
    if parts.is_empty() { "none stated".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn acquired(sequence: &str, echo_time_ms: f64, repetition_time_ms: f64) -> Acquisition {
        Acquisition {
            scanning_sequence: sequence.split('\\').map(str::to_owned).collect(),
            echo_time_ms: Some(echo_time_ms),
            repetition_time_ms: Some(repetition_time_ms),
            ..Acquisition::default()
        }
    }

    #[test]
    fn timing_tells_the_common_contrasts() {
        let cases = [
            ("SE", 96.0, 4200.0, "ax", Contrast::T2),
            ("SE", 12.0, 4200.0, "ax", Contrast::ProtonDensity),
            ("SE", 12.0, 500.0, "ax", Contrast::T1),
            ("GR", 20.0, 700.0, "ax", Contrast::T2Star),
            ("EP\\SE", 72.0, 4900.0, "ax", Contrast::EchoPlanar),
            ("SE", 96.0, 4200.0, "T2W_TSE_tra", Contrast::T2),
            ("SE", 96.0, 9000.0, "AX T2 FLAIR", Contrast::Flair),
            ("SE", 96.0, 9000.0, "t2_tse_dark-fluid", Contrast::Flair),
            ("SE", 90.0, 3000.0, "PD T2 dual", Contrast::T2),
            ("SE", 22.0, 3000.0, "PD T2 dual", Contrast::ProtonDensity),
        ];
        for (sequence, echo, repetition, description, expected) in cases {
            let (found, why) = contrast_of(&acquired(sequence, echo, repetition), description);
            assert_eq!(found, expected, "{sequence} {echo}/{repetition} \"{description}\": {why}");
        }
    }

    #[test]
    fn a_long_inversion_is_flair_whatever_it_is_called() {
        let acquisition = Acquisition { inversion_time_ms: Some(2500.0), ..acquired("SE\\IR", 120.0, 9000.0) };
        assert_eq!(contrast_of(&acquisition, "AX T2").0, Contrast::Flair);
    }

    #[test]
    fn without_timing_the_name_decides_and_without_both_nothing_does() {
        assert_eq!(contrast_of(&Acquisition::default(), "T2W tra").0, Contrast::T2);
        assert_eq!(contrast_of(&Acquisition::default(), "series 4").0, Contrast::Unknown);
    }
}
