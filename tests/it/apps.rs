//! The apps of the instance, as its administrators look after them.

mod access;
mod failed;
mod settings;
mod trial;
mod wizard;

use countersign::features::accounts::InstanceRole;

use crate::admin::signed_in;
use crate::support::{Answer, Browser, Server};

/// An administrator of the instance, at the console.
pub(crate) async fn administrator(server: &Server) -> Browser {
    signed_in(server, "ada@kantoor.nl", InstanceRole::Administrator).await.0
}

/// Opens a page and sends its form with these fields beside those that it hides.
pub(crate) async fn fill(browser: &mut Browser, path: &str, fields: &[(&str, &str)]) -> Answer {
    let page = browser.get(path).await;
    assert_eq!(page.status, 200, "{path}: {}", page.body);
    send(browser, path, &page, fields).await
}

/// Sends the form of a page that was opened before.
pub(crate) async fn send(browser: &mut Browser, path: &str, page: &Answer, fields: &[(&str, &str)]) -> Answer {
    let csrf = page.field("csrf");
    let hidden = page.body.contains("name=\"version\" value=\"").then(|| page.field("version"));
    let mut all = vec![("csrf", csrf.as_str())];
    if let Some(version) = &hidden {
        all.push(("version", version));
    }
    all.extend_from_slice(fields);
    browser.post(path, &all).await
}

/// The events of a kind, as the audit has them.
pub(crate) async fn events(server: &Server, kind: &str) -> Vec<serde_json::Value> {
    let all = countersign::features::audit::export(server.inner.state.db.reading(), None, 10_000).await.unwrap();
    let all = all.into_iter().map(|event| serde_json::to_value(event).unwrap());
    all.filter(|event| event["kind"] == kind).collect()
}

/// The same administrator after a while, who proved anew who they are.
pub(crate) async fn again(server: &Server, _: Browser) -> Browser {
    signed_in(server, "eve@kantoor.nl", InstanceRole::Administrator).await.0
}
