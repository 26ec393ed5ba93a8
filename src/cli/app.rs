//! `countersign app`.

mod access;
mod add;
mod change;
mod registration_token;
mod secret;

use clap::Subcommand;
use serde_json::{Value, json};

use self::add::Add;
use self::change::Change;
use self::registration_token::RegistrationToken;
use self::secret::SecretCommand;

use super::{Common, Outcome, output, refuse};
use crate::features::audit::{Chain, Event, record};
use crate::features::clients::{list_clients, remove_client};

#[derive(Debug, Subcommand)]
pub(super) enum App {
    /// Register an app
    Add(Box<Add>),
    /// Make a token with which apps register themselves (`oidc.registration = "token"`)
    RegistrationToken(RegistrationToken),
    /// List all apps
    List(Common),
    /// Show an app, its secrets (not what they are), and when it was last used
    Show {
        /// Its identifier
        id: String,
        #[command(flatten)]
        common: Common,
    },
    /// Change an app; what is not named stays as it is
    Change(Box<Change>),
    /// Switch an app off: nobody signs in to it, and what it was granted works no more
    Disable {
        /// Its identifier
        id: String,
        #[command(flatten)]
        common: Common,
    },
    /// Switch an app on again
    Enable {
        /// Its identifier
        id: String,
        #[command(flatten)]
        common: Common,
    },
    /// The secrets of an app
    #[command(subcommand)]
    Secret(SecretCommand),
    /// Remove an app, with all that it was granted
    Remove {
        /// Its identifier
        id: String,
        #[command(flatten)]
        common: Common,
    },
}

impl App {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Add(add) => add.run().await,
            Self::RegistrationToken(token) => token.run().await,
            Self::List(common) => list(&common).await,
            Self::Show { id, common } => change::show(&common, &id).await,
            Self::Change(change) => change.run().await,
            Self::Disable { id, common } => change::switch(&common, &id, true).await,
            Self::Enable { id, common } => change::switch(&common, &id, false).await,
            Self::Secret(secret) => secret.run().await,
            Self::Remove { id, common } => remove(&common, &id).await,
        }
    }
}

async fn list(common: &Common) -> Outcome {
    let installation = common.open().await?;
    let clients = list_clients(installation.state.db.reading()).await?;
    let rows: Vec<Value> = clients
        .iter()
        .map(|client| {
            json!({
                "client_id": client.id,
                "name": client.name,
                "profile": client.profile,
                "authentication": client.authentication,
                "first_party": client.first_party,
                "metadata": client.metadata,
            })
        })
        .collect();
    output::print_list(common.json, &rows, &["client_id", "name", "profile"], |row| {
        ["client_id", "name", "profile"].iter().map(|name| row[*name].as_str().unwrap_or_default().to_owned()).collect()
    })
}

async fn remove(common: &Common, id: &str) -> Outcome {
    let installation = common.open().await?;
    let mut writer = installation.state.db.writing().await?;
    if !remove_client(&mut writer, id).await? {
        return refuse(format!("There is no app {id}."));
    }
    let event = Event::new(Chain::Instance, "app.remove", "done").through(id).with("by", "command line");
    record(&mut writer, installation.ink(), event).await?;
    writer.commit().await?;
    output::print(common.json, &json!({ "client_id": id }), &format!("Removed {id}."))
}
