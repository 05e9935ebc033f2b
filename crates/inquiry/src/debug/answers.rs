//! The answers to a step's questions, taken apart by what the step makes of them.

use domain::debug::{FailedSpan, Rates, Sighting};
use domain::logs::LogRecord;
use domain::system::System;

use super::ask::Answer;
use crate::versions;

/// Answers sorted by kind, in the order of their questions; `None` for what could not be had.
pub(super) struct Answers {
    pub(super) all: Vec<Option<Answer>>,
}

impl Answers {
    pub(super) fn lines(self) -> (Vec<LogRecord>, bool) {
        let mut all = (Vec::new(), false);
        for answer in self.all.into_iter().flatten() {
            if let Answer::Lines(lines, is_cut) = answer {
                all.0.extend(lines);
                all.1 |= is_cut;
            }
        }
        all
    }

    pub(super) fn spans(self, system: &System) -> (Vec<FailedSpan>, bool) {
        let (mut spans, mut is_cut) = (Vec::new(), false);
        for answer in self.all.into_iter().flatten() {
            if let Answer::Spans(found) = answer {
                is_cut |= found.is_cut;
                spans.extend(versions::spans(system, &found));
            }
        }
        (spans, is_cut)
    }

    pub(super) fn rates(self) -> Rates {
        let mut rates = Rates::default();
        for (place, answer) in self.all.into_iter().enumerate() {
            match (place, answer) {
                (0, Some(Answer::Series(series))) => rates.lines = series.into_iter().next(),
                (1, Some(Answer::Series(series))) => rates.errors = series.into_iter().next(),
                (_, Some(Answer::Lines(lines, _))) => {
                    let durations = lines.iter().filter_map(|it| Some((it.time, it.roles.duration?)));
                    rates.durations.extend(durations);
                }
                (_, Some(Answer::Series(_) | Answer::Spans(_) | Answer::Profile(_)) | None) => {}
            }
        }
        rates
    }

    pub(super) fn versions_and_lines(self, system: &System) -> (Vec<Sighting>, Vec<LogRecord>) {
        let (mut seen, mut lines) = (Vec::new(), Vec::new());
        for answer in self.all.into_iter().flatten() {
            match answer {
                Answer::Spans(found) => seen.extend(versions::told(system, &found)),
                Answer::Lines(found, _) => lines.extend(found),
                Answer::Series(_) | Answer::Profile(_) => {}
            }
        }
        (Sighting::group(seen.into_iter().map(|it| (it.version, it.at, false))), lines)
    }

    /// Versions of all spans (the first answer), and of those that failed (the second); lines (the third), where they
    /// could be had. `None` where nothing tells of versions.
    pub(super) fn versions_since(self, system: &System) -> Option<(Vec<Sighting>, Option<Vec<LogRecord>>)> {
        let mut by_answer = self.all.into_iter();
        let mut spans = || match by_answer.next()?? {
            Answer::Spans(found) => Some(versions::spans(system, &found).collect::<Vec<_>>()),
            Answer::Lines(..) | Answer::Series(_) | Answer::Profile(_) => None,
        };
        let (all, failed) = (spans(), spans());
        let lines = match by_answer.next().flatten() {
            Some(Answer::Lines(lines, _)) => Some(lines),
            Some(Answer::Spans(_) | Answer::Series(_) | Answer::Profile(_)) | None => None,
        };
        if all.is_none() && failed.is_none() {
            return None;
        }
        let (all, failed) = (all.unwrap_or_default(), failed.unwrap_or_default());
        let is_failed =
            |it: &FailedSpan| failed.iter().any(|other| other.span == it.span && other.trace == it.trace);
        let well = all.into_iter().filter(|it| !is_failed(it)).map(|it| (it, false)).collect::<Vec<_>>();
        let seen = well.into_iter().chain(failed.into_iter().map(|it| (it, true)));
        let versions = Sighting::group(seen.filter_map(|(it, failed)| Some((it.version?, it.start, failed))));
        Some((versions, lines))
    }
}
