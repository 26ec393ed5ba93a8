//! `countersign user role`.

use clap::ValueEnum;
use serde_json::json;

use crate::cli::{Common, Outcome, output, refuse};
use crate::features::accounts::{InstanceRole, find_account_by_login};
use crate::features::admin::{Doer, Done, change_instance_role};

/// What somebody may do for the whole installation.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(in crate::cli) enum InstanceRoleArgument {
    /// Nothing
    None,
    /// Let people who are locked out back in, together with a second person
    Helpdesk,
    /// See the console and change nothing
    Auditor,
    /// Everything
    Administrator,
}

impl From<InstanceRoleArgument> for InstanceRole {
    fn from(argument: InstanceRoleArgument) -> Self {
        match argument {
            InstanceRoleArgument::None => Self::None,
            InstanceRoleArgument::Helpdesk => Self::Helpdesk,
            InstanceRoleArgument::Auditor => Self::Auditor,
            InstanceRoleArgument::Administrator => Self::Administrator,
        }
    }
}

pub(super) async fn set(common: &Common, login: &str, role: InstanceRoleArgument) -> Outcome {
    let installation = common.open().await?;
    let state = &installation.state;
    let role = InstanceRole::from(role);
    let mut writer = state.db.writing().await?;
    let Some(account) = find_account_by_login(&writer, login).await? else {
        return refuse(format!("There is no account {login}."));
    };
    let by = Doer::command_line(installation.now);
    match change_instance_role(&mut writer, state, &by, account.id, role).await? {
        Done::Changed => writer.commit().await?,
        Done::Same => return refuse(format!("{} has that role already.", account.email)),
        Done::LastAdministrator => {
            return refuse(format!(
                "{} is the only administrator who can act. Make somebody else administrator first.",
                account.email
            ));
        }
        Done::NoStrongFactor => {
            return refuse(format!(
                "{} has no passkey, security key or authenticator app. Have them set one up first.",
                account.email
            ));
        }
        Done::Unknown | Done::NotAllowed => return refuse(format!("There is no account {login}.")),
    }
    let value = json!({ "id": account.id, "role": role });
    let text = format!("{} is signed out everywhere and has the role {role} from now on.", account.email);
    output::print(common.json, &value, &text)
}
