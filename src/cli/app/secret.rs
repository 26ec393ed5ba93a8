//! `countersign app secret`: at most two that count, so that one can be changed for the other without a moment without.

use std::time::Duration;

use clap::Subcommand;
use serde_json::json;

use super::change::find;
use crate::cli::{Common, Outcome, output, refuse};
use crate::domain::ids::ClientSecretId;
use crate::features::audit::{Chain, Event, record};
use crate::features::clients::{ClientSecret, add_secret, end_secret, find_registered, list_secrets};

/// How many secrets count at most.
const MOST: usize = 2;

#[derive(Debug, Subcommand)]
pub(in crate::cli) enum SecretCommand {
    /// Make another secret, show it once, and let the old one end in some days
    Add {
        /// The identifier of the app
        id: String,
        /// In how many days the old secret ends
        #[arg(long, default_value_t = 7)]
        overlap_days: u32,
        #[command(flatten)]
        common: Common,
    },
    /// End a secret at once
    End {
        /// The identifier of the app
        id: String,
        /// The identifier of the secret, as `app show` tells it
        secret: ClientSecretId,
        #[command(flatten)]
        common: Common,
    },
}

impl SecretCommand {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Add { id, overlap_days, common } => add(&common, &id, overlap_days).await,
            Self::End { id, secret, common } => end(&common, &id, secret).await,
        }
    }
}

async fn add(common: &Common, id: &str, overlap_days: u32) -> Outcome {
    let installation = common.open().await?;
    let state = &installation.state;
    let app = find(&installation, id).await?;
    let (now, random) = (installation.now, state.random.as_ref());
    let secret = random.secret();
    if !app.client.authentication.has_secret() {
        return refuse("An app that authenticates in this way has no secret.");
    }
    let stored = ClientSecret::kept(app.client.authentication, secret.expose(), (&state.vault, random));
    let old: Vec<_> =
        list_secrets(state.db.reading(), id).await?.into_iter().filter(|secret| secret.counts(now)).collect();
    if old.len() >= MOST {
        return refuse("Two secrets work at the same time, no more. End one first.");
    }
    let mut writer = state.db.writing().await?;
    if !add_secret(&mut writer, (id, app.updated_at), &stored, (now, random)).await? {
        return refuse(format!("{id} was changed meanwhile. Look at it again."));
    }
    let ends = now.after(Duration::from_hours(24 * u64::from(overlap_days)));
    if let Some(old) = old.into_iter().find(|old| old.expires_at.is_none_or(|end| ends < end))
        && let Some(seen) = find_registered(&writer, id).await?
    {
        end_secret(&mut writer, (id, seen.updated_at), (old.id, ends), now).await?;
    }
    let event = Event::new(Chain::Instance, "app.secret_add", "done").through(id).with("by", "command line");
    record(&mut writer, installation.ink(), event).await?;
    writer.commit().await?;
    let value = json!({ "client_id": id, "client_secret": secret.expose() });
    let text = format!("client_secret  {}\nStore it now: only a fingerprint of it is kept.", secret.expose());
    output::print(common.json, &value, &text)
}

async fn end(common: &Common, id: &str, secret: ClientSecretId) -> Outcome {
    let installation = common.open().await?;
    let app = find(&installation, id).await?;
    let now = installation.now;
    let mut writer = installation.state.db.writing().await?;
    if !end_secret(&mut writer, (id, app.updated_at), (secret, now), now).await? {
        return refuse(format!("There is no secret {secret} of {id}."));
    }
    let event = Event::new(Chain::Instance, "app.secret_end", "done")
        .through(id)
        .with("secret", secret.to_string())
        .with("by", "command line");
    record(&mut writer, installation.ink(), event).await?;
    writer.commit().await?;
    output::print(common.json, &json!({ "client_id": id, "secret": secret }), &format!("Ended {secret}."))
}
