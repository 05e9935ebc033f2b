//! What holds for any spans in any order.

use proptest::prelude::*;

use super::picture;
use crate::attr::Attributes;
use crate::ids::SpanId;
use crate::testing::trace_id;
use crate::time::{TimeDelta, Timestamp};
use crate::trace::{Resource, Span, SpanKind, SpanLink, SpanStatus, Trace};
use crate::waterfall::{
    Edges, Find, Forest, GroupBy, Marks, Minimap, Rows, Shape, Statistics, critical_path, idle_folds,
    self_times, skew,
};

/// Spans with ids 1 to `n`; parents may be missing, be each other's, or be themselves; clocks may go backwards.
fn any_spans() -> impl Strategy<Value = Vec<Span>> {
    let any_time = prop_oneof![8 => 0_i64..5_000_000_000, 1 => any::<i64>()];
    let any_span = (any_time, -1_000_i64..3_000_000_000, 0_u64..24, 0_u8..4, 0_u8..8);
    proptest::collection::vec(any_span, 0..20).prop_map(|rows| {
        let span = |(id, (start, length, parent, service, other)): (u64, (i64, i64, u64, u8, u8))| Span {
            trace: trace_id(1),
            id: SpanId::from_bytes(id.to_be_bytes()).unwrap(),
            parent: SpanId::from_bytes(parent.to_be_bytes()),
            name: format!("s{id}").into(),
            kind: [SpanKind::Internal, SpanKind::Client, SpanKind::Producer, SpanKind::Consumer]
                [usize::from(other % 4)],
            start: Timestamp::from_nanos(start),
            end: Timestamp::from_nanos(start.saturating_add(length)),
            status: if other > 5 { SpanStatus::Error } else { SpanStatus::Unset },
            status_message: "".into(),
            attributes: Attributes::default(),
            events: Vec::new(),
            links: SpanId::from_bytes(u64::from(other).to_be_bytes())
                .map(|span| SpanLink {
                    trace: trace_id(1 + other % 2),
                    span,
                    attributes: Attributes::default(),
                })
                .into_iter()
                .collect(),
            resource: std::sync::Arc::new(Resource {
                service: format!("{service}").into(),
                ..Resource::default()
            }),
        };
        (1..).zip(rows).map(span).collect()
    })
}

fn forest_of(spans: Vec<Span>) -> Forest {
    Forest::new(&[Trace::from_spans(spans)])
}

