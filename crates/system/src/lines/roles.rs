//! Filling roles from fields: which field goes where, and what each role makes of a text.

use std::sync::Arc;

use domain::ids::StageId;
use domain::logs::{Level, Roles, says_nothing};
use domain::sorted::SortedMap;
use domain::system::{LogRules, Role, System, TimeUnit};
use domain::time::Timestamp;

use super::exception::{exception_in, split_traceback};
use super::time::{read_duration, read_time};
use super::{Fields, Origins};

/// Which roles a field of a name may fill.
#[derive(Clone, Debug)]
pub(super) struct Names {
    by_field: SortedMap<String, Vec<Filling>>,
}

#[derive(Clone, Copy, Debug)]
struct Filling {
    role: Role,
    /// 0 for the role's best field.
    rank: usize,
    unit: Option<TimeUnit>,
}

/// A field that may fill a role. Of a role's hits the first that can be read counts.
#[derive(Clone, Copy, Debug)]
pub(super) struct Hit<'a> {
    pub(super) role: Role,
    pub(super) text: &'a str,
    pub(super) unit: Option<TimeUnit>,
    rank: usize,
    /// 0 for the line's own fields, 1 for metadata, 2 for labels.
    place: u8,
}

impl Names {
    pub(super) fn new(rules: &LogRules) -> Self {
        let mut by_field: SortedMap<String, Vec<Filling>> = SortedMap::new();
        for (role, fields) in &rules.roles {
            for (rank, field) in fields.iter().enumerate() {
                let unit = rules.duration_units.iter().find(|(it, _)| it == field).map(|(_, unit)| *unit);
                let filling = Filling { role: *role, rank, unit: unit.filter(|_| *role == Role::Duration) };
                by_field.entry(field.clone()).or_default().push(filling);
            }
        }
        Self { by_field }
    }

    /// The first role that a field of this name fills.
    pub(super) fn role_of(&self, field: &str) -> Option<Role> {
        self.by_field.get(field)?.first().map(|it| it.role)
    }

    /// What the fields may fill: by role, best first; of equal names the line's own before metadata before labels.
    pub(super) fn find<'a>(&self, fields: &'a Fields, origins: Origins) -> Vec<Hit<'a>> {
        let mut hits = Vec::with_capacity(fields.len());
        for (i, (name, text)) in fields.iter().enumerate() {
            let Some(fillings) = self.by_field.get(name.as_str()) else { continue };
            if says_nothing(text) {
                continue;
            }
            let place = match i {
                i if i < origins.labels_from => 0,
                i if i >= origins.metadata_from => 1,
                _ => 2,
            };
            hits.extend(fillings.iter().map(|it| Hit {
                role: it.role,
                text,
                unit: it.unit,
                rank: it.rank,
                place,
            }));
        }
        hits.sort_by_key(|it| (it.role, it.rank, it.place));
        hits
    }
}

/// The words of a system, ready to be looked up.
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    stage_words: Vec<(String, StageId)>,
    queues: Vec<(String, StageId)>,
    services: Vec<ServiceWords>,
    zoneless_offset_secs: Option<i32>,
}

#[derive(Clone, Debug)]
struct ServiceWords {
    name: Arc<str>,
    aliases: Vec<String>,
    stage: Option<StageId>,
}

impl Vocabulary {
    pub(super) fn new(system: &System) -> Self {
        let words = system.stages.iter().flat_map(|stage| {
            let words = std::iter::once(stage.id.as_str().to_owned()).chain(stage.aliases.iter().cloned());
            words.map(|it| (it, stage.id.clone()))
        });
        let services = system.services.iter().map(|it| ServiceWords {
            name: it.name.as_str().into(),
            aliases: it.aliases.clone(),
            stage: it.stage.clone(),
        });
        Self {
            stage_words: words.collect(),
            queues: system.stages.iter().filter_map(|it| Some((it.queue.clone()?, it.id.clone()))).collect(),
            services: services.collect(),
            zoneless_offset_secs: system.logs.zoneless_offset_secs,
        }
    }

    fn stage(&self, word: &str) -> Option<&StageId> {
        self.stage_words.iter().find(|(it, _)| it.eq_ignore_ascii_case(word)).map(|(_, stage)| stage)
    }

