//! Statistics of the whole trace, by any two things that spans have.

use std::cmp::Ordering;
use std::sync::Arc;

use domain::waterfall::{GroupBy, StatRow, Statistics, attribute_names, self_times};
use leptos::prelude::*;
use leptos::task::spawn_local_scoped_with_cancellation;

use super::model::TraceModel;
use crate::net::turns::Turns;
use crate::state::{Memo, effect, kept_words};

/// Spans that are counted between two looks at the clock.
const SPANS_AT_A_TIME: usize = 1_000;
/// Groups that are listed at most.
const MAX_ROWS: usize = 200;

/// What spans have besides attributes, with the words for it.
const OWN: [(&str, GroupBy); 5] = [
    ("service", GroupBy::Service),
    ("name", GroupBy::Name),
    ("kind", GroupBy::Kind),
    ("status", GroupBy::Status),
    ("nothing else", GroupBy::Nothing),
];

/// A column: title, what it means, and how rows are ordered by it, greatest first.
type Column = (&'static str, &'static str, fn(&StatRow, &StatRow) -> Ordering);

/// The columns after the two keys.
const COLUMNS: [Column; 8] = [
    ("count", "Spans", |a, b| b.count.cmp(&a.count)),
    ("total", "Sum of durations; spans in each other count twice", |a, b| b.total.cmp(&a.total)),
    ("self", "Sum of the time in which a span worked and none of its children did", |a, b| {
        b.self_total.cmp(&a.self_total)
    }),
    ("min", "Shortest", |a, b| b.min.cmp(&a.min)),
    ("avg", "Mean", |a, b| b.avg.cmp(&a.avg)),
    ("p95", "Not exceeded by 95 of 100", |a, b| b.p95.cmp(&a.p95)),
    ("max", "Longest", |a, b| b.max.cmp(&a.max)),
    ("failed", "Spans that failed", |a, b| b.errors.cmp(&a.errors)),
];

/// The column that rows are ordered by at first: self time.
const FIRST_ORDER: usize = 2;
/// What is grouped by at first.
const FIRST_BY: [&str; 2] = ["service", "name"];

