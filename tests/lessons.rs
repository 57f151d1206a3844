//! The first lessons under the shipped model: what is told of each case is so. And the head of formulas, which is no case.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_core::worklist::Stage;
use headway_core::worklist::lesson::{CASES, Case, Judged, model};
use headway_synth::{Recipe, SyntheticFile};
use headway_tests::{run_under, shipped_engine, unpacked};
use std::ops::ControlFlow;
use std::path::Path;

/// The files of a case.
fn files_of(case: Case) -> Vec<SyntheticFile> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../public/lessons");
    unpacked(&std::fs::read(folder.join(format!("{}.zip", case.number()))).unwrap())
}

#[test]
fn each_lesson_comes_to_what_is_told_of_it_and_the_model_fails_in_some() {
    let engine = shipped_engine();
    let mut failed = Vec::new();
    for case in CASES {
        let run = run_under(engine.card().clone(), files_of(case), None);
        run.assert_nothing_lost();
        assert_eq!(run.view.rows[0].key.study_uid, case.study_uid());
        let stage = match run.inputs.first() {
            Some(input) => {
                let pause = async |_: f64| ControlFlow::Continue(());
                let finding = pollster::block_on(engine.predict(input.values.clone(), pause)).unwrap();
                println!("{case:?}: {:?} {:?}", finding.score, finding.band);
                Stage::Scored { finding }
            }
            None => run.view.rows[0].stage.clone(),
        };
        match case {
            Case::WrongSequence => assert_eq!(run.outcome(), "contradicted_contrast"),
            _ => assert_eq!(run.outcome(), "scored", "{case:?}"),
        }
        if model(&stage, case.truth()) == Some(Judged::Wrong) {
            failed.push(case);
        }
    }
    println!("The model fails in {failed:?}");
    assert!(!failed.is_empty(), "one failure is to be explained, and there is none");
}

/// Headers and paths are what a reader could see before the truth.
#[test]
fn no_lesson_tells_in_its_files_what_it_holds() {
    for file in CASES.into_iter().flat_map(files_of) {
        let text = String::from_utf8_lossy(&file.bytes[..file.bytes.len().min(2000)]).to_lowercase() + &file.path;
        for word in ["tumour", "infarct", "demyelin", "flair", "ghost", "normal "] {
            assert!(!text.contains(word), "{}: {word}", file.path);
        }
    }
}

/// What was made of formulas is no head: the shipped card declines it, whatever its header says.
#[test]
fn the_phantom_has_no_score_under_the_shipped_model() {
    for seed in 1..=3 {
        let recipe = Recipe { seed, ..Recipe::phantom() };
        let run = run_under(shipped_engine().card().clone(), recipe.render().unwrap(), None);
        run.assert_nothing_lost();
        assert_eq!(run.outcome(), "not_a_head");
    }
}
