//! Which contrast a series has: by physics first, by words second.
//!
//! Timing tells T1, proton density, T2 and T2* apart, so a word against it is a caution and no more.
//! Timing does not tell an inversion that the header omits, a diffusion weighting or an angiogram:
//! there the word excludes, for a wrongly scored FLAIR looks abnormal to the network,
//! and a wrongly refused T2 merely asks for a human.

mod timing;

use crate::card::TimingLimits;
use crate::instance::{Format, Instance};
use crate::words::{CONTRASTS, Text};
use timing::{by_timing, timing};

/// A contrast, as far as headers tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Contrast {
    /// T2-weighted spin echo or fast spin echo.
    T2,
    /// Fluid-attenuated inversion recovery.
    Flair,
    /// Short-inversion-time recovery: fat is nulled.
    Stir,
    /// Another inversion recovery.
    InversionRecovery,
    /// T1-weighted.
    T1,
    /// Proton-density-weighted.
    ProtonDensity,
    /// A long echo time at a repetition time too short for T2 weighting.
    ShortRepetition,
    /// An echo so late that only fluid shows.
    FluidOnly,
    /// Gradient echo with T2* weighting, susceptibility imaging included.
    T2Star,
    /// Another gradient echo.
    GradientEcho,
    /// Balanced steady state: CISS, FIESTA.
    BalancedSteadyState,
    /// Diffusion imaging and what is computed from it.
    Diffusion,
    /// Perfusion imaging and what is computed from it.
    Perfusion,
    /// Echo-planar time series, functional imaging.
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
            Self::InversionRecovery => "inversion recovery",
            Self::T1 => "T1-weighted",
            Self::ProtonDensity => "proton-density-weighted",
            Self::ShortRepetition => "of a repetition time too short for T2",
            Self::FluidOnly => "so late an echo that only fluid shows",
            Self::T2Star => "T2*-weighted gradient echo",
            Self::GradientEcho => "gradient echo",
            Self::BalancedSteadyState => "balanced steady state",
            Self::Diffusion => "diffusion imaging",
            Self::Perfusion => "perfusion imaging",
            Self::EchoPlanar => "echo-planar imaging",
            Self::Angiography => "angiography",
            Self::Unknown => "of unknown contrast",
        }
    }

    /// Whether the timing of a plain T2-weighted spin echo leaves it open.
    const fn hides_in_t2_timing(self) -> bool {
        matches!(
            self,
            Self::Flair | Self::Stir | Self::InversionRecovery | Self::Diffusion | Self::Perfusion | Self::Angiography
        )
    }
}

/// How sure the contrast is, least first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Certainty {
    /// By its name alone.
    Named,
    /// By timing, with an echo time between proton density and T2.
    ShortEcho,
    /// By timing, with a contradiction or a gap.
    Doubtful,
    /// By timing, with nothing against it.
    Sure,
}

/// What was found of a series' contrast.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weighting {
    /// The contrast.
    pub contrast: Contrast,
    /// How it was told, a phrase.
    pub why: String,
    /// How sure it is.
    pub certainty: Certainty,
    /// What the reader should know if the series is used.
    pub cautions: Vec<String>,
}

/// The contrast of the series that an image speaks for.
pub fn weighting(image: &Instance, limits: &TimingLimits) -> Weighting {
    let series = &image.series;
    // A protocol's name is often that of the whole examination, so it speaks only where the description does not.
    let described = Text::of([series.description.as_str()]);
    let named = match named(&described) {
        names if names.is_empty() => named(&Text::of([series.protocol.as_str()])),
        names => names,
    };
    let everything =
        Text::of([&series.description, &series.protocol, &image.acquisition.sequence_name].map(String::as_str));
    let timed = by_timing(&image.acquisition, &everything, limits);
    weigh(timed, &named, image)
}

/// Every contrast that a text names, exclusions before T2, and the word for each.
fn named(text: &Text) -> Vec<(Contrast, &'static str)> {
    CONTRASTS.iter().filter_map(|(contrast, words)| Some((*contrast, text.names(words)?))).collect()
}

