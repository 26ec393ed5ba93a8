//! What the guessing of passwords is counted on: the account, and the network.

use std::time::Duration;

use crate::config;
use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::domain::network::{ClientIp, Network};
use crate::features::accounts::{Account, login_as_known};
use crate::features::throttles::{self, Counter, Limit, Reserved};
use crate::keys::MacKey;
use crate::storage::{Database, StorageError, Writer};

/// The counters that an attempt is counted on.
#[derive(Clone, Debug)]
pub(super) struct Counters {
    name: String,
    /// The account under all its names, where it has more than the one that was typed.
    account: Option<String>,
    networks: Vec<String>,
}

impl Counters {
    /// By name, whether somebody has it or not: an account with two names must not show that they are one by being slowed
    /// down under both. The name is a tag, so that the table does not fill with what people mistyped; the account stands
    /// before it, so that all of its counters can be forgotten. An account with two names is counted as one as well, so
    /// that it is not guessed at twice as often; of that counter nobody is told.
    pub(super) fn of(account: Option<&Account>, login: &str, from: ClientIp, mac: &MacKey) -> Self {
        let networks = from.network().map(Network::limiter_keys).unwrap_or_default();
        let name = mac.tag("login", &[&login_as_known(login)]);
        let key = account.map_or_else(|| name.clone(), |account| format!("{}:{name}", account.id));
        Self {
            name: key_of(key),
            account: account.filter(|account| account.username.is_some()).map(|account| key_of(account.id)),
            networks: networks.into_iter().map(|key| format!("network:{key}")).collect(),
        }
    }
}

fn key_of(whom: impl std::fmt::Display) -> String {
    format!("password:{whom}")
}

/// Forgets what was counted for an account, under all its names.
pub(super) async fn forget(db: &mut Writer, account: AccountId) -> Result<(), StorageError> {
    throttles::forget_all(db, &key_of(account)).await
}

/// Counts an attempt before anything is hashed; says so when it must not be looked at.
pub(super) async fn reserve(
    db: &Database,
    counters: &Counters,
    settings: &config::SignIn,
    now: Timestamp,
) -> Result<Reserved, StorageError> {
    let longest = Duration::from_secs(settings.account_max_delay_seconds.into());
    let hour = Duration::from_hours(1);
    let name = Limit {
        free: settings.account_free_failures.into(),
        most: settings.account_failures_per_hour.into(),
        longest,
        window: hour,
    };
    let account = Limit::quota(name.most, hour);
    let window = Duration::from_secs(u64::from(settings.network_minutes) * 60);
    let network = Limit { free: settings.network_failures.into(), most: i64::MAX, longest, window };
    let mut all = vec![Counter { key: counters.name.clone(), limit: name }];
    all.extend(counters.networks.iter().map(|key| Counter { key: key.clone(), limit: network }));
    let hidden = counters.account.clone().map(|key| Counter { key, limit: account });
    throttles::reserve_beside(db, &all, hidden.as_ref(), now).await
}

/// Takes back what a right password was counted for.
pub(super) async fn forgive(db: &mut Writer, counters: &Counters) -> Result<(), StorageError> {
    for key in [Some(&counters.name), counters.account.as_ref()].into_iter().flatten() {
        throttles::forget(db, key).await?;
    }
    for key in &counters.networks {
        throttles::take_back(db, key).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Language;
    use crate::domain::ids::OrganisationId;

    struct Fixed;
    impl crate::domain::Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(9);
        }
    }

    #[test]
    fn a_name_that_nobody_has_is_counted_in_every_spelling_together() {
        let folder = tempfile::tempdir().unwrap();
        let mac = crate::keys::KeyFiles::open(folder.path(), true, &Fixed).unwrap().mac;
        let key = |login: &str| Counters::of(None, login, ClientIp::Unknown, &mac).name;
        assert_eq!(key(" Anna@Kantoor.nl"), key("anna@kantoor.nl"));
        assert_ne!(key("anna@kantoor.nl"), key("bram@kantoor.nl"));
        assert!(!key("anna@kantoor.nl").contains("anna"));
    }

    #[test]
    fn two_names_of_an_account_are_slowed_down_apart_and_counted_together() {
        let folder = tempfile::tempdir().unwrap();
        let mac = crate::keys::KeyFiles::open(folder.path(), true, &Fixed).unwrap().mac;
        let chance: (Timestamp, &dyn crate::domain::Random) = (Timestamp::from_seconds(1), &Fixed);
        let home = OrganisationId::new(chance.0, chance.1);
        let mut account =
            Account::new(home, ("anna@kantoor.nl".parse().unwrap(), "Anna".to_owned()), Language::Dutch, chance);
        let of = |account: &Account, login: &str| Counters::of(Some(account), login, ClientIp::Unknown, &mac);
        assert_eq!(of(&account, "anna@kantoor.nl").account, None, "one name is counted once");
        account.username = Some("anna".to_owned());
        let (long, short) = (of(&account, "anna@kantoor.nl"), of(&account, "anna"));
        assert_ne!(long.name, short.name);
        assert!(long.account.is_some() && long.account == short.account);
        assert!(short.name.starts_with(&key_of(account.id)), "and they can be forgotten together");
    }
}
