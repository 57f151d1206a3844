//! Which series of a study is the one the model was made for, why, and why not the others.

mod candidate;
mod rules;
mod score;

pub use score::Score;

use crate::card::InputSpec;
use crate::contrast::Contrast;
use crate::geometry::Geometry;
use crate::reason::{Code, Reason};
use crate::series::{Series, SeriesSummary};
use candidate::Candidate;
use serde::{Deserialize, Serialize};

/// The outcome of the choice, for the row.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct SelectionReport {
    /// The chosen series.
    pub chosen: Option<SeriesSummary>,
    /// The reader chose it, not the rules.
    pub by_reader: bool,
    /// Why it was chosen, a phrase each.
    pub reasons: Vec<String>,
    /// How it stands in each criterion, most important first.
    pub scores: Vec<Score>,
    /// The next best series that could be scored.
    pub runner_up: Option<SeriesSummary>,
    /// Every other series, and why not.
    pub rejected: Vec<RejectedSeries>,
}

/// A series that was not chosen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RejectedSeries {
    /// Which.
    pub series: SeriesSummary,
    /// Every reason against it; at least one.
    pub reasons: Vec<Reason>,
    /// How it stands in each criterion, if no rule is against it.
    pub scores: Vec<Score>,
}

/// The chosen series, ready to be read.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its images, in order along the normal.
    pub series: Series,
    /// Where its voxels lie.
    pub geometry: Geometry,
    /// What the reader should know of the choice.
    pub cautions: Vec<String>,
}

/// A series that the reader asks for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeriesChoice {
    /// *Series Instance UID*.
    pub series_uid: String,
    /// Which part of it; where no stack of the series has this name, any that can be scored.
    pub part: String,
}

impl SeriesChoice {
    /// Whether each stack is meant.
    fn among(&self, series: &[Series]) -> Vec<bool> {
        let of_series = |one: &Series| one.header().uid == self.series_uid;
        let is_named = series.iter().any(|one| of_series(one) && one.part() == self.part);
        series.iter().map(|one| of_series(one) && (!is_named || one.part() == self.part)).collect()
    }
}

/// Chooses among the series of one study; `wanted` is what the reader asks for.
///
/// The reader's choice sets aside what headers say of contrast and kind, with a caution, and never geometry or coverage.
///
/// # Errors
/// The reason to show on the row where no series can be scored:
/// the chosen series' own defect if there is one, else [`Code::NoSuitableSeries`].
pub fn select(
    series: Vec<Series>,
    wanted: Option<&SeriesChoice>,
    spec: &InputSpec,
) -> (SelectionReport, Result<Stack, Reason>) {
    let mut report = SelectionReport { by_reader: wanted.is_some(), ..SelectionReport::default() };
    let asked_for = wanted.map_or_else(|| vec![false; series.len()], |wanted| wanted.among(&series));
    let mut candidates = Vec::new();
    for (series, asked_for) in series.into_iter().zip(asked_for) {
        match Candidate::judge(series, asked_for, spec) {
            Ok(candidate) => candidates.push(candidate),
            Err(rejected) => report.rejected.push(*rejected),
        }
    }
    candidates.sort_by(Candidate::compare);
    let mut candidates = candidates.into_iter().peekable();
    let chosen = candidates.next_if(|candidate| wanted.is_none() || candidate.asked_for);
    let candidates: Vec<Candidate> = candidates.collect();
    report.runner_up = candidates.iter().find(|c| c.geometry.is_ok()).map(|c| c.series.summary());
    report.rejected.extend(candidates.into_iter().map(|candidate| candidate.behind(chosen.as_ref())));
    report.rejected.sort_by(|a, b| {
        a.series.number.cmp(&b.series.number).then_with(|| a.series.series_uid.cmp(&b.series.series_uid))
    });
    let outcome = match (chosen, wanted) {
        (Some(chosen), _) => chosen.into_stack(&mut report),
        (None, Some(wanted)) => Err(not_to_be_had(&mut report, wanted)),
        (None, None) => Err(no_suitable_series(&report.rejected, spec)),
    };
    (report, outcome)
}

