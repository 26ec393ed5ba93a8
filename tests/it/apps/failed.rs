//! What was wrong with the requests of an app, and adding the address that one of them asked for.

use base64::Engine as _;
use countersign::features::clients::find_registered;
use countersign::features::failed_requests::{MOST, list_failed_requests};

use super::{administrator, events, fill, send};
use crate::support::{Answer, CLIENT, Engine, Server, on_both_engines};

on_both_engines! {
    a_refused_address_is_shown_with_what_differs_and_added_after_a_question
    whoever_plants_an_address_gets_nothing_by_one_click
    what_apps_do_wrong_at_the_other_endpoints_is_kept_without_a_secret
    a_flood_is_kept_as_a_few_rows_and_pushes_out_only_its_own
    a_request_of_another_app_is_not_added_to_this_one
}

const OF_PORTAL: &str = "/admin/apps/portal";

/// Where the addresses of the page can be added.
fn adds(page: &Answer) -> Vec<String> {
    let text = page.body.replace("&#x2f;", "/");
    let found = text.match_indices("/admin/apps/portal/failed/flr_");
    found.map(|(at, _)| text[at..at + text[at..].find('"').unwrap()].to_owned()).collect()
}

async fn addresses(server: &Server) -> Vec<String> {
    let app = find_registered(server.inner.state.db.reading(), CLIENT).await.unwrap().unwrap();
    app.client.metadata.redirect_uris
}

async fn a_refused_address_is_shown_with_what_differs_and_added_after_a_question(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let slash = "https://portal.example/callback/";
    let request = Server::authorize(&[("redirect_uri", slash)]);
    for _ in 0..2 {
        assert_eq!(server.browser().get(&request).await.status, 400);
    }
    let page = ada.get(OF_PORTAL).await;
    let text = page.body.replace("&#x2f;", "/");
    assert!(text.contains(slash) && text.contains("a slash more at the end") && text.contains("2 times"), "{text}");
    let [add] = adds(&page).try_into().unwrap();
    let asked = ada.get(&add).await;
    assert!(asked.body.contains("It is at a place of this app") && !asked.body.contains("name=\"typed\""));
    assert_eq!(addresses(&server).await.len(), 1, "looking adds nothing");
    let done = send(&mut ada, &add, &asked, &[]).await;
    assert_eq!(done.location(), "/admin/apps/portal?done=address-added", "{}", done.body);
    assert_eq!(addresses(&server).await, ["https://portal.example/callback", slash]);
    assert_eq!(server.browser().get(&request).await.status, 303, "it works at once");
    assert_eq!(ada.get(&add).await.status, 404, "there is nothing left to add");
    assert_eq!(send(&mut ada, &add, &asked, &[]).await.status, 404);
    let added = events(&server, "app.address_add").await;
    assert_eq!(added[0]["facts"]["address"], slash);
}

async fn whoever_plants_an_address_gets_nothing_by_one_click(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    for planted in [
        "https://portal.example.evil.nl/callback",
        "https://evil.nl/callback#https://portal.example",
        "javascript:alert(1)",
        "https://portal.example@evil.nl/callback",
        "http://portal.example/callback",
        "https://*.evil.nl/",
        "<script>alert(1)</script>",
    ] {
        server.browser().get(&Server::authorize(&[("redirect_uri", planted)])).await;
    }
    let page = ada.get(OF_PORTAL).await;
    assert!(!page.body.contains("<script>alert"));
    // What could never be registered cannot be added at all.
    let [add] = adds(&page).try_into().unwrap_or_else(|all| panic!("{all:?}"));
    let asked = ada.get(&add).await;
    assert!(asked.body.contains("has no address at https:&#x2f;&#x2f;portal.example.evil.nl yet"), "{}", asked.body);
    for typed in ["", "portal.example.evil.nl", "https://portal.example"] {
        let refused = send(&mut ada, &add, &asked, &[("typed", typed)]).await;
        assert_eq!(refused.status, 422, "{typed}");
    }
    assert_eq!(addresses(&server).await.len(), 1);
    // Whoever types the host does it knowingly; an older version of the app is not changed unseen.
    let page = ada.get("/admin/apps/portal/disable").await;
    send(&mut ada, "/admin/apps/portal/disable", &page, &[]).await;
    let late = send(&mut ada, &add, &asked, &[("typed", "https://portal.example.evil.nl")]).await;
    assert_eq!(late.status, 409);
    let done = send(&mut ada, &add, &late, &[("typed", "HTTPS://portal.example.evil.nl")]).await;
    assert_eq!(done.status, 303);
    assert_eq!(addresses(&server).await.len(), 2);
}

