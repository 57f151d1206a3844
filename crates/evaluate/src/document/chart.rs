//! Charts as lists of shapes: a page puts them into its document, a file gets them as SVG.
//!
//! Classes, not colours, so that a page's theme holds; the file brings its own style along.

use serde::{Deserialize, Serialize};
use std::fmt::Write;

/// Size of every chart, in its own units.
pub const SIZE: (f64, f64) = (420.0, 320.0);

/// Where the axes lie: left, top, right, bottom.
const FRAME: (f64, f64, f64, f64) = (56.0, 14.0, 408.0, 268.0);

/// Lines told apart by dashes as well as by colour.
const STYLE: &str = "text{font:12px sans-serif;fill:#16212b}.axis{stroke:#7f8d99;fill:none}.grid{stroke:#d8dfe5}\
.one{stroke:#0b5c73;fill:none;stroke-width:2}.two{stroke:#a61b29;fill:none;stroke-width:2;stroke-dasharray:6 3}\
.three{stroke:#754800;fill:none;stroke-width:2;stroke-dasharray:2 3}.chance{stroke:#7f8d99;fill:none;stroke-dasharray:3 4}\
.dot{fill:#0b5c73}.mark{fill:#a61b29}";

/// A chart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Chart {
    /// What it shows.
    pub title: String,
    /// The same in words, with the numbers that count, for those who do not see it.
    pub description: String,
    /// Back to front.
    pub shapes: Vec<Shape>,
    /// Class and words of each line.
    pub legend: Vec<(String, String)>,
}

/// An SVG element.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Shape {
    /// `line`, `path`, `circle` or `text`.
    pub tag: String,
    /// Names and values.
    pub attributes: Vec<(String, String)>,
    /// Content of a `text`.
    pub text: String,
}

/// An axis: what it counts, and from where to where.
#[derive(Clone, Debug)]
pub(super) struct Axis {
    pub(super) label: &'static str,
    pub(super) from: f64,
    pub(super) to: f64,
}

impl Axis {
    pub(super) const fn share(label: &'static str) -> Self {
        Self { label, from: 0.0, to: 1.0 }
    }

    /// From 0 to the next round number.
    pub(super) fn up_to(label: &'static str, most: f64) -> Self {
        let step = round_step(most.max(1.0));
        Self { label, from: 0.0, to: (most.max(1.0) / step).ceil() * step }
    }

    fn share_of(&self, value: f64) -> f64 {
        ((value - self.from) / (self.to - self.from)).clamp(0.0, 1.0)
    }

    fn ticks(&self) -> Vec<f64> {
        let step = if self.to <= 1.0 { 0.2 } else { round_step(self.to - self.from) };
        let count = ((self.to - self.from) / step).round() as usize;
        (0..=count).map(|tick| self.from + tick as f64 * step).collect()
    }

    fn tick_label(&self, value: f64) -> String {
        if self.to <= 1.0 { format!("{value:.1}") } else { format!("{value:.0}") }
    }
}

/// 1, 2 or 5 times a power of ten, so that four to nine of them fit.
fn round_step(span: f64) -> f64 {
    let power = 10_f64.powf((span / 4.0).log10().floor());
    let steps = [5.0, 2.0, 1.0].map(|times| times * power);
    steps.into_iter().find(|step| span / step >= 4.0).unwrap_or(power).max(1.0)
}

/// A chart being drawn.
pub(super) struct Drawing {
    x: Axis,
    y: Axis,
    chart: Chart,
}

fn shape(tag: &str, class: &str, attributes: &[(&str, String)], text: &str) -> Shape {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone()));
    let class = ("class".to_owned(), class.to_owned());
    Shape { tag: tag.to_owned(), attributes: std::iter::once(class).chain(attributes).collect(), text: text.to_owned() }
}

fn at(value: f64) -> String {
    format!("{value:.1}")
}

impl Drawing {
    pub(super) fn new(title: &str, description: String, x: Axis, y: Axis) -> Self {
        let chart = Chart { title: title.to_owned(), description, shapes: Vec::new(), legend: Vec::new() };
        let mut drawing = Self { x, y, chart };
        drawing.axes();
        drawing
    }

    fn place(&self, x: f64, y: f64) -> (f64, f64) {
        let (left, top, right, bottom) = FRAME;
        (left + (right - left) * self.x.share_of(x), bottom - (bottom - top) * self.y.share_of(y))
    }

