//! The `countersign` program: parses the command line and calls one function.

use std::process::ExitCode;

fn main() -> ExitCode {
    countersign::cli::run()
}
