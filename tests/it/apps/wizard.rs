//! Registering an app in four steps, without JavaScript.

use base64::Engine as _;

use super::{administrator, events, fill, send};
use crate::admin::signed_in;
use crate::support::{Answer, Browser, Engine, Server, on_both_engines};
use countersign::features::accounts::InstanceRole;
use countersign::features::clients::{Client, Profile, list_clients};

on_both_engines! {
    an_app_is_registered_in_four_steps_and_its_secret_works
    every_fault_is_named_beside_its_field_and_nothing_typed_is_lost
    of_two_tabs_of_one_draft_the_second_is_told_and_overwrites_nothing_unseen
    a_draft_is_for_whoever_began_it
    what_was_typed_is_there_again_after_proving_who_one_is
    whoever_presses_twice_registers_one_app
    an_app_without_a_secret_and_one_without_people_are_registered_as_such
}

/// Chooses what the app is, and returns the page of the second step.
async fn begin(browser: &mut Browser, kind: &str) -> String {
    let begun = fill(browser, "/admin/apps/new", &[("kind", kind)]).await;
    assert_eq!(begun.status, 303, "{}", begun.body);
    begun.location().to_owned()
}

async fn clients(server: &Server) -> Vec<Client> {
    list_clients(server.inner.state.db.reading()).await.unwrap()
}

async fn newest(server: &Server) -> Client {
    clients(server).await.into_iter().find(|client| client.id.starts_with("app_")).unwrap()
}

/// What stands in the element with this identifier.
fn value(page: &Answer, id: &str) -> String {
    let marker = format!("id=\"{id}\">");
    let start = page.body.find(&marker).unwrap_or_else(|| panic!("no {id}: {}", page.body)) + marker.len();
    let end = start + page.body[start..].find('<').unwrap();
    page.body[start..end].replace("&#x2f;", "/")
}

async fn an_app_is_registered_in_four_steps_and_its_secret_works(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let about = begin(&mut ada, "server").await;
    let named = fill(&mut ada, &about, &[("name", "Boekhouding"), ("who", "everybody"), ("go", "on")]).await;
    assert_eq!(named.status, 303, "{}", named.body);
    let addresses = named.location().to_owned();
    let page = ada.get(&addresses).await;
    let usual = "openid profile email organisation offline_access";
    assert!(page.body.contains(&format!("value=\"{usual}\"")), "the usual scopes are filled in");
    let redirect = "https://boeken.example/cb";
    let done = send(&mut ada, &addresses, &page, &[("redirects", redirect), ("scope", usual), ("go", "on")]).await;
    assert_eq!(done.status, 200, "{}", done.body);
    let client = newest(&server).await;
    assert_eq!((client.name.as_str(), client.profile, client.first_party), ("Boekhouding", Profile::Oauth21, false));
    assert_eq!(client.metadata.redirect_uris, [redirect]);
    assert_eq!(value(&done, "value-client-id"), client.id);
    assert_eq!(value(&done, "value-issuer"), server.issuer);
    assert_eq!(value(&done, "value-redirect-uri"), redirect);
    let secret = value(&done, "client-secret");
    assert!(done.body.matches(&secret).count() > 5, "the blocks to paste hold it as well");
    assert_eq!(done.header("cache-control"), "no-store");
    let credentials = [("client_id", client.id.as_str()), ("client_secret", &secret)];
    let fields = [("grant_type", "authorization_code"), ("code", "x")];
    let header = base64::engine::general_purpose::STANDARD.encode(format!("{}:{secret}", credentials[0].1));
    let answer = server.browser().post_with("/token", &[("authorization", &format!("Basic {header}"))], &fields).await;
    assert_eq!(answer.json()["error"], "invalid_grant", "the app proved that it is itself");
    // The secret was shown once, and is in no page and no audit any more.
    let again = ada.get(&format!("/admin/apps/{}/copy", client.id)).await;
    assert!(again.status == 200 && !again.body.contains(&secret) && again.body.contains("YOUR_CLIENT_SECRET"));
    let added = events(&server, "app.add").await;
    assert_eq!(added[0]["client_id"], client.id);
    assert!(!serde_json::to_string(&added).unwrap().contains(&secret));
    assert_eq!(ada.get(&addresses).await.status, 404, "the draft is used up");
    let list = ada.get("/admin/apps?q=boek").await;
    assert!(list.body.contains("Boekhouding") && !list.body.contains("Kantoorportaal"));
}

