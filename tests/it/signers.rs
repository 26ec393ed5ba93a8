//! Who may sign under a recovery, for how long that counts, and what strangers learn by asking for one.

use std::time::Duration;

use countersign::domain::ids::MembershipId;
use countersign::features::accounts::{InstanceRole, set_account_disabled};
use countersign::features::admin::{Doer, Done, switch_account};
use countersign::features::organisations::{
    Giver, Role, add_membership, administrators_of, memberships_of, remove_membership, set_membership_disabled,
    set_role, take_turn_as,
};
use sea_orm::ConnectionTrait as _;

use crate::helpdesk::{AGAIN, APPROVED, ASKED, STOP, bram, factors, helper, link, office, open, sign, state_of};
use crate::support::codes::{BRAM, number};
use crate::support::{Authenticator, Browser, Engine, PASSWORD, Server, TestClock, on_both_engines};

on_both_engines! {
    nobody_signs_with_a_colleague_whom_they_invented
    a_say_over_everybody_that_was_given_today_signs_nothing
    a_signature_counts_only_while_its_signer_may_sign
    a_helper_stops_what_they_doubt
    two_names_of_one_account_do_not_show_that_they_are_one
    an_act_is_judged_by_who_somebody_is_when_it_happens
    whoever_comes_back_waits_again_before_they_sign
}

async fn change(server: &Server, sql: &str) {
    let writer = server.inner.state.db.writing().await.unwrap();
    writer.execute_unprepared(sql).await.unwrap();
    writer.commit().await.unwrap();
}

async fn administrator(server: &Server, email: &str) -> Browser {
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", email, PASSWORD).await.location(), "/account");
    let made = browser.create_at("/enrol/account/passkey", &mut Authenticator::new(), server).await;
    assert_eq!(made.status, 200, "{}", made.body);
    browser
}

async fn nobody_signs_with_a_colleague_whom_they_invented(engine: Engine) {
    const KEES: &str = "kees@kantoor.nl";
    let server = Server::start_with(&engine, TestClock::new(), |config| config.sign_in.recovery_signer_days = 7).await;
    bram(&server).await;
    let kees = server.hire(KEES, Role::Administrator, InstanceRole::None).await;
    let mut anna = administrator(&server, "anna@kantoor.nl").await;
    let early = open(&mut anna, BRAM).await;
    assert!(early.status == 422 && early.body.contains("for long enough"), "{}", early.body);
    let of = |account| format!("WHERE account_id = '{account}'");
    change(&server, &format!("UPDATE memberships SET role_since = 1000 {}", of(server.account))).await;
    let case = open(&mut anna, BRAM).await.location().to_owned();
    // A passkey that was made for it, by somebody who became an administrator for it.
    server.clock.advance(1);
    let mut new = administrator(&server, KEES).await;
    let page = new.get(&case).await;
    assert!(page.body.contains("for long enough to sign") && !page.body.contains("own_check"), "{}", page.body);
    assert_eq!(sign(&mut new, &case, "approve").await.status, 403);
    change(&server, &format!("UPDATE memberships SET role_since = 1000 {}", of(kees))).await;
    assert_eq!(sign(&mut new, &case, "approve").await.status, 403, "the passkey is younger than the case");
    change(&server, &format!("UPDATE factors SET created_at = 1000 {}", of(kees))).await;
    for column in ["added_by", "role_by"] {
        change(&server, &format!("UPDATE memberships SET {column} = '{}' {}", server.account, of(kees))).await;
        let refused = sign(&mut new, &case, "approve").await;
        assert!(refused.status == 403 && refused.body.contains("stands apart"), "{column}: {}", refused.body);
        change(&server, &format!("UPDATE memberships SET {column} = NULL {}", of(kees))).await;
        // The other way round they are the same pair.
        change(&server, &format!("UPDATE memberships SET {column} = '{kees}' {}", of(server.account))).await;
        assert_eq!(sign(&mut new, &case, "reject").await.status, 403);
        change(&server, &format!("UPDATE memberships SET {column} = NULL {}", of(server.account))).await;
    }
    assert_eq!(state_of(&server, &case).await, "waiting");
    assert_eq!(sign(&mut new, &case, "approve").await.location(), case);
    assert_eq!(state_of(&server, &case).await, "approved");
}

