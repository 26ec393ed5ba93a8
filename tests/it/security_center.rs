//! The Security center: who is affected is shown by name before it happens, and then it is what happens.

mod mails;
mod previews;

use countersign::domain::network::Network;
use countersign::domain::policy::{Demand, NewNetworks, Remembering};
use countersign::domain::{Policy, Timestamp};
use countersign::features::accounts::InstanceRole;
use countersign::features::audit::{Chain, Event, Ink, export, record};
use countersign::features::factors::{add_device, list_devices};
use countersign::features::organisations::{Role, find_rules, helpdesk_access};

use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    the_people_who_are_named_are_those_to_whom_it_happens
    nothing_changes_before_saving_and_what_was_filled_in_survives_proving_who_one_is
    whoever_would_lock_themselves_out_is_told_the_way_out
    of_two_administrators_the_second_sees_what_the_first_did
    of_parallel_changes_one_is_saved
    a_shorter_session_ends_at_once
    remembered_browsers_are_forgotten_and_counted
    the_last_thirty_days_are_replayed
    the_helpdesk_gets_access_for_a_month
    nobody_else_sees_or_changes_the_rules
    what_makes_no_sense_is_refused
    a_change_is_undone_for_ten_minutes
}

const ANNA: &str = "anna@kantoor.nl";
const BRAM: &str = "bram@kantoor.nl";
const CARLA: &str = "carla@kantoor.nl";
const DAAN: &str = "daan@kantoor.nl";
const CENTER: &str = "/organisation/security";

/// The boxes that are ticked when no rule is set.
const KINDS: [(&str, &str); 4] = [("totp", "on"), ("security_key", "on"), ("sms", "on"), ("email", "on")];

async fn signed_in(server: &Server, email: &str) -> Browser {
    let mut browser = server.browser();
    let done = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert_eq!(done.status, 303, "{}", done.body);
    browser
}

/// Anna, signed in and with an authenticator app, so that she may demand one of others.
async fn with_app(server: &Server) -> Browser {
    let mut anna = signed_in(server, ANNA).await;
    let (_, done) = anna.connect_app(server, "account").await;
    assert_eq!(done.status, 303, "{}", done.body);
    anna
}

/// Sends the form to `to` with these rules on.
async fn send(browser: &mut Browser, to: &str, rules: &[(&str, &str)]) -> Answer {
    let page = browser.get(CENTER).await;
    assert_eq!(page.status, 200, "{}", page.body);
    let (csrf, version) = (page.field("csrf"), version(&page));
    let mut fields = vec![("csrf", csrf.as_str()), ("version", version.as_str())];
    fields.extend(KINDS.iter().filter(|(kind, _)| !rules.contains(&(kind, ""))));
    fields.extend(rules.iter().filter(|(_, value)| !value.is_empty()));
    browser.post(to, &fields).await
}

fn version(page: &Answer) -> String {
    page.field("version")
}

async fn preview(browser: &mut Browser, rules: &[(&str, &str)]) -> Answer {
    let to = send(browser, &format!("{CENTER}/preview"), rules).await;
    assert_eq!(to.status, 303, "{}", to.body);
    browser.get(to.location()).await
}

async fn save(browser: &mut Browser, rules: &[(&str, &str)]) {
    let answer = send(browser, CENTER, rules).await;
    assert_eq!(answer.status, 303, "{}", answer.body);
    assert_eq!(answer.location(), format!("{CENTER}?done=saved"));
}

async fn policy(server: &Server) -> Policy {
    find_rules(server.inner.state.db.reading(), server.organisation).await.unwrap().unwrap().policy
}

/// What the table says about somebody.
fn told(page: &Answer, name: &str) -> String {
    let mut rows = page.body.split("<tr role=\"row\">").skip(1);
    let row = rows.find(|row| row.contains(name)).unwrap_or_else(|| panic!("{name}: {}", page.body));
    row.rsplit("<td").next().unwrap().to_owned()
}

