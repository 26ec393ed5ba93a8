//! The pages about one of the people, what their administrator does there, and how somebody else would try it.

use countersign::domain::FactorKind;
use countersign::features::accounts::InstanceRole;
use countersign::features::factors::list_factors;
use countersign::features::organisations::{Role, memberships_of};
use sea_orm::ConnectionTrait as _;

use crate::support::codes::{BRAM, number};
use crate::support::{Answer, Authenticator, Browser, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    an_administrator_sees_how_somebody_signs_in_and_no_secret
    one_method_is_taken_away_and_the_last_is_not
    of_two_removals_at_once_one_method_stays
    a_new_password_is_demanded_and_the_old_one_opens_nothing
    a_demand_is_lifted_by_whoever_chooses_a_password_and_by_nothing_else
    the_networks_of_one_person_are_looked_after
    what_happened_to_one_person_is_told_and_no_more
    groups_are_told_to_apps
    guests_are_seen_as_far_as_their_membership_goes
}

const ANNA: &str = "anna@kantoor.nl";
const NEW: &str = "zeven blauwe tafels";

async fn signed_in(server: &Server, email: &str) -> Browser {
    let mut browser = server.browser();
    let done = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert_eq!(done.status, 303, "{}", done.body);
    browser
}

async fn change(server: &Server, sql: &str) {
    let writer = server.inner.state.db.writing().await.unwrap();
    writer.execute_unprepared(sql).await.unwrap();
    writer.commit().await.unwrap();
}

