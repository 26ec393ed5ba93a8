//! argon2id, on as many threads as there are processors and no more.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use argon2::password_hash::phc::PasswordHash;
use argon2::password_hash::{PasswordHasher as _, PasswordVerifier as _};
use argon2::{Algorithm, Argon2, Params, Version};
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::foreign::ImportedHash;
use super::rules::{NewPassword, is_plausible, normalised};
use crate::config;
use crate::domain::Secret;
use crate::web::{Parts, Service};

/// More is being hashed than the queue takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("too many passwords are being checked at this moment")]
pub struct Busy;

/// The pool that hashes.
pub struct Hashing {
    argon2: Argon2<'static>,
    params: Params,
    decoy: Secret<String>,
    running: Arc<Semaphore>,
    queued: AtomicUsize,
    queue: usize,
    wait: Duration,
    hashed: Arc<AtomicUsize>,
    stand_in: RwLock<Option<ImportedHash>>,
}

/// What a check found.
#[derive(Debug)]
pub(super) struct Checked {
    pub(super) right: bool,
    pub(super) renewed: Option<Secret<String>>,
}

impl Service for Hashing {
    fn build(parts: &Parts) -> Self {
        Self::new(&parts.config.sign_in, parts.random.array())
    }
}

impl Hashing {
    /// A pool as configured. `salt` is for the decoy that stands in for people who do not exist.
    #[must_use]
    pub fn new(settings: &config::SignIn, salt: [u8; 16]) -> Self {
        let params =
            Params::new(settings.argon2_memory_kib, settings.argon2_iterations, settings.argon2_parallelism, None)
                .unwrap_or_default();
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params.clone());
        let threads = match settings.hash_threads {
            0 => std::thread::available_parallelism().map_or(1, usize::from),
            threads => threads,
        };
        let decoy = argon2.hash_password_with_salt(b"nobody has this password", &salt);
        Self {
            decoy: Secret::new(decoy.map(|hash| hash.to_string()).unwrap_or_default()),
            argon2,
            params,
            running: Arc::new(Semaphore::new(threads)),
            queued: AtomicUsize::new(0),
            queue: settings.hash_queue,
            wait: Duration::from_secs(settings.hash_wait_seconds.into()),
            hashed: Arc::default(),
            stand_in: RwLock::default(),
        }
    }

    /// How many hashes were computed. A test sees by it that a stranger costs as much as a member.
    #[must_use]
    pub fn hashed(&self) -> usize {
        self.hashed.load(Ordering::Relaxed)
    }

    /// Whether `password` is the one that `stored` was made of. Without a stored hash the decoy is checked, and the
    /// answer is no. A hash that another program made is computed beside one of ours, whether the password is right or
    /// wrong.
    pub(super) async fn check(
        &self,
        stored: Option<Secret<String>>,
        password: Secret<String>,
    ) -> Result<Checked, Busy> {
        let exists = stored.is_some() && is_plausible(&password);
        if let Some(foreign) = stored.as_ref().filter(|stored| !stored.expose().starts_with("$argon2")) {
            return self.check_foreign(ImportedHash::parse(foreign.expose()).ok(), exists, password).await;
        }
        let stored = stored.unwrap_or_else(|| self.decoy.clone());
        let password = if is_plausible(&password) { normalised(&password) } else { Secret::default() };
        let (argon2, params) = (self.argon2.clone(), self.params.clone());
        let stand_in = self.stand_in.read().unwrap_or_else(PoisonError::into_inner).clone();
        let hashed = Arc::clone(&self.hashed);
        self.run(move || {
            let Some(parsed) = affordable(stored.expose()) else { return Checked { right: false, renewed: None } };
            let right = argon2.verify_password(password.expose().as_bytes(), &parsed).is_ok() && exists;
            if let (false, Some(stand_in)) = (right, stand_in) {
                // Whoever is wrong waits as long as for somebody whose hash another program made.
                hashed.fetch_add(1, Ordering::Relaxed);
                let _ = stand_in.is_of(password.expose().as_bytes());
            }
            let is_ours =
                parsed.algorithm == Algorithm::Argon2id.ident() && parsed.version == Some(Version::V0x13.into());
            let outdated = !is_ours
                || Params::try_from(&parsed).map_or(true, |used| {
                    (used.m_cost(), used.t_cost(), used.p_cost()) != (params.m_cost(), params.t_cost(), params.p_cost())
                });
            let renewed =
                (right && outdated).then(|| argon2.hash_password(password.expose().as_bytes()).ok()).flatten();
            Checked { right, renewed: renewed.map(|hash| Secret::new(hash.to_string())) }
        })
        .await
    }

    /// What is computed beside the decoy for people who do not exist, as long as hashes of other programs are stored: the
    /// costliest of them. With none, nothing is.
    pub(super) fn stand_in_with(&self, hash: Option<ImportedHash>) {
        *self.stand_in.write().unwrap_or_else(PoisonError::into_inner) = hash;
    }

    async fn check_foreign(
        &self,
        stored: Option<ImportedHash>,
        is_plausible: bool,
        typed: Secret<String>,
    ) -> Result<Checked, Busy> {
        let (argon2, decoy) = (self.argon2.clone(), self.decoy.clone());
        let password = if is_plausible { normalised(&typed) } else { Secret::default() };
        let typed = if is_plausible { typed } else { Secret::default() };
        self.hashed.fetch_add(1, Ordering::Relaxed);
        self.run(move || {
            let is_of = |password: &Secret<String>| {
                stored.as_ref().is_some_and(|stored| stored.is_of(password.expose().as_bytes()))
            };
            // The other program may have hashed what the keyboard gave, or the one spelling of it.
            let right = is_of(&typed) || (typed.expose() != password.expose() && is_of(&password));
            // bcrypt reads 72 bytes: whatever was typed behind them must not become part of the password.
            let is_whole = stored.as_ref().is_none_or(|stored| stored.reads_all_of(password.expose().as_bytes()));
            if right && is_plausible && is_whole {
                let renewed = argon2.hash_password(password.expose().as_bytes()).ok();
                return Checked { right: true, renewed: renewed.map(|hash| Secret::new(hash.to_string())) };
            }
            if let Ok(decoy) = PasswordHash::new(decoy.expose()) {
                let _ = argon2.verify_password(password.expose().as_bytes(), &decoy);
            }
            Checked { right: right && is_plausible, renewed: None }
        })
        .await
    }

    /// Hashes a new password, as a PHC string.
    ///
    /// # Errors
    ///
    /// When too much is being hashed.
    pub async fn hash(&self, password: NewPassword, salt: [u8; 16]) -> Result<Secret<String>, Busy> {
        let argon2 = self.argon2.clone();
        let password = password.into_inner();
        let hash = self
            .run(move || {
                argon2.hash_password_with_salt(password.expose().as_bytes(), &salt).map(|hash| hash.to_string())
            })
            .await?;
        // argon2 refuses only parameters and lengths that were checked before.
        hash.map(Secret::new).map_err(|_| Busy)
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> Result<T, Busy> {
        if self.queued.fetch_add(1, Ordering::AcqRel) >= self.queue {
            self.queued.fetch_sub(1, Ordering::AcqRel);
            return Err(Busy);
        }
        let permit = timeout(self.wait, Arc::clone(&self.running).acquire_owned()).await;
        self.queued.fetch_sub(1, Ordering::AcqRel);
        let Ok(Ok(permit)) = permit else { return Err(Busy) };
        self.hashed.fetch_add(1, Ordering::Relaxed);
        spawn_blocking(move || {
            let _permit = permit;
            work()
        })
        .await
        .map_err(|_| Busy)
    }
}

