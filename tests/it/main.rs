//! Integration tests: the real server on port 0, on SQLite and on PostgreSQL.
#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test that cannot go on fails")]

mod support;

mod account;
mod browser;
mod browser_logout;
mod browser_passkeys;
mod browser_places;
mod browser_security_center;
mod code_flow;
mod codes;
mod codes_sent;
mod command_line;
mod demanded;
mod enrolment;
mod explain;
mod faults;
mod invitations;
mod networks;
mod nodes;
mod organisation;
mod outbox;
mod passkeys;
mod places;
mod protocol_authorize;
mod protocol_clients;
mod protocol_device;
mod protocol_dpop;
mod protocol_exchange;
mod protocol_fapi2;
mod protocol_fetches;
mod protocol_logout;
mod protocol_registration;
mod protocol_requests;
mod protocol_subjects;
mod protocol_tokens;
mod recovery;
mod refusals;
mod remembered;
mod second_step;
mod security_center;
mod sign_in;
mod storage;
mod text_messages;
mod tls;
mod two_factor;
