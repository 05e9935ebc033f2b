//! What holds for the picture of any evidence: nothing is drawn outside it, nothing that was found is left out.

use proptest::prelude::*;

use crate::diagnosis::cause;
use crate::job::assemble;
use crate::job::tests::laws::any_evidence;
use crate::testing::{at, pipeline};
use crate::timeline::{BarKind, Folding, LaneKind, lay_out};

proptest! {
    #[test]
    fn every_picture_is_whole(
        evidence in any_evidence(),
        now in proptest::sample::select(vec!["09:00:00", "10:05:00", "23:00:00"]),
        folding in proptest::sample::select(vec![Folding::On, Folding::Off]),
    ) {
        let (system, now) = (pipeline(), at(now));
        let job = assemble(&system, &"j1".into(), &evidence, now);
        let timeline = lay_out(&system, &job, &evidence, now, folding);
        let range = timeline.range;
        prop_assert!(range.start < range.end);
        for bar in timeline.lanes.iter().flat_map(|it| &it.bars) {
            prop_assert!(range.start <= bar.start && bar.start <= bar.end && bar.end <= range.end, "{:?}", bar);
        }
        for lane in &timeline.lanes {
            prop_assert!(lane.bars.is_sorted_by_key(|it| it.start));
            prop_assert!(lane.ticks.is_sorted_by_key(|it| it.time));
        }
        let n_ticks: usize = timeline.lanes.iter().map(|it| it.ticks.len()).sum();
        let keys: std::collections::HashSet<_> = evidence.lines.iter().map(|it| it.key).collect();
        prop_assert_eq!(n_ticks, keys.len());
        let stages = timeline.lanes.iter().filter(|it| it.kind == LaneKind::Stage);
        prop_assert_eq!(stages.clone().count(), job.stages.len());
        for (lane, run) in stages.zip(&job.stages) {
            let n_attempts = lane.bars.iter().filter(|it| it.kind != BarKind::Never).count();
            prop_assert_eq!(n_attempts, run.attempts.len());
        }
        prop_assert!(timeline.axis.corners.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1));
        for fold in &timeline.axis.folds {
            prop_assert!(range.start < fold.range.start && fold.range.end < range.end, "{:?}", fold);
        }
        if let Some(cause) = cause(&system, &job, &evidence) {
            prop_assert!(cause.sure <= 4 && !cause.sentence.is_empty() && !cause.would_refute.is_empty());
        }
    }
}
