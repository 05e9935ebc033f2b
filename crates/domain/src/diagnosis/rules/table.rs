//! Rules that go by the words which everybody's software uses for one kind of trouble.

use super::super::case::Case;
use super::super::words::{filled, says};
use super::super::{Cause, Matched};
use super::Found;
use super::entries::TABLE;
use super::signals::{Shown, Watch, shown};

/// A trouble that is known by words.
pub(super) struct WordRule {
    pub(super) name: &'static str,
    /// One of these is enough …
    pub(super) enough: &'static [&'static str],
    /// … or one of these …
    pub(super) any: &'static [&'static str],
    /// … and one of these by the same text …
    pub(super) with: &'static [&'static str],
    /// … where none of these is said.
    pub(super) without: &'static [&'static str],
    /// What is wrong; `{stage}` is filled in.
    pub(super) sentence: &'static str,
    /// What follows who said it.
    pub(super) more: &'static str,
    pub(super) would_refute: &'static str,
    /// The surest that words alone can make it.
    pub(super) most: u8,
    pub(super) depth: u8,
    pub(super) covers: &'static [&'static str],
    /// The metric that would show it as well.
    pub(super) watch: Option<Watch>,
}

impl WordRule {
    fn fits(&self, text: &str) -> bool {
        let is_said = says(text, self.enough) || (says(text, self.any) && says(text, self.with));
        is_said && !says(text, self.without)
    }
}

/// Every trouble of which somebody speaks.
pub(super) fn all(case: &Case) -> Vec<Found> {
    TABLE.iter().filter_map(|it| by_words(case, it)).collect()
}

/// The metrics that show a trouble even where nobody speaks of it: the rule, what to watch, and its sentence.
pub(super) fn watched() -> impl Iterator<Item = (&'static str, &'static Watch, &'static str, &'static str)> {
    TABLE.iter().filter_map(|it| Some((it.name, it.watch.as_ref()?, it.sentence, it.would_refute)))
}

fn by_words(case: &Case, rule: &WordRule) -> Option<Found> {
    let heard = case.heard(|text| rule.fits(text))?;
    let (mut sure, mut why, mut matched) = (heard.sure.min(rule.most), heard.who, heard.matched);
    why.push_str(rule.more);
    match rule.watch.as_ref().and_then(|it| shown(case, it)) {
        Some(Shown::Yes(words, role)) => {
            // What was overcome on the way stays so, whatever the metric shows.
            if sure > 1 {
                sure = (sure + 1).min(4);
            }
            why.push_str(&format!("; {words}"));
            matched.push(Matched::signal(words, role));
        }
        Some(Shown::No(words)) => {
            sure = sure.saturating_sub(1).max(1);
            why.push_str(&format!("; but {words}"));
        }
        None => {}
    }
    let stage = |name: &str| (name == "stage").then(|| case.stage.clone());
    Some(Found {
        cause: Cause {
            rule: rule.name.to_owned(),
            sentence: filled(rule.sentence, stage),
            matched,
            sure,
            why,
            would_refute: rule.would_refute.to_owned(),
            runbook: None,
        },
        depth: rule.depth,
        covers: rule.covers,
    })
}
