//! Passwords: hashing on a bounded pool, and slowing down whoever guesses.

mod foreign;
mod hashing;
mod messages;
mod rules;
mod store;
mod throttle;

use crate::config;
use crate::domain::ids::AccountId;
use crate::domain::network::ClientIp;
use crate::domain::{FactorKind, Random, Secret, Timestamp};
use crate::features::accounts::{Account, find_account_by_login};
use crate::features::sessions::Standing;
use crate::features::throttles::{Blocked, Reserved};
use crate::storage::{StorageError, Writer};
use crate::web::AppState;

pub use foreign::{HashProblem, ImportedHash};
pub use hashing::{Busy, Hashing};
pub use messages::PasswordChanged;
pub use rules::{NewPassword, PasswordProblem, Surroundings};
pub use store::{has_password, password_changed_at, remove_password, set_password};

/// What became of a sign-in by password.
#[derive(Debug)]
pub enum PasswordOutcome {
    /// The password is right.
    Right(Box<Verified>),
    /// Name or password is wrong; which one, nobody is told.
    Wrong {
        /// The account, when there is one, for the audit.
        account: Option<Box<Account>>,
    },
    /// Too many were wrong before.
    Blocked(Blocked),
    /// Too many people sign in at this moment.
    Busy,
}

/// A right password, and what to write down about it.
#[derive(Debug)]
pub struct Verified {
    /// Whose password it is.
    pub account: Account,
    counters: throttle::Counters,
    /// The hash that was checked, and a better one of the same password.
    renewed: Option<(Secret<String>, Secret<String>)>,
}

/// Checks a password. The attempt is counted before it is hashed, so that attempts at the same time count as well,
/// and a name that nobody has takes as long as any other.
///
/// # Errors
///
/// When the database refuses.
pub async fn check_password(
    state: &AppState,
    login: &str,
    password: Secret<String>,
    from: ClientIp,
    now: Timestamp,
) -> Result<PasswordOutcome, StorageError> {
    let account = find_account_by_login(state.db.reading(), login).await?;
    let counters = throttle::Counters::of(account.as_ref(), login, from, &state.mac);
    let reserved = throttle::reserve(&state.db, &counters, &state.config.sign_in, now).await?;
    if let Reserved::Blocked(blocked) = reserved {
        return Ok(PasswordOutcome::Blocked(blocked));
    }
    let stored = match &account {
        // Whoever tries learns no more than that the password is wrong, and learns it as late.
        _ if reserved == Reserved::Hidden => None,
        Some(account) => store::find_password(state.db.reading(), account.id).await?,
        None => None,
    };
    let hashing = state.service::<Hashing>();
    let Ok(checked) = hashing.check(stored.clone(), password).await else { return Ok(PasswordOutcome::Busy) };
    Ok(match (account, checked.right) {
        (Some(account), true) => {
            PasswordOutcome::Right(Box::new(Verified { account, counters, renewed: stored.zip(checked.renewed) }))
        }
        (account, _) => PasswordOutcome::Wrong { account: account.map(Box::new) },
    })
}

impl Verified {
    /// Takes back the counted attempts, and keeps a stronger hash where the settings were raised.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn settle(self, db: &mut Writer) -> Result<Account, StorageError> {
        throttle::forgive(db, &self.counters).await?;
        if let Some((old, phc)) = &self.renewed {
            store::renew_hash(db, self.account.id, (old, phc)).await?;
        }
        Ok(self.account)
    }
}

/// Whether this is the password that the account has now. For somebody who typed the right one a moment ago: it is not
/// counted.
///
/// # Errors
///
/// When too much is being hashed, or the database refuses.
pub async fn is_password_of(
    state: &AppState,
    account: AccountId,
    password: Secret<String>,
) -> Result<Result<bool, Busy>, StorageError> {
    let stored = store::find_password(state.db.reading(), account).await?;
    let checked = state.service::<Hashing>().check(stored, password).await;
    Ok(checked.map(|checked| checked.right))
}

/// Looks which hashes of other programs are stored, so that whoever is wrong waits for as long as their owners do.
///
/// # Errors
///
/// When the database refuses.
pub async fn look_for_foreign_hashes(state: &AppState) -> Result<(), StorageError> {
    let sample = store::sample_of_foreign(state.db.reading()).await?;
    let costliest =
        sample.iter().filter_map(|text| ImportedHash::parse(text.expose()).ok()).max_by_key(ImportedHash::work);
    state.service::<Hashing>().stand_in_with(costliest);
    Ok(())
}

/// Forgets what was guessed at the password of an account: it was chosen anew, or somebody looked into it.
///
/// # Errors
///
/// When the database refuses.
pub async fn forget_guesses(db: &mut Writer, account: AccountId) -> Result<(), StorageError> {
    throttle::forget(db, account).await
}

/// The fewest characters of a new password: with a second factor it may be shorter (NIST SP 800-63B, section 3.1.1.2).
#[must_use]
pub fn least_length(settings: &config::SignIn, standing: &Standing) -> u16 {
    let alone = settings.password_min_length;
    let second = standing.enrolled.kinds.and(standing.policy().kinds.rule.kinds());
    let counts = !second.without(FactorKind::RecoveryCode).is_empty();
    if counts { alone.min(12) } else { alone }
}

/// Hashes a new password and keeps it.
///
/// # Errors
///
/// When too much is being hashed, or the database refuses.
pub async fn hash_new_password(
    hashing: &Hashing,
    password: NewPassword,
    random: &dyn Random,
) -> Result<Secret<String>, Busy> {
    hashing.hash(password, random.array()).await
}
