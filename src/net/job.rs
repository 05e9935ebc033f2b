//! The plan for one job, with what it needs to read the system's lines.

use std::rc::Rc;

use domain::system::SharedSystem;
use inquiry::job::{JobInquiry, JobQuestion, SharedAbilities};
use system::lines::LineReader;

/// A plan that finds everything about one job; `abilities` is what Tempo is known to be able to.
pub fn job_plan(system: SharedSystem, abilities: SharedAbilities, question: JobQuestion) -> JobInquiry {
    let reader = Rc::new(LineReader::new(&system));
    JobInquiry::new(system, reader, abilities, question)
}
