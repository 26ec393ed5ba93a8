//! Nobody locks themselves out by saving.

use serde::Serialize;

use super::{Change, Effect, Person};
use crate::domain::FactorKind;
use crate::domain::policy::NewNetworks;

/// Why a change would lock out whoever saves it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Lockout {
    /// They would have to set up a second factor themselves.
    SetUpFirst,
    /// Their own session would be asked for more, or end.
    OwnSession,
    /// Only an administrator could let them in from a new network, and they are the only one.
    OnlyAdministrator,
}

/// Whether `saver` may make this change; `others` are the other administrators who can act.
///
/// # Errors
///
/// How it would lock them out.
pub(in crate::features::security_center) fn judge_change(
    saver: &Person,
    change: &Change,
    others: usize,
) -> Result<(), Lockout> {
    for effect in saver.effects(change) {
        match effect {
            Effect::EnrolAtOnce | Effect::EnrolNext | Effect::EnrolBefore { .. } => return Err(Lockout::SetUpFirst),
            Effect::AskedAtOnce | Effect::SignedOut => return Err(Lockout::OwnSession),
            _ => {}
        }
    }
    let after = saver.policy_under(change.organisation, change.after);
    // With a passkey no network is asked about; with none and nobody else to ask, the next hotel is the end.
    let way_out = others > 0 || saver.facts.enrolled.contains(FactorKind::Passkey);
    if change.after.new_networks == NewNetworks::AdministratorOnly
        && after.new_networks.rule == NewNetworks::AdministratorOnly
        && !way_out
    {
        return Err(Lockout::OnlyAdministrator);
    }
    Ok(())
}
