//! `countersign webhook`.

use clap::{Args, Subcommand};
use serde_json::{Value, json};
use url::Url;

use super::{Common, Outcome, output, refuse};
use crate::domain::ids::{OrganisationId, WebhookId};
use crate::features::audit::{Chain, Event, record};
use crate::features::organisations::find_organisation;
use crate::features::webhooks::{NewWebhook, add_webhook, checked_kind, enable_webhook, list_webhooks, remove_webhook};

#[derive(Debug, Subcommand)]
pub(super) enum Webhook {
    /// Tell an address what happens, and print once what its messages are signed with
    Add(Add),
    /// List all webhooks
    List(Common),
    /// Switch a webhook on again that was switched off because nobody took what it was told
    Enable {
        /// Its identifier
        id: WebhookId,
        #[command(flatten)]
        common: Common,
    },
    /// Remove a webhook, with what it was still to be told
    Remove {
        /// Its identifier
        id: WebhookId,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The address, by https
    url: Url,
    /// Only events whose kind begins like this, such as `sign_in` or factor.add; may be given several times
    #[arg(long, value_name = "KIND", value_parser = |text: &str| checked_kind(text))]
    kind: Vec<String>,
    /// Only the events of this organisation
    #[arg(long, value_name = "ID")]
    org: Option<OrganisationId>,
    #[command(flatten)]
    common: Common,
}

impl Webhook {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Add(add) => add.run().await,
            Self::List(common) => list(&common).await,
            Self::Enable { id, common } => enable(&common, id).await,
            Self::Remove { id, common } => remove(&common, id).await,
        }
    }
}

fn event(kind: &'static str, id: WebhookId) -> Event {
    Event::new(Chain::Instance, kind, "done").with("webhook", id.to_string()).with("by", "command line")
}

impl Add {
    async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let state = &installation.state;
        if !state.outbound.may_call(&self.url) {
            return refuse(format!(
                "{} may not be called: give an https address of the internet, or list its network in outbound.allowed_networks.",
                self.url
            ));
        }
        if let Some(id) = self.org
            && find_organisation(state.db.reading(), id).await?.is_none()
        {
            return refuse(format!("There is no organisation {id}."));
        }
        let new = NewWebhook { url: self.url.to_string(), kinds: self.kind.clone(), organisation_id: self.org };
        let mut writer = state.db.writing().await?;
        let chance = (installation.now, state.random.as_ref());
        let (id, secret) = add_webhook(&mut writer, &state.vault, new, chance).await?;
        let host = self.url.host_str().unwrap_or_default();
        let added = event("webhook.add", id).with("host", host).with("kinds", json!(self.kind));
        record(&mut writer, installation.ink(), added).await?;
        writer.commit().await?;
        let secret = secret.to_text();
        let text = format!(
            "Added {id}.\n\nIts messages are signed with this secret, which is shown once:\n{}",
            secret.expose()
        );
        output::print(self.common.json, &json!({ "id": id, "secret": secret.expose() }), &text)
    }
}

async fn list(common: &Common) -> Outcome {
    let installation = common.open().await?;
    let webhooks = list_webhooks(installation.state.db.reading()).await?;
    let rows: Vec<Value> = webhooks
        .iter()
        .map(|webhook| {
            let state = match (webhook.disabled_at, webhook.failing_since) {
                (Some(_), _) => "off",
                (None, Some(_)) => "failing",
                (None, None) => "on",
            };
            json!({
                "id": webhook.id,
                "url": webhook.url,
                "kinds": webhook.kinds,
                "organisation": webhook.organisation_id,
                "state": state,
                "failing_since": webhook.failing_since,
                "last_answer": webhook.last_answer,
            })
        })
        .collect();
    output::print_list(common.json, &rows, &["id", "state", "url", "last answer"], |row| {
        ["id", "state", "url", "last_answer"].map(|name| row[name].as_str().unwrap_or_default().to_owned()).to_vec()
    })
}

async fn enable(common: &Common, id: WebhookId) -> Outcome {
    let installation = common.open().await?;
    let mut writer = installation.state.db.writing().await?;
    if !enable_webhook(&mut writer, id, installation.now).await? {
        return refuse(format!("There is no webhook {id} that is off."));
    }
    record(&mut writer, installation.ink(), event("webhook.enable", id)).await?;
    writer.commit().await?;
    output::print(common.json, &json!({ "id": id }), &format!("Switched {id} on. It is told what happens from now on."))
}

async fn remove(common: &Common, id: WebhookId) -> Outcome {
    let installation = common.open().await?;
    let mut writer = installation.state.db.writing().await?;
    if !remove_webhook(&mut writer, id).await? {
        return refuse(format!("There is no webhook {id}."));
    }
    record(&mut writer, installation.ink(), event("webhook.remove", id)).await?;
    writer.commit().await?;
    output::print(common.json, &json!({ "id": id }), &format!("Removed {id}."))
}
