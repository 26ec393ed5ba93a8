//! Letting somebody back in: two people, a warned owner, and everybody who tries it alone.

use countersign::domain::ids::{AccountId, MembershipId, OrganisationId};
use countersign::domain::{FactorKind, Secret};
use countersign::features::accounts::{Account, InstanceRole, add_account, find_account};
use countersign::features::factors::{find_enrolled, list_factors};
use countersign::features::helpdesk::hand_out_link;
use countersign::features::organisations::{
    Organisation, Role, add_membership, add_organisation, find_organisation, set_helpdesk_access,
};
use countersign::features::passwords::{Hashing, NewPassword, hash_new_password, remove_password, set_password};
use sea_orm::{ConnectionTrait as _, Statement};

use crate::support::codes::{BRAM, number, told};
use crate::support::{Answer, Authenticator, AuthenticatorApp, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    two_people_let_somebody_back_in
    the_owner_stops_it_even_when_it_is_approved
    nobody_does_it_alone_or_for_themselves
    the_helpdesk_helps_only_where_it_is_let
    administrators_help_their_own_people_and_no_others
    of_two_who_sign_at_once_one_does
    a_case_and_a_link_end_by_age
    a_passkey_is_asked_for_every_time
    whoever_is_locked_out_asks_without_being_known
    an_account_without_a_password_begins_anew
    the_operator_hands_out_a_link
}

pub(crate) const EVA: &str = "eva@helpdesk.nl";
pub(crate) const FEMKE: &str = "femke@helpdesk.nl";
const HELD: [(&str, &str); 5] = [
    ("second_factor", "yes"),
    ("passkeys", "yes"),
    ("reason", "Zijn telefoon ligt in de gracht."),
    ("called", "yes"),
    ("called_evidence", "Op zijn vaste nummer"),
];

