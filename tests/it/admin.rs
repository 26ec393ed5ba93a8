//! The console of the instance: who comes in, for how long, and what they may do there.

mod matrix;
mod visits;

use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;

use crate::support::{Authenticator, Browser, PASSWORD, Server};

/// Somebody of the instance who signed in with a passkey that was just made.
pub(crate) async fn signed_in(server: &Server, email: &str, role: InstanceRole) -> (Browser, Authenticator) {
    server.hire(email, Role::Employee, role).await;
    let mut browser = server.browser();
    let enrol = browser.sign_in_at("/sign-in", email, PASSWORD).await.location().to_owned();
    let mut authenticator = Authenticator::new();
    let made = browser.create_at(&format!("{enrol}/passkey"), &mut authenticator, server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    (browser, authenticator)
}
