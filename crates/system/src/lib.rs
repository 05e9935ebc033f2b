//! The system file: how one deployment calls things; read, checked, and turned into [`domain::system::System`].
//!
//! [`parse`] reads such a file, [`lines::LineReader`] reads log lines by what it says, and [`config`] reads the one
//! file that says where the servers are and which systems there are.

pub mod config;
pub mod file;
mod json;
pub mod lines;
mod mistake;
mod shape;

use domain::system::pattern;
pub use file::{Deployment, parse, read};
pub use mistake::Mistake;