fn named(series: &SeriesSummary) -> String {
    if series.description.is_empty() {
        "one without a description".to_owned()
    } else {
        format!("\"{}\"", series.title())
    }
}

/// Why the series that the reader asked for is not to be had. It stays the row's, so that the reason has a name.
fn not_to_be_had(report: &mut SelectionReport, wanted: &SeriesChoice) -> Reason {
    let of_series = |rejected: &RejectedSeries| rejected.series.series_uid == wanted.series_uid;
    let named = report.rejected.iter().position(|one| of_series(one) && one.series.part == wanted.part);
    match named.or_else(|| report.rejected.iter().position(of_series)) {
        Some(index) => {
            let RejectedSeries { series, mut reasons, .. } = report.rejected.remove(index);
            report.chosen = Some(series);
            reasons.swap_remove(0)
        }
        None => Reason::new(
            Code::NoSuitableSeries,
            "The series that was asked for is not part of the study. Choose another, or leave the choice to the rules.",
        ),
    }
}

fn no_suitable_series(rejected: &[RejectedSeries], spec: &InputSpec) -> Reason {
    let only = match rejected {
        [one] => format!(" Its one series, {}: {}", named(&one.series), one.reasons[0].text),
        _ => String::new(),
    };
    Reason::new(
        Code::NoSuitableSeries,
        format!("No {} {} series of the {} in this study.{only}", spec.plane, Contrast::T2.name(), spec.body_part),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::card::Card;
    use crate::instance::{Acquisition, Instance, PixelHeader, Plane, SeriesHeader};
    use glam::DVec3;
    use std::sync::Arc;

    fn spec() -> InputSpec {
        Card::from_json(include_bytes!("../../infer/src/template_card.json")).unwrap().input
    }

    /// A whole axial T2 head of 40 slices, 4 mm apart, in pixels of 1 mm; with what a test changes.
    fn series(uid: &str, number: i32, spoil: impl Fn(&mut Instance)) -> Series {
        let image = |slice: usize| {
            let mut image = Instance {
                series: Arc::new(SeriesHeader {
                    uid: uid.to_owned(),
                    number: Some(number),
                    description: format!("T2 {uid}"),
                    modality: "MR".to_owned(),
                    body_part: "HEAD".to_owned(),
                    ..SeriesHeader::default()
                }),
                acquisition: Arc::new(Acquisition {
                    image_type: ["ORIGINAL", "PRIMARY"].map(str::to_owned).to_vec(),
                    scanning_sequence: vec!["SE".to_owned()],
                    echo_time_ms: Some(96.0),
                    repetition_time_ms: Some(4200.0),
                    ..Acquisition::default()
                }),
                plane: Some(Plane {
                    origin_mm: DVec3::new(-100.0, -100.0, 4.0 * slice as f64),
                    along_row: DVec3::X,
                    along_column: DVec3::Y,
                    column_spacing_mm: 1.0,
                    row_spacing_mm: 1.0,
                }),
                pixels: PixelHeader { rows: 200, columns: 200, ..PixelHeader::default() },
                ..Instance::default()
            };
            spoil(&mut image);
            image
        };
        Series::new((0..40).map(image).collect(), String::new()).unwrap()
    }

    fn plain(uid: &str, number: i32) -> Series {
        series(uid, number, |_| ())
    }

    fn asked(series_uid: &str) -> SeriesChoice {
        SeriesChoice { series_uid: series_uid.to_owned(), part: String::new() }
    }

    fn chosen(series: Vec<Series>, wanted: Option<&str>) -> String {
        select(series, wanted.map(asked).as_ref(), &spec())
            .0
            .chosen
            .map_or_else(String::new, |chosen| chosen.series_uid)
    }

    #[test]
    fn the_choice_does_not_depend_on_the_order_of_the_series() {
        let all = [
            plain("twin", 9),
            plain("first", 3),
            series("suppressed", 1, |image| Arc::make_mut(&mut image.acquisition).scan_options = vec!["FS".to_owned()]),
            series("short echo", 2, |image| Arc::make_mut(&mut image.acquisition).echo_time_ms = Some(60.0)),
        ];
        let in_order = |order: [usize; 4]| select(order.map(|i| all[i].clone()).to_vec(), None, &spec()).0;
        let expected = in_order([0, 1, 2, 3]);
        assert_eq!(expected.chosen.as_ref().unwrap().series_uid, "first");
        assert_eq!(expected.runner_up.as_ref().unwrap().series_uid, "twin");
        for order in [[3, 2, 1, 0], [1, 3, 0, 2], [2, 0, 3, 1]] {
            assert_eq!(in_order(order), expected);
        }
    }

    #[test]
    fn alike_in_all_the_later_echo_then_the_uid_decides() {
        let late = series("b", 4, |image| Arc::make_mut(&mut image.acquisition).echo_time_ms = Some(120.0));
        assert_eq!(chosen(vec![plain("a", 4), late], None), "b");
        assert_eq!(chosen(vec![plain("b", 4), plain("a", 4)], None), "a");
        let unnumbered = series("a", 0, |image| Arc::make_mut(&mut image.series).number = None);
        assert_eq!(chosen(vec![unnumbered, plain("b", 4)], None), "b", "a series with a number goes first");
    }

    #[test]
    fn a_second_choice_names_the_criterion_that_decided() {
        let (report, _) = select(
            vec![
                plain("plain", 2),
                series("suppressed", 1, |i| Arc::make_mut(&mut i.series).description = "T2 fs".to_owned()),
            ],
            None,
            &spec(),
        );
        let text = &report.rejected[0].reasons[0].text;
        assert!(text.contains("\"T2 plain\" has fat not suppressed") && text.contains("\"fs\""), "{text}");
        assert_eq!(report.scores.len(), report.rejected[0].scores.len());
    }

    #[test]
    fn a_contrast_agent_is_a_note_and_decides_nothing() {
        let after =
            || series("after", 1, |image| Arc::make_mut(&mut image.acquisition).contrast_agent = "Gadovist".to_owned());
        let (report, stack) = select(vec![plain("before", 2), after()], None, &spec());
        assert_eq!(report.chosen.unwrap().series_uid, "after");
        assert!(report.reasons.iter().any(|reason| reason.contains("Gadovist")));
        assert_eq!(stack.unwrap().cautions, [""; 0]);
    }

    #[test]
    fn the_readers_choice_is_marked_and_keeps_to_geometry() {
        let broken = series("broken", 1, |image| {
            if let Some(plane) = image.plane.as_mut().filter(|plane| plane.origin_mm.z > 80.0) {
                plane.origin_mm.z += 8.0;
            }
        });
        let all = || vec![plain("best", 1), plain("other", 2), broken.clone()];
        let (report, stack) = select(all(), Some(&asked("other")), &spec());
        assert!(report.by_reader && report.chosen.unwrap().series_uid == "other");
        assert!(stack.unwrap().cautions[0].contains("The reader chose"));
        assert_eq!(select(all(), Some(&asked("broken")), &spec()).1.unwrap_err().code, Code::MissingSlices);
        assert_eq!(select(all(), Some(&asked("gone")), &spec()).1.unwrap_err().code, Code::NoSuitableSeries);
        let ct = series("ct", 3, |image| Arc::make_mut(&mut image.series).modality = "CT".to_owned());
        assert_eq!(select(vec![ct], Some(&asked("ct")), &spec()).1.unwrap_err().code, Code::WrongModality);
    }
}
