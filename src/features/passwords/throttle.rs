//! What the guessing of passwords is counted on: the account, and the network.

use std::time::Duration;

use crate::config;
use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::domain::network::{ClientIp, Network};
use crate::features::accounts::login_as_known;
use crate::features::throttles::{self, Blocked, Counter, Limit};
use crate::keys::MacKey;
use crate::storage::{Database, StorageError, Writer};

/// The counters that an attempt is counted on.
#[derive(Clone, Debug)]
pub(super) struct Counters {
    account: String,
    networks: Vec<String>,
}

impl Counters {
    /// By name, whether somebody has it or not: an account with two names must not show that they are one by being slowed
    /// down under both. The name is a tag, so that the table does not fill with what people mistyped; the account stands
    /// before it, so that all of its counters can be forgotten.
    pub(super) fn of(account: Option<AccountId>, login: &str, from: ClientIp, mac: &MacKey) -> Self {
        let networks = from.network().map(Network::limiter_keys).unwrap_or_default();
        let name = mac.tag("login", &[&login_as_known(login)]);
        let key = account.map_or_else(|| name.clone(), |account| format!("{account}:{name}"));
        Self { account: key_of(key), networks: networks.into_iter().map(|key| format!("network:{key}")).collect() }
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
) -> Result<Option<Blocked>, StorageError> {
    let longest = Duration::from_secs(settings.account_max_delay_seconds.into());
    let account = Limit {
        free: settings.account_free_failures.into(),
        most: settings.account_failures_per_hour.into(),
        longest,
        window: Duration::from_hours(1),
    };
    let window = Duration::from_secs(u64::from(settings.network_minutes) * 60);
    let network = Limit { free: settings.network_failures.into(), most: i64::MAX, longest, window };
    let mut all = vec![Counter { key: counters.account.clone(), limit: account }];
    all.extend(counters.networks.iter().map(|key| Counter { key: key.clone(), limit: network }));
    throttles::reserve(db, &all, now).await
}

/// Takes back what a right password was counted for.
pub(super) async fn forgive(db: &mut Writer, counters: &Counters) -> Result<(), StorageError> {
    throttles::forget(db, &counters.account).await?;
    for key in &counters.networks {
        throttles::take_back(db, key).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

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
        let key = |login: &str| Counters::of(None, login, ClientIp::Unknown, &mac).account;
        assert_eq!(key(" Anna@Kantoor.nl"), key("anna@kantoor.nl"));
        assert_ne!(key("anna@kantoor.nl"), key("bram@kantoor.nl"));
        assert!(!key("anna@kantoor.nl").contains("anna"));
        let account = AccountId::new(Timestamp::from_seconds(1), &Fixed);
        let of = |login: &str| Counters::of(Some(account), login, ClientIp::Unknown, &mac).account;
        assert_ne!(of("anna@kantoor.nl"), of("anna"), "two names of one account are slowed down apart");
        assert!(of("anna").starts_with(&key_of(account)), "and can be forgotten together");
    }
}
