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
        Some("diagnose") => diagnose(args),
        other => {
            eprintln!(
                "cargo xtask: no chore is called “{}”. There are: bench, diagnose, tidy",
                other.unwrap_or_default()
            );
            ExitCode::FAILURE
        }
    }
}

/// Prints what became of jobs and why; fails when a source could not be asked.
#[allow(clippy::print_stderr, clippy::print_stdout, reason = "a command line speaks through these")]
fn diagnose(words: impl Iterator<Item = String>) -> ExitCode {
    use xtask::diagnose::{Args, USAGE, run};
    let mut words = words.peekable();
    if words.peek().is_none_or(|it| it == "--help" || it == "-h") {
        println!("{USAGE}");
        return ExitCode::SUCCESS;
    }
    let outcome = Args::parse(words).map_err(|it| format!("{it}\n\n{USAGE}")).and_then(|it| run(&it));
    match outcome {
        Ok(outcome) => {
            println!("{:#}", outcome.told);
            outcome.trouble.iter().for_each(|it| eprintln!("cargo xtask diagnose: {it}"));
            if outcome.trouble.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("cargo xtask diagnose: {error}");
            ExitCode::FAILURE
        }
    }
}
