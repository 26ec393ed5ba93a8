//! Codes by text message, to a number that is sealed in the factor.

use super::views::StepProblem;
use super::{Answer, Verdict, verify_sent};
use crate::domain::{FactorKind, PhoneNumber};
use crate::features::accounts::Account;
use crate::features::factors::{
    Details, Factor, NewFactor, add_factor, list_factors, mark_factor_used, open_secret, remove_factor,
};
use crate::storage::{Reader, Writer};
use crate::web::{AppState, Context, Error};

async fn enrolled(db: &Reader, account: &Account) -> Result<Option<Factor>, Error> {
    Ok(list_factors(db, account.id).await?.into_iter().find(|factor| factor.kind == FactorKind::Sms))
}

fn opened(state: &AppState, factor: &Factor) -> Result<Option<PhoneNumber>, Error> {
    let secret = open_secret(&state.vault, factor)?;
    Ok(secret.and_then(|number| std::str::from_utf8(number.expose()).ok()?.parse().ok()))
}

/// The number that an account gets its codes on.
pub(super) async fn number_of(state: &AppState, db: &Reader, account: &Account) -> Result<Option<PhoneNumber>, Error> {
    match enrolled(db, account).await? {
        Some(factor) => opened(state, &factor),
        None => Ok(None),
    }
}

/// Looks at a code, and uses it up.
pub(super) async fn verify(answer: Answer<'_>) -> Result<Verdict, Error> {
    let Answer { state, writer, account, interaction, typed, now } = answer;
    let Some(factor) = enrolled(writer, account).await? else { return Ok(Verdict::Wrong(StepProblem::Expired)) };
    let Some(number) = opened(state, &factor)? else { return Ok(Verdict::Wrong(StepProblem::Expired)) };
    let answer = Answer { state, writer: &mut *writer, account, interaction, typed, now };
    let verdict = verify_sent(answer, FactorKind::Sms, number.as_str()).await?;
    if verdict == Verdict::Right {
        mark_factor_used(writer, factor.id, now).await?;
    }
    Ok(verdict)
}

/// Switches codes by text message to `number` on; a number of before goes.
pub(super) async fn enrol(
    db: &mut Writer,
    state: &AppState,
    context: &Context,
    (account, number): (&Account, &PhoneNumber),
) -> Result<(), Error> {
    if let Some(before) = enrolled(db, account).await? {
        remove_factor(db, account.id, before.id).await?;
    }
    let new = NewFactor {
        account_id: account.id,
        kind: FactorKind::Sms,
        name: "",
        secret: Some(number.as_str().as_bytes()),
        handle: None,
        counter: 0,
        device_bound: false,
        details: Details { hint: Some(number.masked()), ..Details::default() },
        user_agent: context.user_agent.clone(),
    };
    add_factor(db, &state.vault, new, (context.now, state.random.as_ref())).await?;
    Ok(())
}
