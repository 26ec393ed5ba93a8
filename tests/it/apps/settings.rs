//! Changing an app, its secrets, and switching it off.

use std::collections::BTreeMap;

use base64::Engine as _;
use countersign::domain::Timestamp;
use countersign::features::clients::find_registered;
use serde_json::json;

use super::{administrator, events, fill, send};
use crate::support::{Answer, Browser, CLIENT, Engine, SECRET, Server, on_both_engines};

on_both_engines! {
    of_parallel_changes_the_second_is_told_and_overwrites_nothing
    a_change_is_in_the_audit_as_it_was_and_as_it_is
    two_secrets_count_and_no_more_and_the_old_one_ends_in_a_week
    of_parallel_new_secrets_one_is_made
    an_app_is_switched_off_and_on_and_removed_by_its_name
    the_last_use_is_written_once_a_day
    an_app_of_another_kind_keeps_what_the_form_does_not_ask
}

/// What the form of an app sends when nothing is touched.
fn fields(page: &Answer) -> BTreeMap<String, String> {
    let mut all = BTreeMap::from([("who".to_owned(), "everybody".to_owned())]);
    for name in ["name", "home", "seconds", "days", "backchannel", "scope"] {
        let marker = format!("name=\"{name}\"");
        if page.body.contains(&marker) {
            let at = page.body.find(&marker).unwrap();
            let from = at + page.body[at..].find("value=\"").unwrap() + 7;
            let to = from + page.body[from..].find('"').unwrap();
            all.insert(name.to_owned(), page.body[from..to].replace("&#x2f;", "/"));
        }
    }
    for name in ["redirects", "logouts", "audiences"] {
        let marker = format!("name=\"{name}\"");
        if let Some(at) = page.body.find(&marker) {
            let from = at + page.body[at..].find('>').unwrap() + 1;
            let to = from + page.body[from..].find("</textarea>").unwrap();
            all.insert(name.to_owned(), page.body[from..to].trim().replace("&#x2f;", "/"));
        }
    }
    if page.body.contains("name=\"own\" aria-describedby=\"own-note\" checked") {
        all.insert("own".to_owned(), "on".to_owned());
    }
    all
}

async fn change(browser: &mut Browser, id: &str, page: &Answer, changed: &[(&str, &str)]) -> Answer {
    let mut all = fields(page);
    for (name, value) in changed {
        all.insert((*name).to_owned(), (*value).to_owned());
    }
    let pairs: Vec<(&str, &str)> = all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    send(browser, &format!("/admin/apps/{id}/change"), page, &pairs).await
}

async fn name(server: &Server) -> String {
    find_registered(server.inner.state.db.reading(), CLIENT).await.unwrap().unwrap().client.name
}

