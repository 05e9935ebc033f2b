//! How far a clock on the wall is from UTC: the browser's own zone, or one by its IANA name.

use std::cell::RefCell;

use domain::time::{Civil, Timestamp, timestamp_from_civil};
use js_sys::{Array, Date, Function, Intl, Object, Reflect};
use wasm_bindgen::{JsCast, JsValue};

/// Seconds east of UTC in the browser's zone at that instant.
pub(super) fn browser_offset_secs(at: Timestamp) -> i32 {
    // JavaScript counts minutes west of UTC.
    -(date(at).get_timezone_offset() * 60.0) as i32
}

/// Seconds east of UTC in the zone with this IANA name at that instant; `None` when the browser does not know it.
pub(super) fn named_offset_secs(zone: &str, at: Timestamp) -> Option<i32> {
    let parts = kept_formatter(zone)?.format_to_parts(&date(at));
    let number = |name: &str| {
        parts.iter().find_map(|part| {
            let text = |key: &str| Reflect::get(&part, &key.into()).ok()?.as_string();
            if text("type")? == name { text("value")?.parse::<u16>().ok() } else { None }
        })
    };
    let wall = Civil {
        year: i64::from(number("year")?),
        month: number("month")? as u8,
        day: number("day")? as u8,
        hour: number("hour")? as u8,
        minute: number("minute")? as u8,
        second: number("second")? as u8,
        nanos: 0,
    };
    i32::try_from(timestamp_from_civil(wall, 0)?.secs() - at.secs()).ok()
}

thread_local! {
    /// The zone asked for last: making its formatter takes a hundred times as long as using it.
    static KEPT: RefCell<Option<(String, Intl::DateTimeFormat)>> = const { RefCell::new(None) };
}

fn kept_formatter(zone: &str) -> Option<Intl::DateTimeFormat> {
    KEPT.with(|kept| {
        let mut kept = kept.borrow_mut();
        if kept.as_ref().is_none_or(|(name, _)| name != zone) {
            *kept = Some((zone.to_owned(), formatter(zone)?));
        }
        kept.as_ref().map(|(_, it)| it.clone())
    })
}

/// Writes an instant as the wall clock in a zone; built by reflection, since an unknown zone throws.
fn formatter(zone: &str) -> Option<Intl::DateTimeFormat> {
    let options = Object::new();
    let numeric = ["year", "month", "day", "hour", "minute", "second"].map(|unit| (unit, "numeric"));
    for (key, value) in [("timeZone", zone), ("hourCycle", "h23")].into_iter().chain(numeric) {
        Reflect::set(&options, &key.into(), &value.into()).ok()?;
    }
    let intl = Reflect::get(&js_sys::global(), &"Intl".into()).ok()?;
    let class: Function = Reflect::get(&intl, &"DateTimeFormat".into()).ok()?.dyn_into().ok()?;
    let made = Reflect::construct(&class, &Array::of2(&"en-US".into(), &options)).ok()?;
    Some(made.unchecked_into())
}

fn date(at: Timestamp) -> Date {
    Date::new(&JsValue::from_f64(at.millis() as f64))
}
