//! What people and scanners call things: one table for contrasts, parts of the body and kinds of image,
//! in the words of the makers and of several languages; and how a text is searched for them.
//!
//! Words are typed by people and copied from protocol to protocol, so they are evidence, not proof:
//! [`crate::contrast`] weighs them against the timing.

use crate::contrast::Contrast;

/// Words that name a contrast. A text may name several (`PD T2`).
pub(crate) const CONTRASTS: &[(Contrast, &str)] = &[
    (
        Contrast::Flair,
        "flair, darkfluid, dark fluid, tirm, t2flair, t1flair, flairt2, vflair, spcir, spc ir, флаир, 水抑制, 压水, \
         フレア",
    ),
    (
        Contrast::Diffusion,
        "dwi, dti, dki, dsi, ivim, noddi, hardi, adc, eadc, dadc, apparent diffusion, trace, tracew, diff, \
         diffusion, diffusione, diffusie, difusion, difusao, dyfuzja, difuze, difuzyon, ddwi, edwi, cdwi, rdwi, \
         resolve, b0, b50, b500, b800, b1000, b1500, b2000, fa, dwibs, диффуз, дви, 拡散, 弥散, 扩散, 확산",
    ),
    (
        Contrast::Perfusion,
        "asl, pcasl, pasl, perf, perfusion, perfusione, perfusie, perfusao, perfuzja, pwi, dsc, dce, cbf, cbv, \
         rcbv, mtt, ttp, tmax, перфуз, 灌流, 灌注",
    ),
    (Contrast::EchoPlanar, "bold, fmri, rsfmri, resting state, epi, ep2d, ep3d, epi2d"),
    (
        Contrast::Angiography,
        "tof, mra, mrv, angio, angiography, angiographie, angiografia, angiogramm, venography, pca, pcmra, \
         time of flight, phase contrast, qflow, inhance, qiss, tricks, twist, ангио, 血管",
    ),
    (Contrast::Stir, "stir, tir, irtse, irfse, fatsat ir"),
    (
        Contrast::T2Star,
        "t2*, t2star, t2 star, t2s, swi, swan, swip, swim, sbi, bsi, qsm, fsbb, venobold, gre, ge2d, ffe, t2ffe, \
         t2gre, fl2d, fl3d, flash, hemo, haemo, heme, medic, me2d, merge, mffe, hemoflash, t2flash, \
         suszept, suscept, 磁敏感, 磁化率",
    ),
    (
        Contrast::BalancedSteadyState,
        "ciss, fiesta, fiestac, trufi, truefisp, bffe, balanced, balance, bssfp, truessfp, bsg, bsfp, dess",
    ),
    (
        Contrast::T1,
        "t1, t1w, t1wi, t1tse, t1fse, t1se, wt1, mprage, mp2rage, bravo, fspgr, spgr, vibe, lava, tfe, \
         mptfe, 3dt1, thrive, ffe3d, mpir, fast3d, t1ffe",
    ),
    (
        Contrast::ProtonDensity,
        "pd, pdw, pdwi, pdtse, proton, proton density, protonendichte, densite de protons, densidad protonica, \
         densita protonica, densidade de protons, dp, 质子, プロトン",
    ),
    (
        Contrast::T2,
        "t2, t2w, t2wi, wt2, t2tse, t2fse, t2frfse, frt2, t2se, t2spc, t2cube, t2blade, t2propeller, t2jet, \
         t2radar, t2arms, t2haste, t2wtse, 3dt2, 2dt2, t2drive",
    ),
];

/// Names of pulse sequences that refocus a volume with many echoes, so that their nominal echo time may be long:
/// Siemens, GE, Philips, Canon, Hitachi and United Imaging.
pub(crate) const VOLUMETRIC: &str = "\
     space, spc, cube, vista, brainview, isofse, isotropic fse, mvox, fse3d, 3dfse, tse3d, 3dtse, matrix, fse mx";

/// Fat made dark, in descriptions and in *Scan Options* (0018,0022).
pub(crate) const FAT_SUPPRESSED: &str = "\
     fs, fatsat, fat sat, fatsupp, fat suppression, spair, spir, spectral ir, aspir, chess, dixon, ideal, flex, \
     sfs, fssat, water, proset, waterexc, msoft, fettgesattigt, fettsat, saturation de graisse, \
     saturacion grasa, 脂肪抑制, 压脂, 脂肪飽和";

