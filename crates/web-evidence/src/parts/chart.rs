//! A chart as SVG in the page, with its words for those who do not see it.

use super::ask::saved;
use headway_evaluate::document::Chart as Drawn;
use headway_evaluate::document::chart::SIZE;
use leptos::prelude::*;
use leptos::svg::Svg;

const SVG: &str = "http://www.w3.org/2000/svg";

/// The chart, its legend, its description, and a file of it.
#[component]
pub fn Chart(chart: Drawn, name: &'static str) -> impl IntoView {
    let picture = NodeRef::<Svg>::new();
    let shapes = StoredValue::new(chart.clone());
    Effect::new(move |_| {
        if let Some(picture) = picture.get() {
            shapes.with_value(|chart| draw(&picture, chart));
        }
    });
    let Drawn { title, description, legend, .. } = chart;
    let file = format!("{name}-{}", title.to_lowercase().replace(' ', "-"));
    let save = move |_| {
        shapes.with_value(|chart| saved(&file, "svg", "image/svg+xml", &chart.to_svg()));
    };
    view! {
        <figure class="chart">
            <figcaption>{title.clone()}</figcaption>
            <svg node_ref=picture viewBox=format!("0 0 {} {}", SIZE.0, SIZE.1) role="img" aria-label=format!("{title}. {description}")></svg>
            <ul class="chart-legend">
                {legend.into_iter().map(|(class, words)| view! { <li><span class=format!("sample {class}")></span>{words}</li> }).collect_view()}
            </ul>
            <p class="muted">{description}</p>
            <button type="button" class="small" on:click=save>"Save as SVG"</button>
        </figure>
    }
}

fn draw(picture: &web_sys::Element, chart: &Drawn) {
    let document = document();
    for shape in &chart.shapes {
        // Fails only for names that are none.
        let Ok(element) = document.create_element_ns(Some(SVG), &shape.tag) else { continue };
        for (name, value) in &shape.attributes {
            let _ = element.set_attribute(name, value);
        }
        element.set_text_content(Some(&shape.text).filter(|text| !text.is_empty()).map(String::as_str));
        let _ = picture.append_child(&element);
    }
}

/// Charts stand beside each other where there is room.
pub fn beside(charts: Vec<Drawn>, name: &'static str) -> impl IntoView {
    view! { <div class="charts">{charts.into_iter().map(|chart| view! { <Chart chart name/> }).collect_view()}</div> }
}
