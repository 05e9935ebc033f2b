//! Writes believable telemetry of the shipped systems into real servers.

use std::io::{self, Write};
use std::process::ExitCode;

use demo::{args, run};

fn main() -> ExitCode {
    let (code, words) = match args::parse(std::env::args_os()) {
        Ok(Some(args)) => match run::run(&args) {
            Ok(()) => return ExitCode::SUCCESS,
            Err(error) => (ExitCode::FAILURE, format!("demo: {error}\n")),
        },
        Ok(None) => (ExitCode::SUCCESS, args::HELP.to_owned()),
        Err(error) => (ExitCode::from(2), format!("demo: {error}\n")),
    };
    // Nobody may be listening; the exit code says it too.
    io::stderr().write_all(words.as_bytes()).ok();
    code
}