    fn axes(&mut self) {
        let (left, top, right, bottom) = FRAME;
        for value in self.y.ticks() {
            let (_, y) = self.place(self.x.from, value);
            self.stroke("grid", &[(left, y), (right, y)]);
            self.words(left - 8.0, y + 4.0, "end", &self.y.tick_label(value));
        }
        for value in self.x.ticks() {
            let (x, _) = self.place(value, self.y.from);
            self.stroke("axis", &[(x, bottom), (x, bottom + 4.0)]);
            self.words(x, bottom + 18.0, "middle", &self.x.tick_label(value));
        }
        self.stroke("axis", &[(left, top), (left, bottom), (right, bottom)]);
        let (x_label, y_label) = (self.x.label, self.y.label);
        self.words((left + right) / 2.0, bottom + 38.0, "middle", x_label);
        let (x, y) = (14.0, (top + bottom) / 2.0);
        let turned = ("transform", format!("rotate(-90 {x} {y})"));
        let attributes = [("x", at(x)), ("y", at(y)), ("text-anchor", "middle".to_owned()), turned];
        self.chart.shapes.push(shape("text", "label", &attributes, y_label));
    }

    fn words(&mut self, x: f64, y: f64, anchor: &str, text: &str) {
        let attributes = [("x", at(x)), ("y", at(y)), ("text-anchor", anchor.to_owned())];
        self.chart.shapes.push(shape("text", "label", &attributes, text));
    }

    fn stroke(&mut self, class: &str, points: &[(f64, f64)]) {
        let mut d = String::new();
        for (index, (x, y)) in points.iter().enumerate() {
            // Writing to a string does not fail.
            let _ = write!(d, "{}{x:.1} {y:.1}", if index == 0 { "M" } else { "L" });
        }
        self.chart.shapes.push(shape("path", class, &[("d", d)], ""));
    }

    /// A line through points of the axes; `words` name it in the legend.
    pub(super) fn line(&mut self, class: &str, words: &str, points: impl Iterator<Item = (f64, f64)>) {
        let points: Vec<(f64, f64)> = points.map(|(x, y)| self.place(x, y)).collect();
        self.stroke(class, &points);
        self.chart.legend.push((class.to_owned(), words.to_owned()));
    }

    /// A dot at a point of the axes.
    pub(super) fn dot(&mut self, class: &str, x: f64, y: f64, radius: f64) {
        let (x, y) = self.place(x, y);
        self.chart.shapes.push(shape("circle", class, &[("cx", at(x)), ("cy", at(y)), ("r", at(radius))], ""));
    }

    /// Says what a class of dots is.
    pub(super) fn explain(&mut self, class: &str, words: &str) {
        self.chart.legend.push((class.to_owned(), words.to_owned()));
    }

    pub(super) fn finished(self) -> Chart {
        self.chart
    }
}

impl Chart {
    /// A file of its own, with style, title and description.
    pub fn to_svg(&self) -> String {
        let (width, height) = (SIZE.0, SIZE.1 + 18.0 * self.legend.len() as f64);
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" role=\"img\"><title>{}</title><desc>{}</desc><style>{STYLE}</style>",
            escaped(&self.title),
            escaped(&self.description)
        );
        let legend = self.legend.iter().enumerate().flat_map(|(index, (class, words))| {
            let y = SIZE.1 + 18.0 * index as f64 + 4.0;
            let sample = shape("path", class, &[("d", format!("M56 {y}L84 {y}"))], "");
            [sample, shape("text", "label", &[("x", "92".to_owned()), ("y", at(y + 4.0))], words)]
        });
        for shape in self.shapes.iter().cloned().chain(legend) {
            let attributes: String =
                shape.attributes.iter().map(|(name, value)| format!(" {name}=\"{}\"", escaped(value))).collect();
            // Writing to a string does not fail.
            let _ = write!(svg, "<{0}{attributes}>{1}</{0}>", shape.tag, escaped(&shape.text));
        }
        svg + "</svg>\n"
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_are_round_and_few() {
        for (most, to, ticks) in [(3.0, 3.0, 4), (12.0, 12.0, 7), (87.0, 100.0, 6), (950.0, 1000.0, 6), (0.0, 1.0, 6)] {
            let axis = Axis::up_to("days", most);
            assert_eq!((axis.to, axis.ticks().len()), (to, ticks), "{most}");
        }
    }

    #[test]
    fn points_fall_where_the_axes_say_and_names_cannot_break_the_file() {
        let mut drawing = Drawing::new("a<b", String::new(), Axis::share("x"), Axis::share("y"));
        drawing.line("one", "\"&\"", [(0.0, 0.0), (1.0, 1.0)].into_iter());
        let chart = drawing.finished();
        let line = chart.shapes.last().unwrap();
        assert_eq!(line.attributes[1], ("d".to_owned(), "M56.0 268.0L408.0 14.0".to_owned()));
        let svg = chart.to_svg();
        assert!(svg.contains("<title>a&lt;b</title>") && svg.contains("&quot;&amp;&quot;") && !svg.contains("a<b"));
    }
}
