//! Reading and writing the address: defaults are left out, and one bad field falls back alone and is named.

use super::percent::{encode_into, pairs};
use super::waterfall::{switches, switches_text, zoom, zoom_text};
use super::{Filter, Page, Sort, Tab, Theme, ViewState, Zone};
use crate::time::{Moment, NANOS_PER_MILLI, NANOS_PER_SEC, TimeDelta};
use crate::warning::Warning;

/// What a variable's parameter begins with.
const VAR_PREFIX: &str = "var-";
/// The version that is written.
const VERSION: &str = "1";

impl ViewState {
    /// Reads a query string, with or without its `?`.
    ///
    /// Parameters that mean nothing here are passed over; one that means something and is badly written keeps its
    /// default, and a warning names it. Of a parameter that may stand once, the last counts.
    pub fn parse(query: &str) -> (Self, Vec<Warning>) {
        let mut view = Self::default();
        let mut warnings = Vec::new();
        for (name, value) in pairs(query) {
            if value.is_empty() && !name.starts_with(VAR_PREFIX) {
                continue;
            }
            if let Err(expected) = view.take(&name, &value) {
                warnings.push(Warning::new("the address", format!("{name}={value} is not {expected}")));
            }
        }
        (view, warnings)
    }

    /// Puts one parameter where it belongs, or says what it should have been.
    fn take(&mut self, name: &str, value: &str) -> Result<(), String> {
        let some_text = || Some(value.to_owned());
        match name {
            "page" => self.page = Page::from_word(value).ok_or_else(|| one_of(Page::ALL, Page::word))?,
            "sys" => self.system = some_text(),
            "job" => self.job = Some(value.into()),
            "tab" => self.tab = Tab::from_word(value).ok_or_else(|| one_of(Tab::ALL, Tab::word))?,
            "trace" => self.trace = Some(value.parse().map_err(expected)?),
            "span" => self.span = Some(value.parse().map_err(expected)?),
            "line" => self.line = Some(value.parse().map_err(expected)?),
            "zoom" => self.waterfall.zoom = Some(zoom(value)?),
            "fold" => self.waterfall.folds = value.parse()?,
            "hide" => self.waterfall.hidden.push(value.to_owned()),
            "marks" => self.waterfall.marks.push(value.parse().map_err(expected)?),
            "lane" => self.waterfall.lanes.push(value.to_owned()),
            "show" => self.waterfall.switches = switches(value)?,
            "with" => self.with = Some(value.into()),
            "board" => self.board = some_text(),
            "panel" => self.panel = some_text(),
            "from" => self.range.from = moment(value)?,
            "to" => self.range.to = moment(value)?,
            "refresh" => {
                let length = TimeDelta::parse(value).filter(|it| *it > TimeDelta::ZERO);
                self.refresh = Some(length.ok_or("a length of time such as 30s")?);
            }
            "tz" => self.zone = zone(value),
            "theme" => self.theme = Theme::from_word(value).ok_or_else(|| one_of(Theme::ALL, Theme::word))?,
            "f" => self.filters.push(Filter::parse(value).ok_or("a filter such as stage:is:NAME")?),
            "q" => value.clone_into(&mut self.query),
            "sort" => self.sort = Some(Sort::parse(value).ok_or("an order such as COLUMN:desc")?),
            "cols" => {
                self.columns = value.split(',').filter(|it| !it.is_empty()).map(str::to_owned).collect()
            }
            "embed" => {
                self.embed = match value {
                    "1" => true,
                    "0" => false,
                    _ => return Err("1".to_owned()),
                }
            }
            "v" if value != VERSION => {
                return Err(format!("{VERSION}, the version that is read here: parts of it may be lost"));
            }
            _ => {
                if let Some(var) = name.strip_prefix(VAR_PREFIX).filter(|it| !it.is_empty()) {
                    self.vars.entry(var.to_owned()).or_default().push(value.to_owned());
                }
            }
        }
        Ok(())
    }

