//! The console of the instance: who comes in, for how long, and what they may do there.

mod audit;
mod keys;
mod matrix;
mod messages;
mod operation;
mod roles;
mod visits;
mod webhooks;

use countersign::features::accounts::InstanceRole;
use countersign::features::audit::{Recorded, export};
use countersign::features::organisations::Role;

use crate::support::{Authenticator, Browser, PASSWORD, Server};

/// Somebody of the instance who signed in with a passkey that was just made.
pub(crate) async fn signed_in(server: &Server, email: &str, role: InstanceRole) -> (Browser, Authenticator) {
    server.hire(email, Role::Employee, role).await;
    enrolled(server, email).await
}

/// Somebody who makes a passkey at their first sign-in.
pub(crate) async fn enrolled(server: &Server, email: &str) -> (Browser, Authenticator) {
    let mut browser = server.browser();
    let enrol = browser.sign_in_at("/sign-in", email, PASSWORD).await.location().to_owned();
    let mut authenticator = Authenticator::new();
    let made = browser.create_at(&format!("{enrol}/passkey"), &mut authenticator, server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    (browser, authenticator)
}

/// The events whose kind begins so, oldest first.
pub(crate) async fn events(server: &Server, kind: &str) -> Vec<Recorded> {
    let mut all = export(server.inner.state.db.reading(), None, 10_000).await.unwrap();
    all.retain(|event| event.kind.starts_with(kind));
    all.sort_by_key(|event| (event.at, event.sequence));
    all
}