/// A stored argon2 hash, unless computing it costs more than the settings and an import can ever ask for.
fn affordable(stored: &str) -> Option<PasswordHash> {
    let parsed = PasswordHash::new(stored).ok()?;
    let used = Params::try_from(&parsed).ok()?;
    let is_ours = used.m_cost() <= 1_048_576 && used.t_cost() <= 16 && used.p_cost() <= 8;
    (is_ours || ImportedHash::parse(stored).is_ok()).then_some(parsed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings() -> config::SignIn {
        config::SignIn { hash_threads: 1, hash_queue: 1, hash_wait_seconds: 1, ..config::SignIn::default() }
    }

    fn secret(text: &str) -> Secret<String> {
        Secret::new(text.to_owned())
    }

    async fn hash(hashing: &Hashing, text: &str) -> Secret<String> {
        let new = NewPassword::parse(&secret(text), 8, &"a@b.nl".parse().unwrap()).unwrap();
        hashing.hash(new, [3; 16]).await.unwrap()
    }

    #[tokio::test]
    async fn only_the_right_password_is_right() {
        let hashing = Hashing::new(&settings(), [1; 16]);
        let stored = hash(&hashing, "vier rode fietsen").await;
        assert!(stored.expose().starts_with("$argon2id$v=19$m=19456,t=2,p=1$"));
        assert!(hashing.check(Some(stored.clone()), secret("vier rode fietsen")).await.unwrap().right);
        assert!(!hashing.check(Some(stored.clone()), secret("vier rode fietsem")).await.unwrap().right);
        assert!(!hashing.check(Some(stored), secret(&"x".repeat(2000))).await.unwrap().right);
    }

    #[tokio::test]
    async fn a_stranger_costs_one_hash_and_is_never_right() {
        let hashing = Hashing::new(&settings(), [1; 16]);
        assert!(!hashing.check(None, secret("nobody has this password")).await.unwrap().right);
        assert_eq!(hashing.hashed(), 1);
    }

    #[tokio::test]
    async fn a_weaker_hash_is_renewed_at_sign_in() {
        let old = Hashing::new(&settings(), [1; 16]);
        let stored = hash(&old, "vier rode fietsen").await;
        let new = Hashing::new(&config::SignIn { argon2_iterations: 3, ..settings() }, [1; 16]);
        let checked = new.check(Some(stored.clone()), secret("vier rode fietsen")).await.unwrap();
        let renewed = checked.renewed.expect("the hash is renewed");
        assert!(renewed.expose().contains("t=3"));
        assert!(new.check(Some(renewed), secret("vier rode fietsen")).await.unwrap().renewed.is_none());
        assert!(new.check(Some(stored), secret("wrong")).await.unwrap().renewed.is_none());
    }

    #[tokio::test]
    async fn a_hash_of_another_program_is_computed_beside_one_of_ours_and_renewed() {
        let hashing = Hashing::new(&settings(), [1; 16]);
        let foreign =
            || Some(secret("pbkdf2_sha256$1000$NaCl for Django$cpkwnfyYUSTi360Dexu26KJXJq6jl2u8iJSj7FT743A="));
        let checked = hashing.check(foreign(), secret("vier rode fietsen")).await.unwrap();
        let renewed = checked.renewed.expect("it is hashed anew");
        assert!(checked.right && renewed.expose().starts_with("$argon2id$"));
        assert_eq!(hashing.hashed(), 2);
        assert!(hashing.check(Some(renewed), secret("vier rode fietsen")).await.unwrap().renewed.is_none());
        let wrong = hashing.check(foreign(), secret("vier rode fietsem")).await.unwrap();
        assert!(!wrong.right && wrong.renewed.is_none());
        assert_eq!(hashing.hashed(), 5, "right or wrong, both are computed");
        for unreadable in ["", "x", "$2b$31$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS"] {
            assert!(!hashing.check(Some(secret(unreadable)), secret("")).await.unwrap().right, "{unreadable}");
        }
    }

    #[tokio::test]
    async fn an_argon2_hash_with_other_parameters_is_renewed() {
        let hashing = Hashing::new(&settings(), [1; 16]);
        let foreign =
            secret("$argon2id$v=19$m=1024,t=1,p=2$AAECAwQFBgcICQoLDA0ODw$zWC574Yj/XEjm4pBZH8bGW5HW1xbFhE2ql+S5ZaOYXA");
        let checked = hashing.check(Some(foreign), secret("vier rode fietsen")).await.unwrap();
        assert!(checked.right && checked.renewed.unwrap().expose().contains("m=19456,t=2,p=1"));
    }

    #[tokio::test]
    async fn beyond_the_queue_people_are_told_at_once() {
        let hashing = Arc::new(Hashing::new(&settings(), [1; 16]));
        // Somebody holds the only thread, and somebody else the only place in the queue.
        let held = Arc::clone(&hashing.running).acquire_owned().await.unwrap();
        hashing.queued.fetch_add(1, Ordering::AcqRel);
        assert!(hashing.check(None, secret("x")).await.is_err());
        hashing.queued.fetch_sub(1, Ordering::AcqRel);
        drop(held);
        assert!(hashing.check(None, secret("x")).await.is_ok());
    }
}
