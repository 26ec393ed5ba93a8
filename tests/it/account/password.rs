//! Another password, and none (A4).

use countersign::domain::secret::Fingerprint;
use countersign::domain::sign_in::{Decision, Evidence, Proof, decide};
use countersign::domain::{FactorKind, Timestamp};
use countersign::features::factors::{Details, NewFactor, add_factor, list_factors, replace_recovery_codes};
use countersign::features::passwords::has_password;
use countersign::features::sessions::{Lifetime, facts_later, find_standing, open_session};

use super::{send, signed_in};
use crate::support::{Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_password_is_changed_with_the_current_one
    a_new_password_keeps_the_rules
    guesses_of_the_current_password_count_with_those_of_the_sign_in
    a_password_is_removed_only_where_passkeys_and_codes_are_left
}

const NEXT: &str = "vijf groene zeppelins boven Delft";
const FORM: (&str, &str) = ("/account/password", "/account/password");

async fn a_password_is_changed_with_the_current_one(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    let mut elsewhere = signed_in(&server, "anna").await;
    let before = anna.cookies["countersign-session"].clone();
    let page = anna.get("/account/password").await;
    assert!(page.body.contains("Use at least 15 characters"), "the rule is said before anybody types: {}", page.body);
    let wrong = send(&mut anna, FORM, &[("current", "not the password"), ("password", NEXT)]).await;
    assert!(wrong.status == 422 && !wrong.body.contains(NEXT), "{}", wrong.body);
    assert_eq!(elsewhere.get("/account").await.status, 200, "nothing ended");
    let done = send(&mut anna, FORM, &[("current", PASSWORD), ("password", NEXT)]).await;
    assert_eq!(done.location(), "/account/security?done=password-changed", "{}", done.body);
    let page = anna.get(done.location()).await;
    assert!(page.body.contains("role=\"status\">Your password is changed."), "{}", page.body);
    assert_ne!(anna.cookies["countersign-session"], before, "the secret of the session is new");
    assert_eq!(elsewhere.get("/account").await.location(), "/sign-in");
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna", PASSWORD).await.status, 422);
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna", NEXT).await.status, 303);
    let mail = server.mailbox().wait_for("anna@kantoor.nl").await;
    assert_eq!(mail.subject.as_deref(), Some("Your password was changed"));
    assert!(mail.links().is_empty(), "a notice holds no link: {}", mail.text);
    let activity = anna.get("/account/activity").await.body;
    assert!(
        activity.contains("The password was changed.") && activity.contains("A wrong current password was entered")
    );
}

async fn a_new_password_keeps_the_rules(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    for (password, said) in [
        ("kort", "Use at least 15 characters"),
        ("annaannaannaanna", "This password is easy to guess"),
        ("a".repeat(1025).as_str(), "This password is longer than we can keep"),
    ] {
        let answer = send(&mut anna, FORM, &[("current", PASSWORD), ("password", password)]).await;
        assert!(answer.status == 422 && answer.body.contains(said), "{password}: {}", answer.body);
    }
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna", PASSWORD).await.status, 303);
}

async fn guesses_of_the_current_password_count_with_those_of_the_sign_in(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, "anna").await;
    for _ in 0..5 {
        send(&mut anna, FORM, &[("current", "not the password"), ("password", NEXT)]).await;
    }
    let blocked = send(&mut anna, FORM, &[("current", PASSWORD), ("password", NEXT)]).await;
    assert!(blocked.status == 422 && blocked.body.contains("Too many attempts"), "{}", blocked.body);
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 429);
}

async fn enrol(server: &Server, kind: FactorKind, name: &str) {
    let state = &server.inner.state;
    let chance = (state.now(), state.random.as_ref());
    let new = NewFactor {
        account_id: server.account,
        kind,
        name,
        secret: None,
        handle: (kind == FactorKind::Passkey).then(|| name.to_owned()),
        counter: 0,
        device_bound: false,
        details: Details::default(),
        user_agent: None,
    };
    let mut writer = state.db.writing().await.unwrap();
    let id = add_factor(&mut writer, &state.vault, new, chance).await.unwrap();
    if kind == FactorKind::RecoveryCode {
        replace_recovery_codes(&mut writer, id, &[Fingerprint::of("one code")], chance).await.unwrap();
    }
    writer.commit().await.unwrap();
}

/// A browser in which Anna just signed in with her first passkey.
async fn with_a_passkey(server: &Server) -> Browser {
    let state = &server.inner.state;
    let (db, now): (_, Timestamp) = (state.db.reading(), state.now());
    let factors = list_factors(db, server.account).await.unwrap();
    let passkey = factors.iter().find(|factor| factor.kind == FactorKind::Passkey).unwrap();
    let proof = Proof::Passkey { at: now, factor: passkey.id, device_bound: false };
    let evidence = Evidence { account_id: server.account, proofs: vec![proof], network: None };
    let standing = find_standing(db, server.account, [evidence.network]).await.unwrap();
    let decision = decide(&facts_later(&evidence, standing.as_ref(), None, (None, now)));
    let Decision::Issue(clearance) = decision else { panic!("{decision:?}") };
    let mut writer = state.db.writing().await.unwrap();
    let lifetime = Lifetime::of(&state.config.sign_in);
    let opened =
        open_session(&mut writer, clearance, (None, None), lifetime, (now, state.random.as_ref())).await.unwrap();
    writer.commit().await.unwrap();
    let mut browser = server.browser();
    browser.get("/sign-in").await;
    browser.cookies.insert("countersign-session".to_owned(), opened.secret.expose().clone());
    browser
}

async fn a_password_is_removed_only_where_passkeys_and_codes_are_left(engine: Engine) {
    const REMOVE: (&str, &str) = ("/account/password/remove", "/account/password/remove");
    let server = Server::start(&engine).await;
    enrol(&server, FactorKind::Passkey, "iPhone").await;
    let mut anna = with_a_passkey(&server).await;
    for missing in [FactorKind::Passkey, FactorKind::RecoveryCode] {
        let security = anna.get("/account/security").await;
        assert!(!security.body.contains("/account/password/remove"), "{missing} is missing: {}", security.body);
        assert_eq!(anna.get(REMOVE.0).await.status, 404);
        let csrf = security.field("csrf");
        assert_eq!(anna.post(REMOVE.1, &[("csrf", &csrf)]).await.status, 404);
        enrol(&server, missing, "another").await;
    }
    assert!(has_password(server.inner.state.db.reading(), server.account).await.unwrap());
    assert!(anna.get("/account/security").await.body.contains("/account/password/remove"));
    let mut elsewhere = with_a_passkey(&server).await;
    let done = send(&mut anna, REMOVE, &[]).await;
    assert!(anna.get(done.location()).await.body.contains("role=\"status\">Your password is removed."));
    assert_eq!(elsewhere.get("/account").await.location(), "/sign-in");
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna", PASSWORD).await.status, 422);
    let mail = server.mailbox().wait_for("anna@kantoor.nl").await;
    assert_eq!(mail.subject.as_deref(), Some("Your password was removed"));
    // Choosing one again asks for none, and may be shorter now that there is a second factor.
    let page = anna.get("/account/password").await;
    assert!(page.body.contains("Choose a password") && page.body.contains("at least 12"), "{}", page.body);
    assert!(!page.body.contains("name=\"current\""));
    let done = send(&mut anna, FORM, &[("password", NEXT)]).await;
    assert_eq!(done.location(), "/account/security?done=password-changed", "{}", done.body);
    assert!(has_password(server.inner.state.db.reading(), server.account).await.unwrap());
}
