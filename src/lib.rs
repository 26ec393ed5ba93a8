//! Countersign, a self-hosted OpenID Connect provider for accountancy offices.
//!
//! # Floor plan
//!
//! The house has seven floors. A file may name what lies below it, and nothing beside or above it;
//! `tests/architecture.rs` sees to that.
//!
//! | floor | rooms | what lives there |
//! |---|---|---|
//! | 6 | `main`, [`cli`] | parse the command line, call one function |
//! | 5 | [`app`] | builds the shared state once, hands the router to a listener |
//! | 4 | [`features`] | what people and apps can do, a folder each |
//! | 3 | [`web`] | the kit that pages and endpoints are built with |
//! | 2 | [`storage`], [`keys`], [`mail`], [`outbound`], [`atlas`] | the outside world; they do not know one another |
//! | 1 | [`config`] | typed and checked |
//! | 0 | [`domain`] | words and decisions; nothing waits, no clock, no chance, no I/O |
//!
//! A folder is a feature, a file name is a layer: `rules.rs` is pure, `store.rs` alone names the database, `pages.rs`
//! (and the protocol's `endpoints/`) alone names the web framework, `views.rs` is what the templates see.

pub mod app;
pub mod atlas;
pub mod cli;
pub mod config;
pub mod domain;
pub mod features;
#[cfg(any(test, fuzzing))]
pub mod fuzzing;
pub mod keys;
pub mod mail;
pub mod outbound;
pub mod storage;
pub mod web;
