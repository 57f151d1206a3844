//! The paper's headline: the hospitals are what they are said to be, and the result shows what the rule does.

#![allow(clippy::unwrap_used, reason = "a test says what broke by panicking")]

use headway_evaluate::simulation::headline::headline;

#[test]
fn the_hospitals_have_the_papers_delays_and_auc_and_the_rules_part() {
    let headline = headline(1).unwrap();
    for hospital in &headline.hospitals {
        for outcome in &hospital.outcomes {
            println!("{} {outcome:?}", hospital.paper_historical_days);
            assert!((outcome.auc.unwrap() - 0.943).abs() < 0.01, "{outcome:?}");
            let corrected = &outcome.corrected_rule;
            let was = corrected.historical_days.unwrap();
            assert!((was - hospital.paper_historical_days).abs() < 0.3, "{was}");
            // With the backlog preloaded, first-come order gives history back, but for those whose wait is cut off at
            // the end of the year; with an empty start it does not.
            assert!(corrected.usable && (corrected.first_come_days.unwrap() - was).abs() < 1.5);
            assert!(!outcome.authors_rule.usable);
            assert!(outcome.authors_rule.first_come_days.unwrap() < was / 1.5);
            assert!(corrected.prioritised_days.unwrap() < corrected.random_days.unwrap());
        }
    }
}
