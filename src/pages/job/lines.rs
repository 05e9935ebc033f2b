//! Which of a job's lines are listed, in which order, and what of a line is shown in its row.

use domain::job::Origin;
use domain::logs::{Level, LineKey, LogRecord};
use domain::number;
use domain::system::{Role, System, fields_for};
use domain::trace::Span;
use domain::view_state::{Filter, FilterOp};

/// The filter field that means the line's level rather than a field of that name.
pub(super) const LEVEL_FIELD: &str = "level";

/// The places of all lines in the order of their time.
pub(super) fn in_time_order(lines: &[LogRecord]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..lines.len()).collect();
    order.sort_by_key(|idx| lines.get(*idx).map(|it| (it.time, it.key)));
    order
}

/// Whether a line has the text somewhere, in any case, and passes the filters, as `alternatives` groups them. What Loki
/// keeps beside the line counts too.
pub(super) fn matches(record: &LogRecord, text: &str, filters: &[Vec<&Filter>]) -> bool {
    let says_it = has_text(&record.line, text) || record.fields.iter().any(|it| has_text(&it.1, text));
    says_it && filters.iter().all(|group| group.iter().any(|it| passes(record, it)))
}

fn passes(record: &LogRecord, filter: &Filter) -> bool {
    if filter.field == LEVEL_FIELD && filter.op == FilterOp::Least {
        return record.level >= Level::parse(&filter.value);
    }
    let values = || record.fields.iter().filter(|(name, _)| *name == filter.field).map(|(_, value)| value);
    let number = |text: &str| number::parse(text.trim());
    let compare = |test: fn(f64, f64) -> bool| {
        let wanted = number(&filter.value);
        values().any(|it| number(it).zip(wanted).is_some_and(|(found, wanted)| test(found, wanted)))
    };
    match filter.op {
        FilterOp::Is => values().any(|it| *it == filter.value),
        FilterOp::Not => !values().any(|it| *it == filter.value),
        FilterOp::Has => values().any(|it| has_text(it, &filter.value)),
        FilterOp::Lacks => !values().any(|it| has_text(it, &filter.value)),
        FilterOp::Least => compare(|found, wanted| found >= wanted),
        FilterOp::Most => compare(|found, wanted| found <= wanted),
    }
}

/// Whether `wanted` stands in `text`; letters without accents are the same in either case.
fn has_text(text: &str, wanted: &str) -> bool {
    let (text, wanted) = (text.as_bytes(), wanted.trim().as_bytes());
    wanted.is_empty() || text.windows(wanted.len()).any(|it| it.eq_ignore_ascii_case(wanted))
}

/// One field in a row.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct RowField {
    pub(super) name: String,
    pub(super) value: String,
    /// Whether it says what went wrong.
    pub(super) is_strong: bool,
}

/// Roles whose fields are worth a place in the row because they say what went wrong.
const STRONG: [Role; 6] =
    [Role::FailedStage, Role::ErrorCode, Role::Error, Role::Exception, Role::Reason, Role::Status];
/// Roles whose fields come after those.
const WEAK: [Role; 8] = [
    Role::Stage,
    Role::Task,
    Role::Queue,
    Role::Retries,
    Role::Duration,
    Role::Url,
    Role::Mode,
    Role::Caller,
];

/// The fields that a row shows, those that say what went wrong first.
///
/// Only fields that fill a role by the system file; what the other columns show already is left out.
pub(super) fn row_fields(system: &System, record: &LogRecord) -> Vec<RowField> {
    let mut shown: Vec<RowField> = Vec::new();
    for (role, is_strong) in STRONG.iter().map(|it| (*it, true)).chain(WEAK.iter().map(|it| (*it, false))) {
        let names = fields_for(&system.logs.roles, role);
        let found = names
            .iter()
            .find_map(|name| record.fields.iter().find(|(it, value)| it == name && !value.is_empty()));
        let Some((name, value)) = found else { continue };
        if *value != record.message && !shown.iter().any(|it| it.name == *name) {
            shown.push(RowField { name: name.clone(), value: value.clone(), is_strong });
        }
    }
    shown
}