async fn of_parallel_changes_the_second_is_told_and_overwrites_nothing(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let (one, other) = (ada.get("/admin/apps/portal/change").await, ada.get("/admin/apps/portal/change").await);
    let saved = change(&mut ada, CLIENT, &one, &[("name", "First")]).await;
    assert_eq!(saved.location(), "/admin/apps/portal?done=changed", "{}", saved.body);
    let late = change(&mut ada, CLIENT, &other, &[("name", "Second")]).await;
    assert_eq!(late.status, 409);
    assert!(late.body.contains("Somebody else changed this app") && late.body.contains("value=\"Second\""));
    assert_eq!(name(&server).await, "First");
    // Whoever saw that may still want their own.
    assert_eq!(change(&mut ada, CLIENT, &late, &[("name", "Second")]).await.status, 303);
    assert_eq!(name(&server).await, "Second");
    // At the same moment, one of eight.
    let page = ada.get("/admin/apps/portal/change").await;
    let (csrf, version) = (page.field("csrf"), page.field("version"));
    let attempts: Vec<_> = (0..8)
        .map(|number| {
            let mut tab = ada.again(&server);
            let mut all = fields(&page);
            all.extend([
                ("csrf".to_owned(), csrf.clone()),
                ("version".to_owned(), version.clone()),
                ("name".to_owned(), format!("Tab {number}")),
            ]);
            tokio::spawn(async move {
                let pairs: Vec<(&str, &str)> =
                    all.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
                tab.post("/admin/apps/portal/change", &pairs).await.status
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 303).count(), 1, "{statuses:?}");
    assert_eq!(statuses.iter().filter(|status| **status == 409).count(), 7, "{statuses:?}");
}

async fn a_change_is_in_the_audit_as_it_was_and_as_it_is(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let page = ada.get("/admin/apps/portal/change").await;
    let unchanged = change(&mut ada, CLIENT, &page, &[]).await;
    assert_eq!(unchanged.location(), "/admin/apps/portal?done=unchanged", "{}", unchanged.body);
    assert!(events(&server, "app.change").await.is_empty());
    let two = "https://portal.example/callback\r\nhttps://portal.example/second";
    change(&mut ada, CLIENT, &page, &[("redirects", two), ("days", "7")]).await;
    let changed = events(&server, "app.change").await;
    assert_eq!(changed.len(), 1);
    let facts = &changed[0]["facts"];
    assert_eq!(facts["before"]["redirect_uris"], json!(["https://portal.example/callback"]));
    let after = json!(["https://portal.example/callback", "https://portal.example/second"]);
    assert_eq!(facts["after"]["redirect_uris"], after);
    assert_eq!(facts["after"]["access"]["refresh_token_days"], 7);
    assert_eq!(facts["after"].as_object().unwrap().len(), 2, "only what changed: {facts}");
    let wrong = change(&mut ada, CLIENT, &page, &[("redirects", "http://portal.example/"), ("name", "")]).await;
    assert_eq!(wrong.status, 422);
    assert!(wrong.body.contains("Enter a name") && wrong.body.contains("Line 1: use https"));
}

/// What the token endpoint says about an app with this secret: `invalid_grant` where it is right.
async fn proves(server: &Server, secret: &str) -> bool {
    let header = base64::engine::general_purpose::STANDARD.encode(format!("{CLIENT}:{secret}"));
    let fields = [("grant_type", "authorization_code"), ("code", "x")];
    let answer = server.browser().post_with("/token", &[("authorization", &format!("Basic {header}"))], &fields).await;
    match answer.json()["error"].as_str() {
        Some("invalid_grant") => true,
        Some("invalid_client") => false,
        other => panic!("{other:?}"),
    }
}

fn shown(page: &Answer) -> String {
    let marker = "id=\"client-secret\">";
    let start = page.body.find(marker).unwrap_or_else(|| panic!("{}", page.body)) + marker.len();
    page.body[start..start + page.body[start..].find('<').unwrap()].to_owned()
}

/// The pages on which secrets are ended, the oldest first.
fn ends(page: &Answer) -> Vec<String> {
    let marker = "/admin/apps/portal/secrets/sec_";
    let text = page.body.replace("&#x2f;", "/");
    let found = text.match_indices(marker);
    found.map(|(at, _)| text[at..at + text[at..].find('"').unwrap()].to_owned()).collect()
}

async fn two_secrets_count_and_no_more_and_the_old_one_ends_in_a_week(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    assert!(proves(&server, SECRET).await);
    let made = fill(&mut ada, "/admin/apps/portal/secrets", &[]).await;
    assert_eq!(made.status, 200, "{}", made.body);
    let new = shown(&made);
    assert!(proves(&server, SECRET).await && proves(&server, &new).await, "both count");
    let page = ada.get("/admin/apps/portal").await;
    assert!(!page.body.contains(&new) && page.body.contains("Two secrets work at the same time"));
    let full = ada.get("/admin/apps/portal/secrets").await;
    assert!(full.status == 200 && !full.body.contains("Make a new secret</button>"));
    assert_eq!(send(&mut ada, "/admin/apps/portal/secrets", &full, &[]).await.status, 409, "a third is refused");
    server.clock.advance(7 * 86_400 + 1);
    assert!(!proves(&server, SECRET).await, "the old one ended");
    assert!(proves(&server, &new).await);
    let mut ada = super::again(&server, ada).await;
    let page = ada.get("/admin/apps/portal").await;
    let [end] = ends(&page).try_into().unwrap_or_else(|all| panic!("{all:?}"));
    let asked = ada.get(&end).await;
    assert!(asked.body.contains("It is the only one"));
    assert_eq!(send(&mut ada, &end, &asked, &[]).await.location(), "/admin/apps/portal?done=secret-ended");
    assert!(!proves(&server, &new).await);
    assert_eq!(ada.get(&end).await.status, 404);
    let told = serde_json::to_string(&events(&server, "app.secret_add").await).unwrap();
    assert!(!told.contains(&new) && told.contains("old_ends"));
}

async fn of_parallel_new_secrets_one_is_made(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let page = ada.get("/admin/apps/portal/secrets").await;
    let (csrf, version) = (page.field("csrf"), page.field("version"));
    let attempts: Vec<_> = (0..8)
        .map(|_| {
            let (mut tab, csrf, version) = (ada.again(&server), csrf.clone(), version.clone());
            tokio::spawn(async move {
                tab.post("/admin/apps/portal/secrets", &[("csrf", &csrf), ("version", &version)]).await.status
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(ends(&ada.get("/admin/apps/portal").await).len(), 2);
}

async fn an_app_is_switched_off_and_on_and_removed_by_its_name(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let tokens = server.redeem(&server.code(&mut server.browser()).await).await.json();
    let refresh = [("grant_type", "refresh_token"), ("refresh_token", tokens["refresh_token"].as_str().unwrap())];
    assert_eq!(server.token(&refresh).await.status, 200);
    let asked = ada.get("/admin/apps/portal/disable").await;
    assert!(asked.body.contains("1 person uses it now"), "{}", asked.body);
    let off = send(&mut ada, "/admin/apps/portal/disable", &asked, &[]).await;
    assert_eq!(off.location(), "/admin/apps/portal?done=disabled");
    assert_eq!(server.token(&refresh).await.json()["error"], "invalid_client");
    assert_eq!(server.browser().get(&Server::authorize(&[])).await.status, 400);
    assert_eq!(send(&mut ada, "/admin/apps/portal/disable", &asked, &[]).await.location(), "/admin/apps/portal");
    assert_eq!(fill(&mut ada, "/admin/apps/portal/enable", &[]).await.location(), "/admin/apps/portal?done=enabled");
    assert_eq!(server.token(&refresh).await.status, 200);
    let wrong = fill(&mut ada, "/admin/apps/portal/remove", &[("typed", "portal")]).await;
    assert!(wrong.status == 422 && wrong.body.contains("Type the name Kantoorportaal exactly"));
    let stale = ada.get("/admin/apps/portal/remove").await;
    let page = ada.get("/admin/apps/portal/change").await;
    change(&mut ada, CLIENT, &page, &[("days", "7")]).await;
    let late = send(&mut ada, "/admin/apps/portal/remove", &stale, &[("typed", "Kantoorportaal")]).await;
    assert_eq!(late.status, 409, "what was changed meanwhile is not removed unseen");
    let gone = send(&mut ada, "/admin/apps/portal/remove", &late, &[("typed", "Kantoorportaal")]).await;
    assert_eq!(gone.location(), "/admin/apps?done=removed", "{}", gone.body);
    assert_eq!(ada.get("/admin/apps/portal").await.status, 404);
    assert_eq!(server.token(&refresh).await.json()["error"], "invalid_client");
    for kind in ["app.disable", "app.enable", "app.remove"] {
        assert_eq!(events(&server, kind).await.len(), 1, "{kind}");
    }
}

async fn used(server: &Server) -> Option<i64> {
    let app = find_registered(server.inner.state.db.reading(), CLIENT).await.unwrap().unwrap();
    app.last_used_at.map(Timestamp::millis)
}

async fn the_last_use_is_written_once_a_day(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    assert!(ada.get("/admin/apps/portal").await.body.contains("Waiting for the first request from Kantoorportaal"));
    assert_eq!(ada.get("/admin/apps/portal/used").await.json()["used"], false);
    assert!(proves(&server, SECRET).await);
    let first = used(&server).await.unwrap();
    assert_eq!(ada.get("/admin/apps/portal/used").await.json()["used"], true);
    server.clock.advance(1);
    assert!(proves(&server, SECRET).await);
    assert_eq!(used(&server).await, Some(first), "the same day is not written again");
    server.clock.advance(86_400);
    assert!(proves(&server, SECRET).await);
    assert!(used(&server).await.unwrap() > first);
    // A wrong secret is no use of the app.
    server.clock.advance(86_400);
    let before = used(&server).await;
    assert!(!proves(&server, "a-secret-of-some-length-that-is-wrong").await);
    assert_eq!(used(&server).await, before);
}

async fn an_app_of_another_kind_keeps_what_the_form_does_not_ask(engine: Engine) {
    let server = Server::start(&engine).await;
    server
        .register("strong", |client| {
            client.profile = countersign::features::clients::Profile::Fapi2;
            client.authentication = countersign::features::clients::ClientAuthentication::PrivateKeyJwt;
            client.secrets.clear();
            client.metadata.jwks_uri = Some("https://strong.example/keys".to_owned());
            client.metadata.id_token_algorithm = countersign::domain::Algorithm::PS256;
            client.metadata.binds_tokens = true;
        })
        .await;
    let mut ada = administrator(&server).await;
    let page = ada.get("/admin/apps/strong/change").await;
    let saved = change(&mut ada, "strong", &page, &[("name", "Sterk")]).await;
    assert_eq!(saved.status, 303, "{}", saved.body);
    let app = find_registered(server.inner.state.db.reading(), "strong").await.unwrap().unwrap().client;
    assert_eq!((app.name.as_str(), app.profile.to_string().as_str()), ("Sterk", "fapi2"));
    assert!(app.metadata.binds_tokens && app.metadata.jwks_uri.is_some() && app.first_party);
    assert_eq!(ada.get("/admin/apps/strong/secrets").await.status, 404, "it has no secret of ours");
}
