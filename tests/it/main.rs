//! Integration tests: the real server on port 0, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

mod account;
mod browser;
mod browser_passkeys;
mod code_flow;
mod command_line;
mod enrolment;
mod faults;
mod invitations;
mod nodes;
mod outbox;
mod passkeys;
mod refusals;
mod remembered;
mod second_step;
mod sign_in;
mod storage;
mod text_messages;
mod tls;
mod two_factor;