async fn the_people_who_are_named_are_those_to_whom_it_happens(engine: Engine) {
    let server = Server::start(&engine).await;
    for email in [BRAM, CARLA, DAAN] {
        server.hire(email, Role::Employee, InstanceRole::None).await;
    }
    let mut anna = with_app(&server).await;
    let mut carla = signed_in(&server, CARLA).await;
    carla.connect_app(&server, "account").await;
    let mut bram = signed_in(&server, BRAM).await;

    let page = preview(&mut anna, &[("second", "on"), ("when", "now")]).await;
    assert!(page.body.contains("<strong>2 of 4 people</strong> must set up 2FA"), "{}", page.body);
    assert!(page.body.contains("2 already have it.") && page.body.contains("1 is signed in now"), "{}", page.body);
    assert!(page.body.contains("Save and apply to 2 people"), "{}", page.body);
    assert!(told(&page, BRAM).contains("Must set up 2FA at once"));
    assert!(told(&page, DAAN).contains("Must set up 2FA at next sign-in"));
    assert!(told(&page, CARLA).contains("No change") && told(&page, "Anna de Vries").contains("No change"));

    save(&mut anna, &[("second", "on"), ("when", "now")]).await;
    assert!(anna.get(CENTER).await.status == 200 && carla.get("/account").await.status == 200);
    assert_eq!(bram.get("/account").await.location(), "/confirm?next=%2Faccount", "at once");
    let asked = signed_in_to(&server, BRAM).await;
    assert!(asked.starts_with("/enrol/"), "{asked}");
    assert!(signed_in_to(&server, DAAN).await.starts_with("/enrol/"));
    assert!(signed_in_to(&server, CARLA).await.ends_with("/second"));
}

/// Where a sign-in leads after the password.
async fn signed_in_to(server: &Server, email: &str) -> String {
    server.browser().sign_in_at("/sign-in", email, PASSWORD).await.location().to_owned()
}

async fn nothing_changes_before_saving_and_what_was_filled_in_survives_proving_who_one_is(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = with_app(&server).await;
    let rules = [("second", "on"), ("when", "date"), ("date", "2027-01-04"), ("limit", "on"), ("sms", "")];
    preview(&mut anna, &rules).await;
    assert_eq!(policy(&server).await, Policy::default());
    server.clock.advance(301);
    let answer = send(&mut anna, CENTER, &rules).await;
    let next = answer.location().to_owned();
    assert!(next.starts_with("/confirm?next=%2Forganisation%2Fsecurity%2F"), "{next}");
    assert_eq!(policy(&server).await, Policy::default());
    let kept: String = next.rsplit("next=").next().unwrap().replace("%2F", "/");
    let page = anna.get(&kept).await;
    assert_eq!(page.status, 200, "to look, no recent sign-in is needed");
    let ticked = |name: &str| {
        page.body.split(&format!("name=\"{name}\"")).nth(1).unwrap().split('>').next().unwrap().contains(" checked")
    };
    assert!(ticked("second") && ticked("limit") && ticked("totp") && !ticked("sms") && !ticked("networks"));
    assert!(page.body.contains("value=\"2027-01-04\""), "{}", page.body);
}

async fn whoever_would_lock_themselves_out_is_told_the_way_out(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = signed_in(&server, ANNA).await;
    for (rules, says) in [
        (vec![("second", "on"), ("when", "now")], "Set up your own two-factor authentication first"),
        (vec![("networks", "on"), ("administrator", "on")], "You are the only administrator"),
    ] {
        let refused = send(&mut anna, CENTER, &rules).await;
        assert!(refused.status == 422 && refused.body.contains(says), "{}", refused.body);
        assert!(refused.body.contains("id=\"problem\"") && refused.body.contains("<title>Error:"));
        assert_eq!(policy(&server).await, Policy::default());
    }
    server.clock.advance(200);
    anna.connect_app(&server, "account").await;
    save(&mut anna, &[("second", "on"), ("when", "now")]).await;
    let refused = send(&mut anna, CENTER, &[("second", "on"), ("when", "now"), ("totp", "")]).await;
    assert!(refused.status == 422 && refused.body.contains("of a kind that still counts"), "{}", refused.body);
    server.hire(BRAM, Role::Administrator, InstanceRole::None).await;
    save(&mut anna, &[("second", "on"), ("when", "now"), ("networks", "on"), ("administrator", "on")]).await;
    assert_eq!(policy(&server).await.new_networks, NewNetworks::AdministratorOnly);
}

