//! Telling people what a program did, as the pages tell them what an administrator did.

use super::call::Change;
use super::problems::Stop;
use crate::features::accounts::{Account, tell_owner};
use crate::features::employees::EmployeeChanged;
use crate::features::organisations::{Organisation, Role};
use crate::features::outbox::Particulars;
use crate::features::security_center::{RulesNews, tell_rules_changed};

/// The facts of a mail; where the program runs is nobody else's business.
pub(super) fn particulars(change: &Change, account: &Account) -> Particulars {
    let of = Particulars::of(&change.call.context, account.email.as_str(), None);
    Particulars { browser: None, ip: None, ..of }
}

/// Tells the administrators that the rules are other rules.
pub(super) async fn rules_changed(change: &mut Change, organisation: &Organisation) -> Result<(), Stop> {
    let news = RulesNews {
        organisation: (organisation.id, &organisation.name),
        by: Some(&change.call.caller.name),
        own: None,
        undone: false,
        reference: Some(change.call.context.reference),
        now: change.call.context.now,
    };
    Ok(tell_rules_changed(&mut change.writer, &change.call.state, &news).await?)
}

/// Tells somebody what was done about them: `role`, `disable`, `enable` or `sign-out`.
pub(super) async fn person_changed(
    change: &mut Change,
    account: &Account,
    (organisation, role): (&str, Role),
    act: &str,
) -> Result<(), Stop> {
    let message = EmployeeChanged {
        name: account.name.clone(),
        act: act.to_owned(),
        by: change.call.caller.name.clone(),
        organisation: organisation.to_owned(),
        role,
        method: None,
        particulars: particulars(change, account),
    };
    tell_owner(&mut change.writer, &change.call.state, account, &message, change.call.context.now).await?;
    Ok(())
}
