//! Activity of the organisation (O5): its administrators read what happened to its people, and nobody else's.

use countersign::domain::ids::{AccountId, OrganisationId};
use countersign::features::accounts::InstanceRole;
use countersign::features::audit::{Chain, Event, Ink, record};
use countersign::features::organisations::Role;

use crate::support::{Browser, Engine, PASSWORD, Server, on_both_engines};

on_both_engines! {
    administrators_read_what_happened_to_everybody_and_to_one
    what_happened_elsewhere_and_to_whoever_asks_without_right_stays_hidden
    the_table_names_people_and_holds_no_formula
}

const BRAM: &str = "bram@kantoor.nl";
const ACTIVITY: &str = "/organisation/activity";

async fn signed_in(server: &Server, email: &str) -> Browser {
    let mut browser = server.browser();
    let done = browser.sign_in_at("/sign-in", email, PASSWORD).await;
    assert_eq!(done.status, 303, "{}", done.body);
    browser
}

async fn happen(server: &Server, chain: Chain, account: AccountId, reference: &str) {
    let state = &server.inner.state;
    let event = Event::new(chain, "factor.add", "done").by(account).referred_to(reference).with("kind", "totp");
    let mut writer = state.db.writing().await.unwrap();
    record(&mut writer, Ink::of(state, state.now()), event).await.unwrap();
    writer.commit().await.unwrap();
}

async fn administrators_read_what_happened_to_everybody_and_to_one(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let here = Chain::Organisation(server.organisation);
    happen(&server, here, bram, "BRAM-01").await;
    happen(&server, here, server.account, "ANNA-01").await;
    let mut anna = signed_in(&server, "anna").await;
    server.browser().sign_in_at("/sign-in", BRAM, "not the password").await;
    anna.fill(&format!("/organisation/employees/{bram}/role"), &[("role", "accountant")]).await;
    let all = anna.get(ACTIVITY).await.body;
    for said in [
        "<strong>Person bram@kantoor.nl</strong>: Became something else in the organisation. By Anna de Vries.",
        "<strong>Person bram@kantoor.nl</strong>: Someone entered a wrong password.",
        "<strong>Anna de Vries</strong>: Signed in with password.",
        "BRAM-01",
        "ANNA-01",
        "aria-label=\"1 sign-in, 1 failed\"",
    ] {
        assert!(all.contains(said), "{said}: {all}");
    }
    assert!(!all.contains("not-you"), "that is for the people themselves");
    let his = anna.get(&format!("{ACTIVITY}?person={bram}")).await.body;
    assert!(
        his.contains("BRAM-01") && !his.contains("ANNA-01") && his.contains("aria-label=\"0 sign-ins, 1 failed\""),
        "{his}"
    );
    // Changes of the rules stay at the top, whatever is chosen.
    let csrf = anna.get("/organisation/security").await.field("csrf");
    let fields = [("csrf", csrf.as_str()), ("version", "0"), ("limit", "on")];
    assert_eq!(anna.post("/organisation/security", &fields).await.status, 303);
    let his = anna.get(&format!("{ACTIVITY}?person={bram}&what=apps")).await.body;
    assert!(his.contains("The security rules were changed. By Anna de Vries."), "{his}");
    assert!(!his.contains("BRAM-01"));
}

async fn what_happened_elsewhere_and_to_whoever_asks_without_right_stays_hidden(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    let state = &server.inner.state;
    let elsewhere = OrganisationId::new(state.now(), state.random.as_ref());
    let stranger = AccountId::new(state.now(), state.random.as_ref());
    happen(&server, Chain::Organisation(elsewhere), stranger, "ELSE-01").await;
    happen(&server, Chain::Organisation(elsewhere), bram, "ELSE-02").await;
    happen(&server, Chain::Instance, bram, "ELSE-03").await;
    let mut anna = signed_in(&server, "anna").await;
    for path in [ACTIVITY.to_owned(), format!("{ACTIVITY}.csv"), format!("{ACTIVITY}?person={bram}")] {
        let page = anna.get(&path).await;
        assert!(page.status == 200 && !page.body.contains("ELSE-"), "{path}: {}", page.body);
    }
    for person in [stranger.to_string(), "nobody".to_owned()] {
        assert_eq!(anna.get(&format!("{ACTIVITY}?person={person}")).await.status, 404);
        assert_eq!(anna.get(&format!("{ACTIVITY}.csv?person={person}")).await.status, 404);
    }
    assert_eq!(anna.get(&format!("{ACTIVITY}?what=other")).await.status, 400);
    let mut employee = signed_in(&server, BRAM).await;
    for path in [ACTIVITY.to_owned(), format!("{ACTIVITY}.csv")] {
        assert_eq!(employee.get(&path).await.status, 404, "{path}");
        assert_eq!(server.browser().get(&path).await.location(), "/sign-in");
    }
}

async fn the_table_names_people_and_holds_no_formula(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = server.hire(BRAM, Role::Employee, InstanceRole::None).await;
    happen(&server, Chain::Organisation(server.organisation), bram, "=1+1").await;
    let table = signed_in(&server, "anna").await.get(&format!("{ACTIVITY}.csv?days=7")).await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.body.starts_with("time,event,outcome,app,ip,reference,person,by\n"), "{}", table.body);
    assert!(table.body.contains("factor.add,done,,,'=1+1,Person bram@kantoor.nl,"), "{}", table.body);
}
