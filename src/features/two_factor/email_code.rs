//! Codes by mail, to the address of the account.

use super::{Answer, Verdict, verify_sent};
use crate::domain::{FactorKind, Timestamp};
use crate::features::accounts::{Account, mark_email_verified};
use crate::features::factors::{Details, NewFactor, add_factor, list_factors, mark_factor_used, remove_factor};
use crate::features::outbox::Recipient;
use crate::storage::Writer;
use crate::web::{AppState, Context, Error};

/// Where its codes go.
pub(super) fn recipient(account: &Account) -> Recipient {
    Recipient::Mail(account.email.clone())
}

/// Looks at a code, and uses it up.
pub(super) async fn verify(answer: Answer<'_>) -> Result<Verdict, Error> {
    let Answer { state, writer, account, interaction, typed, now } = answer;
    let answer = Answer { state, writer: &mut *writer, account, interaction, typed, now };
    let verdict = verify_sent(answer, FactorKind::Email, account.email.as_str()).await?;
    if verdict == Verdict::Right {
        mark_read(writer, account, now).await?;
    }
    Ok(verdict)
}

/// The person read a mail that was sent for a second step.
pub(super) async fn mark_read(db: &mut Writer, account: &Account, now: Timestamp) -> Result<(), Error> {
    mark_email_verified(db, account.id).await?;
    for factor in list_factors(db, account.id).await?.iter().filter(|factor| factor.kind == FactorKind::Email) {
        mark_factor_used(db, factor.id, now).await?;
    }
    Ok(())
}

/// Switches codes by mail on.
pub(super) async fn enrol(
    db: &mut Writer,
    state: &AppState,
    context: &Context,
    account: &Account,
) -> Result<(), Error> {
    mark_email_verified(db, account.id).await?;
    for factor in list_factors(db, account.id).await?.iter().filter(|factor| factor.kind == FactorKind::Email) {
        remove_factor(db, account.id, factor.id).await?;
    }
    let new = NewFactor {
        account_id: account.id,
        kind: FactorKind::Email,
        name: "",
        secret: None,
        handle: None,
        counter: 0,
        device_bound: false,
        details: Details { hint: Some(account.email.masked()), ..Details::default() },
        user_agent: context.user_agent.clone(),
    };
    add_factor(db, &state.vault, new, (context.now, state.random.as_ref())).await?;
    Ok(())
}
