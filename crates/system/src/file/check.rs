//! What a file says that its types alone cannot forbid: names that point nowhere, things said twice, numbers that mean
//! nothing.

use std::fmt::{self, Display};

use domain::logs::EventKind;
use domain::system::{ConditionField, MetricKind, Role};
use domain::warning::Warning;

use super::words::{FormatWord, role_name};
use super::{FormatFile, LogsFile, MetricFile, SystemFile};
use crate::pattern::Pattern;
use crate::shape::{Notes, did_you_mean};

/// Adds every such mistake to those that were found in reading.
pub(super) fn find(file: &SystemFile, notes: &mut impl Notes) {
    let mut it = Checker { notes };
    it.name("name", &file.name);
    it.stages(file);
    it.services(file);
    if let Some(jobs) = &file.jobs {
        it.kinds(jobs, file);
        it.attributes(jobs);
    }
    it.logs(file);
    if let Some(share) = file.spans.as_ref().and_then(|it| it.kept_share)
        && !(share > 0.0 && share <= 1.0)
    {
        it.add(
            "spans.kept_share",
            format_args!("{share} is not a share"),
            "write a number above 0, at most 1, such as 0.15",
        );
    }
    it.metrics(&file.metrics);
    if let Some(diagnosis) = &file.diagnosis {
        let names = diagnosis.rules.iter().enumerate();
        let list = format_args!("diagnosis.rules");
        it.unique(
            "rule",
            names.map(|(i, it)| (Place { list, i, member: "name", k: None }, it.name.0.as_str())),
        );
    }
}

/// What is allowed and yet may not be meant.
pub(super) fn warnings(file: &SystemFile) -> Vec<Warning> {
    let mut warnings = Vec::new();
    let mut warn =
        |text: String| warnings.push(Warning::new(format!("the system file “{}”", file.name), text));
    let fills = |role| can_fill(&file.logs, role);
    let has_job = fills(Role::Job) || file.jobs.as_ref().is_some_and(|it| !it.fallback_keys.is_empty());
    if !has_job {
        warn("logs.roles names no field for the job, so lines cannot be told apart by job".to_owned());
    }
    if file.logs.events.is_empty() {
        warn("logs.events is empty, so nothing is known of a job that has no trace".to_owned());
    }
    for (i, event) in file.logs.events.iter().enumerate() {
        for condition in &event.when.0 {
            if let ConditionField::Role(role) = &condition.field
                && !fills(*role)
            {
                warn(format!(
                    "logs.events[{i}] asks for the role “{}”, which no field fills",
                    role_name(*role)
                ));
            }
        }
    }
    for (i, stage) in file.stages.iter().enumerate() {
        let doer = stage.service.as_ref().and_then(|name| file.services.iter().find(|it| it.name == *name));
        if let Some(other) = doer.and_then(|it| it.stage.as_ref())
            && *other != stage.id
        {
            warn(format!("stages[{i}] is done by a service whose own stage is “{other}”"));
        }
    }
    warnings
}

/// Whether a line can have that role at all.
fn can_fill(logs: &LogsFile, role: Role) -> bool {
    let name = role_name(role);
    let captures = |text: &str| Pattern::parse(text).is_ok_and(|it| it.names().any(|it| it == name));
    logs.roles.0.iter().any(|(it, fields)| *it == role && !fields.is_empty())
        || (role == Role::Duration && !logs.durations.is_empty())
        || logs.extract.iter().any(|it| captures(&it.pattern.0))
        || role == Role::Message
}

/// Where something stands in a list, such as `stages[2].aliases[0]`.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    pub(super) list: fmt::Arguments<'a>,
    pub(super) i: usize,
    /// The member of the item; empty for the item itself.
    pub(super) member: &'static str,
    /// The item of that member.
    pub(super) k: Option<usize>,
}

impl Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { list, i, member, k } = self;
        write!(f, "{list}[{i}]")?;
        if !member.is_empty() {
            write!(f, ".{member}")?;
        }
        k.map_or(Ok(()), |k| write!(f, "[{k}]"))
    }
}

pub(super) struct Checker<'a, N> {
    notes: &'a mut N,
}

