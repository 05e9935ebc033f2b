//! How questions leave the browser: the transports, and how plans are driven to their end.

pub mod doctor;
mod files;
mod gzip;
mod job;
mod jobs;
pub mod live;
mod plan;
mod recordings;
mod session;
pub(crate) mod turns;

pub use files::{load_setup, load_system};
pub use job::job_plan;
pub use jobs::{JobsMemory, use_jobs};
pub use live::{Secret, Sighting};
pub use plan::{Progress, use_plan};
pub use recordings::save_as_file;
pub use session::{Health, Mode, Net, use_net};
pub use system::config::AuthScheme;
