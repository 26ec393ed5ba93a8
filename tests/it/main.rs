//! Integration tests: the real server on port 0, on SQLite and on PostgreSQL.

mod support;

mod browser;
mod code_flow;
mod command_line;
mod nodes;
mod refusals;
mod sign_in;
mod storage;