impl<N: Notes> Checker<'_, N> {
    /// Adds a mistake, but where there is one already, since it may be that one's doing.
    pub(super) fn add(&mut self, at: impl Display, what: impl Display, next_step: impl Display) {
        if !self.notes.is_broken(&at) {
            self.notes.mistake(at, what, next_step);
        }
    }

    /// A name that goes into URLs and names of files.
    fn name(&mut self, at: &str, name: &str) {
        if !name.chars().all(|it| it.is_ascii_lowercase() || it.is_ascii_digit() || it == '-') {
            self.add(
                at,
                format_args!("“{name}” cannot go into a URL as it is"),
                "use lower-case letters, digits and hyphens",
            );
        }
    }

    pub(super) fn unique<'a>(&mut self, what: &str, mut items: impl Iterator<Item = (Place<'a>, &'a str)>) {
        self.each_once(what, &mut items);
    }

    /// In one form for all lists: it stands in every page's first program.
    fn each_once<'a>(&mut self, what: &str, items: &mut dyn Iterator<Item = (Place<'a>, &'a str)>) {
        let mut seen: Vec<(Place<'a>, &str)> = Vec::new();
        for (at, word) in items {
            if let Some((first, _)) = seen.iter().find(|(_, it)| *it == word) {
                let next_step = format_args!("it stands at {first} already; let one of them go");
                self.add(at, format_args!("the {what} “{word}” is there twice"), next_step);
            } else {
                seen.push((at, word));
            }
        }
    }

    /// Whether a word is one of those that the file gives in the list `of`.
    pub(super) fn known(&mut self, at: impl Display, of: &str, word: &str, known: &[&str]) {
        let what = of.trim_end_matches('s');
        if !known.contains(&word) && !self.notes.is_broken(of) {
            self.add(at, format_args!("there is no {what} “{word}”"), did_you_mean(word, known));
        }
    }

    fn stages(&mut self, file: &SystemFile) {
        let services: Vec<_> = file.services.iter().map(|it| it.name.as_str()).collect();
        let list = format_args!("stages");
        let mut words = Vec::new();
        for (i, stage) in file.stages.iter().enumerate() {
            words.push((Place { list, i, member: "id", k: None }, stage.id.to_ascii_lowercase()));
            let aliases = stage.aliases.iter().enumerate();
            words.extend(
                aliases.map(|(k, it)| {
                    (Place { list, i, member: "aliases", k: Some(k) }, it.to_ascii_lowercase())
                }),
            );
            if let Some(service) = &stage.service {
                self.known(format_args!("stages[{i}].service"), "services", service, &services);
            }
        }
        self.unique("stage", words.iter().map(|(at, word)| (*at, word.as_str())));
        let queues = file.stages.iter().enumerate();
        self.unique(
            "queue",
            queues.filter_map(|(i, it)| {
                Some((Place { list, i, member: "queue", k: None }, it.queue.as_deref()?))
            }),
        );
    }

    fn services(&mut self, file: &SystemFile) {
        let stages: Vec<_> = file.stages.iter().map(|it| it.id.as_str()).collect();
        let list = format_args!("services");
        let mut words = Vec::new();
        for (i, service) in file.services.iter().enumerate() {
            words.push((Place { list, i, member: "name", k: None }, service.name.as_str()));
            let aliases = service.aliases.iter().enumerate();
            words.extend(
                aliases.map(|(k, it)| (Place { list, i, member: "aliases", k: Some(k) }, it.as_str())),
            );
            if let Some(stage) = &service.stage {
                self.known(format_args!("services[{i}].stage"), "stages", stage, &stages);
            }
        }
        self.unique("service", words.into_iter());
    }

    fn logs(&mut self, file: &SystemFile) {
        let logs = &file.logs;
        if logs.selectors.is_empty() {
            self.add(
                "logs.selectors",
                "names no selector",
                "write one that finds every line, such as [\"{app=`shop`}\"]",
            );
        }
        for (i, selector) in logs.selectors.iter().enumerate() {
            if !selector.demands_something() {
                let at = format_args!("logs.selectors[{i}]");
                self.add(
                    at,
                    "demands nothing: Loki refuses it",
                    "add a matcher that an empty text does not fit, such as app=~`.+`",
                );
            }
        }
        if logs.formats.is_empty() {
            self.add(
                "logs.formats",
                "names no format",
                "write [{\"format\": \"json\"}] or what the lines are",
            );
        }
        for (i, format) in logs.formats.iter().enumerate() {
            self.format(format_args!("logs.formats[{i}]"), format);
        }
        let role_maps =
            [Some(("logs.roles", &logs.roles)), file.spans.as_ref().map(|it| ("spans.roles", &it.roles))];
        for (at, map) in role_maps.into_iter().flatten() {
            for (role, fields) in &map.0 {
                let name = role_name(*role);
                let list = format_args!("{at}.{name}");
                let fields = fields.iter().enumerate();
                self.unique(
                    "field",
                    fields.map(|(i, it)| (Place { list, i, member: "", k: None }, it.as_str())),
                );
            }
        }
        let list = format_args!("logs.durations");
        let durations = logs.durations.iter().enumerate();
        self.unique(
            "field",
            durations.map(|(i, it)| (Place { list, i, member: "field", k: None }, it.field.as_str())),
        );
        let stages: Vec<_> = file.stages.iter().map(|it| it.id.as_str()).collect();
        for (i, event) in logs.events.iter().enumerate() {
            let at = format_args!("logs.events[{i}]");
            match (&event.stage, event.kind) {
                (Some(_), EventKind::JobSubmitted | EventKind::JobSucceeded | EventKind::JobFailed) => {
                    self.add(
                        format_args!("{at}.stage"),
                        "belongs to no event of the job as a whole",
                        "leave it out",
                    );
                }
                (Some(stage), _) => self.known(format_args!("{at}.stage"), "stages", stage, &stages),
                (None, _) => {}
            }
        }
    }

    fn format(&mut self, at: fmt::Arguments<'_>, format: &FormatFile) {
        let is_pattern = format.format == FormatWord::Pattern;
        if is_pattern && format.pattern.is_none() {
            self.add(format_args!("{at}.pattern"), "is missing", "write it, such as [<level>] <message>");
        }
        let pattern = format.pattern.as_ref().and_then(|it| Pattern::parse(&it.0).ok());
        let captures: Vec<_> = pattern.iter().flat_map(Pattern::names).collect();
        let extras = [
            ("pattern", is_pattern, format.pattern.is_some()),
            ("logfmt_captures", is_pattern, !format.logfmt_captures.is_empty()),
            ("join_time", is_pattern, !format.join_time.is_empty()),
            ("unwrap", format.format == FormatWord::Json, !format.unwrap.is_empty()),
        ];
        for (name, belongs, is_there) in extras {
            if is_there && !belongs {
                self.add(
                    format_args!("{at}.{name}"),
                    "does not belong to this format",
                    "leave it out, or change the format",
                );
            }
        }
        for (name, words) in [("logfmt_captures", &format.logfmt_captures), ("join_time", &format.join_time)]
        {
            for (k, word) in words.iter().enumerate().filter(|_| pattern.is_some()) {
                self.known(format_args!("{at}.{name}[{k}]"), "captures", word, &captures);
            }
        }
    }

    fn metrics(&mut self, metrics: &[MetricFile]) {
        for (i, metric) in metrics.iter().enumerate() {
            let at = format_args!("metrics[{i}]");
            if let Some(first) = metrics.iter().take(i).position(|it| it.role == metric.role) {
                let next_step = format_args!("add its names to metrics[{first}]");
                self.add(format_args!("{at}.role"), "is there twice", next_step);
            }
            if metric.names.is_empty() {
                self.add(
                    format_args!("{at}.names"),
                    "names no metric",
                    "write its name, such as [\"queue_depth\"]",
                );
            }
            let list = format_args!("metrics");
            let names = metric.names.iter().enumerate();
            self.unique(
                "name",
                names.map(|(k, it)| (Place { list, i, member: "names", k: Some(k) }, it.as_str())),
            );
            for (k, name) in metric.names.iter().enumerate() {
                let at = format_args!("{at}.names[{k}]");
                if !is_metric_name(name) {
                    self.add(
                        at,
                        format_args!("“{name}” is not the name of a metric"),
                        "use letters, digits, _ and :",
                    );
                }
                if metric.kind == MetricKind::Histogram && name.ends_with("_bucket") {
                    self.add(
                        at,
                        "is only the buckets",
                        format_args!("write {}", name.trim_end_matches("_bucket")),
                    );
                }
            }
            for (k, label) in metric.by.iter().enumerate() {
                if label.contains(':') || !is_metric_name(label) {
                    let at = format_args!("{at}.by[{k}]");
                    self.add(
                        at,
                        format_args!("“{label}” is not the name of a label"),
                        "use letters, digits and _",
                    );
                }
            }
            for (name, number) in [("scale", metric.scale), ("slo", metric.slo)] {
                if number.is_some_and(|it| !(it.is_finite() && it > 0.0)) {
                    self.add(
                        format_args!("{at}.{name}"),
                        "is not above zero",
                        "write a number above zero or leave it out",
                    );
                }
            }
        }
    }
}

/// Prometheus: `[a-zA-Z_:][a-zA-Z0-9_:]*`.
fn is_metric_name(name: &str) -> bool {
    !name.starts_with(|it: char| it.is_ascii_digit())
        && name.chars().all(|it| it.is_ascii_alphanumeric() || it == '_' || it == ':')
}