/// What happens to whoever asked, and how it is taken back.
const GONE: [(&str, &str); 3] = [
    (
        "UPDATE accounts SET instance_role = 'none' WHERE email = $1",
        "UPDATE accounts SET instance_role = 'helpdesk' WHERE email = $1",
    ),
    (
        "UPDATE accounts SET disabled_at = 1000 WHERE email = $1",
        "UPDATE accounts SET disabled_at = NULL WHERE email = $1",
    ),
    ("UPDATE organisations SET helpdesk_until = NULL", "UPDATE organisations SET helpdesk_until = 99999999999999"),
];

async fn a_signature_counts_only_while_its_signer_may_sign(engine: Engine) {
    let server = Server::start(&engine).await;
    bram(&server).await;
    let account = server.account_of(BRAM).await;
    change(&server, GONE[2].1).await;
    for (number_of, (gone, back)) in GONE.iter().enumerate() {
        // Before the second signature, before the link leaves, and before it is used.
        for stage in 0..3 {
            let asks = format!("asks{number_of}{stage}@helpdesk.nl");
            let (gone, back) = (gone.replace("$1", &format!("'{asks}'")), back.replace("$1", &format!("'{asks}'")));
            let mut first = helper(&server, &asks).await.0;
            let mut second = helper(&server, &format!("signs{number_of}{stage}@helpdesk.nl")).await.0;
            let case = open(&mut first, BRAM).await.location().to_owned();
            link(&server, BRAM, ASKED, STOP).await;
            if stage > 0 {
                assert_eq!(sign(&mut second, &case, "approve").await.status, 303);
                link(&server, BRAM, APPROVED, STOP).await;
            }
            if stage == 2 {
                server.clock.advance(3601);
                let path = link(&server, BRAM, AGAIN, "/recovery/link/").await;
                change(&server, &gone).await;
                assert_eq!(server.browser().fill(&path, &[]).await.status, 404, "{gone}");
            } else {
                change(&server, &gone).await;
                if stage == 1 {
                    server.clock.advance(3601);
                } else if number_of == 2 {
                    // Without the access of the helpdesk the second one does not see it either.
                    assert_eq!(sign(&mut second, &case, "approve").await.status, 404);
                    change(&server, &back).await;
                    assert_eq!(sign(&mut second, &case, "stop").await.status, 303);
                    server.mailbox().wait_for(BRAM).await;
                    continue;
                } else {
                    assert_eq!(sign(&mut second, &case, "approve").await.status, 303);
                }
            }
            let told = server.mailbox().wait_for(BRAM).await;
            assert_eq!(told.subject.as_deref(), Some("Your recovery was stopped"), "{gone} {stage}: {}", told.text);
            assert_eq!(state_of(&server, &case).await, "void", "{gone} {stage}");
            assert_eq!(factors(&server, account).await, 1);
            change(&server, &back).await;
        }
    }
    let sent = number(&server, "SELECT COUNT(*) AS n FROM outbox WHERE template = 'recovery_link'").await;
    assert_eq!(sent, 3, "only where the signer was lost after it left");
}

async fn a_helper_stops_what_they_doubt(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut eva, mut femke, mut owner) = office(&server).await;
    let case = open(&mut eva, BRAM).await.location().to_owned();
    link(&server, BRAM, ASKED, STOP).await;
    sign(&mut femke, &case, "approve").await;
    link(&server, BRAM, APPROVED, STOP).await;
    let csrf = owner.get("/account").await.field("csrf");
    assert_eq!(owner.post(&format!("{case}/stop"), &[("csrf", &csrf)]).await.status, 404, "that is for helpers");
    assert!(eva.get(&case).await.body.contains("Stop this recovery"));
    assert_eq!(sign(&mut eva, &case, "stop").await.location(), case);
    assert_eq!(link_free(&server).await, "Your recovery was stopped");
    let page = femke.get(&case).await.body;
    assert!(page.contains("Stopped by a helper") && !page.contains("Stop this recovery"), "{page}");
    server.clock.advance(200);
    tokio::time::sleep(Duration::from_millis(1200)).await;
    assert_eq!(state_of(&server, &case).await, "withdrawn");
    assert_eq!(number(&server, "SELECT COUNT(*) AS n FROM outbox WHERE template = 'recovery_link'").await, 0);
}

