//! What people enrolled to prove who they are, of every kind, and the browsers in which a second step is remembered.
//!
//! One table holds all kinds; what a kind needs beside lies sealed in its row. How a kind is enrolled and verified is
//! for the features above.

mod store;

use serde::{Deserialize, Serialize};

use crate::domain::ids::{AccountId, DeviceId, FactorId};
use crate::domain::network::Network;
use crate::domain::{FactorKind, FactorKinds, Timestamp};
use crate::storage::Lookup;

pub use store::devices::{
    add_device, end_device, end_devices_from, end_devices_of, end_devices_of_all, find_device, list_devices,
    mark_device_used, remove_old_devices,
};
pub use store::factors::{
    NewFactor, add_factor, advance_counter, find_factor, find_factor_by_handle, list_factors, mark_factor_used,
    open_secret, remove_factor, rename_factor, update_factor,
};
pub use store::preferences::{Preferences, answer_offer, demand_enrolment, find_preferences, set_default_kind};
pub use store::recovery_codes::{count_recovery_codes, replace_recovery_codes, use_recovery_code};

/// The most factors that one account may have: nobody has a use for more, and lists stay lists.
pub const MOST_FACTORS: usize = 20;

/// Something that an account enrolled.
#[derive(Clone, Debug)]
pub struct Factor {
    /// Its identifier.
    pub id: FactorId,
    /// Whose.
    pub account_id: AccountId,
    /// Of which kind.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: String,
    /// What it needs to be verified, sealed; see [`open_secret`].
    pub secret: Option<String>,
    /// The WebAuthn credential identifier, in base64url.
    pub handle: Option<String>,
    /// The step of the last code (RFC 6238), or the signature counter (WebAuthn, section 6.1.1).
    pub counter: i64,
    /// Whether it cannot leave its device.
    pub device_bound: bool,
    /// What the pages show of it.
    pub details: Details,
    /// The browser that it was enrolled with.
    pub user_agent: Option<String>,
    /// When it was enrolled.
    pub created_at: Timestamp,
    /// When it was last used.
    pub last_used_at: Option<Timestamp>,
}

/// What the pages show of a factor.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Details {
    /// The model of the authenticator (WebAuthn, section 6.5.1), as a UUID.
    pub aaguid: Option<String>,
    /// Whether a copy lies with the maker of the device or a password manager (WebAuthn, section 6.1.3).
    pub synced: bool,
    /// How the browser reaches the authenticator (WebAuthn, section 5.8.4).
    pub transports: Vec<String>,
    /// The end of a telephone number, or a masked address.
    pub hint: Option<String>,
}

/// The kinds that an account enrolled.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Enrolled {
    /// All of them.
    pub kinds: FactorKinds,
    /// Those of which at least one cannot leave its device.
    pub device_bound: FactorKinds,
    /// The helpdesk let the person back in: a factor must be set up before anything is issued.
    pub must_enrol: bool,
}

impl Enrolled {
    /// With another factor of `kind`.
    #[must_use]
    pub const fn with(self, kind: FactorKind, device_bound: bool) -> Self {
        Self {
            kinds: self.kinds.with(kind),
            device_bound: if device_bound { self.device_bound.with(kind) } else { self.device_bound },
            must_enrol: self.must_enrol,
        }
    }
}

/// The kinds that an account enrolled.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_enrolled(
    db: &crate::storage::Reader,
    account: AccountId,
) -> Result<Enrolled, crate::storage::StorageError> {
    db.ask(look_up_enrolled(account)).await
}

/// The same, to be asked for together with other things.
pub fn look_up_enrolled(account: AccountId) -> Lookup<Enrolled> {
    let kinds = store::factors::look_up_kinds(account);
    kinds.and(store::preferences::look_up_preferences(account)).map(|(kinds, preferences)| {
        let all = kinds.into_iter().fold(Enrolled::default(), |all, (kind, device_bound)| all.with(kind, device_bound));
        // Whoever has a factor did what was demanded.
        let none = all.kinds.without(FactorKind::RecoveryCode).is_empty();
        Enrolled { must_enrol: none && preferences.must_enrol, ..all }
    })
}

/// A browser in which a second step need not be repeated, until it expires.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its identifier; not its secret.
    pub id: DeviceId,
    /// Whose second step.
    pub account_id: AccountId,
    /// The network that it holds for.
    pub network: Network,
    /// What the browser calls itself.
    pub user_agent: Option<String>,
    /// When the second step was done.
    pub created_at: Timestamp,
    /// When it was last left out.
    pub last_used_at: Option<Timestamp>,
    /// When it must be done again, whatever happens.
    pub expires_at: Timestamp,
    /// When it was ended.
    pub ended_at: Option<Timestamp>,
}

impl Device {
    /// Whether it holds at `now`, from `network`.
    #[must_use]
    pub fn holds(&self, network: Option<Network>, now: Timestamp) -> bool {
        self.ended_at.is_none() && now < self.expires_at && network == Some(self.network)
    }
}
