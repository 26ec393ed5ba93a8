//! `countersign user`.

mod personal_data;
mod role;

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use role::InstanceRoleArgument;

use super::input::read_secret;
use super::{Common, Installation, Outcome, output, refuse};
use crate::domain::ids::{AccountId, MembershipId, OrganisationId};
use crate::domain::network::Network;
use crate::domain::{Email, Language};
use crate::features::accounts::{
    Account, InstanceRole, add_account, find_account_by_login, hold_instance_administrators, is_username,
    list_accounts, set_account_disabled,
};
use crate::features::audit::{Chain, Event, record};
use crate::features::invitations::invite;
use crate::features::networks::{How, Owner, Seen, know_network};
use crate::features::organisations::{Role, add_membership, find_organisation};
use crate::features::passwords::{Hashing, NewPassword, Surroundings, hash_new_password, set_password};
use crate::features::sessions::end_sessions_of;
use crate::storage::PageRequest;

#[derive(Debug, Subcommand)]
pub(super) enum User {
    /// Add a person
    Add(Add),
    /// Add a person and invite them by mail to choose how they will sign in; a second time, invite them again
    Invite(Invite),
    /// List people, oldest first
    List {
        /// Only of this organisation
        #[arg(long, value_name = "ID")]
        org: Option<OrganisationId>,
        /// Only those after this identifier, for the next page
        #[arg(long, value_name = "ID")]
        after: Option<AccountId>,
        /// How many at most
        #[arg(long, default_value_t = 100)]
        limit: u64,
        #[command(flatten)]
        common: Common,
    },
    /// Print all that is kept about a person, as JSON
    Export(personal_data::Export),
    /// Erase a person: only the identifier stays
    Erase(personal_data::Erase),
    /// Give a person a role for the whole installation, or take it away
    Role {
        /// Their e-mail address or user name
        login: String,
        /// What they may do
        #[arg(value_enum)]
        role: InstanceRoleArgument,
        #[command(flatten)]
        common: Common,
    },
    /// Switch a person off and end all their sessions
    Disable {
        /// Their e-mail address or user name
        login: String,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
    /// The home organisation
    #[arg(long, value_name = "ID")]
    org: OrganisationId,
    /// The e-mail address
    #[arg(long)]
    email: Email,
    /// The full name
    #[arg(long)]
    name: String,
    /// Another name to sign in with
    #[arg(long)]
    username: Option<String>,
    /// What they are in the organisation
    #[arg(long, value_enum, default_value_t = RoleArgument::Employee)]
    role: RoleArgument,
    /// The language of pages and mails: en or nl
    #[arg(long)]
    language: Option<Language>,
    /// A file with the password, or - for standard input; without it the person cannot sign in by password
    #[arg(long, value_name = "FILE")]
    password_file: Option<PathBuf>,
    /// An IP address from which they may sign in by password at once; may be given several times
    #[arg(long, value_name = "IP")]
    known_ip: Vec<IpAddr>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArgument {
    Employee,
    Accountant,
    Administrator,
}

impl From<RoleArgument> for Role {
    fn from(argument: RoleArgument) -> Self {
        match argument {
            RoleArgument::Employee => Self::Employee,
            RoleArgument::Accountant => Self::Accountant,
            RoleArgument::Administrator => Self::Administrator,
        }
    }
}

impl User {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Add(add) => add.run().await,
            Self::Invite(invite) => invite.run().await,
            Self::List { org, after, limit, common } => list(&common, org, after, limit).await,
            Self::Export(export) => export.run().await,
            Self::Erase(erase) => erase.run().await,
            Self::Role { login, role, common } => role::set(&common, &login, role).await,
            Self::Disable { login, common } => disable(&common, &login).await,
        }
    }
}

#[derive(Debug, Args)]
pub(super) struct Invite {
    /// The home organisation
    #[arg(long, value_name = "ID")]
    org: OrganisationId,
    /// The e-mail address
    #[arg(long)]
    email: Email,
    /// The full name
    #[arg(long)]
    name: String,
    /// What they are in the organisation
    #[arg(long, value_enum, default_value_t = RoleArgument::Employee)]
    role: RoleArgument,
    /// The language of pages and mails: en or nl
    #[arg(long)]
    language: Option<Language>,
    #[command(flatten)]
    common: Common,
}

impl Invite {
    async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let state = &installation.state;
        let Some(organisation) = find_organisation(state.db.reading(), self.org).await? else {
            return refuse(format!("There is no organisation {}.", self.org));
        };
        let known = find_account_by_login(state.db.reading(), self.email.as_str()).await?;
        if known.as_ref().is_some_and(|account| account.last_sign_in_at.is_some()) {
            return refuse(format!("{} has signed in before; there is nothing to invite to.", self.email));
        }
        if known.as_ref().is_some_and(|account| account.home_organisation_id != self.org) {
            return refuse(format!("{} belongs to another organisation.", self.email));
        }
        let mut writer = state.db.writing().await?;
        let account = if let Some(account) = known {
            account
        } else {
            let language = self.language.unwrap_or(state.config.branding.default_language);
            let account = new_account(&installation, self.org, &self.email, &self.name, language);
            let account = Account { email_verified: false, ..account };
            add_account(&mut writer, &account).await?;
            let place = MembershipId::new(installation.now, state.random.as_ref());
            let who = (self.org, account.id);
            add_membership(&mut writer, place, who, self.role.into(), Vec::new(), installation.now).await?;
            account
        };
        let link = invite(&mut writer, state, &account, &organisation, None, installation.now).await?;
        let event = Event::new(Chain::Organisation(self.org), "account.invite", "done")
            .about(account.id)
            .with("by", "command line")
            .with_personal("email", account.email.to_string());
        record(&mut writer, installation.ink(), event).await?;
        writer.commit().await?;
        let mails = state.config.mail.is_on();
        let value = json!({ "id": account.id, "email": account.email, "link": (!mails).then(|| link.expose()) });
        let text = if mails {
            format!("Invited {} by mail. The link works once, for 7 days.", account.email)
        } else {
            format!(
                "Mail is off, so give {} this link yourself. It works once, for 7 days.\n{}",
                account.email,
                link.expose()
            )
        };
        output::print(self.common.json, &value, &text)
    }
}

