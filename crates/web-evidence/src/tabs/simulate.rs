//! Would the order help here? The paper's reporting-time simulation over a hospital's own dates.

use crate::page::room;
use crate::parts::ask::{Answered, Ask};
use crate::parts::date_order::DateOrder;
use crate::parts::file_choice::FileChoice;
use crate::parts::number::{Number, percent, times};
use crate::room::Tab;
use headway_evaluate::question::{File, Question, Role, Simulation};
use headway_evaluate::simulation::headline::example_history;
use headway_evaluate::simulation::{Backlog, Delay, Rule, Scenario, StillQueued, Strata};
use headway_web::components::field::TextField;
use leptos::prelude::*;

/// Days after which an examination goes to the top, at the slider's end: no such rule.
const NO_MAX_WAIT: f64 = 61.0;

/// What is asked for.
#[derive(Clone, Copy)]
struct Asked {
    from: RwSignal<String>,
    to: RwSignal<String>,
    empty_start: RwSignal<bool>,
    by_prediction: RwSignal<bool>,
    left_out: RwSignal<bool>,
    extra_day: RwSignal<bool>,
    flag_up_only: RwSignal<bool>,
    day_first: RwSignal<Option<bool>>,
    max_wait_days: RwSignal<f64>,
    prevalence: RwSignal<f64>,
    capacity: RwSignal<f64>,
    backlog: RwSignal<f64>,
}

impl Asked {
    fn new() -> Self {
        let [max_wait_days, prevalence, capacity, backlog] = [NO_MAX_WAIT, 0.0, 1.0, 1.0].map(RwSignal::new);
        let [from, to] = [RwSignal::default(), RwSignal::default()];
        let [empty_start, by_prediction, left_out, extra_day, flag_up_only] = [(); 5].map(|()| RwSignal::new(false));
        Self {
            from,
            to,
            empty_start,
            by_prediction,
            left_out,
            extra_day,
            flag_up_only,
            day_first: RwSignal::new(None),
            max_wait_days,
            prevalence,
            capacity,
            backlog,
        }
    }

    fn simulation(self) -> Simulation {
        let on = |signal: RwSignal<bool>| signal.get_untracked();
        let changed = |signal: RwSignal<f64>| Some(signal.get_untracked()).filter(|times| *times != 1.0);
        let max_wait = self.max_wait_days.get_untracked();
        Simulation {
            from: self.from.get_untracked(),
            to: self.to.get_untracked(),
            backlog: if on(self.empty_start) { Backlog::Empty } else { Backlog::Preload },
            strata: if on(self.by_prediction) { Strata::Prediction { threshold: 0.5 } } else { Strata::Label },
            still_queued: if on(self.left_out) { StillQueued::LeftOut } else { StillQueued::WaitSoFar },
            delay: if on(self.extra_day) { Delay::ExtraDay } else { Delay::AsHistory },
            rule: if on(self.flag_up_only) { Rule::FlagUpOnly { threshold: 0.5 } } else { Rule::Score },
            max_wait_days: (max_wait < NO_MAX_WAIT).then_some(max_wait as i32),
            day_first: self.day_first.get_untracked(),
            scenario: Scenario {
                prevalence: Some(self.prevalence.get_untracked()).filter(|share| *share > 0.0),
                capacity: changed(self.capacity),
                backlog: changed(self.backlog),
            },
        }
    }
}

/// The part.
#[component]
pub fn Simulate() -> impl IntoView {
    let room = room();
    let asked = Asked::new();
    let question = move || Ok(Question::Simulate(Box::new(asked.simulation())));
    let example = move |_| {
        let bytes = example_history().into_bytes();
        room.put(File { role: Role::History, name: "a made-up hospital of 2018.csv".to_owned(), bytes });
        asked.from.set("2018-01-01".to_owned());
        asked.to.set("2019-01-01".to_owned());
    };
    let share_shown = |share: f64| if share > 0.0 { percent(share) } else { "as it was".to_owned() };
    let max_wait = |days: f64| if days < NO_MAX_WAIT { format!("{days:.0} days") } else { "no such rule".to_owned() };
    view! {
        <p class="lead">
            "How long would examinations have waited for their report if the most suspicious had been read first? The days of scan and report of your own past, read again in another order. "
            <button type="button" class="small" data-testid="example" on:click=example>"Try a made-up hospital"</button>
        </p>
        <div class="asked">
            <FileChoice role=Role::History label="History" hint="A CSV with columns id, scan_date, report_date, score, label. A blank report date means still waiting. Include examinations from before the first day."/>
            <span class="line">
                <span aria-hidden="true">"First day"</span>
                <TextField value=asked.from on_text=move |text| asked.from.set(text) label="First day" testid="from" hint="2018-01-01" live=true/>
                <span aria-hidden="true">"Day after the last"</span>
                <TextField value=asked.to on_text=move |text| asked.to.set(text) label="Day after the last" testid="to" hint="2019-01-01" live=true/>
            </span>
            <DateOrder order=asked.day_first/>
            <fieldset>
                <legend>"Rules"</legend>
                <Switch words="Only move flagged examinations up (score of 0.5 and more)" on=asked.flag_up_only/>
                <Switch words="As published: leave out those still waiting at the end" on=asked.left_out/>
                <Switch words="As published: start without a backlog" on=asked.empty_start/>
                <Switch words="As published: classes by the model's own prediction" on=asked.by_prediction/>
                <Switch words="As published: a day more on every simulated wait" on=asked.extra_day/>
            </fieldset>
            <Number label="To the top after" value=asked.max_wait_days range=(1.0, NO_MAX_WAIT, 1.0) shown=max_wait testid="max-wait"/>
            <Number label="What if the share of abnormal were" value=asked.prevalence range=(0.0, 0.95, 0.05)
                shown=share_shown testid="what-if-prevalence"/>
            <Number label="What if each day's reports were" value=asked.capacity range=(0.5, 2.0, 0.05) shown=times testid="capacity"/>
            <Number label="What if the backlog were" value=asked.backlog range=(0.0, 4.0, 0.1) shown=times testid="backlog"/>
        </div>
        <Ask words="Simulate" question roles=&[Role::History]/>
        <Answered tab=Tab::Simulate name="reporting-times"/>
    }
}

#[component]
fn Switch(words: &'static str, on: RwSignal<bool>) -> impl IntoView {
    view! {
        <label><input type="checkbox" prop:checked=move || on.get() on:change=move |_| on.update(|on| *on = !*on)/>{words}</label>
    }
}
