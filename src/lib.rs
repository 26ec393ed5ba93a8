//! Countersign, a self-hosted OpenID Connect provider for accountancy offices.
//!
//! # Floor plan
//!
//! (written as the floors are built)

pub mod app;
pub mod cli;
pub mod config;
pub mod domain;
pub mod features;
pub mod keys;
pub mod mail;
pub mod storage;
pub mod web;