/// A helper who signed in with a passkey that was just made.
pub(crate) async fn helper(server: &Server, email: &str) -> (Browser, Authenticator) {
    server.hire(email, Role::Employee, InstanceRole::Helpdesk).await;
    let mut browser = server.browser();
    let enrol = browser.sign_in_at("/sign-in", email, PASSWORD).await.location().to_owned();
    let mut authenticator = Authenticator::new();
    let made = browser.create_at(&format!("{enrol}/passkey"), &mut authenticator, server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    assert_eq!(server.mailbox().wait_for(email).await.subject.as_deref(), Some("A passkey was added to your account"));
    (browser, authenticator)
}

pub(crate) async fn let_helpdesk_in(server: &Server, seconds: i64) {
    let state = &server.inner.state;
    let until = countersign::domain::Timestamp::from_seconds(state.now().seconds() + seconds);
    let mut writer = state.db.writing().await.unwrap();
    assert!(set_helpdesk_access(&mut writer, server.organisation, Some(until)).await.unwrap());
    writer.commit().await.unwrap();
}

/// Bram, with an authenticator app, and his browser.
pub(crate) async fn bram(server: &Server) -> (Browser, AuthenticatorApp) {
    let mut browser = crate::two_factor::bram(server).await;
    let (app, _) = browser.connect_app(server, "account").await;
    told(server, BRAM).await;
    (browser, app)
}

/// Two helpers, and Bram, whom they may help.
pub(crate) async fn office(server: &Server) -> (Browser, Browser, Browser) {
    let_helpdesk_in(server, 7 * 24 * 3600).await;
    let (owner, _) = bram(server).await;
    (helper(server, EVA).await.0, helper(server, FEMKE).await.0, owner)
}

pub(crate) async fn open(browser: &mut Browser, email: &str) -> Answer {
    let mut fields = vec![("username", email)];
    fields.extend(HELD);
    browser.fill("/recovery-requests/new", &fields).await
}

pub(crate) async fn sign(browser: &mut Browser, case: &str, act: &str) -> Answer {
    let csrf = browser.get("/recovery-requests/new").await.field("csrf");
    let fields = [("csrf", csrf.as_str()), ("own_check", "Zelf teruggebeld")];
    browser.post(&format!("{case}/{act}"), &fields).await
}

/// The link in the next mail with this subject.
pub(crate) async fn link(server: &Server, to: &str, subject: &str, path: &str) -> String {
    let mail = server.mailbox().wait_for(to).await;
    assert_eq!(mail.subject.as_deref(), Some(subject), "{}", mail.text);
    let link = mail.text.split_whitespace().find(|word| word.contains(path)).unwrap_or_else(|| panic!("{}", mail.text));
    link.strip_prefix(&server.issuer).expect("our own address").to_owned()
}

pub(crate) const ASKED: &str = "Someone asked to recover your account";
pub(crate) const APPROVED: &str = "Your recovery was approved";
pub(crate) const AGAIN: &str = "Set up a new factor";
pub(crate) const STOP: &str = "/recovery/stop/";

pub(crate) async fn state_of(server: &Server, case: &str) -> String {
    let id = case.rsplit('/').next().unwrap();
    let db = server.inner.state.db.reading();
    let query = format!("SELECT state FROM recovery_cases WHERE id = '{id}'");
    let row = db.query_one_raw(Statement::from_string(db.get_database_backend(), query)).await.unwrap().unwrap();
    row.try_get("", "state").unwrap()
}

pub(crate) async fn factors(server: &Server, account: AccountId) -> usize {
    list_factors(server.inner.state.db.reading(), account).await.unwrap().len()
}

async fn two_people_let_somebody_back_in(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut eva, mut femke, mut owner) = office(&server).await;
    let account = server.account_of(BRAM).await;
    let opened = open(&mut eva, BRAM).await;
    let case = opened.location().to_owned();
    link(&server, BRAM, ASKED, STOP).await;
    assert!(femke.get("/recovery-requests").await.body.contains("Waiting for a second person"));
    let page = femke.get(&case).await;
    for words in ["Zijn telefoon ligt in de gracht.", "Op zijn vaste nummer", "Authenticator app", "Removed"] {
        assert!(page.body.contains(words), "{words}: {}", page.body);
    }
    assert_eq!(sign(&mut eva, &case, "approve").await.status, 403, "whoever asked does not sign");
    assert_eq!(state_of(&server, &case).await, "waiting");
    let empty = femke.fill(&case, &[]).await;
    assert!(empty.status == 405 || empty.status == 404, "{}", empty.status);
    assert_eq!(sign(&mut femke, &case, "approve").await.location(), case);
    link(&server, BRAM, APPROVED, STOP).await;
    assert_eq!(factors(&server, account).await, 1, "nothing happens before the owner had time to stop it");
    assert_eq!(owner.get("/account").await.status, 200);
    server.clock.advance(3599);
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(state_of(&server, &case).await, "approved");
    server.clock.advance(1);
    let path = link(&server, BRAM, AGAIN, "/recovery/link/").await;
    for _ in 0..5 {
        let scanner = server.browser().get(&path).await;
        assert!(scanner.status == 200 && scanner.body.contains("b•••@kantoor.nl"), "{}", scanner.body);
    }
    assert_eq!(factors(&server, account).await, 1, "looking uses nothing up");
    // A session from before, to see it end.
    server.clock.advance(60);
    let mut browser = server.browser();
    let pressed = browser.fill(&path, &[]).await;
    assert_eq!(pressed.location(), "/sign-in", "the link signs nobody in");
    assert_eq!(browser.get("/account").await.status, 303);
    assert_eq!(server.browser().get(&path).await.status, 404, "and works once");
    assert_eq!(factors(&server, account).await, 0);
    let done = server.mailbox().wait_for(BRAM).await;
    assert_eq!(done.subject.as_deref(), Some("Your account was recovered"));
    assert_eq!(
        number(
            &server,
            &format!("SELECT COUNT(*) AS n FROM sessions WHERE account_id = '{account}' AND ended_at IS NULL")
        )
        .await,
        0
    );
    // The password, and then a factor whatever the rules demand.
    let asked = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    assert!(asked.location().starts_with("/enrol/"), "{}", asked.location());
    assert!(!browser.get(asked.location()).await.body.contains("Not now"));
    assert_eq!(browser.get("/account").await.status, 303);
    let place = asked.location().rsplit('/').next().unwrap().to_owned();
    let (_, enrolled) = browser.connect_app(&server, &place).await;
    assert_eq!(enrolled.location(), "/enrol/account/recovery_code", "{}", enrolled.body);
    assert_eq!(browser.get("/account").await.status, 200);
    assert!(!find_enrolled(server.inner.state.db.reading(), account).await.unwrap().must_enrol);
    let (eva, femke) = (server.account_of(EVA).await, server.account_of(FEMKE).await);
    let both = format!("facts LIKE '%{eva}%' AND facts LIKE '%{femke}%'");
    let events = format!(
        "SELECT COUNT(*) AS n FROM audit_events WHERE kind IN ('recovery.approve', 'recovery.link', 'recovery.use') AND {both}"
    );
    assert!(number(&server, &events).await >= 1, "both names are in the audit");
    let state = &server.inner.state;
    let verdict = countersign::features::audit::verify(state.db.reading(), &state.mac).await.unwrap();
    assert!(format!("{verdict:?}").starts_with("Sound"), "{verdict:?}");
}