/// Bram with an authenticator app and a passkey, and the path of the pages about him.
async fn bram(server: &Server) -> (Browser, Authenticator, String) {
    let mut browser = crate::two_factor::bram(server).await;
    browser.connect_app(server, "account").await;
    let mut authenticator = Authenticator::new();
    let made = browser.create_at("/enrol/account/passkey", &mut authenticator, server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let account = server.account_of(BRAM).await;
    (browser, authenticator, format!("/organisation/employees/{account}"))
}

/// The addresses behind the buttons that take a method away.
fn methods(page: &Answer) -> Vec<String> {
    let found = page.body.split("href=\"").skip(1).filter_map(|part| part.split('"').next());
    let found = found.map(|link| link.replace("&#x2f;", "/"));
    found.filter(|link| link.contains("/methods/")).collect()
}

async fn kinds(server: &Server) -> Vec<FactorKind> {
    let account = server.account_of(BRAM).await;
    let factors = list_factors(server.inner.state.db.reading(), account).await.unwrap();
    factors.into_iter().map(|factor| factor.kind).filter(|kind| *kind != FactorKind::RecoveryCode).collect()
}

/// The next mail with this subject.
async fn told(server: &Server, subject: &str) -> String {
    loop {
        let mail = server.mailbox().wait_for(BRAM).await;
        if mail.subject.as_deref() == Some(subject) {
            return mail.text;
        }
    }
}

async fn an_administrator_sees_how_somebody_signs_in_and_no_secret(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut bram, _, path) = bram(&server).await;
    let mut anna = signed_in(&server, ANNA).await;
    let profile = anna.get(&path).await.body;
    for tab in ["security", "ip-addresses", "activity"] {
        assert!(profile.replace("&#x2f;", "/").contains(&format!("href=\"{path}/{tab}\"")), "{tab}: {profile}");
        let page = anna.get(&format!("{path}/{tab}")).await;
        assert!(page.status == 200 && page.body.contains("aria-current=\"page\""), "{tab}: {}", page.body);
        // Whoever is none of the administrators finds nothing, not even about themselves.
        assert_eq!(bram.get(&format!("{path}/{tab}")).await.status, 404, "{tab}");
    }
    let page = anna.get(&format!("{path}/security")).await;
    for words in ["Authenticator app", "Passkey", "Signed in in one place", "Ask for a new password"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    let factors = list_factors(server.inner.state.db.reading(), server.account_of(BRAM).await).await.unwrap();
    for secret in factors.iter().flat_map(|factor| [factor.secret.clone(), factor.handle.clone()]).flatten() {
        assert!(!page.body.contains(&secret), "{secret}");
    }
    // Their own page offers the way to their own pages, and nothing that is done about somebody else.
    let own = anna.get(&format!("/organisation/employees/{}/security", server.account)).await;
    assert!(own.body.contains("Go to my own security") && methods(&own).is_empty(), "{}", own.body);
    // Somebody of another office finds none of it.
    crate::organisation::other_office(&server).await;
    let elsewhere = "(SELECT id FROM organisations WHERE name = 'Elders')";
    change(&server, &format!("UPDATE accounts SET home_organisation_id = {elsewhere} WHERE email = '{BRAM}'")).await;
    assert_eq!(anna.get(&format!("{path}/security")).await.status, 404);
}

async fn one_method_is_taken_away_and_the_last_is_not(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut bram, _, path) = bram(&server).await;
    let mut anna = signed_in(&server, ANNA).await;
    let page = format!("{path}/security");
    let both = methods(&anna.get(&page).await);
    assert_eq!(both.len(), 2);
    let asked = anna.get(&both[0]).await;
    assert!(asked.body.contains("cannot be used to sign in any more"), "{}", asked.body);
    assert_eq!(kinds(&server).await.len(), 2, "asking takes nothing away");
    let done = anna.fill(&both[0], &[]).await;
    assert!(done.location().ends_with("/security?done=method"), "{}", done.body);
    let mail = told(&server, "A way to sign in was removed").await;
    assert!(mail.contains("Anna de Vries of Kantoor De Vries removed this"), "{mail}");
    assert_eq!(bram.get("/account").await.status, 303, "what was opened with it ends");
    assert_eq!(kinds(&server).await.len(), 1);
    // The last one that counts is for two people, by every path.
    let shown = anna.get(&page).await;
    assert!(methods(&shown).is_empty() && shown.body.contains("Two people are needed to help"), "{}", shown.body);
    let last = anna.get(&both[1]).await;
    assert!(last.body.contains("two people are needed"), "{}", last.body);
    let csrf = anna.get(&path).await.field("csrf");
    let refused = anna.post(&both[1], &[("csrf", &csrf)]).await;
    assert!(refused.status == 409 && refused.body.contains("two people are needed"), "{}", refused.body);
    assert_eq!(kinds(&server).await.len(), 1);
    // Nobody takes anything away from themselves here, nor from whoever helps everybody.
    change(&server, &format!("UPDATE accounts SET instance_role = 'helpdesk' WHERE email = '{BRAM}'")).await;
    assert_eq!(anna.post(&both[1], &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(anna.get(&page).await.status, 404);
    let events = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'factor.remove'";
    assert_eq!(number(&server, events).await, 1);
    server.clock.advance(301);
    assert!(anna.get(&both[1]).await.location().starts_with("/confirm"), "a recent sign-in is needed");
}

async fn of_two_removals_at_once_one_method_stays(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, _, path) = bram(&server).await;
    let mut anna = signed_in(&server, ANNA).await;
    let both = methods(&anna.get(&format!("{path}/security")).await);
    let csrf = anna.get(&both[0]).await.field("csrf");
    let mut other = anna.again(&server);
    let fields = [("csrf", csrf.as_str())];
    let (one, two) = tokio::join!(anna.post(&both[0], &fields), other.post(&both[1], &fields));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [303, 409]);
    assert_eq!(kinds(&server).await.len(), 1);
}

async fn demand(anna: &mut Browser, path: &str) -> Answer {
    anna.fill(&format!("{path}/password"), &[]).await
}

