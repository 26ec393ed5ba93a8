//! Floor 6: the command line.

pub mod demo;
#[cfg(test)]
mod gallery;
