//! People who belong to several organisations: asked in, choosing, and leaving.

use std::ops::RangeInclusive;

use countersign::domain::ids::{AccountId, MembershipId, OrganisationId};
use countersign::domain::policy::Demand;
use countersign::domain::{Policy, Timestamp};
use countersign::features::accounts::{InstanceRole, find_account_by_login};
use countersign::features::organisations::{
    Organisation, Role, add_membership, add_organisation, memberships_of, set_policy,
};
use sea_orm::ConnectionTrait as _;

use crate::support::codes::number;
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines, query_of};

on_both_engines! {
    whoever_invites_does_not_learn_who_has_an_account
    somebody_with_an_account_accepts_after_signing_in
    an_invitation_is_for_its_address_and_works_once
    an_invitation_counts_as_long_as_whoever_invited_may
    somebody_declines_with_an_account_and_without
    an_app_is_told_of_the_organisation_that_was_chosen
    a_choice_is_asked_for_where_it_must_be_and_remembered_where_it_may
    nobody_chooses_an_organisation_of_others
    one_of_many_organisations_is_found_by_its_name
    whoever_leaves_acts_for_it_no_more
    the_strictest_rules_hold_and_say_whose_they_are
}

const ANNA: &str = "anna@kantoor.nl";
const PIET: &str = "piet@elders.nl";
const NEW: &str = "hanna@nergens.nl";
const INVITE: &str = "/organisation/employees/invite";

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

/// Somebody at home in another office, who can sign in.
async fn piet(server: &Server) -> (AccountId, OrganisationId) {
    server.hire(PIET, Role::Employee, InstanceRole::None).await;
    move_elsewhere(server, PIET).await
}

/// Moves somebody into another office.
pub(crate) async fn move_elsewhere(server: &Server, email: &str) -> (AccountId, OrganisationId) {
    let account = server.account_of(email).await;
    // The administrator of that office has the same address in other tests.
    change(server, &format!("UPDATE accounts SET email = 'moves@elders.nl' WHERE id = '{account}'")).await;
    crate::organisation::other_office(server).await;
    change(server, "UPDATE accounts SET email = 'olga@elders.nl', name = 'Olga' WHERE name = 'Piet Elders'").await;
    change(server, &format!("UPDATE accounts SET email = '{email}' WHERE id = '{account}'")).await;
    let home = "(SELECT id FROM organisations WHERE name = 'Elders')";
    change(server, &format!("UPDATE accounts SET home_organisation_id = {home} WHERE id = '{account}'")).await;
    change(server, &format!("UPDATE memberships SET organisation_id = {home} WHERE account_id = '{account}'")).await;
    (account, memberships_of(server.inner.state.db.reading(), account).await.unwrap()[0].organisation_id)
}

async fn invite(browser: &mut Browser, email: &str) -> Answer {
    browser.fill(INVITE, &[("name", "Iemand Nieuw"), ("email", email), ("role", "accountant")]).await
}

/// The path of the link in the next mail.
async fn link(server: &Server, to: &str) -> String {
    let mail = server.mailbox().wait_for(to).await;
    let link =
        mail.text.split_whitespace().find(|word| word.contains("/invite/")).unwrap_or_else(|| panic!("{}", mail.text));
    link.strip_prefix(&server.issuer).unwrap().to_owned()
}

/// The address that a button of the page posts to.
fn action(page: &Answer, ends: &str) -> String {
    let found = page.body.split("action=\"").skip(1).filter_map(|part| part.split('"').next());
    let mut found = found.map(|link| link.replace("&#x2f;", "/"));
    found.find(|link| link.ends_with(ends)).unwrap_or_else(|| panic!("{ends}: {}", page.body))
}

async fn press(browser: &mut Browser, page: &str, ends: &str) -> Answer {
    let shown = browser.get(page).await;
    let csrf = shown.field("csrf");
    browser.post(&action(&shown, ends), &[("csrf", &csrf)]).await
}

async fn belongs(server: &Server, account: AccountId) -> Option<Role> {
    let places = memberships_of(server.inner.state.db.reading(), account).await.unwrap();
    places.into_iter().find(|place| place.organisation_id == server.organisation).map(|place| place.role)
}

