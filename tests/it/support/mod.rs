//! What the tests stand on: a server with its own database, a browser without JavaScript, an app.

mod app;
mod authenticator;
mod browser;
pub(crate) mod codes;
mod engine;
mod mailbox;
pub(crate) mod mmdb;
pub(crate) mod outbox;
pub(crate) mod places;
mod server;
mod site;
mod totp;

pub(crate) use app::{
    ASSERTION_TYPE, AppKey, CHALLENGE, Proving, VERIFIER, fragment_of, fresh, query_of, statement, with_changes,
};
pub(crate) use authenticator::{Authenticator, Manners};
pub(crate) use browser::{Answer, Browser};
pub(crate) use engine::Engine;
pub(crate) use mailbox::{Gateway, MailServer, Mailbox, Manner};
pub(crate) use server::{CLIENT, PASSWORD, REDIRECT, SECRET, Server, TestClock};
pub(crate) use site::Site;
pub(crate) use totp::AuthenticatorApp;

/// Makes two tests of one: on SQLite and on PostgreSQL.
macro_rules! on_both_engines {
    ($($name:ident)+) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::support::Engine::sqlite()).await;
            })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(crate::support::Engine::postgres().await).await;
            })+
        }
    };
}
pub(crate) use on_both_engines;
