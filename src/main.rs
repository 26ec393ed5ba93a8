//! The `countersign` program: parses the command line and calls one function.

fn main() {}
