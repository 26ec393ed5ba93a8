//! `[sign_in]`: passwords, sessions and limits.

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use super::Faults;

/// Passwords, sessions and limits.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct SignIn {
    /// Minutes after which a session that nobody uses ends.
    pub session_idle_minutes: u32,
    /// Hours after which every session ends.
    pub session_absolute_hours: u32,
    /// Minutes between the second signature under a recovery and the link to a new factor: time to stop it.
    pub recovery_wait_minutes: u32,
    /// The same for administrators and the helpdesk.
    pub recovery_wait_minutes_administrators: u32,
    /// Days for which somebody must have been administrator, or of the helpdesk, to sign under a recovery; 0 lets everybody
    /// who is one sign.
    pub recovery_signer_days: u32,
    /// Minutes for which a sign-in may stay unfinished.
    pub interaction_minutes: u32,
    /// The fewest characters of a password.
    pub password_min_length: u16,
    /// argon2id: memory for one hash, in KiB.
    pub argon2_memory_kib: u32,
    /// argon2id: passes over that memory.
    pub argon2_iterations: u32,
    /// argon2id: lanes.
    pub argon2_parallelism: u32,
    /// Hashes at the same time; 0 means as many as there are processors.
    pub hash_threads: usize,
    /// Sign-ins that may wait for a hash; beyond it people are asked to come back in a moment.
    pub hash_queue: usize,
    /// Seconds that a sign-in waits for its turn.
    pub hash_wait_seconds: u16,
    /// Wrong passwords for one account before it is slowed down.
    pub account_free_failures: u32,
    /// The longest time that one account is slowed down for, in seconds.
    pub account_max_delay_seconds: u32,
    /// The most wrong passwords for one account in an hour.
    pub account_failures_per_hour: u32,
    /// Wrong passwords from one network before it is slowed down.
    pub network_failures: u32,
    /// Minutes over which those are counted.
    pub network_minutes: u32,
    /// Networks that are not of the internet, and from which people may be known all the same, such as "10.0.0.0/8". Name
    /// none of a proxy: everybody who comes through it would be known.
    pub private_networks: Vec<IpNet>,
}

impl Default for SignIn {
    fn default() -> Self {
        Self {
            session_idle_minutes: 60,
            session_absolute_hours: 24,
            recovery_wait_minutes: 60,
            recovery_wait_minutes_administrators: 24 * 60,
            recovery_signer_days: 7,
            interaction_minutes: 60,
            password_min_length: 15,
            argon2_memory_kib: 19_456,
            argon2_iterations: 2,
            argon2_parallelism: 1,
            hash_threads: 0,
            hash_queue: 32,
            hash_wait_seconds: 2,
            account_free_failures: 5,
            account_max_delay_seconds: 60,
            account_failures_per_hour: 30,
            network_failures: 20,
            network_minutes: 10,
            private_networks: Vec::new(),
        }
    }
}

impl SignIn {
    pub(super) fn validate(&self, faults: &mut Faults) {
        let mut range = |key: &str, value: u64, least: u64, most: u64| {
            if !(least..=most).contains(&value) {
                faults.add(&format!("sign_in.{key}"), format!("Give a number from {least} to {most}."));
            }
        };
        range("session_idle_minutes", self.session_idle_minutes.into(), 1, 24 * 60);
        range("session_absolute_hours", self.session_absolute_hours.into(), 1, 30 * 24);
        range("recovery_wait_minutes", self.recovery_wait_minutes.into(), 0, 7 * 24 * 60);
        range("recovery_wait_minutes_administrators", self.recovery_wait_minutes_administrators.into(), 0, 7 * 24 * 60);
        range("recovery_signer_days", self.recovery_signer_days.into(), 0, 365);
        range("interaction_minutes", self.interaction_minutes.into(), 5, 24 * 60);
        range("password_min_length", self.password_min_length.into(), 8, 128);
        range("argon2_memory_kib", self.argon2_memory_kib.into(), 19_456, 1_048_576);
        range("argon2_iterations", self.argon2_iterations.into(), 2, 16);
        range("argon2_parallelism", self.argon2_parallelism.into(), 1, 8);
        range("hash_threads", self.hash_threads as u64, 0, 256);
        range("hash_queue", self.hash_queue as u64, 1, 10_000);
        range("hash_wait_seconds", self.hash_wait_seconds.into(), 1, 30);
        range("account_free_failures", self.account_free_failures.into(), 1, 100);
        range("account_max_delay_seconds", self.account_max_delay_seconds.into(), 1, 3600);
        range("account_failures_per_hour", self.account_failures_per_hour.into(), 5, 1000);
        range("network_failures", self.network_failures.into(), 1, 10_000);
        range("network_minutes", self.network_minutes.into(), 1, 24 * 60);
    }
}