async fn the_owner_stops_it_even_when_it_is_approved(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut eva, mut femke, _) = office(&server).await;
    let account = server.account_of(BRAM).await;
    let case = open(&mut eva, BRAM).await.location().to_owned();
    let stop = link(&server, BRAM, ASKED, STOP).await;
    sign(&mut femke, &case, "approve").await;
    assert_eq!(link(&server, BRAM, APPROVED, STOP).await, stop, "one link stops it from the first mail on");
    for _ in 0..5 {
        assert_eq!(server.browser().get(&stop).await.status, 200);
    }
    assert_eq!(state_of(&server, &case).await, "approved", "looking stops nothing");
    let forged = format!("{}x", &stop[..stop.len() - 1]);
    assert_eq!(server.browser().get(&forged).await.status, 404);
    let csrf = eva.get("/recovery-requests/new").await.field("csrf");
    assert_eq!(eva.post(&forged, &[("csrf", &csrf)]).await.status, 404);
    // Nobody needs to be signed in for it.
    let stopped = server.browser().fill(&stop, &[]).await;
    assert!(stopped.status == 200 && stopped.body.contains("Stopped"), "{}", stopped.body);
    assert!(server.browser().get(&stop).await.body.contains("Nothing will come of it"));
    server.clock.advance(3601);
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(state_of(&server, &case).await, "stopped");
    assert_eq!(factors(&server, account).await, 1);
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM outbox WHERE template = 'recovery_link'").await, 0);
    // Also when the link is out already.
    let (mut gijs, mut hanna) =
        (helper(&server, "gijs@helpdesk.nl").await.0, helper(&server, "hanna@helpdesk.nl").await.0);
    let case = open(&mut gijs, BRAM).await.location().to_owned();
    let stop = link(&server, BRAM, ASKED, STOP).await;
    sign(&mut hanna, &case, "approve").await;
    link(&server, BRAM, APPROVED, STOP).await;
    server.clock.advance(3601);
    let path = link(&server, BRAM, AGAIN, "/recovery/link/").await;
    let csrf = {
        let mut browser = server.browser();
        let csrf = browser.get(&path).await.field("csrf");
        (browser, csrf)
    };
    server.browser().fill(&stop, &[]).await;
    let (mut browser, csrf) = csrf;
    assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, 404, "a stopped link takes nothing away");
    assert_eq!(factors(&server, account).await, 1);
}

