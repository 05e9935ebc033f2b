//! Which jobs have lines of several users, for whoever looks at many jobs: their lines are counted by the log store.

use std::collections::BTreeSet;

use backends::loki::MetricQuery;
use backends::loki::logql::{LogQuery, Several};
use backends::{BackendError, SourceKind};
use domain::ids::JobId;
use domain::system::{Role, System, fields_for};
use domain::time::{TimeDelta, TimeRange};

use crate::job::Asked;
use crate::transport::{Transport, ask};

/// So much is counted at once, unless it is too much.
const SLICE: TimeDelta = TimeDelta::from_secs(3_600);
/// Shorter slices than this are not tried.
const SHORTEST: TimeDelta = TimeDelta::from_secs(120);
/// Slices overlap, since what a worker does next comes soon after a job's end.
const OVERLAP: TimeDelta = TimeDelta::from_secs(60);
/// What Loki says when there are more series than it counts (`max_query_series`).
const TOO_MANY: &str = "maximum number of series";

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct SeveralUsers {
    /// Jobs with lines of more than one user.
    pub jobs: BTreeSet<JobId>,
    /// What was asked.
    pub asked: Vec<Asked>,
    /// Why some of it could not be counted.
    pub failures: Vec<BackendError>,
}

/// Asks which jobs of a range have lines of several users. Asks nothing where the system's lines name no job or no user.
///
/// `selector` is which of the system's selectors has lines.
pub async fn several_users(
    system: &System,
    selector: usize,
    range: TimeRange,
    transport: &dyn Transport,
) -> SeveralUsers {
    let mut found = SeveralUsers::default();
    let keys = |role| {
        let fields = fields_for(&system.logs.roles, role).iter();
        let mut keys: Vec<String> = fields.map(|it| last_key(it).to_owned()).collect();
        keys.sort();
        keys.dedup();
        keys
    };
    let (of, values) = (keys(Role::Job), keys(Role::User));
    let (Some(streams), false, false) =
        (system.logs.selectors.get(selector), of.is_empty(), values.is_empty())
    else {
        return found;
    };
    let mut wanted = slices(range);
    while let Some(slice) = wanted.pop() {
        let (lines, of, values) = (LogQuery::select(streams), of.clone(), values.clone());
        let query = Several { lines, of, values, window: slice.length() };
        let asked = MetricQuery { query, at: slice.end };
        match ask(transport, &asked).await {
            Ok((samples, _)) => {
                let ids = samples.iter().filter_map(|it| it.labels.get(Several::OF));
                found.jobs.extend(ids.map(JobId::from));
            }
            Err(error) if error.body.contains(TOO_MANY) && slice.length() >= SHORTEST.times(2) => {
                let middle = slice.start + TimeDelta::from_nanos(slice.length().nanos() / 2);
                wanted.extend([
                    TimeRange { end: middle, ..slice },
                    TimeRange { start: middle - OVERLAP, ..slice },
                ]);
            }
            Err(error) => {
                found.failures.push(error);
                break;
            }
        }
        found.asked.push(Asked {
            source: SourceKind::Loki,
            what: "which jobs have lines of several users",
            query: asked.query.to_string(),
            range: Some(slice),
        });
    }
    found
}

/// How a line writes a field: nested ones by their last key.
fn last_key(field: &str) -> &str {
    field.rsplit('.').next().unwrap_or(field)
}

fn slices(range: TimeRange) -> Vec<TimeRange> {
    let mut slices = Vec::new();
    let mut end = range.end;
    while end > range.start {
        let start = (end - SLICE).max(range.start);
        slices.push(TimeRange { start, end });
        end = if start > range.start { start + OVERLAP } else { start };
    }
    slices
}

#[cfg(test)]
mod tests {
    use domain::system::{LogRules, MatchOp, Matcher};
    use domain::time::Timestamp;
    use futures_util::FutureExt;

    use super::*;
    use crate::testing::Script;

    const ENDPOINT: &str = "loki/metric_query";

    fn system() -> System {
        let worker = Matcher { label: "app".to_owned(), op: MatchOp::Equal, value: "worker".to_owned() };
        let roles = [(Role::Job, "job_id"), (Role::User, "log.user_id")];
        let roles = roles.map(|(role, field)| (role, vec![field.to_owned()])).to_vec();
        System {
            logs: LogRules { selectors: vec![vec![worker]], roles, ..LogRules::default() },
            ..System::default()
        }
    }

    fn ask_for(minutes: i64, script: &Script) -> SeveralUsers {
        let start = Timestamp::from_secs(1_795_000_000);
        let range = TimeRange { start, end: start + TimeDelta::from_secs(minutes * 60) };
        several_users(&system(), 0, range, script).now_or_never().unwrap()
    }

    #[test]
    fn jobs_are_named_by_the_log_store() {
        let body = r#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"_of":"bulk-1"},"value":[1795000000,"2"]}]}}"#;
        let script = Script::default().answer(ENDPOINT, "count by (_of)", body);
        let found = ask_for(150, &script);
        assert_eq!(found.jobs.iter().map(JobId::as_str).collect::<Vec<_>>(), ["bulk-1"]);
        // Three slices, of which the older two reach a minute into the next.
        assert_eq!(found.asked.len(), 3);
        let query = &found.asked[0].query;
        assert!(query.contains(r#"|= "job_id" |= "user_id""#), "{query}");
    }

    #[test]
    fn too_much_is_counted_in_halves_and_another_failure_is_told() {
        let whole = Script::default().refuse(ENDPOINT, "[1h]", 400, "maximum number of series (500) reached");
        let found = ask_for(60, &whole);
        assert_eq!(found.asked.len(), 1, "the whole was asked, and then no half could be");
        assert_eq!(found.failures.len(), 1);
        assert_eq!(whole.asked().len(), 2);
    }
}
