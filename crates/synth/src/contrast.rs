//! What a contrast means: how it is acquired, and how bright each tissue is in it.

use crate::phantom::Tissue;
use serde::Deserialize;

/// Signal of the marker: brighter than any tissue in any contrast.
const MARKER_SIGNAL: f64 = 1200.0;

/// A contrast that can be asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contrast {
    /// T2-weighted fast spin echo.
    #[default]
    T2,
    /// Fluid-attenuated inversion recovery.
    Flair,
    /// T1-weighted spin echo.
    T1,
    /// Proton-density-weighted fast spin echo.
    Pd,
    /// Diffusion-weighted echo-planar imaging.
    Dwi,
}

/// How a contrast is acquired, as the MR Image Module states it (PS3.3 C.8.3.1).
pub(crate) struct Protocol {
    /// Begins a *Series Description*.
    pub(crate) name: &'static str,
    pub(crate) scanning_sequence: &'static str,
    pub(crate) sequence_variant: &'static str,
    pub(crate) echo_time_ms: f64,
    pub(crate) repetition_time_ms: f64,
    pub(crate) inversion_time_ms: Option<f64>,
    pub(crate) flip_angle_degrees: f64,
    pub(crate) echo_train_length: u16,
    pub(crate) b_value_s_per_mm2: Option<f64>,
}

impl Contrast {
    /// Values in common use at 1.5 T.
    pub(crate) fn protocol(self) -> Protocol {
        let spin_echo = Protocol {
            name: "T2W_TSE",
            scanning_sequence: "SE",
            sequence_variant: "SK",
            echo_time_ms: 96.0,
            repetition_time_ms: 4200.0,
            inversion_time_ms: None,
            flip_angle_degrees: 150.0,
            echo_train_length: 15,
            b_value_s_per_mm2: None,
        };
        match self {
            Self::T2 => spin_echo,
            Self::Flair => Protocol {
                name: "FLAIR",
                scanning_sequence: "SE\\IR",
                echo_time_ms: 120.0,
                repetition_time_ms: 9000.0,
                inversion_time_ms: Some(2500.0),
                ..spin_echo
            },
            Self::T1 => Protocol {
                name: "T1W_SE",
                sequence_variant: "NONE",
                echo_time_ms: 10.0,
                repetition_time_ms: 550.0,
                flip_angle_degrees: 90.0,
                echo_train_length: 1,
                ..spin_echo
            },
            Self::Pd => Protocol { name: "PDW_TSE", echo_time_ms: 15.0, repetition_time_ms: 3000.0, ..spin_echo },
            Self::Dwi => Protocol {
                name: "DWI_b1000",
                scanning_sequence: "EP\\SE",
                echo_time_ms: 85.0,
                repetition_time_ms: 5000.0,
                flip_angle_degrees: 90.0,
                echo_train_length: 1,
                b_value_s_per_mm2: Some(1000.0),
                ..spin_echo
            },
        }
    }

    /// Signal of a tissue, in arbitrary units; cerebrospinal fluid on T2 is near 900.
    pub(crate) fn signal(self, tissue: Tissue) -> f64 {
        let [fat, muscle, bone, fluid, grey, white] = match self {
            Self::T2 => [620.0, 190.0, 40.0, 900.0, 480.0, 350.0],
            Self::Flair => [560.0, 210.0, 40.0, 90.0, 520.0, 400.0],
            Self::T1 => [900.0, 330.0, 60.0, 140.0, 400.0, 590.0],
            Self::Pd => [780.0, 480.0, 60.0, 640.0, 740.0, 610.0],
            Self::Dwi => [60.0, 50.0, 20.0, 70.0, 430.0, 380.0],
        };
        match tissue {
            Tissue::Air => 0.0,
            Tissue::Fat => fat,
            Tissue::Muscle => muscle,
            Tissue::Bone => bone,
            Tissue::Fluid => fluid,
            Tissue::Grey => grey,
            Tissue::White => white,
            Tissue::Marker => MARKER_SIGNAL,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Contrast; 5] = [Contrast::T2, Contrast::Flair, Contrast::T1, Contrast::Pd, Contrast::Dwi];

    /// The tissues in the order of their brightness, darkest first.
    fn darkest_first<const N: usize>(contrast: Contrast, tissues: [Tissue; N]) -> bool {
        tissues.is_sorted_by(|&a, &b| contrast.signal(a) < contrast.signal(b))
    }

    #[test]
    fn contrasts_order_tissues_as_radiology_does() {
        use Tissue::{Air, Bone, Fluid, Grey, Marker, White};
        assert!(darkest_first(Contrast::T2, [Air, Bone, White, Grey, Fluid]));
        assert!(darkest_first(Contrast::Flair, [Air, Bone, Fluid, White, Grey]));
        assert!(darkest_first(Contrast::T1, [Air, Bone, Fluid, Grey, White]));
        assert!(darkest_first(Contrast::Pd, [Air, Bone, White, Fluid, Grey]));
        assert!(darkest_first(Contrast::Dwi, [Air, Bone, Fluid, White, Grey]));
        for contrast in ALL {
            for tissue in [Air, Tissue::Fat, Tissue::Muscle, Bone, Fluid, Grey, White] {
                assert!(darkest_first(contrast, [tissue, Marker]), "{contrast:?} {tissue:?}");
            }
        }
    }

    #[test]
    fn only_flair_inverts_and_only_diffusion_has_a_b_value() {
        for contrast in ALL {
            let protocol = contrast.protocol();
            assert_eq!(protocol.inversion_time_ms.is_some(), contrast == Contrast::Flair);
            assert_eq!(protocol.b_value_s_per_mm2.is_some(), contrast == Contrast::Dwi);
        }
    }
}
