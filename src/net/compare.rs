//! The plan for the other job of a comparison, with what it needs to read the system's lines.

use std::rc::Rc;

use domain::system::SharedSystem;
use inquiry::compare::{CompareInquiry, CompareQuestion};
use inquiry::job::SharedAbilities;
use inquiry::jobs::SharedJobs;
use system::lines::LineReader;

/// A plan that finds what a job is held against; `memory` is what earlier such plans read of jobs.
pub fn compare_plan(
    system: SharedSystem,
    abilities: SharedAbilities,
    memory: SharedJobs,
    question: CompareQuestion,
) -> CompareInquiry {
    let reader = Rc::new(LineReader::new(&system));
    CompareInquiry::new(system, reader, abilities, memory, question)
}