proptest! {
    #[test]
    fn any_order_of_spans_gives_the_same_rows(spans in any_spans(), seed in any::<u64>()) {
        let mut shuffled = spans.clone();
        let mut state = seed;
        for i in (1..shuffled.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            shuffled.swap(i, (state >> 33) as usize % (i + 1));
        }
        let all = |spans| picture(&forest_of(spans), &Shape::default());
        let expected = all(spans.clone());
        prop_assert_eq!(&all(shuffled.clone()), &expected);
        // Also where nobody has sorted them.
        let unsorted = Forest::new(&[Trace { spans: shuffled.into(), ..Trace::default() }]);
        prop_assert_eq!(picture(&unsorted, &Shape::default()), expected);
    }

    #[test]
    fn nothing_is_lost_and_relations_hold(spans in any_spans()) {
        let forest = forest_of(spans.clone());
        prop_assert_eq!(forest.len(), spans.len());
        for span in &spans {
            let place = forest.find(span.trace, span.id).unwrap();
            prop_assert_eq!(forest.span(place), Some(span));
        }
        for place in forest.all() {
            let is_root = forest.roots().any(|it| it == place);
            prop_assert_eq!(forest.parent(place).is_none(), is_root);
            for child in forest.children(place) {
                prop_assert_eq!(forest.parent(child), Some(place));
                prop_assert_eq!(forest.depth(child), forest.depth(place) + 1);
            }
            let starts: Vec<_> = forest.children(place).map(|it| forest.start(it)).collect();
            prop_assert!(starts.is_sorted());
            let below: usize = forest.children(place).map(|it| forest.n_below(it) + 1).sum();
            prop_assert_eq!(forest.n_below(place), below);
        }
        let named: usize = forest.services().iter().map(|it| it.n_spans).sum();
        prop_assert_eq!(named, spans.len());
    }

    #[test]
    fn what_is_folded_survives_its_description(spans in any_spans(), folded in any::<u32>(), rule in 0_u8..4) {
        let forest = Forest::new(&[Trace::from_spans(spans)]);
        let mut shape = Shape::default();
        match rule {
            0 => {}
            1 => shape.fold_services(&forest),
            depth => shape.fold_from(&forest, u16::from(depth - 2)),
        }
        for (_, place) in forest.all().enumerate().filter(|(bit, _)| folded >> bit & 1 == 1) {
            let is_folded = shape.is_folded(&forest, place);
            shape.fold(&forest, place, !is_folded);
        }
        let folds = shape.described(&forest).unwrap();
        let mut again = Shape::default();
        again.fold_as(&forest, &folds);
        prop_assert_eq!(picture(&forest, &again), picture(&forest, &shape));
        prop_assert_eq!(again.described(&forest), Some(folds));
    }

    #[test]
    fn folding_hides_what_is_below_and_nothing_else(spans in any_spans(), folded in any::<u32>(), errors_only: bool) {
        let forest = forest_of(spans);
        let mut shape = Shape::default();
        shape.errors_only = errors_only;
        for (bit, place) in forest.all().enumerate().filter(|(bit, _)| folded >> bit & 1 == 1) {
            let _ = bit;
            shape.fold(&forest, place, true);
        }
        let rows = Rows::of(&forest, &shape);
        for place in forest.all() {
            let above = std::iter::successors(forest.parent(place), |it| forest.parent(*it));
            let is_open = above.clone().all(|it| !shape.is_folded(&forest, it));
            let matters = !errors_only || forest.is_error(place) || forest.has_error_below(place);
            prop_assert_eq!(rows.row_of(place).is_some(), is_open && matters);
        }
        let all_open = Rows::of(&forest, &Shape::default());
        prop_assert_eq!(all_open.len(), forest.len());
    }

    #[test]
    fn the_critical_path_never_does_two_things_at_once(spans in any_spans()) {
        let forest = forest_of(spans);
        let path = critical_path(&forest);
        let mut all = path.segments().to_vec();
        for it in &all {
            prop_assert!(it.start < it.end);
            prop_assert!(forest.start(it.place) <= it.start && it.end <= forest.end(it.place));
            prop_assert!(path.of(it.place).contains(it));
        }
        all.sort_by_key(|it| it.start);
        prop_assert!(all.windows(2).all(|it| it[0].end <= it[1].start), "{all:?}");
    }

    #[test]
    fn self_time_is_part_of_the_duration(spans in any_spans()) {
        let forest = forest_of(spans);
        for (place, own) in forest.all().zip(self_times(&forest)) {
            prop_assert!(TimeDelta::ZERO <= own && own <= forest.duration(place));
        }
    }

    #[test]
    fn everything_else_survives_and_counts_every_span(spans in any_spans(), columns in 0_u32..40, lines in 0_u32..9) {
        let forest = forest_of(spans);
        let own = self_times(&forest);
        let mut statistics = Statistics::new([GroupBy::Service, GroupBy::Kind]);
        statistics.run(&forest, &own, usize::MAX);
        prop_assert_eq!(statistics.rows().iter().map(|it| it.count).sum::<usize>(), forest.len());
        let edges = Edges::of(&forest);
        for edge in edges.all() {
            prop_assert!(edges.of_effect(edge.to).contains(edge));
        }
        let map = Minimap::of(&forest, &Rows::of(&forest, &Shape::default()), forest.range(), columns, lines);
        prop_assert!(map.runs.iter().all(|it| it.left < it.right && it.right <= columns.max(1)));
        prop_assert_eq!(forest.is_empty(), map.runs.is_empty());
        let right = Forest::in_corrected_time(forest.traces(), &skew(&forest).corrections());
        prop_assert_eq!(right.len(), forest.len());
        let marks = Marks::of(&forest, std::iter::empty());
        idle_folds(&forest, &marks);
        prop_assert_eq!(marks.range(&forest), forest.range());
        let mut find = Find::new("s1");
        find.run(&forest, usize::MAX);
        prop_assert!(find.found().all(|it| forest.span(it).unwrap().name.contains("s1")));
    }
}
