//! What has to be asked, given what is known.

use backends::SourceKind;
use backends::loki::logql::LogQuery;
use backends::tempo::slices_newest_first;
use backends::tempo::traceql::{Field, Filter, SpanQuery};
use domain::ids::TraceId;
use domain::system::{IdFilter, MatchOp, Role, fields_for};
use domain::time::{TimeDelta, TimeRange};

use super::{Asked, JobInquiry, KeyKind, MAX_TRACES};

/// How far back a key is looked for where the range that was asked for has nothing.
const WIDENED: TimeDelta = TimeDelta::from_secs(24 * 3_600);
/// How much time one search of traces covers.
const SEARCH_SLICE: TimeDelta = TimeDelta::from_secs(24 * 3_600);

/// One thing to ask.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Want {
    /// Which labels the log store knows, to choose between selectors.
    Labels(TimeRange),
    /// Lines with one of these ids.
    Lines {
        /// What the ids are.
        by: LineBy,
        /// The ids.
        ids: Vec<String>,
        /// Which of the system's selectors.
        selector: usize,
        /// Over which time.
        range: TimeRange,
    },
    /// Traces in which a span names the key.
    Search(TimeRange),
    /// One trace.
    Trace(TraceId),
}

/// What a line is looked for by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LineBy {
    /// Job ids.
    Job,
    /// Task ids.
    Task,
    /// Trace ids.
    Trace,
    /// A request's id, anywhere in the line.
    Request,
}

impl Want {
    /// Who is asked.
    pub fn source(&self) -> SourceKind {
        match self {
            Self::Labels(_) | Self::Lines { .. } => SourceKind::Loki,
            Self::Search(_) | Self::Trace(_) => SourceKind::Tempo,
        }
    }
}

impl JobInquiry {
    /// The range that is searched: as asked with the longest job's margin, or wider where that had nothing.
    pub(super) fn range(&self) -> TimeRange {
        let asked = self.question.range.widened_by(self.system.jobs.longest);
        let asked = TimeRange { end: asked.end.min(self.question.now.max(self.question.range.end)), ..asked };
        if self.is_widened {
            TimeRange { start: asked.start.min(asked.end - WIDENED), end: self.question.now.max(asked.end) }
        } else {
            asked
        }
    }

    /// Everything that should be asked, by what is known now; also what has been asked already.
    pub(super) fn wanted(&self) -> Vec<Want> {
        let range = self.range();
        let key = &self.question.key;
        let found = self.resolve();
        let mut wanted = Vec::new();
        if !self.system.logs.selectors.is_empty() {
            if self.system.logs.selectors.len() > 1 {
                wanted.push(Want::Labels(range));
            }
            self.want_lines(&mut wanted, LineBy::Job, vec![key.clone()], range);
            if self.system.logs.task_filter != self.system.logs.job_filter {
                self.want_lines(&mut wanted, LineBy::Task, vec![key.clone()], range);
            }
            if key.parse::<TraceId>().is_ok() && key.len() >= 16 {
                self.want_lines(&mut wanted, LineBy::Trace, vec![key.clone()], range);
            }
            // Whatever nothing else is may be a request's id: dearer to look for, so only then.
            if self.is_widened && !fields_for(&self.system.logs.roles, Role::RequestId).is_empty() {
                self.want_lines(&mut wanted, LineBy::Request, vec![key.clone()], range);
            }
            if found.id.as_str() != key {
                self.want_lines(&mut wanted, LineBy::Job, vec![found.id.to_string()], range);
            }
            if found.kind != KeyKind::Unknown {
                let tasks = found.tasks.iter().map(ToString::to_string).filter(|it| it != key).collect();
                self.want_lines(&mut wanted, LineBy::Task, tasks, range);
                let traces = found.traces.iter().map(ToString::to_string).filter(|it| it != key).collect();
                self.want_lines(&mut wanted, LineBy::Trace, traces, range);
            }
        }
        if !self.search_fields().is_empty() {
            wanted.extend(slices_newest_first(range, SEARCH_SLICE).map(Want::Search));
        }
        if let Ok(trace) = key.parse::<TraceId>()
            && key.len() >= 16
        {
            wanted.push(Want::Trace(trace));
        }
        wanted.extend(found.traces.iter().rev().take(MAX_TRACES).copied().map(Want::Trace));
        wanted
    }

