//! `countersign api-key`.

use std::time::Duration;

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use super::{Common, Failure, Outcome, output, refuse};
use crate::domain::ids::{ApiKeyId, OrganisationId};
use crate::features::api_keys::{ApiKey, Rights, add_key, check_key, end_key, find_key, list_keys};
use crate::features::audit::{Chain, Event, record};
use crate::features::declarations::instant;
use crate::features::organisations::find_organisation;
use crate::storage::PageRequest;

/// How many keys are read at once.
const BATCH: u64 = 500;

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Make a key for the admin API; it is shown once
    Add(Add),
    /// List all keys, never the keys themselves
    List(Common),
    /// End a key at once
    Remove {
        /// Its identifier
        id: ApiKeyId,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// What people call it
    name: String,
    /// What it may do, such as admin:apps:read; may be given several times, and "all" stands for everything
    #[arg(long = "scope", value_name = "SCOPES", required = true)]
    scopes: Vec<String>,
    /// The only organisation that it sees; without it the whole instance
    #[arg(long, value_name = "ID")]
    org: Option<OrganisationId>,
    /// For how many days it works, at most 730
    #[arg(long, value_name = "DAYS", default_value_t = 90)]
    days: u32,
    #[command(flatten)]
    common: Common,
}

impl Command {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Add(add) => add.run().await,
            Self::List(common) => list(&common).await,
            Self::Remove { id, common } => remove(&common, id).await,
        }
    }
}

impl Add {
    fn rights(&self) -> Result<Rights, Failure> {
        if self.scopes == ["all"] {
            let fits = |right: &crate::features::api_keys::Right| match self.org {
                Some(_) => right.is_of_an_organisation(),
                None => *right != crate::features::api_keys::Right::Scim,
            };
            return Ok(Rights::all().iter().filter(fits).collect());
        }
        self.scopes
            .join(" ")
            .parse()
            .map_err(|wrong| Failure(format!("{wrong}. There are: {}.", Rights::all().to_string().replace(' ', ", "))))
    }

    async fn run(self) -> Outcome {
        let rights = self.rights()?;
        let name = check_key(&self.name, &rights, self.org.is_some(), self.days)?;
        let installation = self.common.open().await?;
        let (state, now) = (&installation.state, installation.now);
        let mut writer = state.db.writing().await?;
        if let Some(org) = self.org
            && find_organisation(&writer, org).await?.is_none()
        {
            return refuse(format!("There is no organisation {org}."));
        }
        let key = ApiKey {
            id: ApiKeyId::new(now, state.random.as_ref()),
            name: name.to_owned(),
            organisation: self.org,
            rights,
            created_by: "command line".to_owned(),
            created_at: now,
            expires_at: now.after(Duration::from_secs(u64::from(self.days) * 24 * 3600)),
            last_used_at: None,
            ended_at: None,
        };
        let secret = add_key(&mut writer, &key, state.random.as_ref()).await?;
        let event = event("api_key.add", &key).with("scope", key.rights.to_string()).with("days", self.days);
        record(&mut writer, installation.ink(), event).await?;
        writer.commit().await?;
        let mut value = described(&key);
        value["secret"] = json!(secret.expose());
        let text = format!(
            "Made {} as {}, until {}.\n{}\nStore it now: only a fingerprint of it is kept.",
            key.name,
            key.id,
            instant(key.expires_at),
            secret.expose()
        );
        output::print(self.common.json, &value, &text)
    }
}

async fn list(common: &Common) -> Outcome {
    let installation = common.open().await?;
    let mut rows: Vec<Value> = Vec::new();
    let mut page = PageRequest { after: None, limit: BATCH };
    loop {
        let keys = list_keys(installation.state.db.reading(), &page).await?;
        rows.extend(keys.iter().map(|key| {
            let mut row = described(key);
            row["state"] = json!(if key.works(installation.now) { "on" } else { "off" });
            row
        }));
        match keys.last() {
            Some(last) if keys.len() as u64 == BATCH => page.after = Some(last.id.to_string()),
            _ => break,
        }
    }
    output::print_list(common.json, &rows, &["id", "name", "state", "expires_at", "scope"], |row| {
        let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
        vec![text("id"), text("name"), text("state"), text("expires_at"), text("scope")]
    })
}

async fn remove(common: &Common, id: ApiKeyId) -> Outcome {
    let installation = common.open().await?;
    let mut writer = installation.state.db.writing().await?;
    let Some(key) = find_key(&writer, id).await? else { return refuse(format!("There is no API key {id}.")) };
    if !end_key(&mut writer, id, installation.now).await? {
        return refuse(format!("{} was ended before.", key.name));
    }
    record(&mut writer, installation.ink(), event("api_key.end", &key)).await?;
    writer.commit().await?;
    output::print(common.json, &json!({ "id": id }), &format!("Ended {}. It opens nothing any more.", key.name))
}

fn event(kind: &'static str, key: &ApiKey) -> Event {
    let chain = key.organisation.map_or(Chain::Instance, Chain::Organisation);
    Event::new(chain, kind, "done")
        .with("key", key.id.to_string())
        .with("name", key.name.clone())
        .with("by", "command line")
}

fn described(key: &ApiKey) -> Value {
    json!({
        "id": key.id,
        "name": key.name,
        "organisation": key.organisation,
        "scope": key.rights.to_string(),
        "created_by": key.created_by,
        "created_at": instant(key.created_at),
        "expires_at": instant(key.expires_at),
        "last_used_at": key.last_used_at.map(instant),
        "ended_at": key.ended_at.map(instant),
    })
}