async fn of_two_administrators_the_second_sees_what_the_first_did(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire(BRAM, Role::Administrator, InstanceRole::None).await;
    let mut anna = signed_in(&server, ANNA).await;
    let mut bram = signed_in(&server, BRAM).await;
    let seen = bram.get(CENTER).await;
    let fields = [("csrf", seen.field("csrf")), ("version", version(&seen)), ("networks", "on".to_owned())];
    save(&mut anna, &[("limit", "on")]).await;
    let mail = server.mailbox().wait_for(BRAM).await;
    assert_eq!(mail.subject.as_deref(), Some("The security rules of Kantoor De Vries were changed"));
    assert!(mail.text.contains("Anna de Vries changed the security rules"), "{}", mail.text);
    let mut all: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    all.extend(KINDS);
    let refused = bram.post(CENTER, &all).await;
    assert!(refused.status == 409 && refused.body.contains("Anna de Vries changed the rules at"), "{}", refused.body);
    assert_eq!(policy(&server).await.new_networks, NewNetworks::UsersChoice);
    // The page that he gets saves: he has seen it now.
    let (csrf, version) = (refused.field("csrf"), version(&refused));
    all[0] = ("csrf", &csrf);
    all[1] = ("version", &version);
    assert_eq!(bram.post(CENTER, &all).await.location(), format!("{CENTER}?done=saved"));
    let after = policy(&server).await;
    assert_eq!((after.new_networks, after.remembering), (NewNetworks::ConfirmByMail, Remembering::Allowed));
}

async fn of_parallel_changes_one_is_saved(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ready = Vec::new();
    for idle in ["15", "30", "45", "50"] {
        let mut browser = signed_in(&server, ANNA).await;
        let page = browser.get(CENTER).await;
        ready.push((browser, page.field("csrf"), version(&page), idle));
    }
    let mut waiting = Vec::new();
    for (mut browser, csrf, version, idle) in ready {
        waiting.push(tokio::spawn(async move {
            let mut fields = vec![("csrf", csrf.as_str()), ("version", version.as_str()), ("idle", idle)];
            fields.extend(KINDS);
            browser.post(CENTER, &fields).await.status
        }));
    }
    let mut all = Vec::new();
    for task in waiting {
        all.push(task.await.unwrap());
    }
    all.sort_unstable();
    assert_eq!(all, [303, 409, 409, 409]);
}

async fn a_shorter_session_ends_at_once(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let mut bram = signed_in(&server, BRAM).await;
    server.clock.advance(20 * 60);
    let mut anna = signed_in(&server, ANNA).await;
    assert_eq!(server.browser().get("/account").await.location(), "/sign-in");
    let page = preview(&mut anna, &[("idle", "15")]).await;
    assert!(told(&page, BRAM).contains("Is signed out"), "{}", page.body);
    assert!(!told(&page, "Anna de Vries").contains("Is signed out"));
    save(&mut anna, &[("idle", "15")]).await;
    assert_eq!(bram.get("/account").await.location(), "/sign-in");
    let mut bram = signed_in(&server, BRAM).await;
    assert_eq!(bram.get("/account").await.status, 200);
    server.clock.advance(15 * 60);
    assert_eq!(bram.get("/account").await.location(), "/sign-in", "the rule holds for sessions that come later");
    // At most an hour, whatever they do.
    let mut anna = signed_in(&server, ANNA).await;
    save(&mut anna, &[("absolute", "1")]).await;
    let mut bram = signed_in(&server, BRAM).await;
    for _ in 0..5 {
        server.clock.advance(11 * 60);
        assert_eq!(bram.get("/account").await.status, 200);
    }
    server.clock.advance(5 * 60);
    assert_eq!(bram.get("/account").await.location(), "/sign-in");
}

async fn remembered_browsers_are_forgotten_and_counted(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    signed_in(&server, BRAM).await.connect_app(&server, "account").await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let place = (Network::of("127.0.0.1".parse().unwrap()), None);
    let until = state.now().after(std::time::Duration::from_hours(24));
    add_device(&mut writer, bram, place, until, (state.now(), state.random.as_ref())).await.unwrap();
    writer.commit().await.unwrap();
    let mut anna = signed_in(&server, ANNA).await;
    let other = preview(&mut anna, &[("idle", "30")]).await;
    assert!(other.body.contains("is asked for it once more"), "{}", other.body);
    let page = preview(&mut anna, &[("limit", "on")]).await;
    assert!(page.body.contains("<strong>1 person</strong> now skips the code for 30 days. That ends"), "{}", page.body);
    assert!(told(&page, BRAM).contains("Can no longer skip the code"));
    save(&mut anna, &[("limit", "on")]).await;
    assert!(list_devices(state.db.reading(), bram, state.now()).await.unwrap().is_empty());
}