async fn nobody_does_it_alone_or_for_themselves(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut eva, mut femke, mut owner) = office(&server).await;
    // An employee is no helper, on whichever path.
    assert_eq!(owner.get("/recovery-requests").await.status, 404);
    let own = open(&mut eva, EVA).await;
    assert!(own.status == 422 && own.body.contains("This is your own account"), "{}", own.body);
    // Anna looks after the office that Eva belongs to.
    let manager = open(&mut eva, "anna@kantoor.nl").await;
    assert!(manager.status == 422 && manager.body.contains("looks after your account"), "{}", manager.body);
    // Eva's own case is one for two others.
    let case = open(&mut femke, EVA).await.location().to_owned();
    assert!(eva.get(&case).await.body.contains("This is your own account"));
    for act in ["approve", "reject"] {
        assert_eq!(sign(&mut eva, &case, act).await.status, 403);
        assert_eq!(sign(&mut femke, &case, act).await.status, 403);
    }
    assert_eq!(state_of(&server, &case).await, "waiting");
    // What is missing is named, and nothing is kept.
    for (missing, words) in [
        (&HELD[2..], "Choose what they lost"),
        (&HELD[..2], "in at least 20 characters"),
        (&HELD[..3], "Tick at least one check"),
        (&HELD[..4], "Tick at least one check"),
    ] {
        let mut fields = vec![("username", BRAM)];
        fields.extend(missing);
        let answer = femke.fill("/recovery-requests/new", &fields).await;
        assert!(answer.status == 422 && answer.body.contains(words), "{words}: {}", answer.body);
    }
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM recovery_cases").await, 1);
    // A second case beside an open one is none.
    let again = open(&mut femke, EVA).await;
    assert!(again.status == 422 && again.body.contains("already"), "{}", again.body);
    // Without a word about an own check nothing is signed.
    let mine = open(&mut eva, BRAM).await.location().to_owned();
    let csrf = femke.get(&mine).await.field("csrf");
    let silent = femke.post(&format!("{mine}/approve"), &[("csrf", &csrf), ("own_check", " ")]).await;
    assert!(silent.status == 422 && silent.body.contains("Say what you checked yourself"), "{}", silent.body);
    assert_eq!(sign(&mut femke, &mine, "reject").await.status, 303);
    assert_eq!(state_of(&server, &mine).await, "rejected");
    assert_eq!(sign(&mut femke, &mine, "approve").await.status, 303);
    assert_eq!(state_of(&server, &mine).await, "rejected", "what was rejected stays so");
}

async fn the_helpdesk_helps_only_where_it_is_let(engine: Engine) {
    let server = Server::start(&engine).await;
    bram(&server).await;
    let (mut eva, mut femke) = (helper(&server, EVA).await.0, helper(&server, FEMKE).await.0);
    let refused = open(&mut eva, BRAM).await;
    assert!(refused.status == 422 && refused.body.contains("whom you may help"), "{}", refused.body);
    let unknown = open(&mut eva, "nobody@kantoor.nl").await;
    assert!(unknown.body.contains("whom you may help"), "and looks like somebody who does not exist");
    let_helpdesk_in(&server, 250).await;
    let case = open(&mut eva, BRAM).await.location().to_owned();
    assert_eq!(femke.get(&case).await.status, 200);
    server.clock.advance(251);
    assert_eq!(femke.get(&case).await.status, 404, "the month is over");
    assert_eq!(sign(&mut femke, &case, "approve").await.status, 404);
    assert!(!femke.get("/recovery-requests").await.body.contains(BRAM));
    assert_eq!(state_of(&server, &case).await, "waiting");
}

