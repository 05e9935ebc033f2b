//! By what a piece of evidence may be known to belong to a job, best first.

use std::sync::Arc;

use crate::logs::LogRecord;
use crate::system::{Role, System};

/// One id that evidence carries: which kind, by its place in the order of [`KeyOrder`], and its text.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key {
    pub(super) rank: u8,
    pub(super) text: Arc<str>,
}

/// The kinds of ids, best first, and which of them may stand for a job by themselves.
#[derive(Clone, Debug)]
pub(super) struct KeyOrder {
    roles: Vec<(Role, bool)>,
}

/// The rank of the job's own id.
pub(super) const JOB: u8 = 0;
/// The rank of a task's id.
pub(super) const TASK: u8 = 1;

impl KeyOrder {
    /// The job's id, its tasks' ids, the system's fallback keys in their order, and what only joins.
    pub(super) fn of(system: &System) -> Self {
        let fallback = &system.jobs.fallback_keys;
        let mut roles = vec![(Role::Job, true), (Role::TaskId, fallback.contains(&Role::TaskId))];
        let joins_only = [Role::Trace, Role::RequestId].map(|it| (it, false));
        for (role, may_be_job) in fallback.iter().map(|it| (*it, true)).chain(joins_only) {
            if !roles.iter().any(|(it, _)| *it == role) {
                roles.push((role, may_be_job));
            }
        }
        Self { roles }
    }

    /// Which role a rank stands for.
    pub(super) fn role(&self, rank: u8) -> Option<Role> {
        self.roles.get(usize::from(rank)).map(|(role, _)| *role)
    }

    /// Whether what has no better key than this one is a job.
    pub(super) fn may_be_job(&self, rank: u8) -> bool {
        self.roles.get(usize::from(rank)).is_some_and(|(_, may)| *may)
    }

    /// The rank of a role; `None` where it is no key here.
    pub(super) fn rank_of(&self, role: Role) -> Option<u8> {
        self.roles.iter().position(|(it, _)| *it == role).and_then(|it| u8::try_from(it).ok())
    }

    /// Every key of a line, best first.
    pub(super) fn keys_of(&self, line: &LogRecord) -> Vec<Key> {
        let keys = self.roles.iter().enumerate().filter_map(|(rank, (role, _))| {
            let text = text_of(line, *role)?;
            Some(Key { rank: u8::try_from(rank).ok()?, text })
        });
        keys.collect()
    }
}

/// What a line says for a role that can be a key.
fn text_of(line: &LogRecord, role: Role) -> Option<Arc<str>> {
    let roles = &line.roles;
    let text: Option<Arc<str>> = match role {
        Role::Job => roles.job.as_ref().map(|it| it.as_str().into()),
        Role::TaskId => roles.task_id.as_ref().map(|it| it.as_str().into()),
        Role::Trace => roles.trace.map(|it| it.to_string().into()),
        Role::Span => roles.span.map(|it| it.to_string().into()),
        Role::Run => shared(&roles.run),
        Role::RequestId => shared(&roles.request_id),
        Role::User => shared(&roles.user),
        Role::Task => shared(&roles.task),
        Role::Url => shared(&roles.url),
        Role::Queue => shared(&roles.queue),
        Role::Caller => shared(&roles.caller),
        Role::Message => Some(line.message.as_str().into()),
        // These say how something went, not which thing it is.
        Role::Time
        | Role::NotBefore
        | Role::Level
        | Role::Service
        | Role::Event
        | Role::Stage
        | Role::FailedStage
        | Role::ErrorCode
        | Role::Error
        | Role::Exception
        | Role::Duration
        | Role::Retries
        | Role::Reason
        | Role::Version
        | Role::Mode
        | Role::Status => None,
    };
    text.filter(|it| !it.is_empty())
}

fn shared(text: &Option<String>) -> Option<Arc<str>> {
    text.as_deref().map(Into::into)
}