async fn the_last_thirty_days_are_replayed(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let state = &server.inner.state;
    let past = async |ip: &str, amr: &str| {
        let event = Event::new(Chain::Organisation(server.organisation), "sign_in.password", "done")
            .by(bram)
            .with("amr", amr)
            .with_personal("ip", ip);
        let mut writer = state.db.writing().await.unwrap();
        record(&mut writer, Ink::of(state, state.now()), event).await.unwrap();
        writer.commit().await.unwrap();
    };
    past("203.0.113.1", "pwd").await;
    server.clock.advance(40 * 86_400);
    past("203.0.113.1", "pwd").await;
    past("203.0.113.2", "pwd").await;
    past("203.0.113.2", "pwd").await;
    past("203.0.113.3", "swk user mfa").await;
    past("203.0.113.4", "pwd").await;
    let mut anna = signed_in(&server, ANNA).await;
    let page = preview(&mut anna, &[("networks", "on")]).await;
    assert!(page.body.contains("would have held up <strong>2 sign-ins</strong> of 1 person"), "{}", page.body);
    let off = preview(&mut anna, &[("limit", "on")]).await;
    assert!(!off.body.contains("would have held up"), "{}", off.body);
}

async fn the_helpdesk_gets_access_for_a_month(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let until = async || helpdesk_access(state.db.reading(), server.organisation).await.unwrap();
    let mut anna = signed_in(&server, ANNA).await;
    assert_eq!(until().await, None);
    let csrf = anna.get(CENTER).await.field("csrf");
    let path = format!("{CENTER}/helpdesk");
    let done = anna.post(&path, &[("csrf", &csrf), ("act", "give")]).await;
    assert_eq!(done.location(), format!("{CENTER}?done=given#helpdesk"));
    let days = until().await.unwrap().since(state.now()).as_secs() / 3600;
    assert!((27 * 24..=32 * 24).contains(&days), "{days} hours");
    let page = anna.get(&format!("{CENTER}?done=given")).await;
    assert!(page.body.contains("may help your people for a month") && page.body.contains("Anna de Vries gave access."));
    anna.post(&path, &[("csrf", &csrf), ("act", "revoke")]).await;
    assert_eq!(until().await, None);
    assert!(anna.get(CENTER).await.body.contains("Anna de Vries revoked access."));
    let all = format!("{:?}", export(state.db.reading(), None, 100).await.unwrap());
    assert_eq!(all.matches("helpdesk.access").count(), 2);
    assert_eq!(anna.post(&path, &[("csrf", &csrf), ("act", "steal")]).await.status, 400);
    server.clock.advance(301);
    let late = anna.post(&path, &[("csrf", &csrf), ("act", "give")]).await;
    assert!(late.location().starts_with("/confirm?next="), "{}", late.location());
    assert_eq!(until().await, None);
}

async fn nobody_else_sees_or_changes_the_rules(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    server.hire("eva@kantoor.nl", Role::Accountant, InstanceRole::Helpdesk).await;
    let mut bram = signed_in(&server, BRAM).await;
    let csrf = bram.get("/account/sessions").await.field("csrf");
    let posts =
        [CENTER.to_owned(), format!("{CENTER}/preview"), format!("{CENTER}/undo"), format!("{CENTER}/helpdesk")];
    for path in [CENTER.to_owned(), format!("{CENTER}/version-0_limit")] {
        assert_eq!(bram.get(&path).await.status, 404);
        assert_eq!(server.browser().get(&path).await.location(), "/sign-in");
    }
    assert!(!bram.get("/account").await.body.contains("organisation&#x2f;security"));
    for path in &posts {
        let fields = [("csrf", csrf.as_str()), ("version", "0"), ("limit", "on"), ("act", "give")];
        assert_eq!(bram.post(path, &fields).await.status, 404, "{path}");
        let stranger = server.browser().post(path, &fields).await;
        assert_eq!(stranger.location(), "/sign-in", "{path}");
    }
    let mut anna = signed_in(&server, ANNA).await;
    for path in &posts {
        let forged = anna.post(path, &[("csrf", "forged"), ("version", "0"), ("act", "give")]).await;
        assert_eq!(forged.status, 403, "{path}");
    }
    assert!(anna.get("/account").await.body.contains("organisation&#x2f;security"));
    assert_eq!(policy(&server).await, Policy::default());
    assert_eq!(helpdesk_access(server.inner.state.db.reading(), server.organisation).await.unwrap(), None);
}

