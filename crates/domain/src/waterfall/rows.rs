//! Which spans have a row: what is folded away, which services are left out, errors only.

use super::forest::{Forest, Place};

/// A set of spans by their numbers, which no correction of clocks changes.
#[derive(Clone, Debug, Default, PartialEq)]
struct SpanSet(Vec<u64>);

impl SpanSet {
    fn has(&self, number: u32) -> bool {
        self.0.get(number as usize / 64).is_some_and(|it| it >> (number % 64) & 1 == 1)
    }

    fn set(&mut self, number: u32, is_in: bool) {
        let word = number as usize / 64;
        if word >= self.0.len() {
            self.0.resize(word + 1, 0);
        }
        if let Some(bits) = self.0.get_mut(word) {
            let bit = 1 << (number % 64);
            *bits = if is_in { *bits | bit } else { *bits & !bit };
        }
    }
}

/// How much of a forest is shown.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Shape {
    /// Spans whose children are folded away.
    folded: SpanSet,
    /// Services whose spans have no row; their children stand where they would.
    pub hidden: Vec<std::sync::Arc<str>>,
    /// Whether only spans have a row that failed or have a failed one below.
    pub errors_only: bool,
}

impl Shape {
    /// Nothing folded away, without these services' spans, and perhaps with failures alone.
    pub fn leaving_out(hidden: Vec<std::sync::Arc<str>>, errors_only: bool) -> Self {
        Self { folded: SpanSet::default(), hidden, errors_only }
    }

    /// Whether a span's children are folded away.
    pub fn is_folded(&self, forest: &Forest, place: Place) -> bool {
        self.folded.has(forest.number(place))
    }

    /// Folds a span's children away, or brings them back.
    pub fn fold(&mut self, forest: &Forest, place: Place, away: bool) {
        self.folded.set(forest.number(place), away && forest.n_below(place) > 0);
    }

    /// Brings everything back.
    pub fn unfold_all(&mut self) {
        self.folded = SpanSet::default();
    }

    /// Folds every span whose depth is at least this.
    pub fn fold_from(&mut self, forest: &Forest, depth: u16) {
        self.fold_where(forest, |it| forest.depth(it) >= depth);
    }

    /// Folds one level more: the deepest spans that have children in view.
    pub fn fold_one_level(&mut self, forest: &Forest) {
        let open = |it: &Place| forest.n_below(*it) > 0 && !self.is_folded(forest, *it);
        let deepest = Rows::of(forest, self).spans().filter(open).map(|it| forest.depth(it)).max();
        if let Some(depth) = deepest {
            self.fold_where(forest, |it| forest.depth(it) >= depth);
        }
    }

    /// Brings one level back: below the outermost folded spans in view.
    pub fn unfold_one_level(&mut self, forest: &Forest) {
        let folded: Vec<Place> =
            Rows::of(forest, self).spans().filter(|it| self.is_folded(forest, *it)).collect();
        let Some(depth) = folded.iter().map(|it| forest.depth(*it)).min() else { return };
        for place in folded.into_iter().filter(|it| forest.depth(*it) == depth) {
            self.fold(forest, place, false);
        }
    }

    /// Folds the inside of each service: what is left are the spans at which another service begins to work.
    pub fn fold_services(&mut self, forest: &Forest) {
        let mut is_mixed = vec![false; forest.len()];
        for place in forest.all().rev() {
            let Some(parent) = forest.parent(place) else { continue };
            let differs =
                is_mixed.get(place.index()) == Some(&true) || forest.service(place) != forest.service(parent);
            if let Some(up) = is_mixed.get_mut(parent.index()) {
                *up |= differs;
            }
        }
        self.unfold_all();
        self.fold_where(forest, |it| is_mixed.get(it.index()) != Some(&true));
    }

    /// Brings back whatever hides a span.
    pub fn reveal(&mut self, forest: &Forest, place: Place) {
        let mut above = forest.parent(place);
        while let Some(it) = above {
            self.fold(forest, it, false);
            above = forest.parent(it);
        }
    }

    /// The same with nothing folded away.
    pub fn unfolded(&self) -> Self {
        Self { folded: SpanSet::default(), ..self.clone() }
    }

    fn fold_where(&mut self, forest: &Forest, wanted: impl Fn(Place) -> bool) {
        for place in forest.all().filter(|it| forest.n_below(*it) > 0 && wanted(*it)) {
            self.fold(forest, place, true);
        }
    }
}

/// One row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Row {
    /// The log lines of a service that name no span, by their place among the lanes.
    Lane(usize),
    /// A span, and how far its name is indented.
    Span(Place, u16),
    /// One of the marks of a span or a lane, which were opened: the row that it belongs to, and its place among them.
    Mark(usize, usize),
}