async fn what_apps_do_wrong_at_the_other_endpoints_is_kept_without_a_secret(engine: Engine) {
    let server = Server::start(&engine).await;
    let wrong = "another-secret-of-at-least-32-characters";
    let mut app = server.browser();
    let fields = [("grant_type", "authorization_code"), ("code", "no-such-code")];
    let by_form = [("client_id", CLIENT), ("client_secret", wrong)];
    app.post_with("/token", &[], &[fields.as_slice(), &by_form].concat()).await;
    let header = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{wrong}"));
    app.post_with("/token", &[("authorization", &format!("Basic {header}"))], &fields).await;
    server.token(&fields).await;
    server.token(&[("grant_type", "password")]).await;
    server.browser().get(&Server::authorize(&[("scope", "everything")])).await;
    server.browser().get(&Server::authorize(&[("code_challenge", "")])).await;
    let pushed = [("client_id", CLIENT), ("redirect_uri", "https://portal.example/pushed")];
    let right = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{}", crate::support::SECRET));
    app.post_with("/par", &[("authorization", &format!("Basic {right}"))], &pushed).await;
    let kept = list_failed_requests(server.inner.state.db.reading(), CLIENT, MOST).await.unwrap();
    let said: Vec<_> = kept.iter().map(|one| (one.endpoint.to_string(), one.code.clone())).collect();
    let expect = [
        ("push", "invalid_request"),
        ("authorize", "invalid_request"),
        ("authorize", "invalid_scope"),
        ("token", "unsupported_grant_type"),
        ("token", "invalid_grant"),
        ("authentication", "invalid_client"),
        ("authentication", "invalid_client"),
    ];
    let mut said: Vec<(&str, &str)> = said.iter().map(|(one, other)| (one.as_str(), other.as_str())).collect();
    let mut expect = expect.to_vec();
    said.sort_unstable();
    expect.sort_unstable();
    assert_eq!(said, expect);
    assert!(kept.iter().any(|one| one.description.contains("client_secret_post")), "{kept:?}");
    assert!(kept.iter().any(|one| one.description == "its secret is wrong"));
    assert!(!format!("{kept:?}").contains(wrong) && !format!("{kept:?}").contains("no-such-code"));
}

async fn a_flood_is_kept_as_a_few_rows_and_pushes_out_only_its_own(engine: Engine) {
    let server = Server::start(&engine).await;
    server.token_as("machine", &[("grant_type", "password")]).await;
    server.token(&[("grant_type", "password")]).await;
    server.browser().get(&Server::authorize(&[("scope", "everything")])).await;
    for minute in 0..4 {
        for number in 0..30 {
            let address = format!("https://portal.example/{minute}/{number}");
            server.browser().get(&Server::authorize(&[("redirect_uri", &address)])).await;
        }
        server.clock.advance(60);
    }
    let db = server.inner.state.db.reading();
    let kept = list_failed_requests(db, CLIENT, 1000).await.unwrap();
    assert_eq!(kept.len() as u64, MOST);
    assert!(kept[0].address.as_ref().unwrap().starts_with("https://portal.example/3/"), "the newest stay");
    let of = |text: &str| kept.iter().any(|one| one.address.as_ref().is_some_and(|known| known.starts_with(text)));
    assert!(!of("https://portal.example/0/"));
    let mut reasons: Vec<&str> = kept.iter().filter(|one| one.address.is_none()).map(|one| one.code.as_str()).collect();
    reasons.sort_unstable();
    assert_eq!(reasons, ["invalid_scope", "unsupported_grant_type"], "older, and for another reason");
    assert_eq!(list_failed_requests(db, "machine", 1000).await.unwrap().len(), 1);
    let long = format!("https://portal.example/{}", "x".repeat(3000));
    server.clock.advance(60);
    server.browser().get(&Server::authorize(&[("redirect_uri", &long)])).await;
    assert!(list_failed_requests(db, CLIENT, 1).await.unwrap()[0].address.is_none(), "what is too long is not kept");
}

async fn a_request_of_another_app_is_not_added_to_this_one(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    server.browser().get(&Server::authorize(&[("redirect_uri", "https://portal.example/other")])).await;
    let [add] = adds(&ada.get(OF_PORTAL).await).try_into().unwrap();
    let foreign = add.replace("/portal/", "/foreign/");
    assert_eq!(ada.get(&foreign).await.status, 404);
    let asked = ada.get(&add).await;
    assert_eq!(send(&mut ada, &foreign, &asked, &[]).await.status, 404);
    // An address for signing out is added for that alone.
    let page = fill(&mut ada, &add, &[]).await;
    assert_eq!(page.status, 303);
    assert_eq!(addresses(&server).await.len(), 2);
}
