//! What has been read of a system's jobs, kept between questions.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use domain::jobs::{Covered, JobList};
use domain::system::{SharedSystem, System};
use domain::time::{TimeDelta, TimeRange};

use super::JobsQuestion;

/// What has been read, shared by the plans that follow each other. Clones are the same memory.
#[derive(Clone, Default)]
pub struct SharedJobs(Rc<RefCell<Option<Memory>>>);

/// Evidence of a system's jobs, and of which times it is.
pub(super) struct Memory {
    system: Arc<System>,
    pub(super) list: JobList,
    /// Where all lines have been read.
    pub(super) lines: Covered,
    /// Where all traces have been searched for.
    pub(super) traces: Covered,
    /// Which of the system's selectors has lines, once that is known.
    pub(super) selector: Option<usize>,
}

impl SharedJobs {
    /// Forgets everything, as when somebody else is asked.
    pub fn forget(&self) {
        *self.0.borrow_mut() = None;
    }

    /// Whether all lines of a range have been read, but for the newest, which are read again anyway.
    pub fn has(&self, range: TimeRange) -> bool {
        let end = range.end - super::SETTLED_AFTER.times(2);
        self.with(|it| range.start < end && it.lines.has(TimeRange { end, ..range }))
    }

    /// How many lines of a range have been read.
    pub(crate) fn n_lines_in(&self, range: TimeRange) -> usize {
        self.with(|it| it.list.n_lines_in(range))
    }

    /// Which of the system's selectors has lines, once that is known.
    pub fn selector(&self) -> Option<usize> {
        self.with(|it| it.selector)
    }

    /// Looks at it; nothing where [`Memory::prepare`] has not been called.
    pub(super) fn with<T: Default>(&self, look: impl FnOnce(&Memory) -> T) -> T {
        self.0.borrow().as_ref().map(look).unwrap_or_default()
    }

    pub(super) fn with_mut(&self, change: impl FnOnce(&mut Memory)) {
        if let Some(memory) = self.0.borrow_mut().as_mut() {
            change(memory);
        }
    }
}

impl Memory {
    /// Makes the memory one of this system, and lets go of what lies long before the question.
    ///
    /// Whether the log store must be asked for its labels first.
    pub(super) fn prepare(shared: &SharedJobs, system: &SharedSystem, question: &JobsQuestion) -> bool {
        let mut memory = shared.0.borrow_mut();
        let n_selectors = system.logs.selectors.len();
        if !memory.as_ref().is_some_and(|it| Arc::ptr_eq(&it.system, system)) {
            *memory = Some(Self {
                system: system.clone(),
                list: JobList::new(system.clone()),
                lines: Covered::default(),
                traces: Covered::default(),
                selector: (n_selectors < 2).then_some(0),
            });
        }
        let Some(memory) = memory.as_mut() else { return false };
        let old = question.range.start.min(question.keep_from) - system.jobs.longest.max(TimeDelta::ZERO);
        memory.list.forget_before(old);
        memory.lines.forget_before(old);
        memory.traces.forget_before(old);
        memory.selector.is_none()
    }
}