/// Piet, who also belongs to the office of Anna, signed in.
async fn piet_of_both(server: &Server) -> (Browser, AccountId, OrganisationId) {
    let (account, home) = piet(server).await;
    let mut anna = signed_in(server, ANNA).await;
    invite(&mut anna, PIET).await;
    let link = link(server, PIET).await;
    let mut browser = signed_in(server, PIET).await;
    let joined = press(&mut browser, &link, "/join").await;
    assert!(joined.status == 200 && joined.body.contains("You belong to Kantoor De Vries"), "{}", joined.body);
    (browser, account, home)
}

async fn whoever_invites_does_not_learn_who_has_an_account(engine: Engine) {
    let server = Server::start(&engine).await;
    let (account, _) = piet(&server).await;
    let mut anna = signed_in(&server, ANNA).await;
    let mut seen = Vec::new();
    for email in [PIET, NEW] {
        let answer = invite(&mut anna, email).await;
        assert_eq!(answer.location(), "/organisation/employees?done=invited", "{}", answer.body);
        let mut pages = String::new();
        for page in ["/organisation/employees", "/organisation/employees?filter=never", "/organisation/security"] {
            pages += &anna.get(page).await.body.replace(email, "ADDRESS");
        }
        // What changes from one answer to the next is no word about anybody.
        let words: Vec<&str> =
            pages.split_whitespace().filter(|word| !word.contains("value=") && !word.contains("min_")).collect();
        let words: Vec<&str> = words.into_iter().filter(|word| !word.contains("class=\"mono\"")).collect();
        seen.push(words.join(" "));
        press(&mut anna, "/organisation/employees", "/withdraw").await;
        let activity = anna.get("/organisation/activity").await.body;
        assert!(!activity.contains(&account.to_string()) && !activity.contains("Person piet"), "{activity}");
    }
    assert_eq!(seen[0], seen[1]);
    assert_eq!(
        find_account_by_login(server.inner.state.db.reading(), NEW).await.unwrap(),
        None,
        "nobody is made by it"
    );
    // The mails differ, and only whoever reads them sees how.
    assert!(server.mailbox().wait_for(PIET).await.text.contains("You already have an account"));
    let mail = server.mailbox().wait_for(NEW).await.text;
    let words: Vec<&str> = mail.split_whitespace().collect();
    assert!(words.join(" ").contains("choose how you will sign in"), "{mail}");
    // Of the own people it is told.
    let own = invite(&mut anna, ANNA).await;
    assert!(own.status == 422 && own.body.contains("Somebody in your organisation"), "{}", own.body);
}

async fn somebody_with_an_account_accepts_after_signing_in(engine: Engine) {
    let server = Server::start(&engine).await;
    let (account, home) = piet(&server).await;
    let mut anna = signed_in(&server, ANNA).await;
    invite(&mut anna, PIET).await;
    let link = link(&server, PIET).await;
    // Looking changes nothing, and says who was asked only in part.
    for _ in 0..3 {
        let page = server.browser().get(&link).await;
        assert!(page.status == 200 && page.body.contains("Sign in to accept") && !page.body.contains(PIET));
    }
    let mut browser = server.browser();
    let form = press(&mut browser, &link, "/sign-in").await.location().to_owned();
    let done = browser.sign_in_at(&form, PIET, PASSWORD).await;
    let question = done.location().to_owned();
    assert!(question.starts_with("/account/invitations/"), "{question}");
    assert_eq!(belongs(&server, account).await, None, "signing in is no yes");
    assert!(browser.get(&question).await.body.contains("Your own organisation goes on looking after your account"));
    let joined = press(&mut browser, &question, "/join").await;
    assert!(joined.body.contains("You belong to Kantoor De Vries"), "{}", joined.body);
    assert_eq!(belongs(&server, account).await, Some(Role::Accountant));
    // At home stays at home.
    let row = find_account_by_login(server.inner.state.db.reading(), PIET).await.unwrap().unwrap();
    assert_eq!(row.home_organisation_id, home);
    let profile = browser.get("/account/profile").await.body;
    assert!(profile.contains("Elders") && profile.contains("looks after your account") && profile.contains("Leave"));
    let events = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'membership.join'";
    assert_eq!(number(&server, events).await, 1);
    assert!(anna.get("/organisation/employees").await.body.contains(PIET));
}

