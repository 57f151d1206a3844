//! Is the model good here? Scores and labels become figures.

use crate::page::room;
use crate::parts::adopt::Adopt;
use crate::parts::ask::{Answered, Ask};
use crate::parts::date_order::{DateOrder, refused_for_dates};
use crate::parts::file_choice::FileChoice;
use crate::parts::number::{Number, percent, two_digits};
use crate::room::Tab;
use headway_evaluate::question::{Question, Role};
use headway_web::components::text::count;
use leptos::prelude::*;

const ROLES: &[Role] = &[Role::Scores, Role::Labels, Role::Mapping, Role::OtherScores];

/// The part.
#[component]
pub fn Evaluate() -> impl IntoView {
    let room = room();
    let named = room.list.with_untracked(|list| list.as_ref().and_then(|list| list.sensitive_threshold));
    let threshold = RwSignal::new(named.unwrap_or(0.5));
    let prevalence = RwSignal::new(0.0);
    let day_first = RwSignal::new(None);
    let needs_order = move || refused_for_dates(room.answer(Tab::Evaluate).get().as_ref());
    let question = move || {
        let prevalence = Some(prevalence.get_untracked()).filter(|share| *share > 0.0);
        let (threshold, day_first) = (threshold.get_untracked(), day_first.get_untracked());
        Ok(Question::Evaluate { threshold, prevalence, day_first })
    };
    let at_prevalence = |share: f64| if share > 0.0 { percent(share) } else { "no other than the sample's".to_owned() };
    let in_list = move || {
        room.list.with(|list| match list {
            None => "The worklist has no study with a score to offer.".to_owned(),
            Some(list) => format!(
                "The worklist offers {}, {} read before the score was seen.",
                count(list.scores.studies.len(), "study", "studies"),
                list.readings.rows.len()
            ),
        })
    };
    view! {
        <p class="lead">
            "What the model says against what is true: readings made in shadow mode, or labels from a file. "
            <span data-testid="in-list">{in_list}</span>
        </p>
        <div class="asked">
            <FileChoice role=Role::Scores label="Scores" hint="The worklist, an exported list (JSON), or a CSV with columns id and score."/>
            <FileChoice role=Role::Labels label="Labels" hint="A CSV with columns id (accession number or study UID) and label, or patient_id, study_date and label; optional status, patient, site, scanner, age, sex, category. Without one, the readings in the worklist."/>
            <FileChoice role=Role::Mapping label="Mapping, if ids differ" hint="A CSV with columns id (as in the labels) and study (as in the scores)."/>
            <FileChoice role=Role::OtherScores label="Another model, to compare" hint="Its scores of the same studies."/>
            <Number label="Flagged from a score of" value=threshold range=(0.0, 1.0, 0.01) shown=two_digits testid="threshold"/>
            <Number label="Predictive values at a prevalence of" value=prevalence range=(0.0, 0.99, 0.01)
                shown=at_prevalence testid="prevalence"/>
            <Show when=move || needs_order() || day_first.get().is_some()><DateOrder order=day_first/></Show>
        </div>
        <Ask words="Evaluate" question roles=ROLES/>
        <Adopt/>
        <Answered tab=Tab::Evaluate name="evaluation"/>
    }
}
