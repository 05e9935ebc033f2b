//! Paging: more lines than one answer holds, none lost and none twice.
//!
//! Loki counts the limit over all streams together, takes `start` in and leaves `end` out. So a page that is full ends
//! in the middle of an instant at worst: the next one asks for that instant again, and what came before is left out.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};

use domain::logs::RawLine;
use domain::time::{TimeDelta, Timestamp};

use super::MAX_LIMIT;
use super::batch::LogBatch;
use super::query_range::{Direction, QueryRange};

/// What to ask after a page.
#[derive(Clone, Debug, PartialEq)]
pub enum NextPage {
    /// Ask this.
    Ask(QueryRange),
    /// That was all.
    Done,
    /// More lines share one instant than an answer may hold: some of them are missing, and a person must be told.
    Stuck {
        /// The instant.
        at: Timestamp,
        /// The question that steps past it; `None` where the range ends there.
        past_it: Option<QueryRange>,
    },
}

/// Remembers which lines have come, and tells what to ask next.
#[derive(Clone, Debug, Default)]
pub struct Paging {
    /// Lines of the instant at which the pages so far end, and how often each has come. Only these can come again.
    seen: HashMap<u64, u32>,
}

impl Paging {
    /// Takes the answer to `asked`: which of its lines are new (places in [`LogBatch::iter`]), and what to ask next.
    pub fn take(&mut self, asked: &QueryRange, page: &LogBatch) -> (Vec<usize>, NextPage) {
        let border = match asked.direction {
            Direction::Backward => page.times().min(),
            Direction::Forward => page.times().max(),
        };
        let Some(border) = border else { return (Vec::new(), NextPage::Done) };
        let before = std::mem::take(&mut self.seen);
        let mut counts: HashMap<u64, u32> = HashMap::new();
        let mut new = Vec::with_capacity(page.len());
        for (place, line) in page.iter().enumerate() {
            let hash = hash_of(&line);
            let count = counts.entry(hash).or_default();
            *count += 1;
            if *count > before.get(&hash).copied().unwrap_or(0) {
                new.push(place);
            }
            if line.time == border {
                *self.seen.entry(hash).or_default() += 1;
            }
        }
        (new, next(asked, page.len(), border))
    }
}

/// What to ask after a page of so many lines that ends at `border`.
fn next(asked: &QueryRange, n_lines: usize, border: Timestamp) -> NextPage {
    if n_lines < asked.limit as usize {
        return NextPage::Done;
    }
    let from = |at: Timestamp| {
        let mut next = asked.clone();
        match asked.direction {
            Direction::Backward => next.range.end = at,
            Direction::Forward => next.range.start = at,
        }
        next
    };
    let instant = TimeDelta::from_nanos(1);
    let again = match asked.direction {
        Direction::Backward => from(border + instant),
        Direction::Forward => from(border),
    };
    if again.range != asked.range {
        return NextPage::Ask(again);
    }
    // The whole page is one instant.
    if asked.limit < MAX_LIMIT {
        return NextPage::Ask(QueryRange { limit: MAX_LIMIT, ..again });
    }
    let past_it = match asked.direction {
        Direction::Backward => from(border),
        Direction::Forward => from(border + instant),
    };
    let is_left = past_it.range.start < past_it.range.end;
    NextPage::Stuck { at: border, past_it: is_left.then_some(past_it) }
}

/// The most lines that a Loki says it gives, in the words of its refusal: `limit > max_entries_limit_per_query (6000 > 5000)`.
pub fn limit_in_refusal(words: &str) -> Option<u32> {
    let (_, after) = words.split_once("max_entries_limit_per_query (")?;
    let (_, limit) = after.split_once(')')?.0.split_once('>')?;
    limit.trim().parse().ok()
}

fn hash_of(line: &RawLine<'_>) -> u64 {
    let mut hasher = DefaultHasher::new();
    (line.time, &line.line, line.labels, &line.metadata).hash(&mut hasher);
    hasher.finish()
}

#[cfg(test)]
mod tests {
    use domain::system::{MatchOp, Matcher};
    use domain::time::TimeRange;
    use proptest::prelude::*;

    use super::*;
    use crate::{Decoder, Endpoint, Headers};

    /// A Loki with these lines: seconds, stream, text.
    struct FakeLoki(Vec<(i64, u8, u8)>);

