//! `countersign demo`: everything in one program, with a portal to sign in to.

pub mod views;
