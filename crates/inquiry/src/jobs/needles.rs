//! What must stand in a line that tells of a job, so that the log store need not send the others.

use backends::loki::logql::LogQuery;
use domain::logs::EventKind;
use domain::sorted::SortedSet;
use domain::system::{
    ConditionField, IdFilter, LineFormat, LogRules, MatchOp, Role, System, TextTest, fields_for,
};

/// The query for every line that may tell of a job.
///
/// Where the job's id has a place of its own (a label, metadata, a field of JSON), only lines with a job's or a task's
/// id are asked for: a line that has a trace only is one of a request, of which there may be very many. Where ids stand
/// anywhere in a text, only reading can tell.
pub(super) fn lines_query(system: &System, selector: usize) -> LogQuery {
    let streams = system.logs.selectors.get(selector).map_or(&[][..], |it| it);
    let all = LogQuery::select(streams);
    let logs = &system.logs;
    match (&logs.job_filter, &logs.task_filter) {
        // A line that is a job of its own need not name any.
        _ if !logs.line_jobs.is_empty() => all,
        (IdFilter::Label(label), IdFilter::None | IdFilter::Label(_)) if only_one(logs) => {
            all.stream(label, MatchOp::NotEqual, "")
        }
        (IdFilter::Metadata(name), IdFilter::None) => all.metadata(name, MatchOp::NotEqual, ""),
        (IdFilter::JsonField(_), IdFilter::JsonField(_) | IdFilter::None) => all.contains_any(&names(logs)),
        _ => all,
    }
}

/// Whether no line can have a task's id without having the job's.
fn only_one(logs: &LogRules) -> bool {
    logs.task_filter == IdFilter::None || logs.task_filter == logs.job_filter
}

/// The names that the fields of a job's and a task's id have in a line's text; none where a format has no names in it.
fn names(logs: &LogRules) -> Vec<String> {
    let has_names = |it: &LineFormat| match it {
        LineFormat::Json { .. } | LineFormat::Logfmt => true,
        LineFormat::Pattern { .. } => false,
    };
    if !logs.formats.iter().all(has_names) || !logs.extract.is_empty() {
        return Vec::new();
    }
    let mut names: SortedSet<String> = SortedSet::new();
    for field in [Role::Job, Role::TaskId].into_iter().flat_map(|it| fields_for(&logs.roles, it)) {
        // A name with a dot may also be nested, and then stands there by its last part.
        names.extend(field.rsplit_once('.').map(|(_, last)| format!("\"{last}\"")));
        names.insert(field.clone());
    }
    // What holds another is found by that.
    let all = names.clone();
    names.retain(|it| !all.iter().any(|other| other != it && it.contains(other.as_str())));
    names.into_iter().collect()
}

/// What must stand in a line that tells that a job was accepted; none where no rule says it in so many words.
pub(super) fn submission_words(system: &System) -> Vec<String> {
    event_words(system, &[EventKind::JobSubmitted])
}

/// What must stand in a line that tells of an event of one of these kinds; none where a rule does not say it in words, or
/// there is no rule.
pub(super) fn event_words(system: &System, kinds: &[EventKind]) -> Vec<String> {
    let mut words = Vec::new();
    for rule in system.logs.events.iter().filter(|it| kinds.contains(&it.kind)) {
        let of_rule = rule.when.iter().find_map(|it| match (&it.field, &it.test) {
            (ConditionField::Role(Role::Event | Role::Message), test) => match test {
                TextTest::Is(text)
                | TextTest::Prefix(text)
                | TextTest::Suffix(text)
                | TextTest::Contains(text) => Some(vec![text.clone()]),
                TextTest::OneOf(texts) => Some(texts.clone()),
                TextTest::Pattern(_) | TextTest::Exists => None,
            },
            (ConditionField::Role(_) | ConditionField::Field(_), _) => None,
        });
        match of_rule {
            Some(more) => words.extend(more),
            None => return Vec::new(),
        }
    }
    words
}
