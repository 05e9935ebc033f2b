//! How old what is shown is.

use domain::time::{TimeDelta, Timestamp, civil_from_timestamp};
use leptos::prelude::*;

use crate::state::{Memo, use_clock};

/// “updated 12 s ago”; in a recording, the time that its clock shows.
#[component]
pub fn Age(
    /// When it was made; nothing is shown before there is something.
    #[prop(into)]
    at: Signal<Option<Timestamp>>,
) -> impl IntoView {
    let clock = use_clock();
    let text = Memo::new(move |_| {
        let at = at.get()?;
        if clock.stands_still() {
            let civil = civil_from_timestamp(at, clock.offset_secs(at));
            return Some(format!("as of {:02}:{:02}:{:02}", civil.hour, civil.minute, civil.second));
        }
        Some(age_text(clock.second() - at))
    });
    view! { <span class="age">{move || text.get()}</span> }
}

/// The age in words: whole seconds, as nobody needs it better.
fn age_text(age: TimeDelta) -> String {
    match age.secs() {
        ..2 => "updated just now".to_owned(),
        secs @ 2..60 => format!("updated {secs} s ago"),
        secs => format!("updated {} ago", TimeDelta::from_secs(secs / 60 * 60)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_age_is_told_in_whole_seconds_and_then_minutes() {
        let check = |millis, expected: &str| assert_eq!(age_text(TimeDelta::from_millis(millis)), expected);
        check(-5, "updated just now");
        check(12_900, "updated 12 s ago");
        check(252_310, "updated 4 min ago");
        check(3_700_000, "updated 1 h 1 min ago");
    }
}
