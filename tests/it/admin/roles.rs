//! Giving and taking power over the instance.

use countersign::domain::ids::AccountId;
use countersign::features::accounts::{InstanceRole, find_account};
use countersign::features::organisations::Role;

use super::{events, signed_in};
use crate::support::{Answer, Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    a_role_is_given_told_written_down_and_works_at_once
    of_two_administrators_who_demote_one_another_at_once_one_stays
    the_last_administrator_stays_however_one_tries
    whoever_lost_the_role_a_moment_ago_changes_nothing_any_more
    a_person_is_switched_off_and_on
    an_organisation_is_added_switched_off_and_on
    what_is_typed_wrong_is_kept_and_named
}

const ADA: &str = "ada@kantoor.nl";
const BRAM: &str = "bram@kantoor.nl";

async fn role_of(server: &Server, account: AccountId) -> InstanceRole {
    find_account(server.inner.state.db.reading(), account).await.unwrap().unwrap().instance_role
}

fn page(account: AccountId, act: &str) -> String {
    format!("/admin/people/{account}/{act}")
}

async fn give(browser: &mut Browser, account: AccountId, role: &str) -> Answer {
    browser.fill(&page(account, "role"), &[("role", role)]).await
}

async fn a_role_is_given_told_written_down_and_works_at_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.status, 303);
    assert_eq!(browser.get("/account").await.status, 200);
    let found = ada.get("/admin/people?q=BRAM").await.body;
    assert!(found.contains(&format!("&#x2f;admin&#x2f;people&#x2f;{bram}")), "{found}");
    assert!(ada.get(&page(bram, "role")).await.body.contains("no passkey, security key or authenticator app yet"));
    let refused = give(&mut ada, bram, "auditor").await;
    assert!(refused.status == 422 && refused.body.contains("There is a problem"), "{}", refused.body);
    assert_eq!(role_of(&server, bram).await, InstanceRole::None);
    assert_eq!(browser.connect_app(&server, "account").await.1.status, 303);
    server.mailbox().wait_for(BRAM).await;
    let done = give(&mut ada, bram, "auditor").await;
    assert_eq!(done.location(), format!("/admin/people/{bram}?done=role"));
    assert_eq!(role_of(&server, bram).await, InstanceRole::Auditor);
    let mail = server.mailbox().wait_for(BRAM).await;
    assert_eq!(mail.subject.as_deref(), Some("What you may do for the installation was changed"));
    // The session with a password alone ended, and the next one needs something strong.
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
    let next = browser.sign_in_at("/sign-in", BRAM, PASSWORD).await;
    assert!(next.location().ends_with("/second"), "{}", next.location());
    assert_eq!(browser.get("/admin").await.location(), "/sign-in");
    let told = events(&server, "instance.role").await;
    assert_eq!(told[0].facts["before"], "none");
    assert_eq!((told[0].facts["after"].as_str(), told[0].subject.clone()), (Some("auditor"), Some(bram.to_string())));
    assert_eq!(told[0].actor, Some(server.account_of(ADA).await.to_string()));
    assert!(ada.get("/admin/roles").await.body.contains(BRAM));
    // Nothing happens twice.
    assert_eq!(give(&mut ada, bram, "auditor").await.location(), format!("/admin/people/{bram}"));
    assert_eq!(events(&server, "instance.role").await.len(), 1);
}

async fn of_two_administrators_who_demote_one_another_at_once_one_stays(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let (mut bram, _) = signed_in(&server, BRAM, InstanceRole::Administrator).await;
    let (one, other) = (server.account_of(ADA).await, server.account_of(BRAM).await);
    for _ in 0..5 {
        let forms =
            [ada.get(&page(other, "role")).await.field("csrf"), bram.get(&page(one, "role")).await.field("csrf")];
        let demote = async |browser: &mut Browser, account, csrf: &str| {
            browser.post(&page(account, "role"), &[("csrf", csrf), ("role", "helpdesk")]).await.status
        };
        tokio::join!(demote(&mut ada, other, &forms[0]), demote(&mut bram, one, &forms[1]));
        let left = [role_of(&server, one).await, role_of(&server, other).await];
        assert_eq!(left.iter().filter(|role| **role == InstanceRole::Administrator).count(), 1, "{left:?}");
        // Whoever stayed makes the other one administrator again, who signs in anew.
        let state = &server.inner.state;
        let mut writer = state.db.writing().await.unwrap();
        let by = countersign::features::admin::Doer::command_line(state.now());
        for account in [one, other] {
            countersign::features::admin::change_instance_role(
                &mut writer,
                state,
                &by,
                account,
                InstanceRole::Administrator,
            )
            .await
            .unwrap();
        }
        writer.commit().await.unwrap();
        (ada, bram) = (again(&server, ADA).await, again(&server, BRAM).await);
    }
}

