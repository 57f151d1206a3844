//! The paper's headline: two made-up hospitals, the authors' rule and the corrected one.

use crate::parts::ask::{Answered, Ask};
use crate::room::Tab;
use headway_evaluate::question::Question;
use leptos::prelude::*;

/// The part.
#[component]
pub fn Paper() -> impl IntoView {
    view! {
        <p class="lead">
            "Wood et al. (MIDL 2021) report that ordering by score would have cut the mean wait of abnormal examinations from 28 to 14 days at one hospital and from 9 to 5 at the other. Here the same is tried from the outside, on two made-up hospitals, and set beside the paper's figures."
        </p>
        <Ask words="Run the paper's headline" question=|| Ok(Question::Headline) roles=&[]/>
        <Answered tab=Tab::Paper name="headline"/>
    }
}
