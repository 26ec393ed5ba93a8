//! The mails about passkeys and security keys.

use serde::Serialize;

use crate::features::accounts::Account;
use crate::features::outbox::{Message, Particulars};
use crate::web::Context;

/// What was done to which passkey or security key, by whom: the fields of all three mails.
#[derive(Clone, Debug, Serialize)]
struct Notice {
    name: String,
    passkey: String,
    provider: Option<String>,
    security_key: bool,
    particulars: Particulars,
}

impl Notice {
    fn of(account: &Account, passkey: &str, provider: Option<&str>, security_key: bool, context: &Context) -> Self {
        Self {
            name: account.given_name.clone().unwrap_or_else(|| account.name.clone()),
            passkey: passkey.to_owned(),
            provider: provider.filter(|provider| *provider != passkey).map(str::to_owned),
            security_key,
            particulars: Particulars::of(context, account.email.as_str(), None),
        }
    }

    fn samples() -> Vec<Self> {
        let plain = Self {
            name: "Anna".to_owned(),
            passkey: "Laptop".to_owned(),
            provider: None,
            security_key: false,
            particulars: Particulars { app: None, ..Particulars::sample() },
        };
        let key = Self {
            passkey: "<Blauwe sleutel>".to_owned(),
            provider: Some("Security Key NFC".to_owned()),
            security_key: true,
            ..plain.clone()
        };
        let plain_key = Self { provider: None, ..key.clone() };
        vec![Self { provider: Some("1Password".to_owned()), ..plain.clone() }, plain, key, plain_key]
    }
}

macro_rules! notices {
    ($($(#[$doc:meta])* $name:ident = $template:literal;)+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Serialize)]
        #[serde(transparent)]
        pub struct $name(Notice);

        impl $name {
            /// About a passkey or security key of `account`, in this request.
            pub(super) fn of(
                account: &Account,
                (passkey, provider): (&str, Option<&str>),
                security_key: bool,
                context: &Context,
            ) -> Self {
                Self(Notice::of(account, passkey, provider, security_key, context))
            }
        }

        impl Message for $name {
            const TEMPLATE: &'static str = $template;

            fn samples() -> Vec<Self> {
                Notice::samples().into_iter().map(Self).collect()
            }
        }
    )+};
}

notices! {
    /// A passkey or security key was added (D4).
    PasskeyAdded = "passkey_added";
    /// A passkey or security key was removed (the frame of D5).
    PasskeyRemoved = "passkey_removed";
    /// A copy of a passkey or security key may exist: its counter went back, and it was refused.
    PasskeyCopied = "passkey_copied";
}