async fn link_free(server: &Server) -> String {
    let mail = server.mailbox().wait_for(BRAM).await;
    assert!(!mail.text.contains("/recovery/"), "{}", mail.text);
    mail.subject.unwrap_or_default()
}

async fn two_names_of_one_account_do_not_show_that_they_are_one(engine: Engine) {
    let server = Server::start(&engine).await;
    for (path, most) in [("/recover/own/password", 3), ("/recover/own/helpdesk", 3)] {
        let mut browser = server.browser();
        let mut answers = Vec::new();
        for name in ["anna@kantoor.nl", "anna", "nobody@kantoor.nl", "nobody"] {
            let mut statuses = Vec::new();
            for _ in 0..=most {
                let answer = browser.fill(path, &[("username", name), ("reason", "Mijn telefoon is kapot.")]).await;
                statuses.push(answer.status);
            }
            answers.push(statuses);
            change(&server, "DELETE FROM throttles WHERE key LIKE '%network%'").await;
        }
        assert!(answers.iter().all(|statuses| *statuses == answers[0]), "{path}: {answers:?}");
        assert_eq!(answers[0].last(), Some(&429));
    }
    // Guessing at one name slows down that name, and what is right with the other goes in.
    let mut thief = server.browser();
    let mut last = 0;
    for _ in 0..12 {
        last = thief.sign_in_at("/sign-in", "anna@kantoor.nl", "verkeerd wachtwoord").await.status;
    }
    assert_eq!(last, 429);
    change(&server, "DELETE FROM throttles WHERE key LIKE 'network%'").await;
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna", "verkeerd wachtwoord").await.status, 422);
    assert_eq!(server.browser().sign_in_at("/sign-in", "anna", PASSWORD).await.location(), "/account");
    // What was asked for in vain is in the audit as well.
    let unknown = "SELECT COUNT(*) AS n FROM audit_events WHERE kind = 'recovery.request' AND outcome = 'unknown_name'";
    assert_eq!(number(&server, unknown).await, 6);
}

async fn an_act_is_judged_by_who_somebody_is_when_it_happens(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    let kees = server.hire("kees@kantoor.nl", Role::Administrator, InstanceRole::None).await;
    let may = async || {
        let mut writer = state.db.writing().await.unwrap();
        let may = take_turn_as(&mut writer, server.organisation, kees).await.unwrap();
        writer.commit().await.unwrap();
        may
    };
    assert!(may().await);
    change(&server, &format!("UPDATE accounts SET disabled_at = 1000 WHERE id = '{kees}'")).await;
    assert!(!may().await, "switched off");
    change(&server, &format!("UPDATE accounts SET disabled_at = NULL WHERE id = '{kees}'")).await;
    let mut writer = state.db.writing().await.unwrap();
    let who = (server.organisation, kees);
    assert!(
        set_role(&mut writer, who, Role::Employee, (Some(Giver::Person(server.account)), state.now())).await.unwrap()
    );
    writer.commit().await.unwrap();
    assert!(!may().await, "made something else");
    // Somebody at home elsewhere is an administrator in name alone.
    change(&server, &format!("UPDATE memberships SET role = 'administrator' WHERE account_id = '{kees}'")).await;
    assert!(may().await);
    let elsewhere = crate::organisation::other_office(&server).await;
    let home = "(SELECT home_organisation_id FROM accounts WHERE email = 'piet@elders.nl')";
    change(&server, &format!("UPDATE accounts SET home_organisation_id = {home} WHERE id = '{kees}'")).await;
    assert!(!may().await, "a guest");
    assert!(!administrators_of(state.db.reading(), server.organisation).await.unwrap().contains(&elsewhere));
}

