//! From what a step says of lines to the query that finds them.

use backends::loki::logql::{LineOp, LogQuery};
use domain::debug::fill;
use domain::system::steps::{Language, LineTest};
use domain::system::{MatchOp, Matcher, Role, System, fields_for};

use super::Case;

impl Case {
    /// The query for lines that are so.
    ///
    /// # Errors
    /// The name of a placeholder that the evidence does not fill.
    pub(super) fn query(&self, system: &System, test: &LineTest) -> Result<LogQuery, String> {
        let mut query = if test.selector.is_empty() {
            LogQuery::select(self.selector(system))
        } else {
            LogQuery::select(&test.selector)
        };
        if let Some(service) = &test.service {
            query = self.of_service(system, query, &self.filled(service)?);
        }
        for text in &test.contains {
            query = query.contains(&self.filled(text)?);
        }
        for text in &test.lacks {
            query = query.line(LineOp::Lacks, &self.filled(text)?);
        }
        let any_of = test.any_of.iter().map(|it| self.filled(it)).collect::<Result<Vec<_>, _>>()?;
        query = query.contains_any(&any_of);
        for (field, value) in &test.fields {
            query = query.json_field(field, MatchOp::Equal, &self.filled(value)?);
        }
        Ok(query)
    }

    /// The first of the system's selectors whose labels exist; the first of all where nothing is known of labels.
    pub(super) fn selector<'a>(&self, system: &'a System) -> &'a [Matcher] {
        let selectors = &system.logs.selectors;
        let exists = |it: &&Vec<Matcher>| {
            self.labels.as_ref().is_some_and(|labels| it.iter().all(|it| labels.contains(&it.label)))
        };
        selectors.iter().find(exists).or(selectors.first()).map_or(&[], |it| it)
    }

    /// Only lines of one service: by whichever label tells the service, where there is one.
    pub(super) fn of_service(&self, system: &System, query: LogQuery, service: &str) -> LogQuery {
        let names: Vec<&str> = match system.service_named(service) {
            Some(it) => std::iter::once(&it.name).chain(&it.aliases).map(String::as_str).collect(),
            None => vec![service],
        };
        let fields = fields_for(&system.logs.roles, Role::Service);
        let in_selector = self.selector(system).iter().map(|it| &it.label).find(|it| fields.contains(it));
        let known =
            || fields.iter().find(|it| self.labels.as_ref().is_some_and(|labels| labels.contains(it)));
        match in_selector.or_else(known) {
            Some(label) => query.stream_in(label, &names),
            None => query,
        }
    }

    /// A text with its placeholders filled in.
    pub(super) fn filled(&self, template: &str) -> Result<String, String> {
        let filled = fill(template, &self.values, Language::Text);
        match filled.missing.into_iter().next() {
            Some(name) => Err(name),
            None => Ok(filled.text),
        }
    }
}
