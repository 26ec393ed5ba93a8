//! `countersign app show`, `change`, `disable` and `enable`.

use clap::Args;
use serde_json::json;

use super::access::AccessArguments;
use crate::cli::{Common, Failure, Installation, Outcome, output, refuse};
use crate::domain::Scope;
use crate::features::audit::{Chain, Event, record};
use crate::features::clients::{Client, Registered, change_seen_client, find_registered, list_secrets};
use crate::features::oidc::check_registration;

/// What is not named stays as it is.
#[derive(Debug, Args)]
pub(in crate::cli) struct Change {
    /// Its identifier
    id: String,
    /// What people call it
    #[arg(long)]
    name: Option<String>,
    /// Its own front page; empty for none
    #[arg(long, value_name = "URI")]
    home: Option<String>,
    /// The addresses that answers may go to, all of them; may be given several times
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// The addresses that a browser may go to after signing out, all of them; may be given several times
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session ended; empty for nowhere
    #[arg(long, value_name = "URI")]
    backchannel_logout_uri: Option<String>,
    /// Scopes that it may ask for, all of them; may be given several times
    #[arg(long = "scope", value_name = "SCOPES")]
    scopes: Vec<Scope>,
    /// Whether it belongs to the operator: people are not asked for consent
    #[arg(long, value_name = "YES_OR_NO")]
    first_party: Option<bool>,
    #[command(flatten)]
    access: AccessArguments,
    #[command(flatten)]
    common: Common,
}

pub(super) async fn find(installation: &Installation, id: &str) -> Result<Registered, Failure> {
    match find_registered(installation.state.db.reading(), id).await? {
        Some(app) => Ok(app),
        None => refuse(format!("There is no app {id}.")),
    }
}

impl Change {
    pub(super) async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let app = find(&installation, &self.id).await?;
        let mut client = app.client.clone();
        let or_none = |text: &String| Some(text.clone()).filter(|text| !text.is_empty());
        if let Some(name) = &self.name {
            name.trim().clone_into(&mut client.name);
        }
        if let Some(own) = self.first_party {
            client.first_party = own;
        }
        let metadata = &mut client.metadata;
        if let Some(home) = &self.home {
            metadata.home_uri = or_none(home);
        }
        if let Some(address) = &self.backchannel_logout_uri {
            metadata.backchannel_logout_uri = or_none(address);
        }
        if !self.redirect_uris.is_empty() {
            metadata.redirect_uris.clone_from(&self.redirect_uris);
        }
        if !self.post_logout_redirect_uris.is_empty() {
            metadata.post_logout_redirect_uris.clone_from(&self.post_logout_redirect_uris);
        }
        if !self.scopes.is_empty() {
            metadata.scope = self.scopes.iter().fold(Scope::default(), |all, scope| all.or(scope));
        }
        self.access.apply(&mut metadata.access, &installation).await?;
        check_registration(&client)?;
        save(&installation, &app, &client, "app.change").await?;
        output::print(self.common.json, &json!({ "client_id": client.id }), &format!("Changed {}.", client.name))
    }
}

/// Saves what became of an app, if nobody changed it meanwhile.
async fn save(installation: &Installation, app: &Registered, client: &Client, kind: &'static str) -> Outcome {
    let state = &installation.state;
    let mut writer = state.db.writing().await?;
    let chance = (installation.now, state.random.as_ref());
    if !change_seen_client(&mut writer, client, app.updated_at, chance).await? {
        return refuse(format!("{} was changed meanwhile. Look at it again.", client.id));
    }
    let event = Event::new(Chain::Instance, kind, "done").through(&client.id).with("by", "command line");
    record(&mut writer, installation.ink(), event).await?;
    Ok(writer.commit().await?)
}

pub(super) async fn switch(common: &Common, id: &str, off: bool) -> Outcome {
    let installation = common.open().await?;
    let app = find(&installation, id).await?;
    let mut client = app.client.clone();
    client.disabled_at = off.then_some(installation.now);
    save(&installation, &app, &client, if off { "app.disable" } else { "app.enable" }).await?;
    let word = if off { "Switched off" } else { "Switched on" };
    output::print(common.json, &json!({ "client_id": id, "disabled": off }), &format!("{word} {}.", client.name))
}

pub(super) async fn show(common: &Common, id: &str) -> Outcome {
    let installation = common.open().await?;
    let Registered { client, created_at, last_used_at, .. } = find(&installation, id).await?;
    let secrets = list_secrets(installation.state.db.reading(), id).await?;
    let secrets: Vec<_> = secrets
        .iter()
        .filter(|secret| secret.counts(installation.now))
        .map(|secret| {
            json!({
                "id": secret.id,
                "created_at": secret.created_at.seconds(),
                "expires_at": secret.expires_at.map(crate::domain::Timestamp::seconds),
                "last_used_at": secret.last_used_at.map(crate::domain::Timestamp::seconds),
            })
        })
        .collect();
    let value = json!({
        "client_id": client.id,
        "name": client.name,
        "profile": client.profile,
        "authentication": client.authentication,
        "first_party": client.first_party,
        "disabled": client.disabled_at.is_some(),
        "created_at": created_at.seconds(),
        "last_used_at": last_used_at.map(crate::domain::Timestamp::seconds),
        "secrets": secrets,
        "metadata": client.metadata,
    });
    output::print(common.json, &value, &serde_json::to_string_pretty(&value)?)
}
