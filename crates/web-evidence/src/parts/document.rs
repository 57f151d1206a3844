//! A report in the page.

use super::chart::beside;
use headway_evaluate::document::{Block, Chart, Document, Table};
use leptos::prelude::*;

/// What is longer, in bytes, is a sentence rather than a figure with its interval, and stands to the left.
const LONGEST_FIGURE: usize = 30;

/// All blocks in order; charts that follow each other stand beside each other.
#[component]
pub fn Shown(document: Document, name: &'static str) -> impl IntoView {
    let mut views = Vec::new();
    let mut charts: Vec<Chart> = Vec::new();
    for block in document.blocks {
        match block {
            Block::Chart(chart) => charts.push(chart),
            other => {
                if !charts.is_empty() {
                    views.push(beside(std::mem::take(&mut charts), name).into_any());
                }
                views.push(shown(other));
            }
        }
    }
    if !charts.is_empty() {
        views.push(beside(charts, name).into_any());
    }
    view! { <article class="report" data-testid="report">{views}</article> }
}

fn shown(block: Block) -> AnyView {
    match block {
        Block::Heading(text) => view! { <h3>{text}</h3> }.into_any(),
        Block::Headline(value, what) => {
            view! { <p class="headline"><strong>{value}</strong><span>{what}</span></p> }.into_any()
        }
        Block::Text(text) => view! { <p>{text}</p> }.into_any(),
        Block::Caution(text) => view! { <p class="caution">{text}</p> }.into_any(),
        Block::Folded(title, sentences) => {
            let sentences = sentences.into_iter().map(|sentence| view! { <li>{sentence}</li> }).collect_view();
            view! { <details><summary>{title}</summary><ul>{sentences}</ul></details> }.into_any()
        }
        Block::Table(table) => shown_table(table).into_any(),
        Block::Chart(_) => ().into_any(),
    }
}

fn shown_table(table: Table) -> impl IntoView {
    let Table { caption, columns, rows } = table;
    let row = |cells: Vec<String>| {
        let mut cells = cells.into_iter();
        let first = cells.next();
        let cell = |text: String| {
            let class = (text.len() > LONGEST_FIGURE).then_some("words");
            view! { <td class=class>{text}</td> }
        };
        view! { <tr><th scope="row">{first}</th>{cells.map(cell).collect_view()}</tr> }
    };
    view! {
        <div class="scrolls" tabindex="0" role="region" aria-label=caption.clone()>
            <table>
                <caption>{caption.clone()}</caption>
                <thead><tr>{columns.into_iter().map(|column| view! { <th scope="col">{column}</th> }).collect_view()}</tr></thead>
                <tbody>{rows.into_iter().map(row).collect_view()}</tbody>
            </table>
        </div>
    }
}
