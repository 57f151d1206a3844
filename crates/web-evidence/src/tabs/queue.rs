//! A queue in hours: readers, arrivals, and what flags do to waits.

use crate::parts::ask::{Answered, Ask};
use crate::parts::number::{Number, percent};
use crate::room::Tab;
use headway_evaluate::question::Question;
use headway_evaluate::simulation::queue::Traffic;
use leptos::prelude::*;

fn minutes(value: f64) -> String {
    format!("{value:.0} min")
}

/// The part.
#[component]
pub fn Queue() -> impl IntoView {
    let [arrivals, readers, abnormal, normal] = [10.0, 2.0, 10.0, 10.0].map(RwSignal::new);
    let [prevalence, sensitivity, specificity] = [0.3, 0.9, 0.8].map(RwSignal::new);
    let question = move || {
        Ok(Question::Queue(Traffic {
            arrivals_per_hour: arrivals.get_untracked(),
            readers: readers.get_untracked() as u32,
            abnormal_read_hours: abnormal.get_untracked() / 60.0,
            normal_read_hours: normal.get_untracked() / 60.0,
            prevalence: prevalence.get_untracked(),
            sensitivity: sensitivity.get_untracked(),
            specificity: specificity.get_untracked(),
        }))
    };
    let share = (0.0, 1.0, 0.01);
    view! {
        <p class="lead">"How much sooner is an abnormal examination begun, within a day, if readers take the flagged first? The queue that the FDA's QuCAD uses."</p>
        <div class="asked">
            <Number label="Examinations an hour" value=arrivals range=(0.5, 60.0, 0.5) shown=|value| format!("{value:.1}") testid="arrivals"/>
            <Number label="Readers" value=readers range=(1.0, 20.0, 1.0) shown=|value| format!("{value:.0}") testid="readers"/>
            <Number label="An abnormal examination takes" value=abnormal range=(1.0, 60.0, 1.0) shown=minutes testid="abnormal-minutes"/>
            <Number label="A normal examination takes" value=normal range=(1.0, 60.0, 1.0) shown=minutes testid="normal-minutes"/>
            <Number label="Abnormal" value=prevalence range=share shown=percent testid="queue-prevalence"/>
            <Number label="Flagged of the abnormal" value=sensitivity range=share shown=percent testid="sensitivity"/>
            <Number label="Not flagged of the normal" value=specificity range=share shown=percent testid="specificity"/>
        </div>
        <Ask words="Calculate" question roles=&[]/>
        <Answered tab=Tab::Queue name="reading-room"/>
    }
}