/// Whole images from one excitation: T2-weighted, but blurred.
pub(crate) const SINGLE_SHOT: &str = "haste, ssfse, sshtse, ssh, ss fse, single shot, fase, uhaste, ssfe";

/// Images taken to plan others.
pub(crate) const LOCALIZERS: &str = "\
     localizer, localiser, loc, locs, scout, aahead scout, aahscout, survey, smartbrain, 3plane, 3 plane, 3 pl, \
     plan scan, planscan, topogram, ubersicht, localizador, localizzatore, repere, reperage, localisateur, \
     lokalizator, locator, 位置決め, 定位, локалайзер";

/// What *Image Type* (0008,0008) calls images computed from others.
pub(crate) const COMPUTED_TYPES: &str = "\
     adc, eadc, fa, trace, tracew, mip, minip, mnip, mpr, reformatted, projection, projection image, subtract, \
     subtraction, tensor, t1 map, t2 map, t2map, field map, map, vrt, ssd";

/// What descriptions call them.
pub(crate) const COMPUTED: &str = "\
     mip, mips, minip, mpr, mprs, mpr range, reformat, reformats, reformatted, subtraction, t1 map, t2 map, \
     t2map, t1map, mapit, b1 map, b0 map, field map, fieldmap, collage, vrt";

/// Pictures of a screen or a report.
pub(crate) const CAPTURES: &str = "\
     screen save, screensave, screenshot, secondary capture, pasted, summary, report, key images";

/// Test objects.
pub(crate) const PHANTOMS: &str = "\
     phantom, phantoms, fantom, fantome, fantoma, fantasma, wasserflasche, daily qa, acr qa, qa qc, magphan, \
     фантом, ファントム, 水模, 体模";

/// The head and what lies in it.
pub(crate) const HEAD: &str = "\
     head, brain, skull, neuro, cranium, cranial, crani, headneck, brainhead, schadel, schaedel, kopf, hirn, \
     gehirn, neurocranium, ncranium, tete, crane, cerveau, encephale, cerebral, cabeza, craneo, cerebro, \
     encefalo, testa, cranio, cervello, cabeca, hoofd, hersenen, schedel, glowa, mozg, mozgu, glowy, beyin, \
     kafa, kranial, huvud, hjarna, hode, hjerne, aivot, paa, hlava, mozek, fej, koponya, agy, голов, мозг, 頭, 脳, \
     头, 颅, 脑, 뇌, 두부";

/// Other parts of the body.
pub(crate) const ELSEWHERE: &str = "\
     spine, cspine, tspine, lspine, sspine, cervical, thoracic, lumbar, lumbosacral, sacrum, neck, knee, \
     shoulder, abdomen, pelvis, chest, thorax, heart, cardiac, hip, ankle, foot, wrist, hand, elbow, breast, \
     prostate, liver, uterus, rectum, kidney, femur, thigh, calf, humerus, forearm, leg, arm, wirbelsaule, hws, \
     bws, lws, hals, knie, schulter, becken, bauch, leber, hufte, sprunggelenk, handgelenk, ellenbogen, mamma, \
     prostata, herz, rachis, colonne, genou, epaule, bassin, foie, hanche, cheville, poignet, coude, sein, \
     columna, rodilla, hombro, higado, cadera, tobillo, muneca, codo, mama, colonna, ginocchio, spalla, bacino, \
     fegato, caviglia, polso, gomito, mammella, coluna, joelho, ombro, figado, quadril, tornozelo, punho, \
     cotovelo, nek, schouder, bekken, heup, kregoslup, kolano, bark, miednica, omurga, diz, omuz, позвон, колен, \
     плеч, 脊椎, 脊柱, 頚椎, 颈椎, 腰椎, 胸椎, 膝, 肩, 腹, 盆";

/// A text made ready to be searched.
#[derive(Clone, Debug, Default)]
pub(crate) struct Text {
    /// Lower case, without accents.
    folded: String,
    /// Its runs of letters, digits and `*`; Latin ones apart from others.
    words: Vec<String>,
}