async fn a_new_password_is_demanded_and_the_old_one_opens_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let path = format!("/organisation/employees/{account}");
    let mut bram = signed_in(&server, BRAM).await;
    // A token that was given for the password.
    let back = bram.get(&Server::authorize(&[("scope", "openid offline_access")])).await.location().to_owned();
    let tokens = server.redeem(&query_of(&back)["code"]).await.json();
    let mut anna = signed_in(&server, ANNA).await;
    assert!(demand(&mut anna, &path).await.location().ends_with("?done=password"));
    assert!(!anna.get(&path).await.body.contains("Ask for a new password"), "it is asked for once");
    assert!(anna.get(&format!("{path}/security")).await.body.contains("Must be chosen anew"));
    told(&server, "Choose a new password").await;
    // The session of before opens nothing more.
    assert!(bram.get("/account").await.location().starts_with("/confirm"), "the session proved the old password");
    let token = tokens["refresh_token"].as_str().unwrap();
    let refreshed = server.token(&[("grant_type", "refresh_token"), ("refresh_token", token)]).await;
    assert_eq!(refreshed.json()["error"], "invalid_grant", "{}", refreshed.body);
    // The old password leads to the choice of another one, and to nothing else.
    let mut browser = server.browser();
    let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().to_owned();
    assert!(asked.starts_with("/password-reset/new/"), "{asked}");
    assert_eq!(browser.get("/account").await.status, 303);
    let page = browser.get(&asked).await;
    assert!(page.body.contains("Your administrator asks you"), "{}", page.body);
    for (typed, words) in [(PASSWORD, "This is your current password"), ("kort", "at least")] {
        let refused = browser.fill(&asked, &[("password", typed)]).await;
        assert!(refused.status == 422 && refused.body.contains(words), "{typed}: {}", refused.body);
    }
    // Another browser does not go on with it, and a second tab comes too late.
    assert_ne!(server.browser().get(&asked).await.status, 200);
    let mut tab = browser.again(&server);
    let csrf = tab.get(&asked).await.field("csrf");
    let done = browser.fill(&asked, &[("password", NEW)]).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    assert_eq!(browser.get("/account").await.status, 200);
    let late = tab.post(&asked, &[("csrf", &csrf), ("password", "acht groene stoelen")]).await;
    assert_ne!(late.status, 200, "the page is there no longer");
    told(&server, "Your password was changed").await;
    assert_eq!(server.browser().sign_in_at("/sign-in", BRAM, PASSWORD).await.status, 422);
    assert_eq!(server.browser().sign_in_at("/sign-in", BRAM, "acht groene stoelen").await.status, 422);
    assert_eq!(server.browser().sign_in_at("/sign-in", BRAM, NEW).await.location(), "/account");
}

async fn a_demand_is_lifted_by_whoever_chooses_a_password_and_by_nothing_else(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut owner, mut authenticator, path) = bram(&server).await;
    let mut anna = signed_in(&server, ANNA).await;
    demand(&mut anna, &path).await;
    let account = server.account_of(BRAM).await;
    let due = format!("SELECT COUNT(*) AS n FROM accounts WHERE id = '{account}' AND new_password_due");
    let count = async || number(&server, &due).await;
    assert_eq!(count().await, 1);
    assert!(owner.get("/account").await.location().starts_with("/confirm"), "it began with the password");
    // A passkey goes on, and does not lift it.
    let mut browser = server.browser();
    let begun = browser.begin_passkey("own").await;
    let credential = authenticator.get(&begun["options"], &server);
    let answer = browser.finish_passkey("own", &begun["ceremony"], &credential).await;
    assert_eq!(answer.status, 200, "{}", answer.body);
    assert_eq!(browser.get("/account").await.status, 200);
    assert_eq!(count().await, 1);
    // Demanding it twice is nothing, and taking it back is not offered.
    assert_eq!(anna.get(&format!("{path}/password")).await.location(), path);
    let password = browser.fill("/account/password", &[("current", PASSWORD), ("password", NEW)]).await;
    assert!(password.location().ends_with("password-changed"), "{}", password.body);
    assert_eq!(count().await, 0);
}

async fn the_networks_of_one_person_are_looked_after(engine: Engine) {
    let server = Server::start(&engine).await;
    let account = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let page = format!("/organisation/employees/{account}/ip-addresses");
    server.know(account, "203.0.113.24").await;
    let mut anna = signed_in(&server, ANNA).await;
    assert!(anna.get(&page).await.body.contains("203.0.113.24"));
    let block = [("act", "block"), ("network", "203.0.113.24")];
    let asked = anna.fill(&page, &block).await;
    assert!(asked.status == 200 && asked.body.contains("sure"), "{}", asked.body);
    let csrf = anna.get(&page).await.field("csrf");
    let mut fields = vec![("csrf", csrf.as_str()), ("sure", "yes")];
    fields.extend(block);
    // Whose it is, the path says; a field that names somebody else does not count.
    let other = server.hire("carla@kantoor.nl", Role::Employee, InstanceRole::None).await;
    server.know(other, "203.0.113.24").await;
    let named = other.to_string();
    fields.push(("account", named.as_str()));
    assert_eq!(anna.post(&page, &fields).await.location(), format!("{page}?done=block"));
    let blocked = |id| format!("SELECT COUNT(*) AS n FROM networks WHERE owner = '{id}' AND status = 'blocked'");
    assert_eq!(number(&server, &blocked(account)).await, 1);
    assert_eq!(number(&server, &blocked(other)).await, 0);
    assert!(anna.get(&format!("{page}?done=block")).await.body.contains("Blocked"));
    // What is done for all is not done from here.
    let office = anna.fill(&page, &[("act", "office"), ("network", "203.0.113.24"), ("sure", "yes")]).await;
    assert_eq!(office.location(), page);
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM networks WHERE owner LIKE 'org_%'").await, 0);
    change(&server, &format!("UPDATE accounts SET instance_role = 'helpdesk' WHERE id = '{account}'")).await;
    assert_eq!(anna.get(&page).await.status, 404);
    assert_eq!(anna.post(&page, &fields).await.status, 404);
}

