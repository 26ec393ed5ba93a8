//! Integration tests: the real server on port 0, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

mod browser;
mod browser_passkeys;
mod code_flow;
mod command_line;
mod invitations;
mod nodes;
mod organisation;
mod outbox;
mod passkeys;
mod refusals;
mod remembered;
mod sign_in;
mod storage;
mod text_messages;
mod two_factor;
