//! `countersign setup-link`, and the link that a new installation prints by itself.

use serde_json::json;

use super::{Common, Outcome, output};
use crate::domain::Timestamp;
use crate::features::accounts::instance_administrators;
use crate::features::audit::{Chain, Event, Ink, record};
use crate::features::setup::add_setup_link;
use crate::web::{AppState, Error, urls};

pub(super) async fn run(common: &Common) -> Outcome {
    let installation = common.open().await?;
    let (url, expires_at) = make(&installation.state, installation.ink(), "command line").await?;
    let value = json!({ "url": url, "expires_at": expires_at });
    output::print(common.json, &value, &format!("Open this link within an hour; it works once:\n{url}"))
}

/// Prints a link on an installation that nobody administers yet.
pub(super) async fn print_first(state: &AppState) -> Result<(), Error> {
    if instance_administrators(state.db.reading()).await?.is_empty() {
        let (url, _) = make(state, Ink::of(state, state.now()), "start").await?;
        eprintln!("Nobody administers this installation yet. Open this link within an hour; it works once:\n{url}");
    }
    Ok(())
}

async fn make(state: &AppState, ink: Ink<'_>, by: &str) -> Result<(String, Timestamp), Error> {
    let mut db = state.db.writing().await?;
    let made = add_setup_link(&mut db, ink.now, state.random.as_ref()).await?;
    record(&mut db, ink, Event::new(Chain::Instance, "setup.link", "done").with("by", by)).await?;
    db.commit().await?;
    Ok((state.absolute(&format!("{}/{}", urls::SETUP, made.secret.expose())), made.expires_at))
}