    impl FakeLoki {
        /// Answers as Loki does, in its JSON.
        fn answer(&self, asked: &QueryRange) -> LogBatch {
            let mut lines: Vec<_> = self.0.iter().filter(|it| asked.range.contains(at(it.0))).collect();
            lines.sort_by_key(|it| it.0);
            if asked.direction == Direction::Backward {
                lines.reverse();
            }
            lines.truncate(asked.limit as usize);
            let streams: Vec<_> = (0..=u8::MAX)
                .filter_map(|stream| {
                    let values: Vec<_> = lines
                        .iter()
                        .filter(|it| it.1 == stream)
                        .map(|it| format!(r#"["{}","{}",{{}}]"#, at(it.0).nanos(), it.2))
                        .collect();
                    let values = values.join(",");
                    (!values.is_empty())
                        .then(|| format!(r#"{{"stream":{{"s":"{stream}"}},"values":[{values}]}}"#))
                })
                .collect();
            let body = format!(
                r#"{{"status":"success","data":{{"resultType":"streams","result":[{}]}}}}"#,
                streams.join(",")
            );
            let mut decoder = asked.decoder();
            decoder.push(body.as_bytes());
            decoder.finish(200, &Headers::default()).unwrap().0
        }

        /// Everything that paging finds, sorted, and the instants at which it was stuck.
        fn all(&self, limit: u32, direction: Direction) -> (Vec<(i64, u8, u8)>, Vec<Timestamp>) {
            let range = TimeRange { start: at(0), end: at(1_000) };
            let app = Matcher { label: "s".to_owned(), op: MatchOp::Regex, value: ".+".to_owned() };
            let query = super::super::logql::LogQuery::select(&[app]);
            let mut asked = QueryRange { query, range, limit, direction };
            let mut paging = Paging::default();
            let (mut found, mut stuck) = (Vec::new(), Vec::new());
            for _ in 0..1_000 {
                let page = self.answer(&asked);
                let (new, next) = paging.take(&asked, &page);
                found.extend(new.into_iter().map(|place| {
                    let line = page.get(place).unwrap();
                    (line.time.secs(), line.labels[0].1.parse().unwrap(), line.line.parse().unwrap())
                }));
                asked = match next {
                    NextPage::Ask(next) => next,
                    NextPage::Done => break,
                    NextPage::Stuck { at, past_it } => {
                        stuck.push(at);
                        match past_it {
                            Some(next) => next,
                            None => break,
                        }
                    }
                };
            }
            found.sort_unstable();
            (found, stuck)
        }
    }

    fn at(secs: i64) -> Timestamp {
        Timestamp::from_secs(secs)
    }

    #[test]
    fn a_full_page_asks_for_its_last_instant_again() {
        let loki = FakeLoki(vec![(1, 0, 0), (2, 0, 1), (2, 1, 1), (2, 1, 1), (3, 0, 3), (3, 0, 4)]);
        for direction in [Direction::Backward, Direction::Forward] {
            for limit in 3..8 {
                let (found, stuck) = loki.all(limit, direction);
                assert_eq!((found, stuck), (loki.0.clone(), vec![]), "{direction:?} {limit}");
            }
        }
    }

    #[test]
    fn an_instant_with_too_many_lines_is_stepped_past_and_told() {
        let mut lines: Vec<_> =
            (0..u32::from(u16::MAX) / 10).map(|it| (500, (it / 256) as u8, (it % 256) as u8)).collect();
        lines.extend([(400, 0, 0), (600, 0, 0)]);
        let loki = FakeLoki(lines);
        for direction in [Direction::Backward, Direction::Forward] {
            let (found, stuck) = loki.all(1_000, direction);
            assert_eq!(found.first(), Some(&(400, 0, 0)));
            assert_eq!(found.last(), Some(&(600, 0, 0)));
            assert_eq!(stuck, [at(500)]);
            assert!(found.len() >= MAX_LIMIT as usize, "{}", found.len());
        }
    }

    #[test]
    fn a_smaller_limit_is_read_from_the_refusal() {
        let words = "max entries limit per query exceeded, limit > max_entries_limit_per_query (6000 > 5000)";
        assert_eq!(limit_in_refusal(words), Some(5_000));
        assert_eq!(limit_in_refusal("parse error"), None);
    }

    proptest! {
        #[test]
        fn none_is_lost_and_none_comes_twice(
            lines in proptest::collection::vec((0_i64..20, 0_u8..3, 0_u8..3), 0..60),
            limit in 1_u32..30,
            is_forward in any::<bool>(),
        ) {
            let direction = if is_forward { Direction::Forward } else { Direction::Backward };
            let mut loki = FakeLoki(lines);
            loki.0.sort_unstable();
            prop_assert_eq!(loki.all(limit, direction), (loki.0.clone(), vec![]));
        }
    }
}
