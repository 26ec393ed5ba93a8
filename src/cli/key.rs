//! `countersign key`.

use clap::Subcommand;
use serde_json::{Value, json};

use super::{Common, Outcome, output};
use crate::features::signing::{list_keys, rotate};

#[derive(Debug, Subcommand)]
pub(super) enum Key {
    /// List the signing keys: next, current, retired
    List(Common),
    /// Replace every signing key now, on all nodes, without a restart
    Rotate(Common),
}

impl Key {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::List(common) => list(&common).await,
            Self::Rotate(common) => {
                let installation = common.open().await?;
                let changes = rotate(&installation.state).await?;
                let text = "The signing keys were replaced. Nodes that run see it within a second.";
                output::print(common.json, &json!({ "changes": changes }), text)
            }
        }
    }
}

async fn list(common: &Common) -> Outcome {
    let installation = common.open().await?;
    let keys: Vec<Value> = list_keys(&installation.state)
        .await?
        .into_iter()
        .map(|life| {
            json!({
                "kid": life.kid,
                "algorithm": life.algorithm,
                "state": life.state(installation.now).as_str(),
                "created_at": life.created_at,
                "active_at": life.active_at,
                "retired_at": life.retired_at,
                "removed_at": life.removed_at,
            })
        })
        .collect();
    output::print_list(common.json, &keys, &["kid", "algorithm", "state"], |key| {
        ["kid", "algorithm", "state"].iter().map(|name| key[*name].as_str().unwrap_or_default().to_owned()).collect()
    })
}