fn new_account(
    installation: &Installation,
    organisation: OrganisationId,
    email: &Email,
    name: &str,
    language: Language,
) -> Account {
    let (now, random) = (installation.now, installation.state.random.as_ref());
    Account {
        email_verified: true,
        ..Account::new(organisation, (email.clone(), name.trim().to_owned()), language, (now, random))
    }
}

impl Add {
    async fn run(self) -> Outcome {
        if self.username.as_ref().is_some_and(|name| !is_username(name)) {
            return refuse("A user name has 2 to 64 small letters, digits, dots, dashes or underscores.");
        }
        let installation = self.common.open().await?;
        let state = &installation.state;
        let Some(organisation) = find_organisation(state.db.reading(), self.org).await? else {
            return refuse(format!("There is no organisation {}.", self.org));
        };
        let phc = match &self.password_file {
            Some(file) => {
                let least = state.config.sign_in.password_min_length;
                let near = Surroundings {
                    product: &state.config.branding.name,
                    organisation: &organisation.name,
                    name: &self.name,
                    email: &self.email,
                };
                let password = NewPassword::parse(&read_secret(file)?, least, near)?;
                let hashing = state.service::<Hashing>();
                Some(hash_new_password(&hashing, password, state.random.as_ref()).await?)
            }
            None => None,
        };
        let account = self.account(&installation);
        let mut writer = state.db.writing().await?;
        if let Err(error) = add_account(&mut writer, &account).await {
            if error.is_duplicate() {
                return refuse(format!("There is an account with the address {} or that user name.", self.email));
            }
            return Err(error.into());
        }
        let place = MembershipId::new(installation.now, state.random.as_ref());
        let who = (self.org, account.id);
        add_membership(&mut writer, place, who, self.role.into(), Vec::new(), installation.now).await?;
        if let Some(phc) = &phc {
            set_password(&mut writer, account.id, phc, installation.now).await?;
        }
        for address in &self.known_ip {
            let seen = Seen { network: Network::of(*address), user_agent: None, at: installation.now };
            know_network(&mut writer, Owner::Account(account.id), &seen, How::Operator, None).await?;
        }
        let event = Event::new(Chain::Organisation(self.org), "account.add", "done")
            .about(account.id)
            .with("by", "command line")
            .with_personal("email", account.email.to_string());
        record(&mut writer, installation.ink(), event).await?;
        writer.commit().await?;
        let text = format!("Added {} as {}.", account.email, account.id);
        output::print(self.common.json, &described(&account), &text)
    }

    fn account(&self, installation: &Installation) -> Account {
        let language = self.language.unwrap_or(installation.state.config.branding.default_language);
        let account = new_account(installation, self.org, &self.email, &self.name, language);
        Account { username: self.username.clone(), ..account }
    }
}

async fn list(common: &Common, org: Option<OrganisationId>, after: Option<AccountId>, limit: u64) -> Outcome {
    let installation = common.open().await?;
    let page = PageRequest { after: after.map(|id| id.to_string()), limit: limit.clamp(1, 1000) };
    let accounts = list_accounts(installation.state.db.reading(), org, &page).await?;
    let rows: Vec<Value> = accounts.iter().map(described).collect();
    output::print_list(common.json, &rows, &["id", "email", "name", "state"], |row| {
        ["id", "email", "name", "state"].iter().map(|name| row[*name].as_str().unwrap_or_default().to_owned()).collect()
    })
}

async fn disable(common: &Common, login: &str) -> Outcome {
    let installation = common.open().await?;
    let mut writer = installation.state.db.writing().await?;
    let Some(account) = find_account_by_login(&writer, login).await? else {
        return refuse(format!("There is no account {login}."));
    };
    if account.instance_role == InstanceRole::Administrator
        && hold_instance_administrators(&mut writer).await? == [account.id]
    {
        return refuse(format!(
            "Nobody but {} looks after the whole installation. Make somebody else its administrator first.",
            account.email
        ));
    }
    set_account_disabled(&mut writer, account.id, true, installation.now).await?;
    let ended = end_sessions_of(&mut writer, account.id, installation.now).await?;
    let event = Event::new(Chain::Organisation(account.home_organisation_id), "account.disable", "done")
        .about(account.id)
        .with("by", "command line")
        .with("sessions_ended", ended);
    record(&mut writer, installation.ink(), event).await?;
    writer.commit().await?;
    let value = json!({ "id": account.id, "sessions_ended": ended });
    output::print(common.json, &value, &format!("Switched {} off and ended {ended} sessions.", account.email))
}

fn described(account: &Account) -> Value {
    json!({
        "id": account.id,
        "organisation": account.home_organisation_id,
        "email": account.email,
        "name": account.name,
        "username": account.username,
        "state": if account.disabled_at.is_some() { "off" } else { "on" },
        "last_sign_in_at": account.last_sign_in_at,
    })
}
