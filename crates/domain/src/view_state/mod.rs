//! What is being looked at, as one value, and its written form: the query string of the address, version 1.

mod codec;
mod filter;
mod percent;
mod waterfall;

pub use filter::{Filter, FilterOp, Sort, alternatives};
pub use waterfall::{FoldRule, Folds, Switch, WaterfallView};

use crate::ids::{JobId, SpanId, TraceId};
use crate::logs::LineKey;
use crate::sorted::SortedMap;
use crate::time::{RangeSpec, TimeDelta};

/// Everything that a link to a view has to say. Two equal values show the same thing to two people.
#[derive(Clone, Debug, PartialEq)]
pub struct ViewState {
    /// Which page.
    pub page: Page,
    /// Name of the system file; `None` for the configuration's first.
    pub system: Option<String>,
    /// The job looked at.
    pub job: Option<JobId>,
    /// Which tab of the page.
    pub tab: Tab,
    /// The trace selected.
    pub trace: Option<TraceId>,
    /// The span selected.
    pub span: Option<SpanId>,
    /// The log line selected.
    pub line: Option<LineKey>,
    /// How the waterfall is looked at.
    pub waterfall: WaterfallView,
    /// The other job of a comparison; `None` for the last good one.
    pub with: Option<JobId>,
    /// The board looked at.
    pub board: Option<String>,
    /// The one panel of it that stands alone.
    pub panel: Option<String>,
    /// The range of time; fixed ends are kept to the millisecond.
    pub range: RangeSpec,
    /// How often to ask again; `None` for never.
    pub refresh: Option<TimeDelta>,
    /// Whose clock times are shown by.
    pub zone: Zone,
    /// Light or dark.
    pub theme: Theme,
    /// Values of the board's variables, by name.
    pub vars: SortedMap<String, Vec<String>>,
    /// Filters of jobs or log lines; all must hold.
    pub filters: Vec<Filter>,
    /// The search text; empty for none.
    pub query: String,
    /// The order of a list; `None` for the page's own.
    pub sort: Option<Sort>,
    /// The columns of a list, by name; empty for the page's own. No name is empty or holds a comma.
    pub columns: Vec<String>,
    /// Whether the page stands inside another, without its shell.
    pub embed: bool,
}

impl Default for ViewState {
    /// The overview of the last hour: what an address without a query means.
    fn default() -> Self {
        Self {
            page: Page::default(),
            system: None,
            job: None,
            tab: Tab::default(),
            trace: None,
            span: None,
            line: None,
            waterfall: WaterfallView::default(),
            with: None,
            board: None,
            panel: None,
            range: RangeSpec::last(TimeDelta::from_secs(3_600)),
            refresh: None,
            zone: Zone::default(),
            theme: Theme::default(),
            vars: SortedMap::new(),
            filters: Vec::new(),
            query: String::new(),
            sort: None,
            columns: Vec::new(),
            embed: false,
        }
    }
}

/// Makes an enum whose values have one written form each.
macro_rules! word_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        pub enum $name { $($(#[$variant_doc])* $variant,)* }

        impl $name {
            /// Every value, in the order in which they are offered.
            pub const ALL: &[Self] = &[$(Self::$variant,)*];

            /// How it is written in the address.
            pub const fn word(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What a word of the address means.
            pub fn from_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|it| it.word() == word)
            }
        }
    };
}

word_enum! {
    /// A page.
    Page {
        /// The incident view.
        #[default]
        Overview = "overview",
        /// The list of jobs.
        Jobs = "jobs",
        /// One job.
        Job = "job",
        /// One board.
        Board = "board",
        /// Log search.
        Logs = "logs",
        /// Alerts and runbooks.
        Alerts = "alerts",
        /// Which sources answer.
        Connections = "connections",
    }
}

word_enum! {
    /// A tab of the job page, or of the list of jobs.
    Tab {
        /// Lanes on one axis.
        #[default]
        Timeline = "timeline",
        /// Log lines alone.
        Logs = "logs",
        /// The waterfall of spans.
        Trace = "trace",
        /// The steps that have run.
        Debug = "debug",
        /// Beside another job.
        Compare = "compare",
        /// Of the list of jobs: its failures.
        Failures = "failures",
    }
}

word_enum! {
    /// Light or dark.
    Theme {
        /// As the reader's system says.
        #[default]
        System = "system",
        /// Dark.
        Dark = "dark",
        /// Light.
        Light = "light",
    }
}

/// Whose clock times are shown by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub enum Zone {
    /// The reader's own.
    #[default]
    Browser,
    /// UTC.
    Utc,
    /// A zone by its IANA name, such as `Europe/Berlin`; whether it exists, the browser knows.
    Named(String),
}

#[cfg(test)]
mod tests;