async fn every_fault_is_named_beside_its_field_and_nothing_typed_is_lost(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let nothing = fill(&mut ada, "/admin/apps/new", &[]).await;
    assert!(nothing.status == 422 && nothing.body.contains("Choose what it is"));
    let about = begin(&mut ada, "server").await;
    let wrong = [("name", " "), ("home", "portal"), ("who", "chosen"), ("seconds", "5"), ("days", "x")];
    let page = fill(&mut ada, &about, &wrong).await;
    assert_eq!(page.status, 422);
    for says in ["Enter a name", "Enter a whole address", "Choose at least one organisation", "30 to 3600", "1 to 365"]
    {
        assert_eq!(page.body.matches(says).count(), 2, "{says}: in the summary and beside the field");
    }
    assert!(page.body.contains("value=\"portal\"") && page.body.contains("id=\"problem\""));
    // Going back and coming again finds what was typed, with what is wrong.
    let sound = [("name", "Boekhouding"), ("who", "everybody"), ("go", "on")];
    let addresses = fill(&mut ada, &about, &sound).await.location().to_owned();
    let typed = "https://a.example/cb\nhttp://b.example/cb\nhttps://*.example/\n";
    let page = fill(&mut ada, &addresses, &[("redirects", typed), ("scope", "openid"), ("go", "on")]).await;
    assert_eq!(page.status, 422);
    assert!(page.body.contains("Line 2: use https; plain http is for localhost only"), "{}", page.body);
    assert!(page.body.contains("Line 3: wildcards do not work"));
    let back = fill(&mut ada, &addresses, &[("redirects", typed), ("scope", "openid"), ("go", "back")]).await;
    assert_eq!(back.location(), about);
    assert!(ada.get(&about).await.body.contains("value=\"Boekhouding\""));
    let again = ada.get(&addresses).await;
    assert!(again.body.contains("http:&#x2f;&#x2f;b.example&#x2f;cb") && again.body.contains("Line 2:"));
    // A step further than what is filled in is not reached.
    let skipped = begin(&mut ada, "server").await.replace("/about", "/addresses");
    let skipped = fill(&mut ada, &skipped, &[("redirects", "https://a.example/cb"), ("scope", "openid")]).await;
    assert!(skipped.location().ends_with("/about"));
    assert!(!clients(&server).await.iter().any(|client| client.id.starts_with("app_")));
    // What works and may be a slip is pointed out.
    let hinted = [("redirects", "http://localhost:3000/cb/"), ("scope", "openid"), ("go", "back")];
    fill(&mut ada, &addresses, &hinted).await;
    let page = ada.get(&addresses).await.body;
    assert!(page.contains("machine of a developer only") && page.contains("ends with a slash"));
}

async fn of_two_tabs_of_one_draft_the_second_is_told_and_overwrites_nothing_unseen(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let about = begin(&mut ada, "server").await;
    let (one, other) = (ada.get(&about).await, ada.get(&about).await);
    assert_eq!(send(&mut ada, &about, &one, &[("name", "First"), ("who", "everybody")]).await.status, 303);
    let late = send(&mut ada, &about, &other, &[("name", "Second"), ("who", "everybody")]).await;
    assert_eq!(late.status, 422);
    assert!(late.body.contains("in another tab") && late.body.contains("value=\"Second\""));
    assert!(ada.get(&about).await.body.contains("value=\"First\""), "nothing was overwritten");
    assert_eq!(send(&mut ada, &about, &late, &[("name", "Second"), ("who", "everybody")]).await.status, 303);
    assert!(ada.get(&about).await.body.contains("value=\"Second\""));
}

async fn a_draft_is_for_whoever_began_it(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let about = begin(&mut ada, "server").await;
    let page = ada.get(&about).await;
    assert_eq!(page.status, 200);
    let (mut eve, _) = signed_in(&server, "eve@kantoor.nl", InstanceRole::Administrator).await;
    assert_eq!(eve.get(&about).await.status, 404);
    let own = begin(&mut eve, "server").await;
    let form = eve.get(&own).await;
    assert_eq!(send(&mut eve, &about, &form, &[("name", "Mine"), ("who", "everybody")]).await.status, 404);
    assert_eq!(send(&mut eve, &about, &form, &[("go", "discard")]).await.status, 404);
    assert!(!eve.get("/admin/apps/new").await.body.contains(&about.replace('/', "&#x2f;")));
    assert_eq!(fill(&mut ada, &about, &[("go", "discard")]).await.location(), "/admin/apps");
    assert_eq!(ada.get(&about).await.status, 404);
}

