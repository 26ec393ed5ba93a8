//! `countersign org`.

mod policy;

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Common, Outcome, output, refuse};
use crate::domain::ids::OrganisationId;
use crate::features::audit::{Chain, Event, record};
use crate::features::organisations::{Organisation, add_organisation, find_organisation_by_name, list_organisations};

#[derive(Debug, Subcommand)]
pub(super) enum Org {
    /// Add an organisation
    Add {
        /// Its name
        name: String,
        #[command(flatten)]
        common: Common,
    },
    /// List all organisations
    List(Common),
    /// Show the rules of an organisation
    Show {
        /// Its identifier or name
        organisation: String,
        #[command(flatten)]
        common: Common,
    },
    /// Set rules of an organisation; those that are not named stay as they are
    Set(policy::Set),
}

impl Org {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Add { name, common } => add(&common, name.trim()).await,
            Self::List(common) => list(&common).await,
            Self::Show { organisation, common } => policy::show(&common, &organisation).await,
            Self::Set(set) => set.run().await,
        }
    }
}

async fn add(common: &Common, name: &str) -> Outcome {
    if name.is_empty() {
        return refuse("Give the organisation a name.");
    }
    let installation = common.open().await?;
    let state = &installation.state;
    let mut writer = state.db.writing().await?;
    if find_organisation_by_name(&writer, name).await?.is_some() {
        return refuse(format!("There is an organisation called {name} already."));
    }
    let organisation = Organisation {
        id: OrganisationId::new(installation.now, state.random.as_ref()),
        name: name.to_owned(),
        created_at: installation.now,
        policy: crate::domain::Policy::default(),
        disabled_at: None,
    };
    add_organisation(&mut writer, &organisation).await?;
    let event = Event::new(Chain::Organisation(organisation.id), "organisation.add", "done")
        .with("name", name)
        .with("by", "command line");
    record(&mut writer, installation.ink(), event).await?;
    writer.commit().await?;
    output::print(common.json, &described(&organisation), &format!("Added {name} as {}.", organisation.id))
}

async fn list(common: &Common) -> Outcome {
    let installation = common.open().await?;
    let organisations = list_organisations(installation.state.db.reading()).await?;
    let rows: Vec<Value> = organisations.iter().map(described).collect();
    output::print_list(common.json, &rows, &["id", "name", "state"], |row| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        vec![text("id"), text("name"), text("state")]
    })
}

fn described(organisation: &Organisation) -> Value {
    json!({
        "id": organisation.id,
        "name": organisation.name,
        "state": if organisation.disabled_at.is_some() { "off" } else { "on" },
        "created_at": organisation.created_at,
    })
}