async fn administrators_help_their_own_people_and_no_others(engine: Engine) {
    let server = Server::start(&engine).await;
    bram(&server).await;
    // Two administrators of the office, with passkeys; the helpdesk has no access.
    server.hire("kees@kantoor.nl", Role::Administrator, InstanceRole::None).await;
    let mut people = Vec::new();
    for email in ["anna@kantoor.nl", "kees@kantoor.nl"] {
        let mut browser = server.browser();
        assert_eq!(browser.sign_in_at("/sign-in", email, PASSWORD).await.location(), "/account");
        let mut authenticator = Authenticator::new();
        let made = browser.create_at("/enrol/account/passkey", &mut authenticator, &server).await;
        assert_eq!(made.status, 200, "{}", made.body);
        people.push(browser);
    }
    let mut kees = people.pop().unwrap();
    let mut anna = people.pop().unwrap();
    let case = open(&mut anna, BRAM).await.location().to_owned();
    assert_eq!(sign(&mut kees, &case, "approve").await.location(), case);
    assert_eq!(state_of(&server, &case).await, "approved");
    let other = open(&mut anna, "kees@kantoor.nl").await;
    assert!(other.status == 422 && other.body.contains("looks after your account"), "{}", other.body);
    // An administrator of another office finds nothing.
    let mut stranger = stranger(&server).await;
    assert_eq!(stranger.get(&case).await.status, 404);
    assert_eq!(sign(&mut stranger, &case, "reject").await.status, 404);
    assert!(!stranger.get("/recovery-requests").await.body.contains(BRAM));
    let foreign = open(&mut stranger, "anna@kantoor.nl").await;
    assert!(foreign.status == 422 && foreign.body.contains("whom you may help"), "{}", foreign.body);
    assert_eq!(state_of(&server, &case).await, "approved");
}

/// An administrator of another office, with a passkey.
async fn stranger(server: &Server) -> Browser {
    const OTTO: &str = "otto@elders.nl";
    let state = &server.inner.state;
    let (now, random) = (state.now(), state.random.as_ref());
    let office = find_organisation(state.db.reading(), server.organisation).await.unwrap().unwrap();
    let anna = find_account(state.db.reading(), server.account).await.unwrap().unwrap();
    let other = Organisation { id: OrganisationId::new(now, random), name: "Elders".to_owned(), ..office };
    let otto = Account {
        id: AccountId::new(now, random),
        home_organisation_id: other.id,
        email: OTTO.parse().unwrap(),
        username: None,
        ..anna
    };
    let password = NewPassword::parse(&Secret::new(PASSWORD.to_owned()), 15, &otto.email).unwrap();
    let phc = hash_new_password(&state.service::<Hashing>(), password, random).await.unwrap();
    let mut writer = state.db.writing().await.unwrap();
    add_organisation(&mut writer, &other).await.unwrap();
    add_account(&mut writer, &otto).await.unwrap();
    let place = MembershipId::new(now, random);
    add_membership(&mut writer, place, (other.id, otto.id), Role::Administrator, Vec::new(), now).await.unwrap();
    set_password(&mut writer, otto.id, &phc, now).await.unwrap();
    writer.commit().await.unwrap();
    server.know(otto.id, "127.0.0.1").await;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", OTTO, PASSWORD).await.location(), "/account");
    let made = browser.create_at("/enrol/account/passkey", &mut Authenticator::new(), server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    browser
}

async fn of_two_who_sign_at_once_one_does(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut eva, femke, _) = office(&server).await;
    let gijs = helper(&server, "gijs@helpdesk.nl").await.0;
    let case = open(&mut eva, BRAM).await.location().to_owned();
    link(&server, BRAM, ASKED, STOP).await;
    let signing: Vec<_> = [femke, gijs]
        .into_iter()
        .zip(["approve", "approve"])
        .map(|(mut browser, act)| {
            let case = case.clone();
            tokio::spawn(async move { sign(&mut browser, &case, act).await.status })
        })
        .collect();
    for signature in signing {
        assert_eq!(signature.await.unwrap(), 303);
    }
    assert_eq!(
        number(&server, "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'recovery.approve' AND outcome = 'done'")
            .await,
        1
    );
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM outbox WHERE template = 'recovery_notice'").await, 2);
}

