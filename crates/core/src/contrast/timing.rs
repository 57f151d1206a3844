//! The weighting that timing and kind of sequence tell: physics, written by the scanner and hard to mistype.

use super::{Certainty, Contrast, Weighting};
use crate::card::TimingLimits;
use crate::instance::Acquisition;
use crate::words::{Text, VOLUMETRIC};

/// Inversion time from which fluid is nulled, ms. T1-weighted inversions lie near 900.
const FLUID_INVERSION_MS: f64 = 1500.0;
/// Inversion time up to which fat is nulled, ms.
const FAT_INVERSION_MS: f64 = 300.0;
/// Echo time from which a gradient echo shows T2* more than T1, ms.
const T2_STAR_ECHO_MS: f64 = 10.0;

/// The kind of sequence, from *Scanning Sequence* (0018,0020) and *Sequence Name* (0018,0024).
#[derive(Clone, Copy, Debug, Default)]
struct Kind {
    spin_echo: bool,
    gradient_echo: bool,
    inversion: bool,
    echo_planar: bool,
    /// GE's `RM`, which it also writes for fast spin echoes.
    research: bool,
}

impl Kind {
    fn of(acquisition: &Acquisition) -> Self {
        let runs = |code: &str| acquisition.scanning_sequence.iter().any(|value| value == code);
        let mut kind = Self {
            spin_echo: runs("SE"),
            gradient_echo: runs("GR"),
            inversion: runs("IR"),
            echo_planar: runs("EP"),
            research: runs("RM"),
        };
        let name = acquisition.sequence_name.trim_start_matches('*').to_lowercase();
        let letters = name.split(|c: char| !c.is_ascii_alphabetic()).next().unwrap_or_default();
        let stated = !acquisition.scanning_sequence.is_empty();
        kind.echo_planar |= letters.starts_with("ep");
        match letters {
            "tir" | "tirb" | "ir" | "spcir" | "tseir" => kind.inversion = true,
            "tse" | "tseb" | "se" | "spc" | "h" | "fse" | "frfse" | "fast" if !stated => kind.spin_echo = true,
            "fl" | "tfl" | "fi" | "ci" | "swi" | "me" | "ffe" | "tfe" | "gre" | "spgr" | "efgre" if !stated => {
                kind.gradient_echo = true;
            }
            _ => {}
        }
        kind
    }

    fn is_spin_echo(self) -> bool {
        self.spin_echo || (self.research && !self.gradient_echo)
    }

    fn is_stated(self) -> bool {
        self.spin_echo || self.gradient_echo || self.inversion || self.echo_planar || self.research
    }
}

/// What timing tells; `None` where it is not stated.
pub(super) fn by_timing(acquisition: &Acquisition, names: &Text, limits: &TimingLimits) -> Option<Weighting> {
    let kind = Kind::of(acquisition);
    let contrast = not_a_plain_spin_echo(acquisition, kind, names);
    if let Some(contrast) = contrast {
        return Some(sure(contrast, acquisition));
    }
    let (echo_ms, repetition_ms) = (acquisition.echo_time_ms?, acquisition.repetition_time_ms?);
    let volumetric = acquisition.volumetric || names.names(VOLUMETRIC).is_some();
    let longest_ms = if volumetric { limits.max_echo_3d_ms } else { limits.max_echo_ms };
    Some(match () {
        () if kind.gradient_echo && !kind.is_spin_echo() && echo_ms < T2_STAR_ECHO_MS => {
            sure(Contrast::GradientEcho, acquisition)
        }
        () if kind.gradient_echo && !kind.is_spin_echo() => sure(Contrast::T2Star, acquisition),
        () if repetition_ms < limits.min_repetition_ms && echo_ms < limits.min_doubtful_echo_ms => {
            sure(Contrast::T1, acquisition)
        }
        () if repetition_ms < limits.min_repetition_ms => sure(Contrast::ShortRepetition, acquisition),
        () if echo_ms < limits.min_doubtful_echo_ms => sure(Contrast::ProtonDensity, acquisition),
        () if echo_ms > longest_ms => sure(Contrast::FluidOnly, acquisition),
        () => t2(acquisition, kind, echo_ms < limits.min_echo_ms),
    })
}

/// What inversion, diffusion and echo-planar readout tell without echo and repetition time.
fn not_a_plain_spin_echo(acquisition: &Acquisition, kind: Kind, names: &Text) -> Option<Contrast> {
    let inversion_ms = acquisition.inversion_time_ms;
    match () {
        () if acquisition.b_value.is_some_and(|b| b > 0.0) => Some(Contrast::Diffusion),
        () if kind.echo_planar && (acquisition.b_value.is_some() || names.names("diff, dwi, dti, b0").is_some()) => {
            Some(Contrast::Diffusion)
        }
        () if kind.echo_planar => Some(Contrast::EchoPlanar),
        () if kind.gradient_echo && !kind.is_spin_echo() && (kind.inversion || inversion_ms.is_some()) => {
            Some(Contrast::T1)
        }
        () if inversion_ms.is_some_and(|ti| ti >= FLUID_INVERSION_MS) => Some(Contrast::Flair),
        () if inversion_ms.is_some_and(|ti| ti <= FAT_INVERSION_MS) => Some(Contrast::Stir),
        () if inversion_ms.is_some() || kind.inversion => Some(Contrast::InversionRecovery),
        () => None,
    }
}

fn sure(contrast: Contrast, acquisition: &Acquisition) -> Weighting {
    let why = format!("{} by {}", contrast.name(), timing(acquisition));
    Weighting { contrast, why, certainty: Certainty::Sure, cautions: Vec::new() }
}

fn t2(acquisition: &Acquisition, kind: Kind, short_echo: bool) -> Weighting {
    let mut weighting = sure(Contrast::T2, acquisition);
    let mut doubt = |certainty: Certainty, caution: String| {
        weighting.certainty = weighting.certainty.min(certainty);
        weighting.cautions.push(caution);
    };
    if kind.gradient_echo {
        doubt(
            Certainty::Doubtful,
            "Gradient and spin echoes together (GRASE): not a plain T2-weighted spin echo.".to_owned(),
        );
    }
    if !kind.is_stated() {
        doubt(
            Certainty::Doubtful,
            "The header does not state the kind of sequence; taken for a spin echo by its timing.".to_owned(),
        );
    }
    if short_echo {
        let echo_ms = acquisition.echo_time_ms.unwrap_or_default();
        doubt(
            Certainty::ShortEcho,
            format!("Echo time {echo_ms:.0} ms is short for T2: the contrast lies between proton density and T2."),
        );
    }
    weighting
}

/// The timing as the header states it.
pub(super) fn timing(acquisition: &Acquisition) -> String {
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
    if parts.is_empty() { "no timing stated".to_owned() } else { parts.join(", ") }
}
