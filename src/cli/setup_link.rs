//! `countersign setup-link`.

use serde_json::json;

use super::{Common, Outcome, output};
use crate::features::audit::{Chain, Event, record};
use crate::features::setup::add_setup_link;
use crate::web::urls;

pub(super) async fn run(common: &Common) -> Outcome {
    let installation = common.open().await?;
    let state = &installation.state;
    let mut writer = state.db.writing().await?;
    let link = add_setup_link(&mut writer, installation.now, state.random.as_ref()).await?;
    let event = Event::new(Chain::Instance, "setup.link", "done").with("by", "command line");
    record(&mut writer, installation.ink(), event).await?;
    writer.commit().await?;
    let url = state.absolute(&format!("{}/{}", urls::SETUP, link.secret.expose()));
    let value = json!({ "url": url, "expires_at": link.expires_at });
    output::print(common.json, &value, &format!("Open this link within an hour; it works once:\n{url}"))
}