fn weigh(timed: Option<Weighting>, named: &[(Contrast, &'static str)], image: &Instance) -> Weighting {
    let hidden = named.iter().find(|(contrast, _)| contrast.hides_in_t2_timing());
    let says_t2 = named.iter().any(|(contrast, _)| *contrast == Contrast::T2);
    match (timed, hidden, named.first()) {
        (Some(timed), Some((contrast, word)), _) if timed.contrast == Contrast::T2 => excluded(
            *contrast,
            format!(
                "named {} (\"{word}\"), which its timing ({}) leaves open",
                contrast.name(),
                timing(&image.acquisition)
            ),
        ),
        (Some(mut timed), _, Some((contrast, word))) if timed.contrast == Contrast::T2 && !says_t2 => {
            timed.certainty = timed.certainty.min(Certainty::Doubtful);
            timed.cautions.push(format!(
                "The name of the series says {} (\"{word}\"), its timing T2-weighted ({}).",
                contrast.name(),
                timing(&image.acquisition)
            ));
            timed
        }
        (Some(mut timed), ..) => {
            if timed.contrast != Contrast::T2 && says_t2 && hidden.is_none() {
                timed.why = format!("{}, whatever its name says", timed.why);
            }
            timed
        }
        (None, _, Some((contrast, word))) if *contrast == Contrast::T2 => Weighting {
            contrast: Contrast::T2,
            why: format!("T2-weighted by its name (\"{word}\") alone"),
            certainty: Certainty::Named,
            cautions: vec![by_name_alone(image)],
        },
        (None, _, Some((contrast, word))) => excluded(*contrast, format!("named {} (\"{word}\")", contrast.name())),
        (None, _, None) => excluded(
            Contrast::Unknown,
            format!("neither its name nor its timing ({}) tells the contrast", timing(&image.acquisition)),
        ),
    }
}

fn by_name_alone(image: &Instance) -> String {
    let what = if matches!(image.format, Format::Nifti { .. }) { "a NIfTI volume" } else { "the series" };
    format!("Contrast not stated by the file: {what} is taken for what its name says.")
}

fn excluded(contrast: Contrast, why: String) -> Weighting {
    Weighting { contrast, why, certainty: Certainty::Sure, cautions: Vec::new() }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::instance::{Acquisition, SeriesHeader};
    use std::sync::Arc;

    /// Scanning Sequence, TE, TR and TI in ms, description.
    type Case = (&'static str, f64, f64, Option<f64>, &'static str);

    fn image((sequence, echo_ms, repetition_ms, inversion_time_ms, description): Case) -> Instance {
        let stated = |ms: f64| (ms > 0.0).then_some(ms);
        Instance {
            series: Arc::new(SeriesHeader { description: description.to_owned(), ..SeriesHeader::default() }),
            acquisition: Arc::new(Acquisition {
                scanning_sequence: sequence.split('\\').filter(|s| !s.is_empty()).map(str::to_owned).collect(),
                echo_time_ms: stated(echo_ms),
                repetition_time_ms: stated(repetition_ms),
                inversion_time_ms,
                ..Acquisition::default()
            }),
            ..Instance::default()
        }
    }

    fn of(case: Case) -> Weighting {
        weighting(&image(case), &TimingLimits::default())
    }

    #[test]
    fn physics_tells_the_common_contrasts() {
        let cases: [(Case, Contrast); 17] = [
            (("SE", 96.0, 4200.0, None, "ax"), Contrast::T2),
            (("RM", 102.0, 4000.0, None, "ax"), Contrast::T2),
            (("SE", 49.0, 4200.0, None, "ax"), Contrast::ProtonDensity),
            (("SE", 96.0, 1999.0, None, "ax"), Contrast::ShortRepetition),
            (("SE", 12.0, 500.0, None, "ax"), Contrast::T1),
            (("SE", 900.0, 6000.0, None, "t2_haste"), Contrast::FluidOnly),
            (("GR", 20.0, 700.0, None, "ax"), Contrast::T2Star),
            (("GR", 4.0, 8.0, None, "T2 fiesta"), Contrast::GradientEcho),
            (("GR\\IR", 3.0, 2300.0, Some(900.0), "ax"), Contrast::T1),
            (("EP\\SE", 72.0, 4900.0, None, "T2"), Contrast::EchoPlanar),
            (("EP\\SE", 72.0, 4900.0, None, "diff b0"), Contrast::Diffusion),
            (("SE\\IR", 120.0, 9000.0, Some(2500.0), "AX T2"), Contrast::Flair),
            (("SE", 120.0, 9000.0, Some(2200.0), "AX T2"), Contrast::Flair),
            (("SE\\IR", 60.0, 4000.0, Some(160.0), "AX T2"), Contrast::Stir),
            (("SE", 60.0, 4000.0, Some(900.0), "AX T2"), Contrast::InversionRecovery),
            (("IR", 100.0, 9000.0, None, "AX T2"), Contrast::InversionRecovery),
            (("", 96.0, 4200.0, None, "ax"), Contrast::T2),
        ];
        for (case, expected) in cases {
            let found = of(case);
            assert_eq!(found.contrast, expected, "{case:?}: {}", found.why);
        }
    }

    #[test]
    fn echo_times_from_50_to_70_ms_carry_a_caution() {
        assert_eq!(of(("SE", 70.0, 4200.0, None, "T2")).cautions, [""; 0]);
        let short = of(("SE", 50.0, 4200.0, None, "T2"));
        assert_eq!((short.contrast, short.certainty), (Contrast::T2, Certainty::ShortEcho));
        assert!(short.cautions[0].contains("50 ms"), "{:?}", short.cautions);
    }

    #[test]
    fn a_volume_may_have_a_nominal_echo_time_up_to_600_ms() {
        let long = ("SE", 409.0, 3200.0, None, "t2 ax");
        assert_eq!(of(long).contrast, Contrast::FluidOnly);
        for name in ["t2_spc_ns_tra_p2_iso", "3D CUBE T2", "T2W_VISTA", "isoFSE T2", "T2 SPACE"] {
            assert_eq!(of(("SE", 409.0, 3200.0, None, name)).contrast, Contrast::T2, "{name}");
        }
        let mut stated = image(long);
        Arc::make_mut(&mut stated.acquisition).volumetric = true;
        assert_eq!(weighting(&stated, &TimingLimits::default()).contrast, Contrast::T2);
        Arc::make_mut(&mut stated.acquisition).echo_time_ms = Some(601.0);
        assert_eq!(weighting(&stated, &TimingLimits::default()).contrast, Contrast::FluidOnly);
    }

    #[test]
    fn words_exclude_what_timing_leaves_open() {
        let cases = [
            ("AX T2 FLAIR", Contrast::Flair),
            ("AxT2FLAIR", Contrast::Flair),
            ("t2_tse_dark-fluid", Contrast::Flair),
            ("t2_tirm_tra", Contrast::Flair),
            ("T2 STIR ax", Contrast::Stir),
            ("MRA neck", Contrast::Angiography),
            ("DWI PROPELLER", Contrast::Diffusion),
            ("Difusión b1000", Contrast::Diffusion),
            ("横断 拡散強調", Contrast::Diffusion),
            ("PWI", Contrast::Perfusion),
        ];
        for (name, expected) in cases {
            assert_eq!(of(("SE", 96.0, 9000.0, None, name)).contrast, expected, "{name}");
        }
    }

    #[test]
    fn words_against_what_timing_shows_are_a_caution() {
        for name in ["T1 ax", "PD tra", "gre", "b-FFE", "t1_tse"] {
            let found = of(("SE", 96.0, 4200.0, None, name));
            assert_eq!((found.contrast, found.certainty), (Contrast::T2, Certainty::Doubtful), "{name}");
            assert!(found.cautions[0].contains("its timing T2-weighted"), "{:?}", found.cautions);
        }
        for name in ["PD T2 dual", "T2W_TSE_tra", "T2 FRFSE", "ax", "Т2 ВИ", "头颅 T2加权"] {
            assert_eq!(of(("SE", 96.0, 4200.0, None, name)).cautions, [""; 0], "{name}");
        }
        assert_eq!(of(("SE", 22.0, 3000.0, None, "PD T2 dual")).contrast, Contrast::ProtonDensity);
    }

    #[test]
    fn the_name_of_a_protocol_speaks_only_where_the_description_does_not() {
        let mut both = image(("SE", 96.0, 4200.0, None, "T2 ax"));
        Arc::make_mut(&mut both.series).protocol = "STROKE DWI MRA".to_owned();
        assert_eq!(weighting(&both, &TimingLimits::default()).contrast, Contrast::T2);
        Arc::make_mut(&mut both.series).description = "ax".to_owned();
        assert_ne!(weighting(&both, &TimingLimits::default()).contrast, Contrast::T2);
    }

    #[test]
    fn sequence_names_tell_what_the_codes_omit() {
        for (name, expected) in [
            ("*tse2d1_15", Contrast::T2),
            ("*spcir_242", Contrast::InversionRecovery),
            ("*tir2d1_16", Contrast::InversionRecovery),
            ("*ep_b0", Contrast::Diffusion),
            ("*fl2d1", Contrast::T2Star),
            ("epfid2d1_64", Contrast::EchoPlanar),
        ] {
            let mut named = image(("", 96.0, 4200.0, None, "ax"));
            Arc::make_mut(&mut named.acquisition).sequence_name = name.to_owned();
            let found = weighting(&named, &TimingLimits::default());
            assert_eq!((found.contrast, found.cautions.len()), (expected, 0), "{name}: {}", found.why);
        }
    }

    #[test]
    fn without_timing_the_name_decides_with_a_caution_and_without_both_nothing_does() {
        let named = of(("", 0.0, 0.0, None, "T2W tra"));
        assert_eq!((named.contrast, named.certainty, named.cautions.len()), (Contrast::T2, Certainty::Named, 1));
        assert_eq!(of(("", 0.0, 0.0, None, "t2 flair")).contrast, Contrast::Flair);
        assert_eq!(of(("", 0.0, 0.0, None, "PD T2")).contrast, Contrast::ProtonDensity);
        assert_eq!(of(("", 0.0, 0.0, None, "series 4")).contrast, Contrast::Unknown);
    }
}