    /// The stage whose word a task's name is or ends with: `tasks.scrape` after its last `.`.
    fn stage_of_task(&self, task: &str) -> Option<&StageId> {
        self.stage(task).or_else(|| self.stage(task.rsplit('.').next()?))
    }

    fn service(&self, word: &str) -> Option<&ServiceWords> {
        self.services.iter().find(|it| &*it.name == word || it.aliases.iter().any(|alias| alias == word))
    }
}

/// The roles of one line as far as they are filled. What is filled stays.
#[derive(Debug)]
pub(super) struct Filled<'v> {
    vocabulary: &'v Vocabulary,
    pub(super) time: Option<Timestamp>,
    pub(super) level: Level,
    pub(super) service: Arc<str>,
    /// What the line says, in one phrase.
    pub(super) message: String,
    pub(super) roles: Roles,
    event: Option<String>,
    said: Option<String>,
}

impl<'v> Filled<'v> {
    pub(super) fn new(vocabulary: &'v Vocabulary) -> Self {
        Self {
            vocabulary,
            time: None,
            level: Level::Unknown,
            service: Arc::default(),
            message: String::new(),
            roles: Roles::default(),
            event: None,
            said: None,
        }
    }

    pub(super) fn fill_time(&mut self, text: &str) {
        self.time = self.time.or_else(|| read_time(text, self.vocabulary.zoneless_offset_secs));
    }

    /// Fills a role, unless it is filled or the text is nothing for it.
    pub(super) fn fill(&mut self, role: Role, text: &str, unit: Option<TimeUnit>) {
        if says_nothing(text) {
            return;
        }
        let roles = &mut self.roles;
        match role {
            Role::Time => self.fill_time(text),
            Role::Level if self.level == Level::Unknown => self.level = Level::parse(text.trim()),
            Role::Service if self.service.is_empty() => {
                self.service =
                    self.vocabulary.service(text).map_or_else(|| text.into(), |it| Arc::clone(&it.name));
            }
            Role::Level | Role::Service => {}
            Role::Message => fill_text(&mut self.said, text),
            Role::Event => fill_text(&mut self.event, text),
            Role::Job if roles.job.is_none() => roles.job = Some(text.trim().into()),
            Role::TaskId if roles.task_id.is_none() => roles.task_id = Some(text.trim().into()),
            Role::Job | Role::TaskId => {}
            Role::Trace => roles.trace = roles.trace.or_else(|| text.trim().parse().ok()),
            Role::Span => roles.span = roles.span.or_else(|| text.trim().parse().ok()),
            Role::Stage if roles.stage.is_none() => roles.stage = self.vocabulary.stage(text.trim()).cloned(),
            Role::FailedStage if roles.failed_stage.is_none() => {
                roles.failed_stage = self.vocabulary.stage(text.trim()).cloned();
            }
            Role::Stage | Role::FailedStage => {}
            Role::Task => fill_text(&mut roles.task, text),
            Role::Run => fill_text(&mut roles.run, text),
            Role::User => fill_text(&mut roles.user, text),
            Role::ErrorCode => fill_text(&mut roles.error_code, text),
            Role::Error => self.fill_error(text),
            Role::Exception => self.fill_exception(text),
            Role::Duration => roles.duration = roles.duration.or_else(|| read_duration(text, unit)),
            Role::Url => fill_text(&mut roles.url, text),
            Role::Retries => roles.retries = roles.retries.or_else(|| text.trim().parse().ok()),
            Role::Reason => fill_text(&mut roles.reason, text),
            Role::Version => fill_text(&mut roles.version, text),
            Role::Queue => fill_text(&mut roles.queue, text),
            Role::RequestId => fill_text(&mut roles.request_id, text),
            Role::Caller => fill_text(&mut roles.caller, text),
            Role::Mode => fill_text(&mut roles.mode, text),
            Role::Status => fill_text(&mut roles.status, text),
            // Only spans have it.
            Role::NotBefore => {}
        }
    }