#[component]
pub fn StatisticsPanel(trace: TraceModel) -> impl IntoView {
    let (grouped, ordered) = (kept_words("by".to_owned()), kept_words("order".to_owned()));
    let word = move |place: usize| {
        let first = FIRST_BY.get(place).copied().unwrap_or_default();
        grouped.with(|it| it.get(place).map_or(first, String::as_str).to_owned())
    };
    let by = [0, 1].map(|place| Memo::new(move |_| by_word(&word(place))));
    let choose = move |place: usize, chosen: String| {
        let mut words = untrack(|| [word(0), word(1)]);
        if let Some(it) = words.get_mut(place) {
            *it = chosen;
        }
        grouped.set(if words == FIRST_BY { Vec::new() } else { words.into() });
    };
    let order = Memo::new(move |_| {
        ordered.with(|it| it.first().and_then(|it| order_of(it))).unwrap_or((FIRST_ORDER, false))
    });
    let rows = RwSignal::new(None::<Arc<Vec<StatRow>>>);
    effect(move |_| {
        let Some(forest) = trace.forest.get() else { return };
        let keys = by.map(|it| it.get());
        spawn_local_scoped_with_cancellation(async move {
            let mut turns = Turns::begin();
            let own = self_times(&forest);
            turns.give().await;
            let mut statistics = Statistics::new(keys);
            while !statistics.run(&forest, &own, SPANS_AT_A_TIME) {
                turns.give().await;
            }
            rows.try_set(Some(Arc::new(statistics.rows())));
        });
    });
    let names = Memo::new(move |_| {
        trace.forest.with(|it| it.as_ref().map(|it| attribute_names(it)).unwrap_or_default())
    });
    let sorted = Memo::new(move |_| {
        let mut rows = rows.get().map(|it| (*it).clone()).unwrap_or_default();
        let (column, is_ascending) = order.get();
        if let Some((_, _, compare)) = COLUMNS.get(column) {
            let by = |a: &StatRow, b: &StatRow| if is_ascending { compare(b, a) } else { compare(a, b) };
            rows.sort_unstable_by(|a, b| by(a, b).then_with(|| a.keys.cmp(&b.keys)));
        }
        rows
    });
    let header = move |(idx, (title, meaning, _)): (usize, Column)| {
        let sort = move || match order.get() {
            (it, true) if it == idx => Some("ascending"),
            (it, false) if it == idx => Some("descending"),
            _ => None,
        };
        let press = move |_| {
            let turn = matches!(order.get_untracked(), (it, false) if it == idx);
            ordered.set(vec![format!("{title}:{}", if turn { "asc" } else { "desc" })]);
        };
        let arrow = move || match sort() {
            Some("ascending") => " ↑",
            Some(_) => " ↓",
            None => "",
        };
        view! {
            <th scope="col" aria-sort=sort title=meaning>
                <button type="button" class="quiet" on:click=press>
                    {title}
                    {arrow}
                </button>
            </th>
        }
    };
    let row = |it: StatRow| {
        let [first, second] = it.keys.map(|it| it.to_string());
        let numbers = [it.total, it.self_total, it.min, it.avg, it.p95, it.max]
            .map(|it| view! { <td>{it.to_string()}</td> });
        let failed = if it.errors > 0 { it.errors.to_string() } else { "–".to_owned() };
        view! {
            <tr>
                <th scope="row" title=first.clone()>{first.clone()}</th>
                <td class="key" title=second.clone()>{second.clone()}</td>
                <td>{it.count.to_string()}</td>
                {numbers.collect_view()}
                <td class:bad=it.errors.gt(&0)>{failed}</td>
            </tr>
        }
    };
    let n_more = move || sorted.with(|it| it.len().saturating_sub(MAX_ROWS));
    view! {
        <div class="wf-statistics">
            <div class="wf-by">
                <GroupChoice chosen=by[0] choose=move |it| choose(0, it) names=names label="Group by" />
                <GroupChoice chosen=by[1] choose=move |it| choose(1, it) names=names label="and by" />
                <span class="muted">{move || sorted.with(|it| super::choose::counted(it.len(), "group"))}</span>
            </div>
            <div class="wf-table" tabindex="0" role="region" aria-label="Statistics">
                <table>
                    <thead>
                        <tr>
                            <th scope="col">{move || words_of(&by[0].get())}</th>
                            <th scope="col">{move || words_of(&by[1].get())}</th>
                            {COLUMNS.into_iter().enumerate().map(header).collect_view()}
                        </tr>
                    </thead>
                    <tbody>{move || sorted.get().into_iter().take(MAX_ROWS).map(row).collect_view()}</tbody>
                </table>
                <Show when=move || { n_more() > 0 }>
                    <p class="muted">{move || format!("and {} more groups", n_more())}</p>
                </Show>
            </div>
        </div>
    }
}

/// One of the two things to group by.
#[component]
fn GroupChoice(
    chosen: Memo<GroupBy>,
    choose: impl Fn(String) + Copy + 'static,
    names: Memo<Vec<Arc<str>>>,
    label: &'static str,
) -> impl IntoView {
    let option = move |word: String, by: GroupBy| {
        let words = words_of(&by);
        let words = if words.is_empty() { word.clone() } else { words };
        view! { <option value=word selected=move || chosen.with(|it| *it == by)>{words}</option> }
    };
    let attribute = move |name: Arc<str>| option(format!(".{name}"), GroupBy::Attribute(name));
    view! {
        <label>
            {label} <select on:change=move |event| choose(event_target_value(&event))>
                {OWN.map(|(word, by)| option(word.to_owned(), by)).collect_view()}
                {move || names.get().into_iter().map(attribute).collect_view()}
            </select>
        </label>
    }
}

/// What a word of the address groups by: one of [`OWN`], or an attribute after a dot.
fn by_word(word: &str) -> GroupBy {
    let own = OWN.iter().find(|it| it.0 == word).map(|it| it.1.clone());
    own.unwrap_or_else(|| GroupBy::Attribute(word.strip_prefix('.').unwrap_or(word).into()))
}

/// The column that `COLUMN:asc` or `COLUMN:desc` means, and whether the least comes first.
fn order_of(text: &str) -> Option<(usize, bool)> {
    let (title, direction) = text.split_once(':')?;
    let column = COLUMNS.iter().position(|it| it.0 == title)?;
    Some((column, direction == "asc"))
}

fn words_of(by: &GroupBy) -> String {
    match by {
        GroupBy::Attribute(name) => name.to_string(),
        GroupBy::Nothing => String::new(),
        other => OWN.iter().find(|it| it.1 == *other).map_or_else(String::new, |it| it.0.to_owned()),
    }
}
