//! Codes that are sent: where they arrive, and the pages that ask for them.

use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;
use sea_orm::{ConnectionTrait as _, Statement};

use super::{Answer, Browser, PASSWORD, Server};

pub(crate) const BRAM: &str = "bram@kantoor.nl";
pub(crate) const CARLA: &str = "carla@kantoor.nl";
pub(crate) const NUMBER: &str = "+31612345642";

/// Somebody who signed in with the password alone.
pub(crate) async fn signed_in(server: &Server, email: &str) -> Browser {
    let mut browser = server.browser();
    let done = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    browser
}

/// A new employee who signed in.
pub(crate) async fn hire(server: &Server, email: &str) -> Browser {
    server.hire(email, Role::Employee, InstanceRole::None).await;
    signed_in(server, email).await
}

/// The six digits of the next code that arrives there.
pub(crate) async fn code(server: &Server, to: &str) -> String {
    loop {
        let message = server.mailbox().wait_for(to).await;
        if message.subject.is_none() {
            return message.text[..6].to_owned();
        }
        let subject = message.subject.as_deref().unwrap_or_default();
        if subject.starts_with("Your code") || subject.starts_with("Is this you") {
            let line = message.text.lines().find(|line| line.starts_with("    ")).unwrap();
            return line.split_whitespace().collect();
        }
    }
}

/// A code that is wrong.
pub(crate) fn other_than(code: &str) -> String {
    let number: u32 = code.parse().unwrap();
    format!("{:06}", (number + 1) % 1_000_000)
}

/// A page with its addresses as they are.
pub(crate) fn links(page: &Answer) -> String {
    page.body.replace("&#x2f;", "/")
}

/// Has a code sent on the page `step`.
pub(crate) async fn send(browser: &mut Browser, step: &str, fields: &[(&str, &str)]) -> Answer {
    let csrf = browser.get(step).await.field("csrf");
    let mut all = vec![("csrf", csrf.as_str())];
    all.extend(fields);
    browser.post(&format!("{step}/send"), &all).await
}

/// Has a code sent on the page `step`, and gives it.
pub(crate) async fn sent(server: &Server, browser: &mut Browser, step: &str, to: &str) -> String {
    let answer = send(browser, step, &[]).await;
    assert_eq!((answer.status, answer.header("location")), (303, step), "{}", answer.body);
    code(server, to).await
}

/// Waits for the mail that says that a way was added, so that none is in flight when the clock is turned.
pub(crate) async fn told(server: &Server, email: &str) {
    let mail = server.mailbox().wait_for(email).await;
    assert_eq!(mail.subject.as_deref(), Some("A way to sign in was added to your account"));
}

/// Switches codes by mail on.
pub(crate) async fn enrol_mail(server: &Server, browser: &mut Browser, email: &str) {
    let code = sent(server, browser, "/enrol/account/email", email).await;
    let done = browser.fill("/enrol/account/email", &[("code", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    told(server, email).await;
}

/// Switches codes by text message on.
pub(crate) async fn enrol_sms(server: &Server, browser: &mut Browser, email: &str, number: &str) {
    let answer = send(browser, "/enrol/account/sms", &[("number", number)]).await;
    assert_eq!(answer.header("location"), "/enrol/account/sms", "{}", answer.body);
    let code = code(server, number).await;
    let done = browser.fill("/enrol/account/sms", &[("code", &code)]).await;
    assert_eq!(done.status, 303, "{}", done.body);
    told(server, email).await;
}

/// Enters the password, and gives the page of the second step with this kind.
pub(crate) async fn half_way(browser: &mut Browser, email: &str, kind: &str) -> String {
    let asked = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert!(asked.location().ends_with("/second"), "{}", asked.location());
    format!("{}/{kind}", asked.location())
}

/// The number `n` that a query gives.
pub(crate) async fn number(server: &Server, query: &str) -> i64 {
    let db = server.inner.state.db.reading();
    let statement = Statement::from_string(db.get_database_backend(), query.to_owned());
    db.query_one_raw(statement).await.unwrap().unwrap().try_get("", "n").unwrap()
}

impl Browser {
    /// Sends a code from the page at `step`, whether it shows a field for one or not.
    pub(crate) async fn fill_or_post(&mut self, step: &str, code: &str) -> Answer {
        let csrf = self.get(step).await.field("csrf");
        self.post(step, &[("csrf", &csrf), ("code", code)]).await
    }

    /// A second window of the same browser.
    pub(crate) fn again(&self, server: &Server) -> Self {
        let mut other = server.browser();
        other.cookies = self.cookies.clone();
        other
    }
}
