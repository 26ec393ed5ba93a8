//! Activity (A8).

use countersign::domain::ids::AccountId;
use countersign::features::audit::{Chain, Event, Ink, record};

use super::{BRAM, add_bram, signed_in};
use crate::support::{Engine, Server, on_both_engines};

on_both_engines! {
    events_are_sentences_that_only_their_owner_reads
    events_are_chosen_by_kind_and_period_and_paged
    the_table_holds_no_formula
}

async fn happen(server: &Server, account: AccountId, kind: &'static str, reference: &str) {
    let state = &server.inner.state;
    let event = Event::new(Chain::Organisation(server.organisation), kind, "done")
        .by(account)
        .referred_to(reference)
        .with("kind", "totp")
        .with_personal("ip", "203.0.113.24");
    let mut writer = state.db.writing().await.unwrap();
    record(&mut writer, Ink::of(state, state.now()), event).await.unwrap();
    writer.commit().await.unwrap();
}

async fn events_are_sentences_that_only_their_owner_reads(engine: Engine) {
    let server = Server::start(&engine).await;
    let bram = add_bram(&server).await;
    happen(&server, bram, "factor.add", "BRAM-01").await;
    happen(&server, server.account, "factor.add", "ANNA-01").await;
    happen(&server, server.account, "something.new", "ANNA-02").await;
    server.browser().sign_in_at("/sign-in", "anna", "not the password").await;
    let mut anna = signed_in(&server, "anna").await;
    for path in ["/account/activity", "/account"] {
        let page = anna.get(path).await.body;
        for said in [
            "Someone entered a wrong password.",
            "Signed in with password.",
            "Authenticator app was added.",
            "Something else happened (something.new).",
            "203.0.113.24",
            "ANNA-01",
        ] {
            assert!(page.contains(said), "{path}: {said}: {page}");
        }
        assert!(!page.contains("BRAM-01"));
    }
    let page = anna.get("/account/activity").await.body;
    assert!(page.contains("aria-label=\"1 sign-in, 1 failed\""), "{page}");
    assert!(!anna.get("/account/activity.csv").await.body.contains("BRAM-01"));
    let page = signed_in(&server, BRAM).await.get("/account/activity").await.body;
    assert!(page.contains("BRAM-01") && !page.contains("ANNA-01"));
}

async fn events_are_chosen_by_kind_and_period_and_paged(engine: Engine) {
    let server = Server::start(&engine).await;
    happen(&server, server.account, "password.change", "OLD-ONE").await;
    server.clock.advance(40 * 86_400);
    for number in 10..40 {
        happen(&server, server.account, "app.authorize", &format!("APP-{number}")).await;
        server.clock.advance(1);
    }
    let mut anna = signed_in(&server, "anna").await;
    let security = anna.get("/account/activity?what=security&days=90").await.body;
    assert!(security.contains("OLD-ONE") && !security.contains("APP-10"), "{security}");
    let month = anna.get("/account/activity?what=security&days=30").await.body;
    assert!(!month.contains("OLD-ONE") && month.contains("Nothing happened in this period."), "{month}");
    let first = anna.get("/account/activity?what=apps&days=7").await.body;
    assert!(first.contains("APP-39") && first.contains("APP-15") && !first.contains("APP-14"), "{first}");
    let before = first.split("before=").nth(1).unwrap();
    let before = &before[..before.find('"').unwrap()];
    let rest = anna.get(&format!("/account/activity?what=apps&days=7&before={before}")).await.body;
    assert!(rest.contains("APP-14") && rest.contains("APP-10") && !rest.contains("APP-15"), "{rest}");
    assert!(!rest.contains("before="), "that was all");
    for query in ["what=other", "days=1000", "before=aud_1"] {
        assert_eq!(anna.get(&format!("/account/activity?{query}")).await.status, 400, "{query}");
    }
}

async fn the_table_holds_no_formula(engine: Engine) {
    let server = Server::start(&engine).await;
    happen(&server, server.account, "factor.add", "=HYPERLINK(\"https://evil.example\")").await;
    let mut anna = signed_in(&server, "anna").await;
    let table = anna.get("/account/activity.csv?days=7").await;
    assert_eq!(table.header("content-type"), "text/csv; charset=utf-8");
    assert!(table.header("content-disposition").starts_with("attachment"));
    assert!(table.body.starts_with("time,event,outcome,app,ip,reference\n"), "{}", table.body);
    assert!(table.body.contains("factor.add,done,,203.0.113.24,\"'=HYPERLINK("), "{}", table.body);
    assert!(table.body.contains("sign_in.password,done"), "{}", table.body);
}