impl Text {
    /// Several texts as one.
    pub(crate) fn of<'a>(parts: impl IntoIterator<Item = &'a str>) -> Self {
        let folded: String = parts.into_iter().flat_map(|part| part.chars().chain([' '])).flat_map(folded).collect();
        // A Cyrillic T looks like a Latin one, and is typed for it.
        let folded = folded.replace("т1", "t1").replace("т2", "t2");
        let mut words: Vec<String> = Vec::new();
        let mut before = ' ';
        for c in folded.chars() {
            let inside = |c: char| c.is_alphanumeric() || c == '*';
            match words.last_mut() {
                Some(word) if inside(c) && inside(before) && c.is_ascii() == before.is_ascii() => word.push(c),
                _ if inside(c) => words.push(c.to_string()),
                _ => {}
            }
            before = c;
        }
        Self { folded, words }
    }

    /// The first of these expressions that the text holds: Latin ones as whole words, a plane's name before or
    /// after them aside (`AxT2`); those of other scripts, which part words otherwise or not at all, anywhere.
    pub(crate) fn names(&self, expressions: &'static str) -> Option<&'static str> {
        expressions.split(", ").find(|expression| {
            if !expression.is_ascii() {
                return self.folded.contains(expression);
            }
            let wanted: Vec<&str> = expression.split(' ').collect();
            self.words
                .windows(wanted.len())
                .any(|words| words.iter().zip(&wanted).all(|(word, w)| without_plane(word, w)))
        })
    }
}

/// Whether a word is the wanted one, alone or run together with the name of a plane.
fn without_plane(word: &str, wanted: &str) -> bool {
    const PLANES: &[&str] = &["ax", "axi", "axial", "oax", "tra", "trans", "sag", "osag", "cor", "ocor", "3d", "2d"];
    word == wanted
        || PLANES
            .iter()
            .any(|plane| word.strip_prefix(plane) == Some(wanted) || word.strip_suffix(plane) == Some(wanted))
}

/// Lower case without accents, and wide forms as narrow ones.
fn folded(c: char) -> impl Iterator<Item = char> {
    let c = match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(c as u32 - 0xfee0).unwrap_or(c),
        other => other,
    };
    c.to_lowercase().map(|c| match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ą' => 'a',
        'ç' | 'ć' | 'č' => 'c',
        'é' | 'è' | 'ê' | 'ë' | 'ę' | 'ě' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ı' => 'i',
        'ł' => 'l',
        'ñ' | 'ń' => 'n',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ø' => 'o',
        'ş' | 'š' | 'ś' => 's',
        'ú' | 'ù' | 'û' | 'ü' => 'u',
        'ý' => 'y',
        'ž' | 'ź' | 'ż' => 'z',
        'ğ' => 'g',
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_found_whole_in_any_case_accent_and_script() {
        let cases = [
            ("T2W_TSE_tra", "t2w"),
            ("AxT2 FSE", "t2"),
            ("Ax T2*", "t2*"),
            ("t2_tse_Dark-Fluid", "dark fluid"),
            ("DIFUSIÓN", "difusion"),
            ("Т2 ВИ", "t2"),
            ("Ｔ２強調", "t2"),
            ("头颅 T2加权像", "t2"),
            ("3D-T2", "t2"),
        ];
        for (text, word) in cases {
            assert_eq!(Text::of([text]).names(word), Some(word), "{text}");
        }
        assert_eq!(Text::of(["磁敏感加权"]).names("磁敏感"), Some("磁敏感"));
    }

    #[test]
    fn parts_of_words_and_words_of_two_texts_are_not_found() {
        for (text, word) in [("hippocampus", "hip"), ("T2*", "t2"), ("handled", "hand"), ("mt2a", "t2")] {
            assert_eq!(Text::of([text]).names(word), None, "{text}");
        }
    }

    #[test]
    fn every_expression_can_be_found() {
        let tables = [
            VOLUMETRIC,
            FAT_SUPPRESSED,
            SINGLE_SHOT,
            LOCALIZERS,
            COMPUTED_TYPES,
            COMPUTED,
            CAPTURES,
            PHANTOMS,
            HEAD,
            ELSEWHERE,
        ];
        for table in CONTRASTS.iter().map(|(_, words)| *words).chain(tables) {
            for expression in table.split(", ") {
                assert!(!expression.is_empty() && Text::of([expression]).names(table).is_some(), "\"{expression}\"");
                let folded = Text::of([expression]).folded;
                assert_eq!(folded.trim(), expression, "an expression is compared as it is written");
            }
        }
    }
}