async fn a_case_and_a_link_end_by_age(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut eva, _, _) = office(&server).await;
    let case = open(&mut eva, BRAM).await.location().to_owned();
    let stop = link(&server, BRAM, ASKED, STOP).await;
    server.clock.advance(72 * 3600);
    let mut gijs = helper(&server, "gijs@helpdesk.nl").await.0;
    assert!(gijs.get(&case).await.body.contains("Expired"));
    assert_eq!(sign(&mut gijs, &case, "approve").await.status, 303);
    assert_eq!(state_of(&server, &case).await, "waiting", "three days are over");
    assert_eq!(server.browser().get(&stop).await.status, 404);
    let mut hanna = helper(&server, "hanna@helpdesk.nl").await.0;
    let case = open(&mut gijs, BRAM).await.location().to_owned();
    link(&server, BRAM, ASKED, STOP).await;
    sign(&mut hanna, &case, "approve").await;
    link(&server, BRAM, APPROVED, STOP).await;
    server.clock.advance(3601);
    let path = link(&server, BRAM, AGAIN, "/recovery/link/").await;
    let mut browser = server.browser();
    let csrf = browser.get(&path).await.field("csrf");
    server.clock.advance(3600);
    assert_eq!(browser.get(&path).await.status, 404);
    assert_eq!(browser.post(&path, &[("csrf", &csrf)]).await.status, 404);
    assert_eq!(factors(&server, server.account_of(BRAM).await).await, 1);
}

async fn a_passkey_is_asked_for_every_time(engine: Engine) {
    let server = Server::start(&engine).await;
    let_helpdesk_in(&server, 7 * 24 * 3600).await;
    bram(&server).await;
    let (mut eva, mut authenticator) = helper(&server, EVA).await;
    let form = eva.get("/recovery-requests/new").await;
    server.clock.advance(301);
    let asked = eva.get("/recovery-requests").await;
    assert!(asked.status == 403 && asked.body.contains("Use your passkey to go on"), "{}", asked.body);
    // A form that took a while is taken all the same, and not for ever.
    let csrf = form.field("csrf");
    let mut fields = vec![("csrf", csrf.as_str()), ("username", BRAM)];
    fields.extend(HELD);
    server.clock.advance(700);
    assert_eq!(eva.post("/recovery-requests/new", &fields).await.status, 403);
    let done = eva.sign_in_with("confirm", &mut authenticator, &server).await;
    assert_eq!(done.status, 200, "{}", done.body);
    assert_eq!(eva.get("/recovery-requests").await.status, 200);
    assert_eq!(open(&mut eva, BRAM).await.status, 303);
    // A password is no passkey, however fresh.
    let mut anna = server.browser();
    assert_eq!(anna.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.location(), "/account");
    assert_eq!(anna.get("/recovery-requests").await.status, 403);
    assert_eq!(server.browser().get("/recovery-requests").await.location(), "/sign-in");
}

