//! What is shown in a task of its own, so that no task is long and what matters first is there first.

use std::time::Duration;

use leptos::prelude::*;

use crate::state::effect;

/// Shows its children a moment later: when all that was to be done before it is done, and whatever waits has had its turn.
#[component]
pub fn Soon(
    /// How much later than that: what shows nothing by itself lets what is looked at be painted first.
    #[prop(default = Duration::ZERO)]
    after: Duration,
    children: ChildrenFn,
) -> impl IntoView {
    let is_due = RwSignal::new(false);
    let show = move || {
        // Gone before it was due, it has no signal any more.
        let _ = is_due.try_set(true);
    };
    set_timeout(show, after);
    view! { <Show when=move || is_due.get()>{children()}</Show> }
}

/// Becomes true in a task of its own after this has become true, and stays so.
pub fn a_task_after(is_ready: impl Fn() -> bool + 'static) -> ReadSignal<bool> {
    let (is_due, set_due) = signal(false);
    let is_set = StoredValue::new(false);
    effect(move |_| {
        if is_ready() && !is_set.get_value() {
            is_set.set_value(true);
            let show = move || {
                // Gone before it was due, it has no signal any more.
                let _ = set_due.try_set(true);
            };
            set_timeout(show, Duration::ZERO);
        }
    });
    is_due
}