    /// An error's message, without the traceback that may follow it; what it says of the exception's type is kept too.
    fn fill_error(&mut self, text: &str) {
        let (message, traceback) = split_traceback(text);
        // `Type('message')`, as Python prints an exception: what it says is within.
        let printed = exception_in(message).filter(|it| {
            !it.message.is_empty() && message.strip_prefix(it.kind).is_some_and(|rest| rest.starts_with('('))
        });
        let message = printed.map_or(message, |it| it.message);
        if !message.is_empty() {
            fill_text(&mut self.roles.error, message);
        }
        let found = exception_in(traceback.unwrap_or(text));
        if let Some(found) = found {
            fill_text(&mut self.roles.exception, found.kind);
        }
    }

    /// An exception's type, or a traceback that has it in it.
    fn fill_exception(&mut self, text: &str) {
        if let Some(found) = exception_in(text) {
            fill_text(&mut self.roles.exception, found.kind);
            if !found.message.is_empty() {
                fill_text(&mut self.roles.error, found.message);
            }
        } else if !text.contains(char::is_whitespace) && !matches!(text, "true" | "false" | "True" | "False")
        {
            fill_text(&mut self.roles.exception, text);
        }
    }

    /// Decides what the line says: its event's name, else its message, else all of it. A traceback behind a message is
    /// not a part of it, but tells of the exception.
    pub(super) fn settle_message(&mut self, line: &str) {
        if self.said.is_none() && self.event.is_none() {
            self.said = Some(line.to_owned());
        }
        if let Some(said) = self.said.take() {
            let (message, traceback) = split_traceback(&said);
            if let Some(traceback) = traceback {
                self.fill_exception(traceback);
            }
            self.said = Some(if message.is_empty() { said } else { message.to_owned() });
        }
        self.message = self.event.as_ref().or(self.said.as_ref()).cloned().unwrap_or_default();
    }

    /// What a role's text is: by its own name for levels, stages and services that are known, else as it was found.
    pub(super) fn text<'a>(&'a self, role: Role, hits: &[Hit<'a>]) -> Option<&'a str> {
        let roles = &self.roles;
        let found = || hits.iter().find(|it| it.role == role).map(|it| it.text);
        match role {
            Role::Level => (self.level != Level::Unknown).then(|| self.level.name()),
            Role::Service => (!self.service.is_empty()).then_some(&*self.service),
            Role::Message => self.said.as_deref(),
            Role::Event => self.event.as_deref(),
            Role::Job => roles.job.as_ref().map(|it| it.as_str()),
            Role::TaskId => roles.task_id.as_ref().map(|it| it.as_str()),
            Role::Stage => roles.stage.as_ref().map(StageId::as_str).or_else(found),
            Role::FailedStage => roles.failed_stage.as_ref().map(StageId::as_str).or_else(found),
            Role::Task => roles.task.as_deref(),
            Role::Run => roles.run.as_deref(),
            Role::User => roles.user.as_deref(),
            Role::ErrorCode => roles.error_code.as_deref(),
            Role::Error => roles.error.as_deref(),
            Role::Exception => roles.exception.as_deref(),
            Role::Url => roles.url.as_deref(),
            Role::Reason => roles.reason.as_deref(),
            Role::Version => roles.version.as_deref(),
            Role::Queue => roles.queue.as_deref(),
            Role::RequestId => roles.request_id.as_deref(),
            Role::Caller => roles.caller.as_deref(),
            Role::Mode => roles.mode.as_deref(),
            Role::Status => roles.status.as_deref(),
            Role::Time | Role::Trace | Role::Span | Role::Duration | Role::Retries | Role::NotBefore => {
                found()
            }
        }
    }

    /// The stage that the line is about: by its failed stage, its stage, its task, its queue or its service.
    pub(super) fn stage(&self) -> Option<StageId> {
        let roles = &self.roles;
        let words = self.vocabulary;
        let by_queue =
            || words.queues.iter().find(|(it, _)| Some(it) == roles.queue.as_ref()).map(|(_, stage)| stage);
        let by_service = || words.service(&self.service)?.stage.as_ref();
        let stage = roles
            .failed_stage
            .as_ref()
            .or(roles.stage.as_ref())
            .or_else(|| words.stage_of_task(roles.task.as_deref()?))
            .or_else(by_queue)
            .or_else(by_service);
        stage.cloned()
    }
}

fn fill_text(role: &mut Option<String>, text: &str) {
    if role.is_none() {
        *role = Some(text.to_owned());
    }
}
