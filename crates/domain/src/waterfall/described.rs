//! What is folded away, in few words: a rule and its exceptions.

use std::collections::HashSet;

use super::forest::{Forest, Place};
use super::rows::Shape;
use crate::ids::SpanId;
use crate::view_state::{FoldRule, Folds};

/// More exceptions than this are not written down.
const MAX_EXCEPTIONS: usize = 200;
/// With so few folds, no rule is looked for.
const FEW: usize = 3;

impl Shape {
    /// What is folded away, in as few words as it takes; `None` where it takes too many.
    pub fn described(&self, forest: &Forest) -> Option<Folds> {
        let folded: Vec<Place> = forest.all().filter(|it| self.is_folded(forest, *it)).collect();
        let deepest = folded.iter().map(|it| forest.depth(*it)).max().unwrap_or(0);
        let depths = (0..=deepest).map(FoldRule::From);
        let rules = if folded.len() <= FEW { None } else { Some(depths.chain([FoldRule::Services])) };
        let rules = std::iter::once(FoldRule::Nothing).chain(rules.into_iter().flatten());
        let mut best: Option<Folds> = None;
        for rule in rules {
            let most = best.as_ref().map_or(MAX_EXCEPTIONS + 1, |it| it.except.len());
            let mut by_rule = Self::default();
            by_rule.fold_by(forest, rule);
            let differs = |it: &Place| self.is_folded(forest, *it) != by_rule.is_folded(forest, *it);
            let places = forest.all().filter(differs).take(most);
            let except: Vec<SpanId> = places.filter_map(|it| forest.span(it)).map(|it| it.id).collect();
            if except.len() < most {
                best = Some(Folds { rule, except });
            }
        }
        best
    }

    /// Folds away just what a description says.
    pub fn fold_as(&mut self, forest: &Forest, folds: &Folds) {
        self.unfold_all();
        self.fold_by(forest, folds.rule);
        if folds.except.is_empty() {
            return;
        }
        let except: HashSet<SpanId> = folds.except.iter().copied().collect();
        let is_named = |it: &Place| forest.span(*it).is_some_and(|it| except.contains(&it.id));
        for place in forest.all().filter(is_named) {
            let is_folded = self.is_folded(forest, place);
            self.fold(forest, place, !is_folded);
        }
    }

    fn fold_by(&mut self, forest: &Forest, rule: FoldRule) {
        match rule {
            FoldRule::Nothing => {}
            FoldRule::From(depth) => self.fold_from(forest, depth),
            FoldRule::Services => self.fold_services(forest),
        }
    }
}
