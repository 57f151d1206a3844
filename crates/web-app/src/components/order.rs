//! The orders one click away.

use super::{intent, signals};
use headway_core::worklist::order::Order;
use headway_core::worklist::reader::Mode;
use leptos::prelude::*;

/// The orders that a click chooses; columns are chosen by their headings.
const ORDERS: [(Order, &str, &str); 3] = [
    (
        Order::FlagUp,
        "Most urgent first",
        "Urgent, flagged, overdue, uncertain, without a score, not flagged; the oldest examination first in each",
    ),
    (
        Order::ByScore,
        "By score",
        "The same places, and inside flagged, uncertain and not flagged the highest score first",
    ),
    (Order::FirstCome, "As they came", "In order of arrival in this list"),
];

/// One button for each order; none is chosen while the list is sorted by columns.
#[component]
pub fn OrderChoice() -> impl IntoView {
    let (list, intent) = (signals().list, intent());
    let in_use = Memo::new(move |_| list.with(|list| list.order_in_use().clone()));
    let hidden = Memo::new(move |_| list.with(|list| list.journal.mode() == Mode::Shadow));
    let choice = |(order, words, title): (Order, &'static str, &'static str)| {
        let order = StoredValue::new(order);
        let is_chosen = move || order.with_value(|order| in_use.with(|in_use| in_use == order));
        let is_barred = move || hidden.get() && order.with_value(Order::reveals_scores);
        view! {
            <label title=title>
                <input type="radio" name="order" prop:checked=is_chosen disabled=is_barred
                    on:change=move |_| intent.change_list(|list| list.order = order.get_value())/>
                {words}
            </label>
        }
    };
    view! {
        <fieldset class="order" data-testid="order">
            <legend class="unseen">"Order"</legend>
            {ORDERS.map(choice)}
        </fieldset>
    }
}
