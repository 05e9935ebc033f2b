//! Text find over names, services, statuses, events and attributes, in as many pieces as the page wants.

use super::forest::{Forest, Place};
use crate::attr::{AttrValue, Attributes};
use crate::trace::Span;

/// A search that has come so far.
///
/// A text is found anywhere, in any case. `name=value` finds attributes of exactly that name whose value has the text;
/// an empty value finds all that have the attribute.
#[derive(Clone, Debug, Default)]
pub struct Find {
    needle: Needle,
    next: u32,
    found: Vec<u32>,
}

#[derive(Clone, Debug, Default)]
enum Needle {
    #[default]
    Nothing,
    Text(String),
    Pair(String, String),
}

impl Find {
    /// Looks for this text; for nothing where it is blank.
    pub fn new(text: &str) -> Self {
        let text = text.trim();
        let pair = text.split_once('=').filter(|(name, _)| !name.is_empty() && !name.contains(' '));
        let needle = match pair {
            _ if text.is_empty() => Needle::Nothing,
            Some((name, value)) => Needle::Pair(name.to_owned(), value.to_ascii_lowercase()),
            None => Needle::Text(text.to_ascii_lowercase()),
        };
        Self { needle, next: 0, found: Vec::new() }
    }

    /// Looks through so many more spans; whether all have been.
    pub fn run(&mut self, forest: &Forest, n_spans: usize) -> bool {
        let end = (self.next as usize).saturating_add(n_spans).min(forest.len()) as u32;
        for place in self.next..end {
            if forest.span(Place(place)).is_some_and(|it| self.needle.is_in(it)) {
                self.found.push(place);
            }
        }
        self.next = end;
        end as usize >= forest.len()
    }

    /// Whether it looks for anything.
    pub fn is_blank(&self) -> bool {
        matches!(self.needle, Needle::Nothing)
    }

    /// What has been found so far, from top to bottom.
    pub fn found(&self) -> impl ExactSizeIterator<Item = Place> + DoubleEndedIterator {
        self.found.iter().copied().map(Place)
    }

    /// Whether a span was found.
    pub fn has(&self, place: Place) -> bool {
        self.found.binary_search(&place.0).is_ok()
    }

    /// How many were found up to this place and with it: the n of "n of m".
    pub fn rank(&self, place: Place) -> usize {
        self.found.partition_point(|it| *it <= place.0)
    }

    /// The next match below a place, or above it; round the end, so that there always is one if there is any.
    pub fn step(&self, from: Option<Place>, ahead: bool) -> Option<Place> {
        let next = match (from, ahead) {
            (None, true) => self.found.first(),
            (None, false) => self.found.last(),
            (Some(from), true) => {
                self.found.get(self.found.partition_point(|it| *it <= from.0)).or(self.found.first())
            }
            (Some(from), false) => {
                let before = self.found.partition_point(|it| *it < from.0);
                before.checked_sub(1).and_then(|it| self.found.get(it)).or(self.found.last())
            }
        };
        next.copied().map(Place)
    }
}

impl Needle {
    fn is_in(&self, span: &Span) -> bool {
        let resource = &span.resource;
        match self {
            Self::Nothing => false,
            Self::Text(text) => {
                has_text(&span.name, text)
                    || has_text(&resource.service, text)
                    || has_text(&span.status_message, text)
                    || any_has(&span.attributes, text)
                    || any_has(&resource.attributes, text)
                    || span.events.iter().any(|it| has_text(&it.name, text) || any_has(&it.attributes, text))
            }
            Self::Pair(name, value) => {
                let all = [&span.attributes, &resource.attributes];
                let of_events = span.events.iter().map(|it| &it.attributes);
                all.into_iter().chain(of_events).any(|it| pair_has(it, name, value))
            }
        }
    }
}

fn any_has(attributes: &Attributes, text: &str) -> bool {
    attributes.0.iter().any(|(name, value)| has_text(name, text) || value_has(value, text))
}

fn pair_has(attributes: &Attributes, name: &str, text: &str) -> bool {
    attributes.0.iter().any(|(it, value)| **it == *name && value_has(value, text))
}

fn value_has(value: &AttrValue, text: &str) -> bool {
    match value {
        AttrValue::Text(it) => has_text(it, text),
        // A number can only have what numbers are written with.
        AttrValue::Int(_) | AttrValue::Float(_)
            if !text.bytes().all(|it| b"0123456789.-+einfa".contains(&it)) =>
        {
            false
        }
        other => has_text(&other.to_string(), text),
    }
}

/// Whether the text has this in it, given in lower case; letters without accents are the same in either case.
fn has_text(text: &str, lower: &str) -> bool {
    let (text, lower) = (text.as_bytes(), lower.as_bytes());
    let Some((first, rest)) = lower.split_first() else { return true };
    let Some(last) = text.len().checked_sub(lower.len()) else { return false };
    let upper = first.to_ascii_uppercase();
    let mut from = 0;
    while let Some(candidates) = text.get(from..=last) {
        let Some(found) = candidates.iter().position(|it| it == first || *it == upper) else { return false };
        let at = from + found;
        if text.get(at + 1..at + lower.len()).is_some_and(|it| it.eq_ignore_ascii_case(rest)) {
            return true;
        }
        from = at + 1;
    }
    false
}
