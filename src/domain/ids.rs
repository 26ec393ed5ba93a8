//! Identifiers that carry their kind, in the type and in the text: `acc_01k…`.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use ulid::Ulid;

use super::{Random, Timestamp};

/// The text is not an identifier of the wanted kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an identifier that starts with {prefix:?}")]
pub struct NotAnId {
    /// What the text should start with.
    pub prefix: &'static str,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $prefix:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(Ulid);

        impl $name {
            /// What the text starts with.
            pub const PREFIX: &'static str = $prefix;

            /// A new identifier; identifiers made later sort later, to the millisecond.
            #[must_use]
            pub fn new(now: Timestamp, random: &dyn Random) -> Self {
                let millis = u64::try_from(now.millis()).unwrap_or(0);
                Self(Ulid::from_parts(millis, u128::from_le_bytes(random.array())))
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut text = [0; ulid::ULID_LEN];
                let text = self.0.array_to_str(&mut text);
                text.make_ascii_lowercase();
                write!(f, "{}{text}", $prefix)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(self, f)
            }
        }

        impl FromStr for $name {
            type Err = NotAnId;

            fn from_str(text: &str) -> Result<Self, NotAnId> {
                let id = text
                    .strip_prefix($prefix)
                    .and_then(|rest| Ulid::from_string(rest).ok())
                    .map(Self)
                    .ok_or(NotAnId { prefix: $prefix })?;
                // Crockford's alphabet reads `o` as `0`: only the one canonical spelling names a row.
                if id.to_string() == text { Ok(id) } else { Err(NotAnId { prefix: $prefix }) }
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    )+};
}

ids! {
    /// An account: one person.
    AccountId = "acc_";
    /// An organisation: an accountancy office.
    OrganisationId = "org_";
    /// An account's place in an organisation.
    MembershipId = "mem_";
    /// A browser's session at the provider; also the `sid` claim (OpenID Connect Front-Channel Logout, section 3).
    SessionId = "ses_";
    /// One sign-in in progress.
    InteractionId = "int_";
    /// An app's secret.
    ClientSecretId = "sec_";
    /// An app that an administrator began to register.
    AppDraftId = "drf_";
    /// A request of an app that was refused.
    FailedRequestId = "flr_";
    /// A sign-in to an app that an administrator tries.
    TrialId = "trl_";
    /// What one authorization gave an app: the root of its code, its tokens and their revocation.
    GrantId = "grt_";
    /// A device that waits to be approved.
    DeviceRequestId = "dvr_";
    /// What lets an app register itself.
    InitialAccessTokenId = "iat_";
    /// One refresh token of a grant.
    RefreshTokenId = "rft_";
    /// One line of the audit.
    AuditId = "aud_";
    /// A security event that waits to be passed on.
    SecurityEventId = "sev_";
    /// A one-time link.
    LinkId = "lnk_";
    /// Something enrolled that proves who somebody is: a passkey, an authenticator app, a telephone number.
    FactorId = "fac_";
    /// One recovery code.
    RecoveryCodeId = "rec_";
    /// A code that was sent, and what it is for.
    ChallengeId = "chl_";
    /// A WebAuthn ceremony in progress.
    CeremonyId = "cer_";
    /// A browser in which a second step need not be repeated.
    DeviceId = "dev_";
    /// An invitation to an organisation.
    InvitationId = "inv_";
    /// An invitation into an organisation, of somebody who may have an account or not.
    MemberInvitationId = "min_";
    /// A forgotten password that is to be chosen anew.
    PasswordResetId = "rst_";
    /// A request to let somebody back in who lost what they signed in with.
    RecoveryCaseId = "rcv_";
    /// Somebody who is told what happens.
    WebhookId = "whk_";
    /// A mail or text message on its way out.
    OutboxId = "out_";
    /// A key with which a program calls the admin API.
    ApiKeyId = "key_";
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[test]
    fn an_id_reads_back_from_its_text() {
        let id = AccountId::new(Timestamp::from_millis(1_700_000_000_000), &Zeros);
        assert_eq!(id.to_string().parse(), Ok(id));
        assert!(id.to_string().starts_with("acc_"));
    }

    #[test]
    fn an_id_of_another_kind_is_refused() {
        let id = AccountId::new(Timestamp::from_millis(1), &Zeros).to_string();
        assert!(id.parse::<SessionId>().is_err());
        assert!(id.replace('0', "o").parse::<AccountId>().is_err());
        assert!(id.to_uppercase().parse::<AccountId>().is_err());
    }

    #[test]
    fn later_ids_sort_later() {
        let early = AccountId::new(Timestamp::from_millis(1), &Zeros);
        let late = AccountId::new(Timestamp::from_millis(2), &Zeros);
        assert!(early < late && early.to_string() < late.to_string());
    }
}
