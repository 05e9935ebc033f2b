//! Every job of a range, and the stories of those about which there is something to tell.

use std::sync::Arc;

use domain::fingerprint::JobSample;
use domain::job::JobState;
use domain::jobs::JobRow;
use domain::time::{TimeDelta, TimeRange};
use futures_util::stream::{StreamExt, iter};
use inquiry::drive;
use inquiry::jobs::{JobsInquiry, JobsQuestion, JobsReport, LINES_AT_FIRST};
use inquiry::leaks::{SeveralUsers, several_users};

use super::{Asker, Story};

/// Lines that are read at most: more than a person would wait for on a page.
const MAX_LINES: usize = 10 * LINES_AT_FIRST;
/// Jobs in trouble whose whole story is told at most, the newest: more than any hour has.
pub(super) const MAX_STORIES: usize = 5_000;
/// Stories that are found out at once.
const AT_ONCE: usize = 8;

/// The jobs of a range.
pub struct Listed {
    /// What was found.
    pub report: JobsReport,
    /// The jobs as they are counted and compared, in the order of the rows.
    pub samples: Vec<JobSample>,
    /// Jobs that may be well and yet have lines of several users.
    pub several_users: SeveralUsers,
}

impl Asker {
    /// Every job of a range.
    pub async fn list(&self, range: TimeRange) -> Listed {
        let question = JobsQuestion { range, now: self.now, max_lines: MAX_LINES, keep_from: range.start };
        let plan = JobsInquiry::new(self.system.clone(), self.reader.clone(), self.memory.clone(), question);
        let mut report = inquiry::Plan::report(&plan);
        drive(plan, &*self.transport, |news| report = news).await;
        let samples = report.rows.iter().map(|it| JobSample::of_row(&self.system, it)).collect();
        let selector = self.memory.selector().unwrap_or(0);
        let several_users = several_users(&self.system, selector, range, &*self.transport).await;
        Listed { report, samples, several_users }
    }

    /// The stories of the jobs in trouble and of those with lines of several users, in the order of the rows.
    pub async fn stories(&self, listed: &Listed) -> Vec<Story> {
        let has_story = |it: &&Arc<JobRow>| is_in_trouble(it) || listed.several_users.jobs.contains(&it.id);
        let troubled = listed.report.rows.iter().filter(has_story).take(MAX_STORIES);
        let stories = troubled.map(|row| {
            let end = row.end.unwrap_or(row.last_seen).max(row.last_seen);
            // What is seen soon after the list begins may have begun before,
            // unless so long before that it would be called stuck.
            let (rules, since) = (&self.system.jobs, row.start - listed.report.range.start);
            let margin = if since < rules.stuck_after { rules.longest } else { TimeDelta::ZERO };
            let range = TimeRange::between(row.start - margin, end);
            self.story(row.id.as_str(), range, Some(&listed.samples))
        });
        iter(stories).buffered(AT_ONCE).collect().await
    }
}

/// Whether there is something to explain, as far as a row tells.
pub(super) fn is_in_trouble(row: &JobRow) -> bool {
    match row.state {
        JobState::Done => false,
        JobState::Failed | JobState::Stuck | JobState::Unknown => true,
        JobState::Queued | JobState::Running => row.failure.is_some(),
    }
}
