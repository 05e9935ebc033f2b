//! Which time is looked at: presets, or two moments as a person writes them.

use domain::time::{
    CalendarUnit, Moment, RangeSpec, TimeDelta, Timestamp, civil_from_timestamp, parse_civil,
};
use leptos::prelude::*;

use super::parts;
use crate::components::menu::{Menu, MenuHandle};
use crate::components::part::Part;
use crate::state::{Clock, use_clock, use_view};

const PRESETS_SECS: [i64; 10] = [300, 900, 1_800, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800];

/// The button that says the range, and the panel that changes it.
#[component]
pub(super) fn RangePicker() -> impl IntoView {
    let (view, clock) = (use_view(), use_clock());
    let range = view.part(|it| it.range);
    let title = move || range_text(range.get(), clock);
    view! {
        <Menu
            title=move || view! { <span class="range">{title}</span>{" ▾"} }
            label="The time that is looked at"
            content=|menu| {
                let view = move || parts::range_panel::view(menu);
                view! { <Part fetch=parts::range_panel::fetch view what="Fetching the choices …" height_css_px=340 /> }
                    .into_any()
            }
        />
    }
}

/// Presets, and fields for two moments.
#[component]
pub(super) fn RangePanel(menu: MenuHandle) -> impl IntoView {
    let (view, clock) = (use_view(), use_clock());
    let range = view.part(|it| it.range);
    let presets = PRESETS_SECS.map(|secs| {
        let spec = RangeSpec::last(TimeDelta::from_secs(secs));
        let choose = move |_| {
            view.push(|it| it.range = spec);
            menu.close();
        };
        view! {
            <button type="button" class="choice" class:on=move || range.get() == spec on:click=choose>
                {range_text(spec, clock)}
            </button>
        }
    });
    let spec = range.get_untracked();
    let (from, to) =
        (RwSignal::new(moment_text(spec.from, clock)), RwSignal::new(moment_text(spec.to, clock)));
    let errors = RwSignal::new((None::<String>, None::<String>));
    let apply = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        match (read_moment(&from.get_untracked(), clock), read_moment(&to.get_untracked(), clock)) {
            (Ok(from), Ok(to)) => {
                view.push(|it| it.range = RangeSpec { from, to });
                menu.close();
            }
            (from, to) => errors.set((from.err(), to.err())),
        }
    };
    view! {
        <div class="range-panel">
            <div class="choices" role="group" aria-label="Up to now">{presets.collect_view()}</div>
            <form on:submit=apply>
                <MomentField name="from" text=from error=Signal::derive(move || errors.with(|it| it.0.clone())) />
                <MomentField name="to" text=to error=Signal::derive(move || errors.with(|it| it.1.clone())) />
                <p class="muted">
                    {move || format!("now-6h, now/d, or 2026-03-14 10:22 ({})", clock.zone_name(clock.range().get().end))}
                </p>
                <button type="submit">{"Show this time"}</button>
            </form>
        </div>
    }
}

/// One end of the range; what was typed stays when it cannot be read.
#[component]
fn MomentField(name: &'static str, text: RwSignal<String>, error: Signal<Option<String>>) -> impl IntoView {
    let error_id = format!("{name}-error");
    view! {
        <label>
            {name}
            <input
                type="text"
                name=name
                autocomplete="off"
                spellcheck="false"
                prop:value=move || text.get()
                aria-invalid=move || error.with(Option::is_some).to_string()
                aria-describedby=error_id.clone()
                on:input=move |event| text.set(event_target_value(&event))
            />
        </label>
        <p id=error_id class="field-error" role="alert">{move || error.get()}</p>
    }
}

/// A moment as it is written in the field: a fixed one on the view's clock.
fn moment_text(moment: Moment, clock: Clock) -> String {
    match moment {
        Moment::At(at) => date_text(at, clock, true),
        Moment::Ago(_) | Moment::AgoRounded(..) => moment.to_string(),
    }
}

/// Reads what [`moment_text`] writes and whatever a [`Moment`] can be; a date without a zone is on the view's clock.
fn read_moment(text: &str, clock: Clock) -> Result<Moment, String> {
    let offset_secs = untrack(|| clock.offset_secs(clock.now()));
    match parse_civil(text.trim(), offset_secs) {
        Some(at) => Ok(Moment::At(at)),
        None => text.parse().map_err(|it: domain::time::MomentError| it.to_string()),
    }
}

/// A range as a person says it: `Last 1 h`, `Today`, `14 Mar 10:00 – 11:00`.
fn range_text(spec: RangeSpec, clock: Clock) -> String {
    match (spec.from, spec.to) {
        (Moment::Ago(length), Moment::Ago(TimeDelta::ZERO)) => format!("Last {length}"),
        (Moment::AgoRounded(TimeDelta::ZERO, CalendarUnit::Day), _) => "Today".to_owned(),
        (Moment::At(from), Moment::At(to)) => {
            let (start, end) = (date_text(from, clock, false), date_text(to, clock, false));
            let same_day = start.get(..10) == end.get(..10);
            format!("{start} – {}", if same_day { end.get(11..).unwrap_or_default() } else { &end })
        }
        (from, to) => format!("{} – {}", moment_text(from, clock), moment_text(to, clock)),
    }
}

fn date_text(at: Timestamp, clock: Clock, exact: bool) -> String {
    let it = civil_from_timestamp(at, clock.offset_secs(at));
    let minutes = format!("{:04}-{:02}-{:02} {:02}:{:02}", it.year, it.month, it.day, it.hour, it.minute);
    match (exact, it.nanos / 1_000_000) {
        (false, _) => minutes,
        (true, 0) => format!("{minutes}:{:02}", it.second),
        (true, millis) => format!("{minutes}:{:02}.{millis:03}", it.second),
    }
}
