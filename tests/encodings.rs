//! One head, however it is written: the network is given the same numbers.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test says what broke by panicking")]

use headway_synth::{Recipe, SeriesRecipe, recipe::TransferSyntax};
use headway_tests::run_recipe;

fn input(series: SeriesRecipe, what: &str) -> Vec<f32> {
    let mut run = run_recipe(&Recipe { series: vec![series], ..Recipe::default() });
    run.assert_nothing_lost();
    assert_eq!((run.outcome().as_str(), run.view.files.noticed), ("scored", 0), "{what}");
    run.inputs.remove(0).values
}

#[test]
fn every_encoding_of_a_head_gives_the_same_input() {
    let plain = SeriesRecipe::default();
    let in_syntax = |transfer_syntax| SeriesRecipe { transfer_syntax, ..plain.clone() };
    let implicit = in_syntax(TransferSyntax::ImplicitLe);
    let ways = [
        ("implicit", implicit.clone()),
        ("big endian", in_syntax(TransferSyntax::ExplicitBe)),
        ("deflated", in_syntax(TransferSyntax::Deflated)),
        ("RLE", in_syntax(TransferSyntax::Rle)),
        ("no preamble", SeriesRecipe { without_preamble: true, ..plain.clone() }),
        ("no meta information", SeriesRecipe { without_meta: true, ..plain.clone() }),
        ("no meta information, implicit", SeriesRecipe { without_meta: true, ..implicit }),
        ("trailing bytes", SeriesRecipe { trailing_bytes: 3000, ..plain.clone() }),
        ("trailing zeros", SeriesRecipe { trailing_bytes: 3000, trailing_byte: 0, ..plain.clone() }),
        ("signed", SeriesRecipe { signed: true, rescale_intercept: 1000.0, ..plain.clone() }),
        ("inverted", SeriesRecipe { monochrome1: true, ..plain.clone() }),
    ];
    let expected = input(plain, "plain");
    for (what, series) in ways {
        assert!(input(series, what) == expected, "{what}: another input");
    }
}
