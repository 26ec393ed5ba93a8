//! `[tokens]`: how long codes and tokens live.

use serde::{Deserialize, Serialize};

use super::Faults;
use crate::domain::Algorithm;

/// How long codes and tokens live.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tokens {
    /// Seconds in which an authorization code must be redeemed.
    pub code_seconds: u16,
    /// Seconds for which an access token is good.
    pub access_token_seconds: u32,
    /// Seconds for which an ID token may be relied on.
    pub id_token_seconds: u32,
    /// Days after which the person must sign in to the app again.
    pub refresh_token_days: u16,
    /// Seconds in which a refresh token that was just replaced gives the same replacement again.
    pub refresh_grace_seconds: u16,
    /// What access tokens are signed with, unless an app says otherwise.
    pub access_token_algorithm: Algorithm,
}

impl Default for Tokens {
    fn default() -> Self {
        Self {
            code_seconds: 60,
            access_token_seconds: 600,
            id_token_seconds: 600,
            refresh_token_days: 30,
            refresh_grace_seconds: 10,
            access_token_algorithm: Algorithm::RS256,
        }
    }
}

impl Tokens {
    /// The longest time for which a signature must stay verifiable, in seconds.
    pub(super) fn longest_signed_seconds(&self) -> u32 {
        self.access_token_seconds.max(self.id_token_seconds)
    }

    pub(super) fn validate(&self, faults: &mut Faults) {
        let mut range = |key: &str, value: u32, least: u32, most: u32| {
            if !(least..=most).contains(&value) {
                faults.add(&format!("tokens.{key}"), format!("Give a number from {least} to {most}."));
            }
        };
        range("code_seconds", self.code_seconds.into(), 10, 60);
        range("access_token_seconds", self.access_token_seconds, 30, 3600);
        range("id_token_seconds", self.id_token_seconds, 30, 86_400);
        range("refresh_token_days", self.refresh_token_days.into(), 1, 365);
        range("refresh_grace_seconds", self.refresh_grace_seconds.into(), 0, 10);
    }
}