/// The first line, in time order, that belongs to what is selected.
///
/// For a span the first that names it, else the first that its service wrote while it lasted, else the first of
/// any service in that time.
pub(super) fn first_line_of(
    lines: &[LogRecord],
    order: &[usize],
    selected: Origin,
    span: Option<&Span>,
) -> Option<LineKey> {
    let in_order = || order.iter().filter_map(|idx| lines.get(*idx));
    match selected {
        Origin::Line(key) => Some(key),
        Origin::Inferred => None,
        Origin::Span(_, id) => {
            let names_it = |it: &&LogRecord| it.roles.span == Some(id);
            if let Some(record) = in_order().find(names_it) {
                return Some(record.key);
            }
            let span = span?;
            let during = |it: &&LogRecord| span.start <= it.time && it.time <= span.end;
            let same_service = |it: &&LogRecord| *it.service == *span.service();
            in_order()
                .find(|it| during(it) && same_service(it))
                .or_else(|| in_order().find(during))
                .map(|it| it.key)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::logs::Roles;
    use domain::time::Timestamp;
    use domain::view_state::alternatives;

    fn record(secs: i64, level: Level, line: &str, fields: &[(&str, &str)]) -> LogRecord {
        let time = Timestamp::from_secs(secs);
        LogRecord {
            key: LineKey { time, hash: secs as u64 },
            time,
            level,
            service: "".into(),
            message: line.to_owned(),
            event: None,
            roles: Roles::default(),
            fields: fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            line: line.to_owned(),
        }
    }

    #[track_caller]
    fn check(filters: &[&str], text: &str, expected: bool) {
        let line = record(1, Level::Warn, "Fetch FAILED: 403", &[("code", "403"), ("url", "https://a/b")]);
        let filters: Vec<_> = filters.iter().map(|it| Filter::parse(it).unwrap()).collect();
        assert_eq!(matches(&line, text, &alternatives(&filters)), expected);
    }

    #[test]
    fn lines_are_found_by_text_level_and_field() {
        check(&[], "", true);
        check(&[], " failed ", true);
        check(&[], "refused", false);
        check(&[], "https://A/b", true);
        check(&["level:least:info"], "", true);
        check(&["level:least:error"], "", false);
        check(&["code:is:403"], "", true);
        check(&["code:not:403"], "", false);
        check(&["code:is:404", "code:is:403"], "", true);
        check(&["code:is:404", "code:is:405"], "", false);
        check(&["code:least:400", "code:most:499"], "", true);
        check(&["code:least:500"], "", false);
        check(&["url:has:A/B"], "403", true);
        check(&["url:lacks:a/b"], "", false);
        check(&["nothing:is:403"], "", false);
        check(&["nothing:lacks:403"], "", true);
    }

    #[test]
    fn lines_come_in_time_order_whatever_order_they_arrived_in() {
        let lines = [
            record(3, Level::Info, "c", &[]),
            record(1, Level::Info, "a", &[]),
            record(2, Level::Info, "b", &[]),
        ];
        assert_eq!(in_time_order(&lines), [1, 2, 0]);
    }

    #[test]
    fn a_row_shows_what_went_wrong_before_anything_else() {
        let mut system = System::default();
        system.logs.roles = vec![
            (Role::Queue, vec!["q".to_owned()]),
            (Role::ErrorCode, vec!["missing".to_owned(), "code".to_owned()]),
        ];
        let line = record(1, Level::Error, "x", &[("pod", "p-1"), ("q", "jobs"), ("code", "403")]);
        let fields: Vec<_> =
            row_fields(&system, &line).into_iter().map(|it| (it.name, it.is_strong)).collect();
        assert_eq!(fields, [("code".to_owned(), true), ("q".to_owned(), false)]);
    }
}
