//! `countersign unlock` and `countersign recover-admin`: for when nobody can get in by the front door.

use clap::Args;
use serde_json::json;

use super::{Common, Outcome, output, refuse};
use crate::features::accounts::{Account, InstanceRole, find_account, find_account_by_login, set_account_disabled};
use crate::features::audit::{Chain, Event, record};
use crate::features::helpdesk::hand_out_link;
use crate::features::networks::{Owner, Status, list_networks_of, remove_network};
use crate::features::organisations::{administrators_of, restart_roles};
use crate::features::throttles::forget_about;
use crate::storage::{Reader, StorageError};

#[derive(Debug, Args)]
pub(super) struct Unlock {
    /// The e-mail address or user name
    #[arg(long, value_name = "LOGIN")]
    user: String,
    /// Switch the account on again as well
    #[arg(long)]
    enable: bool,
    #[command(flatten)]
    common: Common,
}

impl Unlock {
    /// Forgets what was counted about somebody, and what blocks them.
    pub(super) async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let mut writer = installation.state.db.writing().await?;
        let Some(account) = find_account_by_login(&writer, &self.user).await? else {
            return refuse(format!("There is no account {}.", self.user));
        };
        let counters = forget_about(&mut writer, account.id).await?;
        let owner = Owner::Account(account.id);
        let mut addresses = 0_u64;
        for entry in list_networks_of(&writer, owner).await?.iter().filter(|entry| entry.status == Status::Blocked) {
            addresses += u64::from(remove_network(&mut writer, owner, entry.network, entry.status).await?);
        }
        let enabled = self.enable && account.disabled_at.is_some();
        if enabled {
            set_account_disabled(&mut writer, account.id, false, installation.now).await?;
            restart_roles(&mut writer, account.id, installation.now).await?;
        }
        let event = Event::new(Chain::Organisation(account.home_organisation_id), "account.unlock", "done")
            .about(account.id)
            .with("by", "command line")
            .with("addresses", addresses)
            .with("enabled", enabled);
        record(&mut writer, installation.ink(), event).await?;
        writer.commit().await?;
        let off = account.disabled_at.is_some() && !enabled;
        let value =
            json!({ "id": account.id, "counters": counters, "addresses": addresses, "enabled": enabled, "off": off });
        let note = if off { " It is still switched off; --enable switches it on." } else { "" };
        let text = format!(
            "Unlocked {}: {counters} counters forgotten, {addresses} IP addresses no longer blocked.{note}",
            account.email
        );
        output::print(self.common.json, &value, &text)
    }
}

#[derive(Debug, Args)]
pub(super) struct RecoverAdmin {
    /// The e-mail address or user name
    #[arg(long, value_name = "LOGIN")]
    user: String,
    #[command(flatten)]
    common: Common,
}

impl RecoverAdmin {
    /// Prints, once, a link with which an administrator whom nobody else can help sets up a new factor.
    pub(super) async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let state = &installation.state;
        let mut writer = state.db.writing().await?;
        let Some(account) = find_account_by_login(&writer, &self.user).await? else {
            return refuse(format!("There is no account {}.", self.user));
        };
        if account.disabled_at.is_some() {
            return refuse(format!("{} is switched off; `countersign unlock --enable` switches it on.", account.email));
        }
        if account.instance_role != InstanceRole::Administrator && !is_last(&writer, &account).await? {
            return refuse(format!(
                "{} is no administrator whom nobody else can help. Ask for it under /recovery-requests.",
                account.email
            ));
        }
        let (link, expires_at) = hand_out_link(&mut writer, state, &account, installation.now).await?;
        writer.commit().await?;
        let value = json!({ "url": link.expose(), "expires_at": expires_at });
        let text = format!(
            "Open this link within an hour; it works once. It removes every factor of {}, whose password stays.\n{}",
            account.email,
            link.expose()
        );
        output::print(self.common.json, &value, &text)
    }
}

/// Whether nobody else looks after the people of their organisation.
async fn is_last(db: &Reader, account: &Account) -> Result<bool, StorageError> {
    let all = administrators_of(db, account.home_organisation_id).await?;
    if !all.contains(&account.id) {
        return Ok(false);
    }
    for other in all.into_iter().filter(|other| *other != account.id) {
        if find_account(db, other).await?.is_some_and(|other| other.disabled_at.is_none()) {
            return Ok(false);
        }
    }
    Ok(true)
}
