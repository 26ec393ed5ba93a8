//! `countersign user export` and `countersign user erase`: what is kept about a person.

use clap::Args;
use serde_json::json;

use crate::cli::{Common, Outcome, output, refuse};
use crate::features::accounts::find_account_by_login;
use crate::features::audit::{Chain, Event, record};
use crate::features::privacy::{Erased, erase_person, export_person};

#[derive(Debug, Args)]
pub(in crate::cli) struct Export {
    /// Their e-mail address or user name
    #[arg(long, value_name = "LOGIN")]
    user: String,
    #[command(flatten)]
    common: Common,
}

impl Export {
    pub(super) async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let mut writer = installation.state.db.writing().await?;
        let Some(account) = find_account_by_login(&writer, &self.user).await? else {
            return refuse(format!("There is no account {}.", self.user));
        };
        let event = Event::new(Chain::Organisation(account.home_organisation_id), "account.export", "done")
            .about(account.id)
            .with("by", "command line");
        record(&mut writer, installation.ink(), event).await?;
        let all = export_person(&writer, account.id).await?;
        writer.commit().await?;
        output::print(self.common.json, &all, &serde_json::to_string_pretty(&all)?)
    }
}

#[derive(Debug, Args)]
pub(in crate::cli) struct Erase {
    /// Their e-mail address or user name
    #[arg(long, value_name = "LOGIN")]
    user: String,
    /// Yes, erase: it cannot be taken back
    #[arg(long)]
    yes: bool,
    #[command(flatten)]
    common: Common,
}

impl Erase {
    pub(super) async fn run(self) -> Outcome {
        if !self.yes {
            return refuse("This cannot be taken back. Add --yes to erase everything about this person.");
        }
        let installation = self.common.open().await?;
        let mut writer = installation.state.db.writing().await?;
        let Some(account) = find_account_by_login(&writer, &self.user).await? else {
            return refuse(format!("There is no account {}.", self.user));
        };
        match erase_person(&mut writer, installation.ink(), &account).await? {
            Erased::LastAdministrator { organisation } => refuse(format!(
                "{} is the last administrator of {organisation}. Make somebody else one first.",
                account.email
            )),
            Erased::LastInstanceAdministrator => refuse(format!(
                "Nobody but {} looks after the whole installation. Make somebody else its administrator first.",
                account.email
            )),
            Erased::Done { values } => {
                writer.commit().await?;
                let value = json!({ "id": account.id, "values": values });
                let text = format!("Erased. The identifier {} stays, so that nobody gets it again.", account.id);
                output::print(self.common.json, &value, &text)
            }
        }
    }
}
