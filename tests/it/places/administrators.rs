//! Places that an administrator must let somebody in from.

use countersign::domain::Policy;
use countersign::domain::policy::NewNetworks;
use countersign::features::networks::{How, Owner, Seen, know_network};

use super::{go_on, half_way, hire, mails_to, network, press, waiting};
use crate::support::codes::BRAM;
use crate::support::places::{HOME, start};
use crate::support::{Engine, on_both_engines};

on_both_engines! {
    an_administrator_confirms_where_nobody_else_may
    an_administrator_may_be_asked_everywhere_but_not_all_the_time
}

async fn an_administrator_confirms_where_nobody_else_may(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    server.rule(Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() }).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    let page = browser.get(&place).await;
    assert!(
        page.body.contains("must validate this IP address") && !page.body.contains("name=\"code\""),
        "{}",
        page.body
    );
    let told = server.mailbox().wait_for("anna@kantoor.nl").await;
    assert!(told.text.contains(HOME) && told.text.contains(BRAM) && told.links().is_empty(), "{}", told.text);
    assert_eq!(mails_to(&server, BRAM), 0, "the mailbox has no say here");
    assert_eq!(go_on(&mut browser, &place).await.status, 422);
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let seen = Seen { network: network(HOME), user_agent: None, at: state.now() };
    let bram = Owner::Account(server.account_of(BRAM).await);
    know_network(&mut writer, bram, &seen, How::Administrator, Some(server.account)).await.unwrap();
    writer.commit().await.unwrap();
    assert!(browser.get(&waiting(&place)).await.body.contains("\"confirmed\""));
    assert!(browser.get(&place).await.body.contains("This IP address is confirmed"));
    assert_eq!(go_on(&mut browser, &place).await.location(), "/account");
}

async fn an_administrator_may_be_asked_everywhere_but_not_all_the_time(engine: Engine) {
    let server = start(&engine).await;
    hire(&server, BRAM).await;
    let (mut browser, place) = half_way(&server, HOME).await;
    for _ in 0..3 {
        let asked = press(&mut browser, (&place, &format!("{place}/ask"))).await;
        assert_eq!(asked.location(), format!("{place}?asked=1"));
    }
    assert!(browser.get(&format!("{place}?asked=1")).await.body.contains("have been told"));
    let fourth = press(&mut browser, (&place, &format!("{place}/ask"))).await;
    assert!(fourth.status == 429 && fourth.body.contains("Give them some time"), "{}", fourth.body);
}