async fn what_happened_to_one_person_is_told_and_no_more(engine: Engine) {
    let server = Server::start(&engine).await;
    let (_, _, path) = bram(&server).await;
    server.hire("carla@kantoor.nl", Role::Employee, InstanceRole::None).await;
    signed_in(&server, "carla@kantoor.nl").await;
    let mut anna = signed_in(&server, ANNA).await;
    let page = anna.get(&format!("{path}/activity")).await.body;
    assert!(page.contains("Person bram@kantoor.nl") && !page.contains("carla@kantoor.nl"), "{page}");
    assert!(page.contains("/organisation/activity.csv") || page.contains("activity.csv"), "{page}");
    for unknown in ["acc_nobody", "org_1"] {
        assert_eq!(anna.get(&format!("/organisation/employees/{unknown}/activity")).await.status, 404);
    }
}

async fn groups_are_told_to_apps(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, ANNA).await;
    let path = format!("/organisation/employees/{}", server.account);
    let faulty = anna.fill(&format!("{path}/groups"), &[("groups", &"x".repeat(101))]).await;
    assert!(faulty.status == 422 && faulty.body.contains("at most 100 characters"), "{}", faulty.body);
    let done = anna.fill(&format!("{path}/groups"), &[("groups", "Loon\r\nBTW, Loon")]).await;
    assert!(done.location().ends_with("?done=groups"), "{}", done.body);
    let place = &memberships_of(server.inner.state.db.reading(), server.account).await.unwrap()[0];
    assert_eq!(place.groups, ["Loon", "BTW"]);
    let code = server.code(&mut server.browser()).await;
    let token = server.redeem(&code).await.json()["access_token"].as_str().unwrap().to_owned();
    assert_eq!(server.userinfo(&token).await.json()["groups"], serde_json::json!(["Loon", "BTW"]));
}

async fn guests_are_seen_as_far_as_their_membership_goes(engine: Engine) {
    let server = Server::start(&engine).await;
    let guest = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    crate::organisation::other_office(&server).await;
    let home = "(SELECT id FROM organisations WHERE name = 'Elders')";
    change(&server, &format!("UPDATE accounts SET home_organisation_id = {home} WHERE id = '{guest}'")).await;
    let mut anna = signed_in(&server, ANNA).await;
    let path = format!("/organisation/employees/{guest}");
    let profile = anna.get(&path).await.body.replace("&#x2f;", "/");
    assert!(profile.contains("looked after by somebody else") && !profile.contains(&format!("{path}/security")));
    for tab in ["security", "ip-addresses"] {
        assert_eq!(anna.get(&format!("{path}/{tab}")).await.status, 404, "{tab}");
    }
    assert_eq!(anna.get(&format!("{path}/activity")).await.status, 200);
    let csrf = anna.get(&path).await.field("csrf");
    for act in ["password", "sign-out", "invite"] {
        assert_eq!(anna.post(&format!("{path}/{act}"), &[("csrf", &csrf)]).await.location(), path, "{act}");
    }
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM accounts WHERE new_password_due").await, 0);
    assert_eq!(anna.fill(&format!("{path}/remove"), &[]).await.location(), "/organisation/employees");
    assert_eq!(anna.get(&path).await.status, 404, "they belong here no longer");
    told(&server, "You belong to Kantoor De Vries no longer").await;
    // The own people are not ended like that.
    let own = server.hire("carla@kantoor.nl", Role::Employee, InstanceRole::None).await;
    let own = format!("/organisation/employees/{own}");
    assert_eq!(anna.get(&format!("{own}/remove")).await.location(), own);
}