async fn what_makes_no_sense_is_refused(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = with_app(&server).await;
    for (rules, says) in [
        ([("second", "on"), ("when", "date"), ("date", "yesterday")], "Choose a day from today on"),
        ([("second", "on"), ("when", "date"), ("date", "2020-01-01")], "Choose a day from today on"),
        ([("idle", "1"), ("limit", "on"), ("when", "now")], "Choose one of the times"),
        ([("absolute", "99999"), ("limit", "on"), ("when", "now")], "Choose one of the times"),
    ] {
        let refused = send(&mut anna, CENTER, &rules).await;
        assert!(refused.status == 422 && refused.body.contains(says), "{}", refused.body);
        assert!(preview(&mut anna, &rules).await.body.contains(says));
    }
    assert_eq!(send(&mut anna, CENTER, &[("version", "x")]).await.status, 400);
    let odd = anna.get(&format!("{CENTER}/%3Cscript%3E_second_version-99")).await;
    assert!(odd.status == 200 && odd.body.contains("The rules were changed"), "{}", odd.body);
    assert_eq!(policy(&server).await, Policy::default());
    let nothing = send(&mut anna, CENTER, &[]).await;
    assert_eq!(nothing.location(), CENTER, "nothing to save");
    let all = format!("{:?}", export(server.inner.state.db.reading(), None, 100).await.unwrap());
    assert!(!all.contains("organisation.policy"));
}

async fn a_change_is_undone_for_ten_minutes(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut anna = with_app(&server).await;
    let demanded = Policy { second_factor: Demand::Required { from: Timestamp::from_seconds(5) }, ..Policy::default() };
    server.rule(demanded).await;
    let page = anna.get(CENTER).await;
    assert!(!page.body.contains("/organisation/security/undo"), "not what the operator did: {}", page.body);
    let undo = format!("{CENTER}/undo");
    let fields = [("csrf", page.field("csrf")), ("version", version(&page))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(anna.post(&undo, &fields).await.location(), CENTER);
    assert_eq!(policy(&server).await, demanded);

    save(&mut anna, &[("second", "on"), ("when", "now"), ("limit", "on")]).await;
    let after = Policy { remembering: Remembering::Never, ..demanded };
    assert_eq!(policy(&server).await, after, "what binds already keeps its date");
    let page = anna.get(CENTER).await;
    assert!(page.body.contains("/organisation/security/undo"), "{}", page.body);
    let (csrf, stale) = (page.field("csrf"), "1");
    assert_eq!(anna.post(&undo, &[("csrf", &csrf), ("version", stale)]).await.location(), CENTER);
    assert_eq!(policy(&server).await, after, "only what was looked at is undone");
    server.clock.advance(1);
    let done = anna.post(&undo, &[("csrf", &csrf), ("version", &version(&page))]).await;
    assert_eq!(done.location(), format!("{CENTER}?done=undone"));
    assert_eq!(policy(&server).await, demanded);
    let all = export(server.inner.state.db.reading(), None, 100).await.unwrap();
    let kinds: Vec<&str> =
        all.iter().filter(|event| event.kind == "organisation.policy").map(|event| event.outcome.as_str()).collect();
    assert_eq!(kinds, ["done", "undone"]);
    let last = all.iter().rfind(|event| event.outcome == "undone").unwrap();
    assert_eq!(
        (&last.facts["before"]["remembering"], &last.facts["after"]["remembering"]),
        (&"never".into(), &"allowed".into())
    );

    save(&mut anna, &[("second", "on"), ("when", "now"), ("limit", "on")]).await;
    let page = anna.get(CENTER).await;
    let (csrf, version) = (page.field("csrf"), version(&page));
    server.clock.advance(200);
    assert!(anna.get(CENTER).await.body.contains("/organisation/security/undo"));
    server.clock.advance(401);
    assert!(!anna.get(CENTER).await.body.contains("/organisation/security/undo"));
    let late = anna.post(&undo, &[("csrf", &csrf), ("version", &version)]).await;
    assert!(late.status == 303, "{}", late.body);
    assert_eq!(policy(&server).await, after);
}