/// The rows from top to bottom: spans, then lanes of lines without a span, which come later and move no span; below each its
/// marks, where opened.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    n_lanes: usize,
    places: Vec<u32>,
    depths: Vec<u16>,
    opened: Vec<Opened>,
}

/// Marks that have rows of their own.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Opened {
    /// The lane or span that they belong to, counted without rows of marks.
    base: usize,
    /// The row of the first mark.
    first: usize,
    n: usize,
    /// Rows of marks up to here and with these.
    n_so_far: usize,
}

impl Rows {
    /// The rows of a forest in this shape.
    pub fn of(forest: &Forest, shape: &Shape) -> Self {
        let is_hidden: Vec<bool> =
            forest.services().iter().map(|it| shape.hidden.contains(&it.name)).collect();
        let mut rows = Self::default();
        rows.places.reserve(forest.len());
        rows.depths.reserve(forest.len());
        // Where the subtrees end whose roots have a row and contain the present place.
        let mut ends: Vec<Place> = Vec::new();
        let mut place = Place(0);
        while place.index() < forest.len() {
            while ends.last().is_some_and(|it| *it <= place) {
                ends.pop();
            }
            let matters = !shape.errors_only || forest.is_error(place) || forest.has_error_below(place);
            if !matters {
                place = forest.after(place);
                continue;
            }
            if is_hidden.get(forest.service(place)) != Some(&true) {
                rows.places.push(place.0);
                rows.depths.push(ends.len() as u16);
                ends.push(forest.after(place));
            }
            place = if shape.is_folded(forest, place) { forest.after(place) } else { Place(place.0 + 1) };
        }
        rows
    }

    /// With so many lanes of lines below the spans.
    pub fn with_lanes(mut self, n_lanes: usize) -> Self {
        self.n_lanes = n_lanes;
        self
    }

    /// With a row for each mark of these lanes and spans: `(row, how many)`, counted without rows of marks.
    pub fn with_opened(mut self, mut opened: Vec<(usize, usize)>) -> Self {
        opened.sort_unstable();
        opened.dedup_by_key(|it| it.0);
        let mut n_so_far = 0;
        self.opened.clear();
        for (base, n) in opened {
            let first = base + 1 + n_so_far;
            n_so_far += n;
            self.opened.push(Opened { base, first, n, n_so_far });
        }
        self
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.n_lanes + self.places.len() + self.opened.last().map_or(0, |it| it.n_so_far)
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The row at an index.
    pub fn get(&self, row: usize) -> Option<Row> {
        let after = self.opened.partition_point(|it| it.first <= row);
        let above = after.checked_sub(1).and_then(|it| self.opened.get(it));
        let base = match above {
            Some(it) if row < it.first + it.n => return Some(Row::Mark(it.first - 1, row - it.first)),
            Some(it) => row - it.n_so_far,
            None => row,
        };
        match self.places.get(base).zip(self.depths.get(base)) {
            Some((place, depth)) => Some(Row::Span(Place(*place), *depth)),
            None => Some(base - self.places.len()).filter(|it| *it < self.n_lanes).map(Row::Lane),
        }
    }

    /// The span at a row, or the one that a row of marks belongs to.
    pub fn place(&self, row: usize) -> Option<Place> {
        match self.get(row)? {
            Row::Span(place, _) => Some(place),
            Row::Lane(_) => None,
            Row::Mark(owner, _) => self.place(owner),
        }
    }

    /// The row of a span; `None` where it has none.
    pub fn row_of(&self, place: Place) -> Option<usize> {
        Some(self.with_marks(self.base_of(place)?))
    }

    /// The row of a lane.
    pub fn row_of_lane(&self, lane: usize) -> usize {
        self.with_marks(self.base_of_lane(lane))
    }

    fn with_marks(&self, base: usize) -> usize {
        let before = self.opened.partition_point(|it| it.base < base);
        let n_above = before.checked_sub(1).and_then(|it| self.opened.get(it)).map_or(0, |it| it.n_so_far);
        base + n_above
    }

    /// The row of a span, counted without rows of marks: what [`Rows::with_opened`] takes.
    pub fn base_of(&self, place: Place) -> Option<usize> {
        self.places.binary_search(&place.0).ok()
    }

    /// The row of a lane, counted without rows of marks.
    pub fn base_of_lane(&self, lane: usize) -> usize {
        self.places.len() + lane
    }

    /// The row of a span, else of its nearest ancestor that has one.
    pub fn nearest_row(&self, forest: &Forest, place: Place) -> Option<usize> {
        std::iter::successors(Some(place), |it| forest.parent(*it)).find_map(|it| self.row_of(it))
    }

    /// Every span that has a row, from top to bottom.
    pub fn spans(&self) -> impl Iterator<Item = Place> {
        self.places.iter().copied().map(Place)
    }
}
