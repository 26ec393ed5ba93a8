//! Telling people about a change of the rules.

use super::rules::Effect;
use super::views::{RulesChanged, RulesConcernYou};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, OrganisationId};
use crate::features::accounts::{Account, find_account, tell_owner};
use crate::features::organisations::administrators_of;
use crate::features::outbox::Particulars;
use crate::storage::Writer;
use crate::web::{Error, Parts, Reference};

/// Who changed the rules of an organisation, and how.
#[derive(Clone, Copy, Debug)]
pub struct RulesNews<'a> {
    /// Whose rules.
    pub organisation: (OrganisationId, &'a str),
    /// Who did it, by name; none for whoever runs the installation.
    pub by: Option<&'a str>,
    /// The account of whoever did it, who knows.
    pub own: Option<AccountId>,
    /// The change before was taken back.
    pub undone: bool,
    /// What the page, the log and the audit call it; none where nobody asked over the web.
    pub reference: Option<Reference>,
    /// When.
    pub now: Timestamp,
}

impl RulesNews<'_> {
    /// The facts of a mail about it. Where whoever did it sits is nobody else's business.
    pub(super) fn particulars(&self, account: &Account) -> Particulars {
        let reference = self.reference.map(|reference| reference.to_string()).unwrap_or_default();
        Particulars { reference, ..Particulars::without_request(account.email.as_str(), self.now) }
    }
}

/// Mails the administrators of an organisation that its rules are other rules, in the transaction of the change.
///
/// # Errors
///
/// When the database refuses.
pub async fn tell_rules_changed(db: &mut Writer, parts: &Parts, news: &RulesNews<'_>) -> Result<(), Error> {
    let (organisation, name) = news.organisation;
    for id in administrators_of(db, organisation).await? {
        let Some(account) = find_account(db, id).await?.filter(|account| Some(account.id) != news.own) else {
            continue;
        };
        let message = RulesChanged {
            name: account.name.clone(),
            by: news.by.map(str::to_owned),
            organisation: name.to_owned(),
            undone: news.undone,
            particulars: news.particulars(&account),
        };
        tell_owner(db, parts, &account, &message, news.now).await?;
    }
    Ok(())
}

/// Mails one of the people what a change of the rules means for them.
pub(super) async fn tell_concerned(
    db: &mut Writer,
    parts: &Parts,
    news: &RulesNews<'_>,
    (person, effects): (AccountId, Vec<Effect>),
) -> Result<(), Error> {
    let Some(account) = find_account(db, person).await? else { return Ok(()) };
    let message = RulesConcernYou {
        name: account.name.clone(),
        by: news.by.unwrap_or_default().to_owned(),
        organisation: news.organisation.1.to_owned(),
        effects,
        particulars: news.particulars(&account),
    };
    tell_owner(db, parts, &account, &message, news.now).await
}
