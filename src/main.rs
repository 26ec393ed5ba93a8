//! The `countersign` program: parses the command line and calls one function.

use std::process::ExitCode;

/// Gives the memory of a hash (19 MiB and more) back to the operating system; the system's own allocator keeps it, once
/// for every thread.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    countersign::cli::run()
}