async fn an_invitation_is_for_its_address_and_works_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let (account, _) = piet(&server).await;
    let mut anna = signed_in(&server, ANNA).await;
    invite(&mut anna, PIET).await;
    let old = link(&server, PIET).await;
    // Whoever is signed in with another account neither accepts nor sees the question by its identifier.
    let shown = anna.get(&old).await;
    assert!(shown.body.contains("You are signed in as") && !shown.body.contains("Accept the invitation"));
    let mut browser = signed_in(&server, PIET).await;
    let question = action(&browser.get(&old).await, "/join");
    let csrf = anna.get("/account").await.field("csrf");
    assert_eq!(anna.post(&question, &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(anna.get(question.trim_end_matches("/join")).await.status, 404);
    // An address that was never read is not who was asked.
    change(&server, &format!("UPDATE accounts SET email_verified = FALSE WHERE id = '{account}'")).await;
    let csrf = browser.get("/account").await.field("csrf");
    assert_eq!(browser.post(&question, &[("csrf", &csrf)]).await.status, 404);
    change(&server, &format!("UPDATE accounts SET email_verified = TRUE WHERE id = '{account}'")).await;
    // A newer one replaces it.
    invite(&mut anna, PIET).await;
    assert_eq!(browser.post(&question, &[("csrf", &csrf)]).await.status, 404);
    let link = link(&server, PIET).await;
    let mut tab = browser.again(&server);
    let question = action(&browser.get(&link).await, "/join");
    let fields = [("csrf", csrf.as_str())];
    let (one, two) = tokio::join!(browser.post(&question, &fields), tab.post(&question, &fields));
    let mut statuses = [one.status, two.status];
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 404], "of two at once one counts");
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM member_invitations WHERE accepted_at IS NOT NULL").await, 1);
    assert_eq!(server.browser().get(&link).await.status, 404);
    // Too late is too late.
    invite(&mut anna, NEW).await;
    let late = self::link(&server, NEW).await;
    server.clock.advance(7 * 24 * 3600);
    let closed = server.browser().get(&late).await;
    assert!(closed.status == 404 && closed.body.contains("Ask Anna de Vries"), "{}", closed.body);
}

