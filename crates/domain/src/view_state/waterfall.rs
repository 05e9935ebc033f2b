//! How a waterfall of spans is looked at, and how the address writes that.

use std::fmt;
use std::str::FromStr;

use crate::ids::SpanId;
use crate::time::{TimeRange, Timestamp};

/// How a waterfall is looked at. The default is all of it, nothing folded away.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct WaterfallView {
    /// The stretch of time that fills the width; `None` for all.
    pub zoom: Option<TimeRange>,
    /// Which spans' children are folded away.
    pub folds: Folds,
    /// Services whose spans have no row.
    pub hidden: Vec<String>,
    /// Spans whose events and lines have rows of their own.
    pub marks: Vec<SpanId>,
    /// Services whose lines that name no span have rows of their own.
    pub lanes: Vec<String>,
    /// What is switched on, each once.
    pub switches: Vec<Switch>,
}

impl WaterfallView {
    /// Whether something is switched on.
    pub fn is_on(&self, switch: Switch) -> bool {
        self.switches.contains(&switch)
    }

    /// Switches something on or off.
    pub fn switch(&mut self, switch: Switch, on: bool) {
        self.switches.retain(|it| *it != switch);
        if on {
            self.switches.push(switch);
            self.switches.sort_unstable();
        }
    }
}

/// What can be switched on in a waterfall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Switch {
    /// Only spans that failed, and what leads to them.
    Errors,
    /// The critical path.
    Path,
    /// Clocks that disagree are put right.
    Clocks,
    /// Time in which nothing was going on is not folded away.
    Idle,
    /// The statistics.
    Statistics,
    /// All traces of the job on one axis.
    Together,
    /// The list of lines stays where it is when something is selected on the timeline.
    Still,
}

impl Switch {
    /// Every one, in the order in which the address writes them.
    pub const ALL: &[Self] =
        &[Self::Errors, Self::Path, Self::Clocks, Self::Idle, Self::Statistics, Self::Together, Self::Still];

    /// How it is written in the address.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Errors => "errors",
            Self::Path => "path",
            Self::Clocks => "clocks",
            Self::Idle => "idle",
            Self::Statistics => "statistics",
            Self::Together => "together",
            Self::Still => "still",
        }
    }

    /// What a word of the address means.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|it| it.word() == word)
    }
}

/// Which spans' children are folded away: a rule, and the spans with which it is the other way round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folds {
    /// The rule.
    pub rule: FoldRule,
    /// The exceptions.
    pub except: Vec<SpanId>,
}

/// A rule by which spans are folded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FoldRule {
    /// None are.
    #[default]
    Nothing,
    /// All of at least this depth, 0 being the roots'.
    From(u16),
    /// All in which no other service begins to work.
    Services,
}

/// `2`, `services`, `none,00000000000000ab`: the form that [`Folds::from_str`] reads back.
impl fmt::Display for Folds {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.rule {
            FoldRule::Nothing => f.write_str("none")?,
            FoldRule::From(depth) => write!(f, "{depth}")?,
            FoldRule::Services => f.write_str("services")?,
        }
        self.except.iter().try_for_each(|it| write!(f, ",{it}"))
    }
}

impl FromStr for Folds {
    /// What was expected.
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let expected = "what is folded: none, services or a depth, then span ids after commas";
        let mut parts = text.split(',');
        let rule = match parts.next().unwrap_or_default() {
            "none" => FoldRule::Nothing,
            "services" => FoldRule::Services,
            depth => FoldRule::From(depth.parse().map_err(|_| expected)?),
        };
        let except: Result<Vec<SpanId>, _> = parts.map(str::parse).collect();
        Ok(Self { rule, except: except.map_err(|_| expected)? })
    }
}

/// A stretch of time to the nanosecond, `START..END` since 1970.
pub(super) fn zoom(text: &str) -> Result<TimeRange, String> {
    let nanos = |it: &str| it.parse().ok().map(Timestamp::from_nanos);
    let range = text.split_once("..").and_then(|(from, to)| Some((nanos(from)?, nanos(to)?)));
    let range = range.filter(|(from, to)| from < to).map(|(start, end)| TimeRange { start, end });
    range.ok_or_else(|| "a stretch of time (nanoseconds..nanoseconds)".to_owned())
}

pub(super) fn zoom_text(zoom: TimeRange) -> String {
    format!("{}..{}", zoom.start.nanos(), zoom.end.nanos())
}

/// Words with commas between them.
pub(super) fn switches(text: &str) -> Result<Vec<Switch>, String> {
    let words: Vec<&str> = Switch::ALL.iter().map(|it| it.word()).collect();
    let wrong = || format!("some of {}", words.join(", "));
    let mut view = WaterfallView::default();
    for word in text.split(',') {
        view.switch(Switch::from_word(word).ok_or_else(wrong)?, true);
    }
    Ok(view.switches)
}

pub(super) fn switches_text(switches: &[Switch]) -> String {
    switches.iter().map(|it| it.word()).collect::<Vec<_>>().join(",")
}
