//! Who may use an app, and how, on the command line.

use std::collections::BTreeSet;

use clap::Args;

use crate::cli::{Failure, Installation, refuse};
use crate::domain::ids::OrganisationId;
use crate::domain::sign_in::Acr;
use crate::features::clients::Access;
use crate::features::organisations::{find_organisation, find_organisation_by_name};

/// Who may use an app, and how; what is not named stays as it is.
#[derive(Debug, Args)]
pub(super) struct AccessArguments {
    /// An organisation, by identifier or name, whose people alone may use it; may be given several times
    #[arg(long = "for-organisation", value_name = "ORG", conflicts_with = "for_everybody")]
    for_organisations: Vec<String>,
    /// The people of all organisations may use it
    #[arg(long)]
    for_everybody: bool,
    /// How strong every sign-in to it is: mfa, phr (passkey or security key) or phrh (bound to its device); pwd for as the
    /// rules of the organisation say
    #[arg(long, value_name = "ACR")]
    require_acr: Option<Acr>,
    /// How many seconds its access tokens are good, if less than configured; 0 for as configured
    #[arg(long, value_name = "SECONDS", value_parser = clap::value_parser!(u32).range(0..=3600))]
    access_token_seconds: Option<u32>,
    /// After how many days people sign in to it again, if sooner than configured; 0 for as configured
    #[arg(long, value_name = "DAYS", value_parser = clap::value_parser!(u16).range(0..=365))]
    refresh_token_days: Option<u16>,
}

impl AccessArguments {
    /// Changes what is named.
    pub(super) async fn apply(&self, access: &mut Access, installation: &Installation) -> Result<(), Failure> {
        if self.for_everybody {
            access.organisations = None;
        }
        if !self.for_organisations.is_empty() {
            let mut chosen = BTreeSet::new();
            for named in &self.for_organisations {
                chosen.insert(organisation(installation, named).await?);
            }
            access.organisations = Some(chosen);
        }
        if let Some(acr) = self.require_acr {
            access.acr = Some(acr).filter(|acr| *acr != Acr::Password);
        }
        if let Some(seconds) = self.access_token_seconds {
            if (1..30).contains(&seconds) {
                return refuse("An access token is good for at least 30 seconds.");
            }
            access.access_token_seconds = Some(seconds).filter(|seconds| *seconds > 0);
        }
        if let Some(days) = self.refresh_token_days {
            access.refresh_token_days = Some(days).filter(|days| *days > 0);
        }
        Ok(())
    }
}

async fn organisation(installation: &Installation, named: &str) -> Result<OrganisationId, Failure> {
    let db = installation.state.db.reading();
    let found = match named.parse() {
        Ok(id) => find_organisation(db, id).await?,
        Err(_) => find_organisation_by_name(db, named).await?,
    };
    match found {
        Some(organisation) => Ok(organisation.id),
        None => refuse(format!("There is no organisation {named}.")),
    }
}