/// Signs in anew with a new passkey: those of before are gone with their browser.
async fn again(server: &Server, email: &str) -> Browser {
    use countersign::features::factors::{list_factors, remove_factor};
    let account = server.account_of(email).await;
    let mut writer = server.inner.state.db.writing().await.unwrap();
    for factor in list_factors(&writer, account).await.unwrap() {
        remove_factor(&mut writer, account, factor.id).await.unwrap();
    }
    writer.commit().await.unwrap();
    server.clock.advance(1);
    super::enrolled(server, email).await.0
}

async fn the_last_administrator_stays_however_one_tries(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    // One who is switched off cannot look after anything.
    let off = server.hire(BRAM, Role::Employee, InstanceRole::Administrator).await;
    assert_eq!(ada.fill(&page(off, "disable"), &[]).await.status, 303);
    let own = server.account_of(ADA).await;
    for (path, fields) in [
        (page(own, "role"), vec![("role", "none")]),
        (page(own, "role"), vec![("role", "auditor")]),
        (page(own, "disable"), vec![]),
        (format!("/admin/organisations/{}/disable", server.organisation), vec![]),
    ] {
        let answer = ada.fill(&path, &fields).await;
        assert_eq!(answer.status, 422, "{path}");
        assert!(answer.body.contains("There is a problem"), "{path}: {}", answer.body);
    }
    assert_eq!(role_of(&server, own).await, InstanceRole::Administrator);
    assert_eq!(ada.get("/admin").await.status, 200);
}

async fn whoever_lost_the_role_a_moment_ago_changes_nothing_any_more(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let (mut bram, _) = signed_in(&server, BRAM, InstanceRole::Administrator).await;
    let (one, other) = (server.account_of(ADA).await, server.account_of(BRAM).await);
    let csrf = bram.get(&page(one, "role")).await.field("csrf");
    assert_eq!(give(&mut ada, other, "auditor").await.status, 303);
    let late = bram.post(&page(one, "role"), &[("csrf", &csrf), ("role", "none")]).await;
    assert!(late.status == 303 && late.location() == "/sign-in", "{} {}", late.status, late.body);
    assert_eq!(role_of(&server, one).await, InstanceRole::Administrator);
}

async fn a_person_is_switched_off_and_on(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.status, 303);
    assert_eq!(ada.fill(&page(bram, "disable"), &[]).await.status, 303);
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
    assert_eq!(browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.status, 403);
    assert!(ada.get(&format!("/admin/people/{bram}")).await.body.contains("This account is switched off"));
    assert_eq!(ada.fill(&page(bram, "enable"), &[]).await.status, 303);
    assert_eq!(browser.get("/account").await.location(), "/sign-in", "what ended does not come back");
    assert_eq!(browser.sign_in_at("/sign-in", BRAM, PASSWORD).await.location(), "/account");
    let kinds: Vec<_> = events(&server, "account.").await.into_iter().map(|event| event.kind).collect();
    assert_eq!(kinds, ["account.disable", "account.enable"]);
}

