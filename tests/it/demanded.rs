//! Rules and apps that demand a second step.

use base64::Engine as _;
use countersign::domain::policy::{AllowedKinds, Demand};
use countersign::domain::{FactorKind, FactorKinds, Policy};
use countersign::features::accounts::InstanceRole;
use countersign::features::organisations::Role;

use crate::support::{Engine, PASSWORD, Server, on_both_engines, query_of};
use crate::two_factor::{BRAM, bram, half_way, required};

on_both_engines! {
    a_demanded_factor_is_set_up_before_anything_is_issued
    a_rule_acts_on_what_was_given_before
    an_announced_rule_can_wait
    the_last_factor_stays_while_a_rule_demands_one
    whoever_may_help_everybody_needs_a_strong_factor
    an_app_gets_the_strength_that_it_asks_for
}

async fn a_demanded_factor_is_set_up_before_anything_is_issued(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    server.rule(required()).await;
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
    let id = form.split('/').nth(2).unwrap().to_owned();
    let asked = browser.sign_in_at(&form, BRAM, PASSWORD).await;
    assert_eq!(asked.location(), format!("/enrol/{id}"));
    assert!(!asked.header("set-cookie").contains("session"), "no session yet");
    let page = browser.get(asked.location()).await;
    assert!(page.body.contains("Kantoor De Vries asks you to set up two-factor authentication"), "{}", page.body);
    assert!(page.body.contains("Kantoorportaal") && !page.body.contains("Not now"));
    for path in
        [format!("/return/{id}"), format!("/authorize/{id}"), format!("/sign-in/{id}"), format!("/sign-in/{id}/second")]
    {
        assert_eq!(browser.get(&path).await.location(), format!("/enrol/{id}"), "{path}");
    }
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
    let skipped = browser.post(&format!("/enrol/{id}/skip"), &[("csrf", &page.field("csrf"))]).await;
    assert_eq!(skipped.location(), format!("/enrol/{id}"), "a rule that binds cannot be put off");

    let (_, done) = browser.connect_app(&server, &id).await;
    assert_eq!(done.location(), format!("/enrol/account/recovery_code?then={id}"));
    let codes = browser.fill(done.location(), &[]).await;
    assert!(codes.body.contains(&format!("href=\"&#x2f;return&#x2f;{id}\"")), "then back to the app: {}", codes.body);
    assert_eq!(browser.get(&format!("/return/{id}")).await.status, 200);
    let back = browser.get(&format!("/authorize/{id}")).await.location().to_owned();
    let tokens = server.redeem(&query_of(&back)["code"]).await;
    assert_eq!(tokens.status, 200, "{}", tokens.body);
}

async fn a_rule_acts_on_what_was_given_before(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let mut browser = server.browser();
    let form = browser.get(&Server::authorize(&[])).await.location().to_owned();
    browser.sign_in_at(&form, BRAM, PASSWORD).await;
    let finish = form.replace("/sign-in/", "/authorize/");
    let code = query_of(browser.get(&finish).await.location())["code"].clone();
    let tokens = server.redeem(&code).await.json();
    let waiting = query_of(browser.get(&Server::authorize(&[])).await.location())["code"].clone();

    server.rule(required()).await;
    let refresh = tokens["refresh_token"].as_str().unwrap();
    let refused = server.token(&[("grant_type", "refresh_token"), ("refresh_token", refresh)]).await;
    assert_eq!(refused.json()["error"], "invalid_grant", "the refresh token");
    assert_eq!(server.redeem(&waiting).await.json()["error"], "invalid_grant", "the code");
    assert_eq!(server.userinfo(tokens["access_token"].as_str().unwrap()).await.status, 401, "the access token");
    for path in ["/account", "/account/security", "/account/sessions", "/account/password"] {
        assert!(browser.get(path).await.location().starts_with("/confirm?next="), "{path}");
    }
    let silent = browser.get(&Server::authorize(&[("prompt", "none")])).await;
    assert_eq!(query_of(silent.location())["error"], "interaction_required");
    let enrol = browser.get(&Server::authorize(&[])).await.location().to_owned();
    assert!(enrol.starts_with("/enrol/"), "a sign-in a moment ago goes on to the set-up: {enrol}");
    server.clock.advance(301);
    let later = browser.get(&Server::authorize(&[])).await.location().to_owned();
    assert!(
        later.starts_with("/sign-in/"),
        "an older one begins anew, so that nobody enrols what is left open: {later}"
    );

    // Through the confirmation to the set-up, and back to the page that was asked for.
    let page = browser.get("/confirm?next=%2Faccount%2Fsecurity").await;
    let (csrf, next) = (page.field("csrf"), page.field("next"));
    let asked = browser.post("/confirm", &[("csrf", &csrf), ("next", &next), ("password", PASSWORD)]).await;
    let place = asked.location().strip_prefix("/enrol/").unwrap().to_owned();
    let (_, done) = browser.connect_app(&server, &place).await;
    assert_eq!(done.location(), "/enrol/account/recovery_code");
    assert_eq!(browser.get("/account/security").await.status, 200);
    assert!(query_of(browser.get(&Server::authorize(&[])).await.location()).contains_key("code"));
}