async fn an_invitation_counts_as_long_as_whoever_invited_may(engine: Engine) {
    let server = Server::start(&engine).await;
    let (account, _) = piet(&server).await;
    let kees = server.hire("kees@kantoor.nl", Role::Administrator, InstanceRole::None).await;
    let mut kees_at = signed_in(&server, "kees@kantoor.nl").await;
    invite(&mut kees_at, PIET).await;
    let link = link(&server, PIET).await;
    let mut browser = signed_in(&server, PIET).await;
    let question = action(&browser.get(&link).await, "/join");
    let csrf = browser.get("/account").await.field("csrf");
    change(&server, &format!("UPDATE memberships SET role = 'employee' WHERE account_id = '{kees}'")).await;
    assert_eq!(browser.get(&link).await.status, 404);
    assert_eq!(browser.post(&question, &[("csrf", &csrf)]).await.status, 404);
    change(&server, &format!("UPDATE memberships SET role = 'administrator' WHERE account_id = '{kees}'")).await;
    change(&server, &format!("UPDATE organisations SET disabled_at = 1000 WHERE id = '{}'", server.organisation)).await;
    assert_eq!(browser.post(&question, &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(belongs(&server, account).await, None);
    // Nobody else's invitations are mailed again or withdrawn.
    change(&server, "UPDATE organisations SET disabled_at = NULL").await;
    let id = question.split('/').nth(3).unwrap().to_owned();
    change(&server, &format!("UPDATE memberships SET role = 'administrator' WHERE account_id = '{account}'")).await;
    let csrf = browser.get("/organisation/employees").await.field("csrf");
    for act in ["again", "withdraw"] {
        let path = format!("/organisation/employees/invitations/{id}/{act}");
        assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, 404, "{act}");
    }
    assert_eq!(browser.post(&question, &[("csrf", &csrf)]).await.status, 200, "it still works");
}

async fn somebody_declines_with_an_account_and_without(engine: Engine) {
    let server = Server::start(&engine).await;
    let (account, _) = piet(&server).await;
    let mut anna = signed_in(&server, ANNA).await;
    for email in [PIET, NEW] {
        invite(&mut anna, email).await;
        let link = link(&server, email).await;
        let said = press(&mut server.browser(), &link, "/decline").await;
        assert!(said.status == 200 && said.body.contains("Invitation declined"), "{}", said.body);
        assert_eq!(server.browser().get(&link).await.status, 404);
    }
    let list = anna.get("/organisation/employees").await.body;
    assert_eq!(list.matches("Declined").count(), 2, "{list}");
    assert_eq!(belongs(&server, account).await, None);
    assert_eq!(find_account_by_login(server.inner.state.db.reading(), NEW).await.unwrap(), None);
    // Somebody who changes their mind is invited again, and begins an account.
    invite(&mut anna, NEW).await;
    let link = link(&server, NEW).await;
    let mut browser = server.browser();
    let done = browser.fill(&link, &[("password", "vier rode fietsen en een hek")]).await;
    assert_eq!(done.location(), "/account", "{}", done.body);
    let account = find_account_by_login(server.inner.state.db.reading(), NEW).await.unwrap().unwrap();
    let place = &memberships_of(server.inner.state.db.reading(), account.id).await.unwrap()[0];
    let givers = place
        .brought_in_by
        .each_ref()
        .map(|giver| giver.as_ref().and_then(countersign::features::organisations::Giver::person));
    assert_eq!((place.role, givers), (Role::Accountant, [Some(server.account); 2]));
    assert!(account.email_verified && account.home_organisation_id == server.organisation);
    assert_eq!(server.browser().get(&link).await.status, 404);
}

/// Goes through an app as far as the choice of an organisation.
async fn to_choice(browser: &mut Browser, request: &[(&str, &str)]) -> String {
    let choice = browser.get(&Server::authorize(request)).await.location().to_owned();
    assert!(choice.starts_with("/organisation-choice/"), "{choice}");
    choice
}

async fn choose(browser: &mut Browser, choice: &str, organisation: &str) -> Answer {
    browser.fill(choice, &[("organisation", organisation)]).await
}

/// The tokens of the app, after the choice.
async fn tokens(server: &Server, browser: &mut Browser, choice: &str) -> serde_json::Value {
    let back = browser.get(&choice.replace("/organisation-choice/", "/authorize/")).await.location().to_owned();
    let redeemed = server.redeem(&query_of(&back)["code"]).await;
    assert_eq!(redeemed.status, 200, "{}", redeemed.body);
    redeemed.json()
}

async fn told(server: &Server, tokens: &serde_json::Value) -> (String, serde_json::Value) {
    let info = server.userinfo(tokens["access_token"].as_str().unwrap()).await.json();
    (info["org_name"].as_str().unwrap_or_default().to_owned(), info["org_roles"].clone())
}

const SCOPE: (&str, &str) = ("scope", "openid organisation offline_access");

async fn an_app_is_told_of_the_organisation_that_was_chosen(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, account, home) = piet_of_both(&server).await;
    let choice = to_choice(&mut browser, &[SCOPE]).await;
    let page = browser.get(&choice).await;
    assert!(page.body.contains("Which organisation?") && page.body.contains("Elders"), "{}", page.body);
    let chosen = choose(&mut browser, &choice, &server.organisation.to_string()).await;
    assert!(chosen.location().starts_with("/return/"), "{}", chosen.body);
    let first = tokens(&server, &mut browser, &choice).await;
    assert_eq!(told(&server, &first).await, ("Kantoor De Vries".to_owned(), serde_json::json!(["accountant"])));
    // What was given goes on to say so, whatever is chosen later.
    let mut fresh = signed_in(&server, PIET).await;
    let choice = to_choice(&mut fresh, &[SCOPE]).await;
    assert!(fresh.get(&choice).await.body.contains("last time"));
    choose(&mut fresh, &choice, &home.to_string()).await;
    let second = tokens(&server, &mut fresh, &choice).await;
    assert_eq!(told(&server, &second).await.0, "Elders");
    assert_eq!(told(&server, &first).await.0, "Kantoor De Vries");
    // Apps that do not ask are told nothing and ask nothing.
    let plain = browser.get(&Server::authorize(&[("scope", "openid")])).await;
    assert!(plain.location().contains("code="), "{}", plain.location());
    let event =
        format!("SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'app.organisation' AND actor = '{account}'");
    assert_eq!(number(&server, &event).await, 2);
}