async fn whoever_is_locked_out_asks_without_being_known(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut eva, mut femke, _) = office(&server).await;
    let mut answers = Vec::new();
    for name in [BRAM, "nobody@kantoor.nl"] {
        let mut browser = server.browser();
        let fields = [("username", name), ("reason", "Mijn telefoon ligt in de gracht")];
        let answer = browser.fill("/recover/own/helpdesk", &fields).await;
        let reference = answer.body.split("class=\"mono\">").nth(1).unwrap()[..7].to_owned();
        let csrf = answer.field("csrf");
        answers.push((answer.status, answer.body.replace(&reference, "").replace(&csrf, "")));
    }
    assert_eq!(answers[0], answers[1]);
    assert!(answers[0].1.contains("If we know this address"));
    link(&server, BRAM, ASKED, STOP).await;
    // Asking once more adds nothing.
    server.browser().fill("/recover/own/helpdesk", &[("username", BRAM)]).await;
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM recovery_cases").await, 1);
    server.browser().fill("/recover/own/helpdesk", &[("username", BRAM)]).await;
    let often = server.browser().fill("/recover/own/helpdesk", &[("username", BRAM)]).await;
    assert_eq!(often.status, 429);
    let list = eva.get("/recovery-requests").await;
    assert!(list.body.contains("Asked by the person"), "{}", list.body);
    let case = list.body.replace("&#x2f;", "/");
    let start = case.find("/recovery-requests/rcv_").unwrap();
    let case = case[start..].split('"').next().unwrap().to_owned();
    assert!(eva.get(&case).await.body.contains("Mijn telefoon ligt in de gracht"));
    // Nobody signs what nobody checked.
    assert_eq!(sign(&mut femke, &case, "approve").await.status, 303);
    assert_eq!(state_of(&server, &case).await, "asked");
    let csrf = eva.get(&case).await.field("csrf");
    let mut fields = vec![("csrf", csrf.as_str())];
    fields.extend(HELD);
    assert_eq!(eva.post(&format!("{case}/ask"), &fields).await.location(), case);
    link(&server, BRAM, ASKED, STOP).await;
    assert_eq!(state_of(&server, &case).await, "waiting");
    assert_eq!(sign(&mut eva, &case, "approve").await.status, 403);
    assert_eq!(sign(&mut femke, &case, "approve").await.status, 303);
    assert_eq!(state_of(&server, &case).await, "approved");
}

async fn an_account_without_a_password_begins_anew(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut eva, mut femke, mut owner) = office(&server).await;
    let account = server.account_of(BRAM).await;
    let made = owner.create_at("/enrol/account/passkey", &mut Authenticator::new(), &server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    server.mailbox().wait_for(BRAM).await;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    remove_password(&mut writer, account).await.unwrap();
    writer.commit().await.unwrap();
    let case = open(&mut eva, BRAM).await.location().to_owned();
    link(&server, BRAM, ASKED, STOP).await;
    sign(&mut femke, &case, "approve").await;
    link(&server, BRAM, APPROVED, STOP).await;
    server.clock.advance(3601);
    let path = link(&server, BRAM, AGAIN, "/recovery/link/").await;
    let mut browser = server.browser();
    let invited = browser.fill(&path, &[]).await.location().to_owned();
    assert!(invited.starts_with("/invite/"), "{invited}");
    assert_eq!(browser.get("/account").await.status, 303);
    let chosen = browser.fill(&invited, &[("password", "zeven groene kikkers")]).await;
    assert!(chosen.location().starts_with("/enrol/"), "{}", chosen.location());
    let kinds = find_enrolled(state.db.reading(), account).await.unwrap().kinds;
    assert!(!kinds.contains(FactorKind::Passkey) && !kinds.contains(FactorKind::Totp));
}

async fn the_operator_hands_out_a_link(engine: Engine) {
    let server = Server::start(&engine).await;
    bram(&server).await;
    let state = &server.inner.state;
    let account = find_account(state.db.reading(), server.account_of(BRAM).await).await.unwrap().unwrap();
    let mut links = Vec::new();
    for _ in 0..2 {
        let mut writer = state.db.writing().await.unwrap();
        let (link, _) = hand_out_link(&mut writer, state, &account, state.now()).await.unwrap();
        writer.commit().await.unwrap();
        links.push(link.expose().strip_prefix(&server.issuer).unwrap().to_owned());
    }
    assert_eq!(server.browser().get(&links[0]).await.status, 404, "the newest one works");
    let mut browser = server.browser();
    assert_eq!(browser.fill(&links[1], &[]).await.location(), "/sign-in");
    assert!(browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location().starts_with("/enrol/"));
}