async fn an_announced_rule_can_wait(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let from = server.inner.state.now().after(std::time::Duration::from_hours(48));
    server.rule(Policy { second_factor: Demand::Required { from }, ..Policy::default() }).await;
    let mut browser = server.browser();
    let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    let to = asked.location().to_owned();
    let page = browser.get(&to).await;
    assert!(page.body.contains("You can skip this until then"), "{}", page.body);
    let skipped = browser.post(&format!("{to}/skip"), &[("csrf", &page.field("csrf"))]).await;
    assert_eq!(skipped.location(), "/account");
    assert_eq!(browser.get("/account").await.status, 200);
    server.clock.advance(40 * 60);
    assert_eq!(browser.get("/account").await.status, 200);
    server.clock.advance(48 * 3600);
    let mut browser = server.browser();
    let to = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    assert!(!browser.get(&to).await.body.contains("Not now"));
}

async fn the_last_factor_stays_while_a_rule_demands_one(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = bram(&server).await;
    browser.connect_app(&server, "account").await;
    let page = browser.get("/account/security").await;
    let id = &page.body[page.body.find("fac_").unwrap()..][..30];
    let remove = format!("/account/two-factor/{id}/remove");
    assert!(browser.get(&remove).await.body.contains("your password alone is enough"));
    server.rule(required()).await;
    let page = browser.get(&remove).await;
    assert!(
        page.status == 200 && page.body.contains("Kantoor De Vries requires two-factor authentication"),
        "{}",
        page.body
    );
    let csrf = browser.get("/account/security").await.field("csrf");
    assert_eq!(browser.post(&remove, &[("csrf", &csrf)]).await.status, 409);
    server.rule(Policy::default()).await;
    assert_eq!(browser.fill(&remove, &[]).await.location(), "/account/security?done=factor-removed");
    server.mailbox().wait_for(BRAM).await;
    let mail = server.mailbox().wait_for(BRAM).await;
    assert_eq!(mail.subject.as_deref(), Some("A way to sign in was removed from your account"));
    assert_eq!(server.browser().sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account");
}

async fn whoever_may_help_everybody_needs_a_strong_factor(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire("eva@kantoor.nl", Role::Employee, InstanceRole::Helpdesk).await;
    let mut browser = server.browser();
    let to = browser.sign_in_at("/sign-in", "eva@kantoor.nl", PASSWORD).await.location().to_owned();
    let page = browser.get(&to).await;
    assert!(page.body.contains("Set up two-factor authentication"), "{}", page.body);
    assert!(page.body.contains("Authenticator app") && !page.body.contains("Text message"), "no basic kind");
}

async fn an_app_gets_the_strength_that_it_asks_for(engine: Engine) {
    let server = Server::start(&engine).await;
    let essential = r#"{"id_token":{"acr":{"essential":true,"values":["mfa"]}}}"#;
    let mut browser = bram(&server).await;
    let unmet = browser.get(&Server::authorize(&[("claims", essential)])).await;
    assert_eq!(query_of(unmet.location())["error"], "unmet_authentication_requirements");
    let voluntary = browser.get(&Server::authorize(&[("acr_values", "mfa")])).await;
    assert!(query_of(voluntary.location()).contains_key("code"), "a wish that cannot be met is no obstacle");

    let (app, _) = browser.connect_app(&server, "account").await;
    let claims = async |answer: &str| {
        let tokens = server.redeem(&query_of(answer)["code"]).await.json();
        let token = tokens["id_token"].as_str().unwrap().split('.').nth(1).unwrap().to_owned();
        let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(token).unwrap();
        serde_json::from_slice::<serde_json::Value>(&bytes).unwrap()
    };
    let met = browser.get(&Server::authorize(&[("claims", essential)])).await.location().to_owned();
    let told = claims(&met).await;
    assert_eq!(told["acr"], "mfa");
    assert_eq!(told["amr"], serde_json::json!(["pwd", "otp", "mfa"]));
    let stronger = browser.get(&Server::authorize(&[("acr_values", "phr mfa")])).await.location().to_owned();
    assert_eq!(claims(&stronger).await["acr"], "mfa", "any of the values will do");
    let phr = r#"{"id_token":{"acr":{"essential":true,"value":"phr"}}}"#;
    let unmet = browser.get(&Server::authorize(&[("claims", phr)])).await;
    assert_eq!(query_of(unmet.location())["error"], "unmet_authentication_requirements");
    let unknown = r#"{"id_token":{"acr":{"essential":true,"value":"urn:other"}}}"#;
    let unmet = browser.get(&Server::authorize(&[("claims", unknown)])).await;
    assert_eq!(query_of(unmet.location())["error"], "unmet_authentication_requirements");

    // A kind that is forbidden later does not count on, and is no way around.
    let strict = AllowedKinds::new(FactorKinds::of(&[FactorKind::SecurityKey]));
    server.rule(Policy { kinds: strict, ..Policy::default() }).await;
    server.clock.advance(60);
    let mut browser = server.browser();
    let step = half_way(&mut browser, BRAM).await;
    let after = browser.fill(&step, &[("code", &app.code(&server, 0))]).await;
    assert!(after.location().starts_with("/enrol/"), "{}", after.location());
}