async fn a_choice_is_asked_for_where_it_must_be_and_remembered_where_it_may(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, account, _) = piet_of_both(&server).await;
    let silent = browser.get(&Server::authorize(&[SCOPE, ("prompt", "none")])).await;
    assert!(silent.location().contains("error=account_selection_required"), "{}", silent.location());
    let choice = to_choice(&mut browser, &[SCOPE]).await;
    choose(&mut browser, &choice, &server.organisation.to_string()).await;
    tokens(&server, &mut browser, &choice).await;
    // In this session it holds for this app, also without a page; another app asks by itself.
    for prompt in ["", "none"] {
        let next = browser.get(&Server::authorize(&[SCOPE, ("prompt", prompt)])).await;
        assert!(next.location().contains("code="), "{prompt}: {}", next.location());
    }
    let other = browser.get(&Server::authorize(&[SCOPE, ("client_id", "spa")])).await;
    assert!(other.location().starts_with("/organisation-choice/"), "{}", other.location());
    // With a new session it is asked again, the last choice first.
    server.clock.advance(1);
    let mut fresh = signed_in(&server, PIET).await;
    to_choice(&mut fresh, &[SCOPE]).await;
    // A place that is switched off is no choice, and with one left nobody is asked.
    let off = format!(
        "UPDATE memberships SET disabled_at = 1000 WHERE account_id = '{account}' AND organisation_id = '{}'",
        server.organisation
    );
    change(&server, &off).await;
    let only = fresh.get(&Server::authorize(&[SCOPE])).await;
    assert!(only.location().contains("code="), "{}", only.location());
}

async fn nobody_chooses_an_organisation_of_others(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, account, _) = piet_of_both(&server).await;
    change(
        &server,
        "INSERT INTO organisations (id, name, version, policy, created_at, policy_version) \
         SELECT 'org_0000000000000000000000000a', 'Vreemd', 0, policy, 0, 0 FROM organisations WHERE name = 'Elders'",
    )
    .await;
    let choice = to_choice(&mut browser, &[SCOPE]).await;
    for foreign in ["org_0000000000000000000000000a", "", "org_", "../elders"] {
        assert_eq!(choose(&mut browser, &choice, foreign).await.location(), choice, "{foreign}");
    }
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM organisation_choices").await, 0);
    // Another browser has no hand in it, nor does it pass the question by.
    assert_ne!(signed_in(&server, ANNA).await.get(&choice).await.status, 200);
    for path in ["/authorize/", "/return/"] {
        let by = browser.get(&choice.replace("/organisation-choice/", path)).await;
        assert_eq!(by.location(), choice, "{path}");
    }
    // Between the choice and the code the place is lost: nothing is given for it.
    choose(&mut browser, &choice, &server.organisation.to_string()).await;
    let gone = format!(
        "DELETE FROM memberships WHERE account_id = '{account}' AND organisation_id = '{}'",
        server.organisation
    );
    change(&server, &gone).await;
    let given = tokens(&server, &mut browser, &choice).await;
    assert_eq!(told(&server, &given).await.0, "Elders");
}

async fn whoever_leaves_acts_for_it_no_more(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, account, home) = piet_of_both(&server).await;
    let choice = to_choice(&mut browser, &[SCOPE]).await;
    choose(&mut browser, &choice, &server.organisation.to_string()).await;
    let given = tokens(&server, &mut browser, &choice).await;
    let leave = format!("/account/organisations/{}/leave", server.organisation);
    assert_eq!(browser.get(&format!("/account/organisations/{home}/leave")).await.status, 404, "home is not left");
    assert!(browser.get(&leave).await.body.contains("Leave Kantoor De Vries?"));
    assert_eq!(belongs(&server, account).await, Some(Role::Accountant));
    assert_eq!(browser.fill(&leave, &[]).await.location(), "/account/profile?done=left");
    assert_eq!(belongs(&server, account).await, None);
    assert_eq!(server.userinfo(given["access_token"].as_str().unwrap()).await.status, 401);
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", given["refresh_token"].as_str().unwrap())];
    assert_eq!(server.token(&refresh).await.json()["error"], "invalid_grant");
    assert_eq!(browser.get("/account").await.status, 200, "the account itself stays signed in");
    assert_eq!(browser.get(&leave).await.status, 404);
    // Whoever comes back gets nothing back that was given before.
    let mut anna = signed_in(&server, ANNA).await;
    invite(&mut anna, PIET).await;
    let again = link(&server, PIET).await;
    press(&mut browser, &again, "/join").await;
    assert_eq!(belongs(&server, account).await, Some(Role::Accountant));
    assert_eq!(server.userinfo(given["access_token"].as_str().unwrap()).await.status, 401);
    assert_eq!(server.token(&refresh).await.json()["error"], "invalid_grant");
    server.clock.advance(301);
    assert!(browser.get(&leave).await.location().starts_with("/confirm"));
}