async fn whoever_presses_twice_registers_one_app(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    let about = begin(&mut ada, "server").await;
    fill(&mut ada, &about, &[("name", "Once"), ("who", "everybody")]).await;
    let addresses = about.replace("/about", "/addresses");
    let page = ada.get(&addresses).await;
    let fields = [
        ("csrf", page.field("csrf")),
        ("version", page.field("version")),
        ("redirects", "https://once.example/cb".to_owned()),
        ("scope", "openid".to_owned()),
    ];
    let attempts: Vec<_> = (0..8)
        .map(|_| {
            let mut tab = ada.again(&server);
            let (addresses, fields) = (addresses.clone(), fields.clone());
            tokio::spawn(async move {
                let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
                tab.post(&addresses, &fields).await.status
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for attempt in attempts {
        statuses.push(attempt.await.unwrap());
    }
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 1, "{statuses:?}");
    assert_eq!(clients(&server).await.iter().filter(|client| client.name == "Once").count(), 1);
}

async fn an_app_without_a_secret_and_one_without_people_are_registered_as_such(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut ada = administrator(&server).await;
    for (kind, name) in [("browser", "Telefoon"), ("machine", "Nachtwerk")] {
        let about = begin(&mut ada, kind).await;
        fill(&mut ada, &about, &[("name", name), ("who", "everybody")]).await;
        let addresses = about.replace("/about", "/addresses");
        let fields = [("redirects", "com.example.app:/cb"), ("scope", "invoices:read"), ("audiences", "")];
        let done = fill(&mut ada, &addresses, &fields).await;
        assert_eq!(done.status, 200, "{}", done.body);
        assert_eq!(done.body.contains("id=\"client-secret\""), kind == "machine");
        assert_eq!(done.body.contains("/try\""), kind == "browser");
    }
    let all = clients(&server).await;
    let phone = all.iter().find(|client| client.name == "Telefoon").unwrap();
    assert!(!phone.is_confidential() && phone.needs_pkce());
    let machine = all.iter().find(|client| client.name == "Nachtwerk").unwrap();
    assert_eq!(machine.metadata.grant_types, ["client_credentials"]);
    assert!(machine.metadata.redirect_uris.is_empty());
}

async fn what_was_typed_is_there_again_after_proving_who_one_is(engine: Engine) {
    let server = Server::start(&engine).await;
    let (mut ada, mut authenticator) = signed_in(&server, "ada@kantoor.nl", InstanceRole::Administrator).await;
    let about = begin(&mut ada, "server").await;
    let opened = ada.get(&about).await;
    let change = "/admin/apps/portal/change";
    let change_form = ada.get(change).await;
    server.clock.advance(6 * 60);
    let typed = [("name", "Boeken & Zo"), ("home", "https://boeken.example"), ("who", "everybody"), ("go", "on")];
    let asked = send(&mut ada, &about, &opened, &typed).await.location().to_owned();
    let changed = send(&mut ada, change, &change_form, &[("name", "Ander portaal")]).await.location().to_owned();
    let next = async |ada: &mut Browser, asked: &str| ada.get(asked).await.field("next");
    let (about_again, change_again) = (next(&mut ada, &asked).await, next(&mut ada, &changed).await);
    assert_eq!(ada.sign_in_with("confirm", &mut authenticator, &server).await.status, 200);
    let page = ada.get(&about_again).await;
    assert!(page.body.contains("value=\"Boeken &amp; Zo\""), "{}", page.body);
    let named = send(&mut ada, &about, &page, &typed).await;
    assert!(named.status == 303 && named.location().ends_with("/addresses"), "{} {}", named.status, named.body);
    let page = ada.get(&change_again).await;
    assert!(page.body.contains("value=\"Ander portaal\""), "{}", page.body);
    assert!(!ada.get(change).await.body.contains("Ander portaal"), "nothing was changed");
    assert!(events(&server, "app.change").await.is_empty());
}
