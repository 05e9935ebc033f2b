//! How questions leave the browser: the transports, and how plans are driven to their end.

mod compare;
mod debug;
pub mod doctor;
mod files;
mod gzip;
mod job;
mod jobs;
pub mod live;
mod plan;
mod recordings;
mod session;
mod trace_file;
pub(crate) mod turns;

pub use compare::compare_plan;
pub use debug::debug_plan;
pub use files::{load_setup, load_system};
pub use job::job_plan;
pub use jobs::{JobsMemory, use_earlier, use_jobs, use_surroundings};
pub use live::{Secret, Sighting};
pub use plan::{Again, Progress, use_plan, use_plan_again};
pub use recordings::save_as_file;
pub use session::{Health, Mode, Net, use_net};
pub use system::config::AuthScheme;
pub use trace_file::{FileTrouble, read_trace_file, save_trace_file};