    /// The query string that [`ViewState::parse`] reads back, without a `?`; empty for the default view.
    pub fn to_query(&self) -> String {
        let default = Self::default();
        let mut query = Query::default();
        query.add_unless(self.page == default.page, "page", || self.page.word().to_owned());
        query.add_some("sys", self.system.as_ref());
        query.add_some("job", self.job.as_ref());
        query.add_unless(self.tab == default.tab, "tab", || self.tab.word().to_owned());
        query.add_some("trace", self.trace.as_ref());
        query.add_some("span", self.span.as_ref());
        query.add_some("line", self.line.as_ref());
        let waterfall = &self.waterfall;
        query.add_some("zoom", waterfall.zoom.map(zoom_text).as_ref());
        query.add_unless(waterfall.folds == default.waterfall.folds, "fold", || waterfall.folds.to_string());
        for service in &waterfall.hidden {
            query.add("hide", service);
        }
        for span in &waterfall.marks {
            query.add("marks", &span.to_string());
        }
        for service in &waterfall.lanes {
            query.add("lane", service);
        }
        query.add_unless(waterfall.switches.is_empty(), "show", || switches_text(&waterfall.switches));
        query.add_some("with", self.with.as_ref());
        query.add_some("board", self.board.as_ref());
        query.add_some("panel", self.panel.as_ref());
        query.add_unless(self.range.from == default.range.from, "from", || self.range.from.to_string());
        query.add_unless(self.range.to == default.range.to, "to", || self.range.to.to_string());
        query.add_some("refresh", self.refresh.map(length_text).as_ref());
        query.add_unless(self.zone == default.zone, "tz", || zone_text(&self.zone));
        query.add_unless(self.theme == default.theme, "theme", || self.theme.word().to_owned());
        for (var, values) in &self.vars {
            for value in values {
                query.add(&format!("{VAR_PREFIX}{var}"), value);
            }
        }
        for filter in &self.filters {
            query.add("f", &filter.to_string());
        }
        query.add_unless(self.query.is_empty(), "q", || self.query.clone());
        query.add_some("sort", self.sort.as_ref());
        query.add_unless(self.columns.is_empty(), "cols", || self.columns.join(","));
        query.add_unless(!self.embed, "embed", || "1".to_owned());
        query.text
    }
}

/// A query string being written.
#[derive(Default)]
struct Query {
    text: String,
}

impl Query {
    fn add(&mut self, name: &str, value: &str) {
        if !self.text.is_empty() {
            self.text.push('&');
        }
        encode_into(&mut self.text, name);
        self.text.push('=');
        encode_into(&mut self.text, value);
    }

    fn add_some(&mut self, name: &str, value: Option<&impl ToString>) {
        if let Some(value) = value.map(ToString::to_string).filter(|it| !it.is_empty()) {
            self.add(name, &value);
        }
    }

    fn add_unless(&mut self, is_default: bool, name: &str, value: impl FnOnce() -> String) {
        if !is_default {
            self.add(name, &value());
        }
    }
}

fn expected(err: crate::ids::IdError) -> String {
    err.expected.to_owned()
}

fn one_of<T: Copy>(all: &[T], word: fn(T) -> &'static str) -> String {
    let words: Vec<&str> = all.iter().map(|it| word(*it)).collect();
    format!("one of {}", words.join(", "))
}

fn moment(text: &str) -> Result<Moment, String> {
    text.parse().map_err(|_| "a time such as now-6h or epoch milliseconds".to_owned())
}

fn zone(text: &str) -> Zone {
    match text {
        "browser" => Zone::Browser,
        "utc" => Zone::Utc,
        name => Zone::Named(name.to_owned()),
    }
}

fn zone_text(zone: &Zone) -> String {
    match zone {
        Zone::Browser => "browser".to_owned(),
        Zone::Utc => "utc".to_owned(),
        Zone::Named(name) => name.clone(),
    }
}

/// A length as [`TimeDelta::parse`] reads it, in the largest unit that fits it exactly: `30s`, `5m`, `250ms`.
fn length_text(length: TimeDelta) -> String {
    let nanos = length.nanos();
    let units = [
        ("h", 3_600 * NANOS_PER_SEC),
        ("m", 60 * NANOS_PER_SEC),
        ("s", NANOS_PER_SEC),
        ("ms", NANOS_PER_MILLI),
    ];
    let fits = units.into_iter().find(|(_, unit_nanos)| nanos % unit_nanos == 0);
    fits.map_or_else(|| format!("{nanos}ns"), |(unit, unit_nanos)| format!("{}{unit}", nanos / unit_nanos))
}
