//! Names and values in full, each to be copied or searched for.

use leptos::prelude::*;

use super::log_filter::{filter_by, search_for};
use super::model::Model;
use crate::components::copy_button::CopyButton;

/// How lines with the same value are found.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Narrowing {
    /// By this field of the line.
    ByField,
    /// By the value anywhere in the line, since a span's attribute may have another name there.
    ByText,
    /// Not at all, as the value is no text of a line.
    None,
}

#[component]
pub(super) fn Attributes(model: Model, rows: Vec<(String, String)>, narrowing: Narrowing) -> impl IntoView {
    let row = move |(name, value): (String, String)| {
        let narrow = (narrowing != Narrowing::None && !value.is_empty()).then(|| {
            let (name, value) = (name.clone(), value.clone());
            let label = format!("Show only lines with {name} {value}");
            let press = move |_| match narrowing {
                Narrowing::ByField => filter_by(model, &name, &value),
                Narrowing::ByText => search_for(model, &value),
                Narrowing::None => {}
            };
            view! {
                <button type="button" class="quiet" aria-label=label.clone() title=label on:click=press>
                    {"only"}
                </button>
            }
        });
        view! {
            <div class="attr">
                <dt title=name.clone()>{name.clone()}</dt>
                <dd>
                    <span class="value">{value.clone()}</span>
                    <span class="attr-acts">
                        <CopyButton text=Signal::stored(value) label="copy" />
                        {narrow}
                    </span>
                </dd>
            </div>
        }
    };
    view! { <dl class="attrs">{rows.into_iter().map(row).collect_view()}</dl> }
}