async fn a_say_over_everybody_that_was_given_today_signs_nothing(engine: Engine) {
    let server = Server::start_with(&engine, TestClock::new(), |config| config.sign_in.recovery_signer_days = 7).await;
    let (mut eva, mut femke, _) = office(&server).await;
    change(&server, "UPDATE accounts SET created_at = 1000").await;
    change(&server, "UPDATE factors SET created_at = 1000").await;
    let now = server.inner.state.now().millis();
    change(&server, &format!("UPDATE accounts SET instance_role_since = {now} WHERE email = 'eva@helpdesk.nl'")).await;
    let refused = open(&mut eva, BRAM).await;
    assert!(refused.status == 422 && refused.body.contains("for long enough"), "{}", refused.body);
    let case = open(&mut femke, BRAM).await.location().to_owned();
    assert_eq!(sign(&mut eva, &case, "approve").await.status, 403);
    let femke_id = server.account_of("femke@helpdesk.nl").await;
    let given = format!("instance_role_since = 1000, instance_role_by = '{femke_id}'");
    change(&server, &format!("UPDATE accounts SET {given} WHERE email = 'eva@helpdesk.nl'")).await;
    let related = sign(&mut eva, &case, "approve").await;
    assert!(related.status == 403 && related.body.contains("stands apart"), "{}", related.body);
    change(&server, "UPDATE accounts SET instance_role_by = NULL").await;
    assert_eq!(sign(&mut eva, &case, "approve").await.status, 303);
}

async fn whoever_comes_back_waits_again_before_they_sign(engine: Engine) {
    const KEES: &str = "kees@kantoor.nl";
    let server = Server::start_with(&engine, TestClock::new(), |config| config.sign_in.recovery_signer_days = 7).await;
    bram(&server).await;
    let kees = server.hire(KEES, Role::Administrator, InstanceRole::None).await;
    let mut anna = administrator(&server, "anna@kantoor.nl").await;
    let state = &server.inner.state;
    let longer = "UPDATE memberships SET role_since = 1000";
    let since = async || {
        let own = memberships_of(state.db.reading(), kees).await.unwrap();
        own[0].role_since
    };
    let refused = async |browser: &mut Browser| {
        let page = open(browser, BRAM).await;
        page.status == 422 && page.body.contains("for long enough")
    };
    // Switched off and on again by a colleague; what was on already stays as it is.
    change(&server, longer).await;
    let path = format!("/organisation/employees/{kees}");
    for act in ["disable", "enable"] {
        server.clock.advance(1);
        let page = anna.get(&format!("{path}/{act}")).await;
        let done = anna.post(&format!("{path}/{act}"), &[("csrf", &page.field("csrf"))]).await;
        assert_eq!(done.status, 303, "{act}: {}", done.body);
        assert_eq!(since().await == state.now(), act == "enable", "{act}");
    }
    let mut writer = state.db.writing().await.unwrap();
    set_membership_disabled(&mut writer, (server.organisation, kees), false, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    assert!(refused(&mut administrator(&server, KEES).await).await, "whoever came back");
    server.clock.advance(1);
    let before = since().await;
    let mut writer = state.db.writing().await.unwrap();
    set_membership_disabled(&mut writer, (server.organisation, kees), false, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(since().await, before, "nobody who is there already begins anew");
    // The whole account switched off and on again.
    change(&server, longer).await;
    server.clock.advance(1);
    let mut writer = state.db.writing().await.unwrap();
    let doer = Doer::command_line(state.now());
    for on in [false, true] {
        let done = switch_account(&mut writer, state, &doer, kees, on).await.unwrap();
        assert!(matches!(done, Done::Changed), "{on}");
    }
    writer.commit().await.unwrap();
    assert_eq!(since().await, state.now());
    // Taken out and added again.
    change(&server, longer).await;
    server.clock.advance(1);
    let mut writer = state.db.writing().await.unwrap();
    let who = (server.organisation, kees);
    assert!(remove_membership(&mut writer, who).await.unwrap());
    let place = MembershipId::new(state.now(), state.random.as_ref());
    add_membership(&mut writer, place, who, Role::Administrator, Vec::new(), state.now()).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(since().await, state.now());
    // The helpdesk, whose say is over everybody.
    change(&server, "UPDATE accounts SET instance_role = 'helpdesk', instance_role_since = 1000").await;
    let mut writer = state.db.writing().await.unwrap();
    set_account_disabled(&mut writer, kees, true, state.now()).await.unwrap();
    set_account_disabled(&mut writer, kees, false, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let given = format!("SELECT instance_role_since AS n FROM accounts WHERE id = '{kees}'");
    assert_eq!(number(&server, &given).await, state.now().millis());
}
