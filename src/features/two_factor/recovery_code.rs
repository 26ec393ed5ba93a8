//! Recovery codes: a list kept for bad days, each of which works once.

use serde::Serialize;

use super::rules::{grouped, recovery_code, typed_recovery_code};
use super::views::StepProblem;
use super::{Answer, Verdict};
use crate::domain::secret::Fingerprint;
use crate::domain::{FactorKind, Secret, Timestamp};
use crate::features::accounts::Account;
use crate::features::factors::{
    Details, Factor, NewFactor, add_factor, count_recovery_codes, list_factors, remove_factor, replace_recovery_codes,
    use_recovery_code,
};
use crate::features::outbox::{Message, Particulars};
use crate::storage::{Reader, Writer};
use crate::web::{AppState, Context, Error};

/// How many codes a set has.
const CODES: usize = 10;

/// The set of an account.
async fn set_of(db: &Reader, account: &Account) -> Result<Option<Factor>, Error> {
    let factors = list_factors(db, account.id).await?;
    Ok(factors.into_iter().find(|factor| factor.kind == FactorKind::RecoveryCode))
}

/// How many codes an account has left.
pub(super) async fn left(db: &Reader, account: &Account) -> Result<u64, Error> {
    match set_of(db, account).await? {
        Some(set) => Ok(count_recovery_codes(db, set.id).await?),
        None => Ok(0),
    }
}

/// Looks at a code, and uses it up. With the last one the set goes.
pub(super) async fn verify(answer: Answer<'_>) -> Result<Verdict, Error> {
    let Some(code) = typed_recovery_code(answer.typed.expose()) else {
        return Ok(Verdict::Wrong(StepProblem::Wrong));
    };
    let Some(set) = set_of(answer.writer, answer.account).await? else {
        return Ok(Verdict::Wrong(StepProblem::Wrong));
    };
    if !use_recovery_code(answer.writer, set.id, &Fingerprint::of(&code), answer.now).await? {
        return Ok(Verdict::Wrong(StepProblem::Wrong));
    }
    if count_recovery_codes(answer.writer, set.id).await? == 0 {
        remove_factor(answer.writer, answer.account.id, set.id).await?;
    }
    Ok(Verdict::Right)
}

/// Makes a new set in place of any before, and gives the codes as they are shown, once.
pub(super) async fn renew(
    db: &mut Writer,
    state: &AppState,
    context: &Context,
    account: &Account,
) -> Result<Vec<Secret<String>>, Error> {
    let random = state.random.as_ref();
    let codes: Vec<Secret<String>> = (0..CODES).map(|_| Secret::new(recovery_code(random.array()))).collect();
    let prints: Vec<Fingerprint> = codes.iter().map(|code| Fingerprint::of(code.expose())).collect();
    let chance: (Timestamp, _) = (context.now, random);
    let set = if let Some(set) = set_of(db, account).await? {
        set.id
    } else {
        let new = NewFactor {
            account_id: account.id,
            kind: FactorKind::RecoveryCode,
            name: "",
            secret: None,
            handle: None,
            counter: 0,
            device_bound: false,
            details: Details::default(),
            user_agent: context.user_agent.clone(),
        };
        add_factor(db, &state.vault, new, chance).await?
    };
    replace_recovery_codes(db, set, &prints, chance).await?;
    Ok(codes.iter().map(|code| Secret::new(grouped(code.expose()))).collect())
}

/// The mail after a recovery code was used: whoever did not do it must hear of it.
#[derive(Clone, Debug, Serialize)]
pub struct RecoveryCodeUsed {
    /// Whom it greets.
    pub name: String,
    /// How many are left.
    pub left: u64,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for RecoveryCodeUsed {
    const TEMPLATE: &'static str = "recovery_code_used";

    fn samples() -> Vec<Self> {
        [0, 1, 3]
            .map(|left| Self { name: "Anna de Vries".to_owned(), left, particulars: Particulars::sample() })
            .to_vec()
    }
}
