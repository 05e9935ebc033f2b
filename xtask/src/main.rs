//! `cargo xtask`: chores by name.

use std::process::ExitCode;

#[allow(clippy::print_stderr, clippy::print_stdout, reason = "a command line speaks through these")]
fn main() -> ExitCode {
    let mut args = std::env::args().skip(1);
    match args.next().as_deref() {
        Some("tidy") => {
            let complaints: Vec<String> = [
                xtask::tidy::complaints(),
                xtask::layers::crate_complaints(),
                xtask::layers::import_complaints(),
                xtask::vocabulary::complaints(),
            ]
            .concat();
            complaints.iter().for_each(|it| println!("{it}"));
            if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Some("bench") => {
            let script = xtask::workspace_root().join("scripts/bench");
            match std::process::Command::new(script).args(args).status() {
                Ok(status) if status.success() => ExitCode::SUCCESS,
                Ok(_) => ExitCode::FAILURE,
                Err(error) => {
                    eprintln!("cargo xtask bench: scripts/bench cannot be run: {error}");
                    ExitCode::FAILURE
                }
            }
        }
        other => {
            eprintln!(
                "cargo xtask: no chore is called “{}”. There are: bench, tidy",
                other.unwrap_or_default()
            );
            ExitCode::FAILURE
        }
    }
}