async fn an_organisation_is_added_switched_off_and_on(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    let fields = [("organisation", "Kantoor Bakker"), ("name", "Carla Bakker"), ("email", "carla@bakker.nl")];
    let added = ada.fill("/admin/organisations/new", &fields).await;
    assert_eq!(added.status, 303, "{}", added.body);
    let mail = server.mailbox().wait_for("carla@bakker.nl").await;
    assert!(mail.text.contains("/invite/"), "{}", mail.text);
    let to = added.location().split('?').next().unwrap().to_owned();
    let bakker: countersign::domain::ids::OrganisationId = to.rsplit('/').next().unwrap().parse().unwrap();
    // Who looks after it and what happened there shows only while the helpdesk may help.
    let granted = async |until| {
        let mut writer = server.inner.state.db.writing().await.unwrap();
        countersign::features::organisations::set_helpdesk_access(&mut writer, bakker, until).await.unwrap();
        writer.commit().await.unwrap();
    };
    for (until, shown) in
        [(None, false), (Some(server.inner.state.now().after(std::time::Duration::from_mins(1))), true)]
    {
        granted(until).await;
        let page = ada.get(&to).await.body;
        assert_eq!(page.contains("has not given the helpdesk access"), !shown, "{page}");
        assert_eq!(page.contains("Carla Bakker"), shown, "{page}");
        assert_eq!(page.contains("What happened here"), shown, "{page}");
        assert_eq!(page.contains("1. Who it is shows"), !shown, "{page}");
    }
    granted(None).await;
    assert!(ada.get("/admin/organisations").await.body.contains("Kantoor Bakker"));
    // Another organisation with somebody signed in.
    let anna = server.organisation;
    let mut browser = server.browser();
    assert_eq!(browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 303);
    let eva = server.hire("eva@elders.nl", Role::Employee, InstanceRole::Administrator).await;
    move_home(&server, eva, bakker).await;
    let off = format!("/admin/organisations/{anna}/disable");
    assert!(ada.get(&off).await.body.contains("This is your own organisation"));
    assert_eq!(ada.fill(&off, &[]).await.status, 303);
    assert_eq!(browser.get("/account").await.location(), "/sign-in");
    assert_eq!(browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.status, 403);
    assert_eq!(ada.get("/admin").await.location(), "/sign-in");
    let mut eva = super::enrolled(&server, "eva@elders.nl").await.0;
    assert_eq!(eva.fill(&format!("/admin/organisations/{anna}/enable"), &[]).await.status, 303);
    assert_eq!(browser.get("/account").await.location(), "/sign-in", "what ended does not come back");
    assert_eq!(browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await.location(), "/account");
}

/// Makes another organisation the home of somebody.
async fn move_home(server: &Server, account: AccountId, to: countersign::domain::ids::OrganisationId) {
    use countersign::domain::ids::MembershipId;
    use sea_orm::ConnectionTrait as _;
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let place = MembershipId::new(state.now(), state.random.as_ref());
    let role = countersign::features::organisations::Role::Employee;
    countersign::features::organisations::add_membership(
        &mut writer,
        place,
        (to, account),
        role,
        Vec::new(),
        state.now(),
    )
    .await
    .unwrap();
    let move_it = format!("UPDATE accounts SET home_organisation_id = '{to}' WHERE id = '{account}'");
    writer.execute_unprepared(&move_it).await.unwrap();
    writer.commit().await.unwrap();
}

async fn what_is_typed_wrong_is_kept_and_named(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, _) = signed_in(&server, ADA, InstanceRole::Administrator).await;
    for (field, value, words) in [
        ("organisation", " ", "Enter the name of the organisation"),
        ("organisation", "Kantoor De Vries", "There is an organisation with this name already"),
        ("name", "", "Enter the full name"),
        ("email", "carla", "Enter an email address like"),
        ("email", "anna@kantoor.nl", "There is an account with this address already"),
    ] {
        let mut fields = vec![("organisation", "Bakker"), ("name", "Carla Bakker"), ("email", "carla@bakker.nl")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let answer = ada.fill("/admin/organisations/new", &fields).await;
        assert!(answer.status == 422 && answer.body.contains(words), "{field}: {}", answer.body);
        for (name, value) in fields {
            assert!(answer.body.contains(&format!("value=\"{}\"", value.trim())), "{name} is kept: {}", answer.body);
        }
    }
    assert!(!ada.get("/admin/organisations").await.body.contains("Bakker"));
}
