//! What the Security center mails, and what it does not switch on while no mail leaves.

use std::time::Duration;

use countersign::domain::policy::NewNetworks;
use countersign::domain::{Language, Policy, Secret};
use countersign::features::accounts::{InstanceRole, Profile, set_profile};
use countersign::features::audit::export;
use countersign::features::organisations::Role;
use countersign::features::outbox::{Channel, Traffic, traffic};

use super::{ANNA, BRAM, CARLA, CENTER, DAAN, policy, preview, save, send, signed_in, told, with_app};
use crate::support::{Engine, MailServer, Manner, PASSWORD, Server, TestClock, on_both_engines};

on_both_engines! {
    a_rule_that_needs_mail_waits_until_mail_leaves
    where_mail_is_off_nobody_is_made_to_wait_for_it
    whom_it_concerns_is_told_what_it_means_if_that_is_asked_for
    sign_ins_of_two_weeks_are_counted
}

/// Waits until it stands so about the mails.
async fn until(server: &Server, is_so: impl Fn(&Traffic) -> bool) {
    for _ in 0..400 {
        if is_so(&traffic(server.inner.state.db.reading(), Channel::Mail).await.unwrap()) {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("it never came to that");
}

async fn a_rule_that_needs_mail_waits_until_mail_leaves(engine: Engine) {
    const RULE: [(&str, &str); 1] = [("networks", "on")];
    // Refused for good, and put off: nobody gets a mail either way.
    let manners = [Manner::RefusesRecipient("550 5.1.1 unknown"), Manner::Takes, Manner::RefusesRecipient("451 later")];
    let mail_server = MailServer::start(manners.into_iter().chain([Manner::Takes])).await;
    let server = Server::start_with(&engine, TestClock::new(), |config| mail_server.receive_from(config)).await;
    server.hire(BRAM, Role::Administrator, InstanceRole::None).await;
    let mut anna = with_app(&server).await;
    for (round, other) in [("first", "15"), ("second", "30")] {
        // The first mail is that about Anna's app, the third that about the rule of the round before.
        until(&server, |traffic| traffic.failed().is_some()).await;
        let looked = preview(&mut anna, &RULE).await;
        assert!(looked.status == 200 && looked.body.contains("The last email failed at "), "{round}: {}", looked.body);
        let refused = send(&mut anna, CENTER, &RULE).await;
        assert_eq!(refused.status, 422, "{round}: {}", refused.body);
        assert!(refused.body.contains("href=\"#networks\"") && refused.body.contains("id=\"networks-wrong\""));
        assert!(refused.body.contains("<title>Error:") && refused.body.contains("id=\"networks\" name=\"networks\""));
        assert_eq!(policy(&server).await.new_networks, NewNetworks::UsersChoice, "{round}");
        // An administrator needs no mail to let somebody in, and nor do other rules.
        server.clock.advance(1);
        save(&mut anna, &[("networks", "on"), ("administrator", "on"), ("idle", other)]).await;
        server.clock.advance(10);
        until(&server, |traffic| traffic.failed().is_none() && traffic.last_sent.is_some()).await;
        server.clock.advance(1);
        save(&mut anna, &RULE).await;
        assert_eq!(policy(&server).await.new_networks, NewNetworks::ConfirmByMail, "{round}");
        server.clock.advance(1);
        server.rule(Policy::default()).await;
    }
}

async fn where_mail_is_off_nobody_is_made_to_wait_for_it(engine: Engine) {
    let off = |config: &mut countersign::config::Config| config.mail.smtp_url = Secret::new(String::new());
    let server = Server::start_with(&engine, TestClock::new(), off).await;
    let mut anna = signed_in(&server, ANNA).await;
    let refused = send(&mut anna, CENTER, &[("networks", "on")]).await;
    assert!(refused.status == 422 && refused.body.contains("No email leaves this installation"), "{}", refused.body);
    assert_eq!(policy(&server).await, Policy::default());
    // What holds already can be kept while something else is changed, and switched off.
    server.rule(Policy { new_networks: NewNetworks::ConfirmByMail, ..Policy::default() }).await;
    save(&mut anna, &[("networks", "on"), ("idle", "30")]).await;
    save(&mut anna, &[]).await;
    assert_eq!(policy(&server).await.new_networks, NewNetworks::UsersChoice);
}

async fn whom_it_concerns_is_told_what_it_means_if_that_is_asked_for(engine: Engine) {
    const RULE: [(&str, &str); 2] = [("second", "on"), ("when", "now")];
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    for email in [BRAM, CARLA, DAAN] {
        server.hire(email, Role::Employee, InstanceRole::None).await;
    }
    let daan = server.account_of(DAAN).await;
    let mut writer = state.db.writing().await.unwrap();
    let profile = Profile { name: "Daan".to_owned(), given_name: None, family_name: None, language: Language::Dutch };
    set_profile(&mut writer, daan, profile, state.now()).await.unwrap();
    writer.commit().await.unwrap();
    let mut anna = with_app(&server).await;
    signed_in(&server, CARLA).await.connect_app(&server, "account").await;
    let count = async |email: &str| {
        let account = server.account_of(email).await;
        let query = format!("SELECT COUNT(*) AS n FROM outbox WHERE account_id = '{account}'");
        crate::support::codes::number(&server, &query).await
    };
    let before = [count(ANNA).await, count(CARLA).await];
    // Looking tells nobody; the box is not ticked by itself, and stays ticked while one looks.
    let looked = preview(&mut anna, &[RULE[0], RULE[1], ("tell", "on")]).await;
    assert!(looked.body.contains("name=\"tell\" aria-describedby=\"tell-note\" checked"), "{}", looked.body);
    assert!(!anna.get(CENTER).await.body.contains("aria-describedby=\"tell-note\" checked"));
    for (name, named) in [(BRAM, true), ("Daan", true), (CARLA, false), ("Anna de Vries", false)] {
        assert_eq!(told(&looked, name).contains("Must set up 2FA at next sign-in"), named, "{name}");
    }
    assert_eq!(count(BRAM).await, 0);
    save(&mut anna, &[RULE[0], RULE[1], ("tell", "on")]).await;
    assert_eq!([count(BRAM).await, count(DAAN).await], [1, 1], "whoever was named");
    assert_eq!([count(ANNA).await, count(CARLA).await], before, "and nobody else");
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mail = server.mailbox().wait_for(BRAM).await;
    assert_eq!(mail.subject.as_deref(), Some("New security rules at Kantoor De Vries"));
    let english = "For you this means: - The next time you sign in, you set up two-factor authentication.";
    assert!(one_line(&mail.text).contains(english) && mail.links().is_empty(), "{}", mail.text);
    assert!(mail.html.unwrap().contains("<li>The next time you sign in, you set up two-factor authentication.</li>"));
    let mail = server.mailbox().wait_for(DAAN).await;
    assert_eq!(mail.subject.as_deref(), Some("Nieuwe beveiligingsregels bij Kantoor De Vries"));
    let dutch = "Voor jou betekent dit: - De volgende keer dat je inlogt, stel je tweefactorauthenticatie in.";
    assert!(one_line(&mail.text).contains(dutch), "{}", mail.text);
    // Without the box nobody is told, and taking back tells nobody either.
    save(&mut anna, &[]).await;
    let page = anna.get(CENTER).await;
    let fields = [("csrf", page.field("csrf")), ("version", page.field("version"))];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    assert_eq!(anna.post(&format!("{CENTER}/undo"), &fields).await.location(), format!("{CENTER}?done=undone"));
    assert_eq!([count(BRAM).await, count(DAAN).await], [1, 1]);
    let events = export(state.db.reading(), None, 100).await.unwrap();
    let changes = events.iter().filter(|event| event.kind == "organisation.policy");
    let told: Vec<bool> = changes.map(|event| event.facts["told"] == true).collect();
    assert_eq!((told.len(), told.iter().filter(|told| **told).count()), (3, 1), "it is written down");
    // Nobody who is refused has told anybody.
    let old = [("version", "0"), RULE[0], RULE[1], ("tell", "on"), ("csrf", fields[0].1)];
    assert_eq!(anna.post(CENTER, &old).await.status, 409);
    assert_eq!(count(BRAM).await, 1);
}

async fn sign_ins_of_two_weeks_are_counted(engine: Engine) {
    let server = Server::start(&engine).await;
    server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    signed_in(&server, BRAM).await;
    server.clock.advance(10 * 86_400);
    assert_eq!(server.browser().sign_in_at("/sign-in", BRAM, "wrong").await.status, 422);
    let mut anna = signed_in(&server, ANNA).await;
    let page = anna.get(CENTER).await;
    let tile =
        |body: &str| body.split("id=\"tile-sign-ins\"").nth(1).unwrap().split("</section>").next().unwrap().to_owned();
    let shown = tile(&page.body);
    assert!(shown.contains("Sign-ins in 14 days") && shown.contains("<p class=\"share\">2</p>"), "{shown}");
    assert!(shown.contains(">1 failed<"), "{shown}");
    let activity = anna.get("/organisation/activity?what=sign_ins&days=14").await;
    assert!(activity.status == 200 && activity.body.contains("value=\"14\" selected"), "{}", activity.body);
    server.clock.advance(10 * 86_400);
    let mut anna = signed_in(&server, ANNA).await;
    let shown = tile(&anna.get(CENTER).await.body);
    assert!(shown.contains("<p class=\"share\">2</p>") && shown.contains(">1 failed<"), "{shown}");
    server.clock.advance(5 * 86_400);
    assert_eq!(server.browser().sign_in_at("/sign-in", ANNA, PASSWORD).await.status, 303);
    let mut anna = signed_in(&server, ANNA).await;
    let shown = tile(&anna.get(CENTER).await.body);
    assert!(shown.contains("<p class=\"share\">3</p>") && shown.contains("None failed"), "{shown}");
}