    /// One question for all ids where a line filter can say so, else one for each.
    fn want_lines(&self, wanted: &mut Vec<Want>, by: LineBy, ids: Vec<String>, range: TimeRange) {
        let selector = self.selector;
        let want = |ids| Want::Lines { by, ids, selector, range };
        match self.filter(by) {
            _ if ids.is_empty() => {}
            IdFilter::None => {}
            IdFilter::Text | IdFilter::JsonField(_) => {
                // Only what no earlier question covers: an answer may add an id to those already asked for.
                let covered = |id: &String| {
                    self.asked.iter().any(|it| match it {
                        Want::Lines { by: b, ids, selector: s, range: r } => {
                            *b == by && *s == selector && *r == range && ids.contains(id)
                        }
                        Want::Labels(_) | Want::Search(_) | Want::Trace(_) => false,
                    })
                };
                let new: Vec<_> = ids.into_iter().filter(|it| !covered(it)).collect();
                if !new.is_empty() {
                    wanted.push(want(new));
                }
            }
            IdFilter::Label(_) | IdFilter::Metadata(_) => {
                wanted.extend(ids.into_iter().map(|id| want(vec![id])))
            }
        }
    }

    fn filter(&self, by: LineBy) -> &IdFilter {
        match by {
            LineBy::Job => &self.system.logs.job_filter,
            LineBy::Task => &self.system.logs.task_filter,
            LineBy::Trace => &self.system.logs.trace_filter,
            LineBy::Request => &IdFilter::Text,
        }
    }

    /// The query for lines with one of these ids.
    pub(super) fn lines_query(&self, by: LineBy, ids: &[String], selector: usize) -> LogQuery {
        let streams = self.system.logs.selectors.get(selector).map_or(&[][..], |it| it);
        let all = LogQuery::select(streams);
        let first = ids.first().map_or("", String::as_str);
        if by == LineBy::Job
            && let Some(texts) = self.reader.line_job_texts(first)
        {
            return texts.into_iter().fold(all, |query, text| query.contains(text));
        }
        match self.filter(by) {
            IdFilter::Label(label) => all.stream(label, MatchOp::Equal, first),
            IdFilter::Metadata(name) => all.metadata(name, MatchOp::Equal, first),
            IdFilter::JsonField(path) if ids.len() == 1 => {
                all.contains(first).json_field(path, MatchOp::Equal, first)
            }
            IdFilter::JsonField(_) | IdFilter::Text | IdFilter::None => all.contains_any(ids),
        }
    }

    /// The attributes in which a span may name the key.
    fn search_fields(&self) -> Vec<Field> {
        let roles = &self.system.spans.roles;
        let requests = if self.is_widened { fields_for(roles, Role::RequestId) } else { &[] };
        let names =
            fields_for(roles, Role::Job).iter().chain(fields_for(roles, Role::TaskId)).chain(requests);
        names.map(|it| Field::Span(it.clone())).collect()
    }

    /// The query for traces in which a span names the key.
    pub(super) fn search_query(&self) -> SpanQuery {
        SpanQuery::matching(Filter::any_is(&self.search_fields(), &self.question.key))
    }

    /// A want as a person may copy it.
    pub(super) fn as_asked(&self, want: &Want) -> Asked {
        let source = want.source();
        match want {
            Want::Labels(range) => {
                Asked { source, what: "which labels there are", query: String::new(), range: Some(*range) }
            }
            Want::Lines { by, ids, selector, range } => Asked {
                source,
                what: match by {
                    LineBy::Job => "lines by job id",
                    LineBy::Task => "lines by task id",
                    LineBy::Trace => "lines by trace id",
                    LineBy::Request => "lines by request id",
                },
                query: self.lines_query(*by, ids, *selector).to_string(),
                range: Some(*range),
            },
            Want::Search(range) => Asked {
                source,
                what: "traces that name the job",
                query: self.search_query().to_string(),
                range: Some(*range),
            },
            Want::Trace(id) => {
                Asked { source, what: "a trace by its id", query: id.to_string(), range: None }
            }
        }
    }
}
