//! The list on paper: every row that the filter shows, in the order in use. There only while it is being printed.

use super::reader::said_in_words;
use super::signals;
use super::text::{date, person, sentence};
use crate::browser::clock::local_now;
use crate::state::list::RowSignals;
use headway_core::card::Evidence;
use headway_core::finding::{Band, Finding};
use headway_core::worklist::Stage;
use leptos::prelude::*;

/// The sheet.
#[component]
pub fn PrintView() -> impl IntoView {
    let signals = signals();
    view! {
        <Show when=move || signals.printing.get()>
            <section class="print" data-testid="print-view" aria-label="Worklist to print">
                <h2>"Headway worklist"</h2>
                <p>{move || {
                    let model = signals.model.get().map(|model| {
                        format!(
                            "Model {} {}, evidence {}: {}. SHA-256 {}",
                            model.name, model.version, model.evidence.name(), model.evidence.score_means(), model.sha256
                        )
                    });
                    format!("{}. {}.", local_now().to_string().replace('T', " "), model.unwrap_or_else(|| "No model loaded".to_owned()))
                }}</p>
                <p>"Research software, not a medical device. All examinations need reading."</p>
                <table>
                    <thead>
                        <tr><th>"#"</th><th>"Patient"</th><th>"Study"</th><th>"Result"</th><th>"Place"</th><th>"Waiting"</th><th>"Said"</th></tr>
                    </thead>
                    <tbody>
                        {move || signals.rows.get().into_iter().enumerate().map(|(at, row)| line(at + 1, row)).collect_view()}
                    </tbody>
                </table>
            </section>
        </Show>
    }
}

fn line(number: usize, signals: RowSignals) -> impl IntoView {
    let masked = super::signals().masked.get();
    let evidence =
        super::signals().model.with(|model| model.as_ref().map_or(Evidence::Untrained, |model| model.evidence));
    let (row, standing, said) = (signals.row.get(), signals.standing.get(), signals.said.get());
    let patient = if masked {
        format!("Patient {}", row.arrival + 1)
    } else {
        [person(&row.patient.name), row.patient.id, date(&row.patient.birth_date), row.patient.sex].join(" · ")
    };
    let result = match &row.stage {
        Stage::Scored { .. } if !standing.score_seen => "Score hidden".to_owned(),
        Stage::Scored { finding } => score_in_words(finding, evidence),
        Stage::NotScored { reason } | Stage::Failed { reason } => reason.text.clone(),
        _ => "Not scored yet".to_owned(),
    };
    view! {
        <tr>
            <td>{number}</td>
            <td>{patient}</td>
            <td>{[date(&row.study.date), row.study.description, row.study.institution].join(" · ")}</td>
            <td>{result}</td>
            <td>{standing.place.map(|(_, why)| why)}</td>
            <td>{sentence(&standing.waiting)}</td>
            <td>{said_in_words(&said).join("; ")}</td>
        </tr>
    }
}

fn score_in_words(finding: &Finding, evidence: Evidence) -> String {
    let Some(score) = finding.score else { return "No score".to_owned() };
    let band = finding.band.map_or("no thresholds", Band::in_words);
    let range = finding
        .range
        .map(|range| format!(", {} to {} under small shifts", evidence.shown(range.low), evidence.shown(range.high)));
    format!("{}, {band}{}", evidence.shown(score), range.unwrap_or_default())
}
