//! A report as a page shows it, a command line prints it and a file keeps it: sentences, tables and charts.
//!
//! `chart.rs` holds axes and shapes; one file each turns evaluation, simulation, headline, queue and monitoring into blocks.

pub mod chart;
mod evaluation;
mod headline;
mod monitoring;
mod queue;
mod simulation;
mod text;

use crate::statistics::Estimate;
pub use chart::{Chart, Shape};
use serde::{Deserialize, Serialize};

/// A report.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Document {
    /// In order.
    pub blocks: Vec<Block>,
}

/// A part of a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Block {
    /// Over what follows.
    Heading(String),
    /// A figure that says the most, and what it is.
    Headline(String, String),
    /// A sentence.
    Text(String),
    /// A sentence that a reader must not miss.
    Caution(String),
    /// Many sentences that few will read, under one that says how many.
    Folded(String, Vec<String>),
    /// Rows under columns.
    Table(Table),
    /// A picture of numbers.
    Chart(Chart),
}

/// Rows of text; the first cell of a row names it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Table {
    /// What it shows.
    pub caption: String,
    /// One name per column.
    pub columns: Vec<String>,
    /// One text per column.
    pub rows: Vec<Vec<String>>,
}

impl Table {
    fn new<const N: usize>(caption: impl Into<String>, columns: [&str; N]) -> Self {
        Self { caption: caption.into(), columns: columns.map(str::to_owned).to_vec(), rows: Vec::new() }
    }

    fn row<const N: usize>(&mut self, cells: [String; N]) {
        self.rows.push(Vec::from(cells));
    }
}

impl Document {
    fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    fn cautions(&mut self, cautions: &[String]) {
        self.blocks.extend(cautions.iter().cloned().map(Block::Caution));
    }

    /// A table, unless it is empty.
    fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }

    fn folded(&mut self, title: &str, sentences: &[String]) {
        if !sentences.is_empty() {
            self.blocks.push(Block::Folded(format!("{title}: {}", sentences.len()), sentences.to_vec()));
        }
    }

    /// The charts with their numbers in the report.
    pub fn charts(&self) -> impl Iterator<Item = &Chart> {
        self.blocks.iter().filter_map(|block| match block {
            Block::Chart(chart) => Some(chart),
            _ => None,
        })
    }
}

/// Nothing is a dash.
fn or_dash<T>(value: Option<T>, shown: impl FnOnce(T) -> String) -> String {
    value.map_or_else(|| "–".to_owned(), shown)
}

/// `0.912 (0.880 to 0.944)`
fn estimate(estimate: Option<Estimate>) -> String {
    or_dash(estimate, |estimate| match estimate.interval {
        None => format!("{:.3}", estimate.value),
        Some(interval) => format!("{:.3} ({:.3} to {:.3})", estimate.value, interval.low, interval.high),
    })
}

fn three_digits(value: Option<f64>) -> String {
    or_dash(value, |value| format!("{value:.3}"))
}

fn days(value: Option<f64>) -> String {
    or_dash(value, |value| format!("{value:.1}"))
}

fn p_value(value: Option<f64>) -> String {
    or_dash(value, |p| if p < 0.0005 { "under 0.001".to_owned() } else { format!("{p:.3}") })
}

/// `1 study`, `2 studies`.
fn count(number: usize, one: &str, more: &str) -> String {
    format!("{number} {}", if number == 1 { one } else { more })
}