async fn the_strictest_rules_hold_and_say_whose_they_are(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, account, _) = piet_of_both(&server).await;
    let state = &server.inner.state;
    let policy = Policy { second_factor: Demand::Required { from: Timestamp::from_seconds(1) }, ..Policy::default() };
    let mut writer = state.db.writing().await.unwrap();
    assert!(set_policy(&mut writer, server.organisation, policy, (None, None), state.now()).await.unwrap());
    writer.commit().await.unwrap();
    // The office that somebody only works along with demands it, and is named.
    assert!(browser.get("/account").await.location().starts_with("/confirm"));
    let mut fresh = server.browser();
    let asked = fresh.sign_in_at("/sign-in", PIET, PASSWORD).await.location().to_owned();
    assert!(asked.starts_with("/enrol/"), "{asked}");
    assert!(fresh.get(&asked).await.body.contains("Kantoor De Vries asks you"), "{}", fresh.get(&asked).await.body);
    // Without that membership it does not.
    change(
        &server,
        &format!(
            "DELETE FROM memberships WHERE account_id = '{account}' AND organisation_id = '{}'",
            server.organisation
        ),
    )
    .await;
    assert_eq!(signed_in(&server, PIET).await.get("/account").await.status, 200);
}

/// Makes somebody a member of more organisations, called `Office 1`, `Office 2` and so on.
pub(crate) async fn join_many(server: &Server, account: AccountId, numbers: RangeInclusive<usize>) {
    let state = &server.inner.state;
    let (now, random) = (state.now(), state.random.as_ref());
    let mut writer = state.db.writing().await.unwrap();
    for number in numbers {
        let organisation = Organisation {
            id: OrganisationId::new(now, random),
            name: format!("Office {number}"),
            created_at: now,
            policy: Policy::default(),
            disabled_at: None,
        };
        add_organisation(&mut writer, &organisation).await.unwrap();
        let place = MembershipId::new(now, random);
        let who = (organisation.id, account);
        add_membership(&mut writer, place, who, Role::Accountant, Vec::new(), now).await.unwrap();
    }
    writer.commit().await.unwrap();
}

async fn one_of_many_organisations_is_found_by_its_name(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut browser, account, _) = piet_of_both(&server).await;
    join_many(&server, account, 1..=5).await;
    let choice = to_choice(&mut browser, &[SCOPE]).await;
    let seven = browser.get(&format!("{choice}?q=office")).await;
    assert!(!seven.body.contains("name=\"q\"") && !seven.body.contains("hidden><strong>"), "{}", seven.body);
    join_many(&server, account, 6..=6).await;
    let eight = browser.get(&choice).await;
    assert!(eight.body.contains("name=\"q\"") && eight.body.contains(">8 organisations<"), "{}", eight.body);
    assert!(!eight.body.contains(" hidden><strong>"), "{}", eight.body);
    // Without a script the form asks again; what is not called like that is hidden and not lost.
    let found = browser.get(&format!("{choice}?q=%20OFFICE+3")).await;
    assert_eq!(found.status, 200, "{}", found.body);
    assert_eq!(found.body.matches(" hidden><strong>").count(), 7, "{}", found.body);
    assert!(found.body.contains(">1 organisation<") && found.body.contains("value=\"OFFICE 3\""), "{}", found.body);
    let none = browser.get(&format!("{choice}?q=%3Cscript%3E")).await;
    assert!(none.body.contains("No organisation is called that.") && !none.body.contains("<script>"), "{}", none.body);
    // What is found is chosen as ever.
    let row = found.body.split("<button").find(|row| row.contains("<strong>Office 3</strong>")).unwrap();
    assert!(!row.contains(" hidden>"), "{row}");
    let id = row.split("value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
    choose(&mut browser, &choice, &id).await;
    let given = tokens(&server, &mut browser, &choice).await;
    assert_eq!(told(&server, &given).await.0, "Office 3");
}
