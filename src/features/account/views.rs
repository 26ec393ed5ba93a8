//! What the account pages show.

mod activity;
mod apps;
mod profile;

use serde::Serialize;

use crate::domain::{FactorKind, Strength};
use crate::features::activity::{EventRow, Way};
use crate::features::organisations::Role;
use crate::web::Page;

pub use activity::{ActivityPage, NotYouPage};
pub(super) use apps::AppRow;
pub use apps::{AppsPage, RemoveAppPage};
pub(super) use profile::EmailTrouble;
pub(super) use profile::PlaceRow;
pub use profile::{EmailChanged, EmailConfirm, EmailLinkPage, EmailPage, EmailTaken, LeavePage, ProfilePage};

/// The first page (A1).
#[derive(Clone, Debug, Serialize)]
pub struct OverviewPage {
    /// The full name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The organisations: name and role.
    pub organisations: Vec<(String, Role)>,
    /// When this session was opened, in milliseconds since 1970.
    pub signed_in_at: i64,
    /// In how many other places the person is signed in.
    pub other_sessions: usize,
    /// What protects the account.
    pub protection: Protection,
    /// The last events.
    pub events: Vec<EventRow>,
}

/// What protects the account, at a glance.
#[derive(Clone, Debug, Serialize)]
pub struct Protection {
    /// How many passkeys there are.
    pub passkeys: usize,
    /// Whether there is a second factor, or a passkey, which is both.
    pub second_factor: bool,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
    /// When the password was chosen, in milliseconds since 1970; none without a password.
    pub password_changed: Option<i64>,
}

impl Page for OverviewPage {
    const TEMPLATE: &'static str = "pages/account/overview.html";

    fn samples() -> Vec<Self> {
        let page = Self {
            name: "Anna de Vries".to_owned(),
            email: "anna@kantoor.nl".to_owned(),
            organisations: vec![("Kantoor De Vries".to_owned(), Role::Administrator)],
            signed_in_at: 1_795_507_920_000,
            other_sessions: 0,
            protection: Protection {
                passkeys: 0,
                second_factor: false,
                recovery_codes: 0,
                password_changed: Some(1_790_000_000_000),
            },
            events: Vec::new(),
        };
        let strong = Protection { passkeys: 2, second_factor: true, recovery_codes: 7, password_changed: None };
        let events: Vec<EventRow> = EventRow::samples().into_iter().rev().take(5).collect();
        vec![
            page.clone(),
            Self {
                organisations: vec![
                    ("Kantoor De Vries".to_owned(), Role::Employee),
                    ("Jansen & Zn".to_owned(), Role::Accountant),
                ],
                other_sessions: 1,
                protection: Protection { passkeys: 1, ..strong.clone() },
                events,
                ..page.clone()
            },
            Self { other_sessions: 3, protection: strong, ..page },
        ]
    }
}

/// Where the person is signed in (A6).
#[derive(Clone, Debug, Serialize)]
pub struct SessionsPage {
    /// The sessions, this one first.
    pub sessions: Vec<SessionRow>,
    /// What was just done: how many were ended.
    pub ended: Option<u64>,
}

/// One session.
#[derive(Clone, Debug, Serialize)]
pub struct SessionRow {
    /// Its identifier.
    pub id: String,
    /// The browser and its system, where they can be told.
    pub browser: Option<(String, String)>,
    /// The network.
    pub network: Option<String>,
    /// How the person signed in.
    pub way: Way,
    /// The apps that were used in it.
    pub apps: Vec<String>,
    /// When it was opened, in milliseconds since 1970.
    pub started: i64,
    /// When it was last used, in milliseconds since 1970.
    pub last_used: i64,
    /// Whether it is the one of this browser.
    pub here: bool,
}

impl Page for SessionsPage {
    const TEMPLATE: &'static str = "pages/account/sessions.html";

    fn samples() -> Vec<Self> {
        let here = SessionRow {
            id: "ses_1".to_owned(),
            browser: Some(("Edge".to_owned(), "Windows".to_owned())),
            network: Some("203.0.113.24".to_owned()),
            way: Way::Totp,
            apps: vec!["Boekhouding".to_owned(), "Declaraties".to_owned()],
            started: 1_795_507_920_000,
            last_used: 1_795_507_920_000,
            here: true,
        };
        let other = SessionRow {
            id: "ses_2".to_owned(),
            browser: None,
            network: Some("2001:db8:1:2::/64".to_owned()),
            way: Way::Password,
            apps: Vec::new(),
            started: 1_790_000_000_000,
            here: false,
            ..here.clone()
        };
        let unknown = SessionRow { network: None, ..other.clone() };
        vec![
            Self { sessions: vec![here.clone()], ended: None },
            Self { sessions: vec![here.clone(), other, unknown], ended: None },
            Self { sessions: vec![here.clone()], ended: Some(1) },
            Self { sessions: vec![here], ended: Some(2) },
        ]
    }
}

/// A factor in the list.
#[derive(Clone, Debug, Serialize)]
pub struct FactorRow {
    /// Its identifier.
    pub id: String,
    /// Its kind.
    pub kind: FactorKind,
    /// How much it withstands.
    pub strength: Strength,
    /// What its owner calls it.
    pub name: String,
    /// The end of a number, or a masked address.
    pub hint: Option<String>,
    /// Whether a copy lies elsewhere.
    pub synced: bool,
    /// The browser that it was set up with.
    pub browser: Option<(String, String)>,
    /// When it was set up, in milliseconds since 1970.
    pub created: i64,
    /// When it was last used, in milliseconds since 1970.
    pub last_used: Option<i64>,
    /// Whether it is asked for first.
    pub is_default: bool,
}

/// A browser in which the second step is remembered.
#[derive(Clone, Debug, Serialize)]
pub struct DeviceRow {
    /// Its identifier.
    pub id: String,
    /// Browser and system.
    pub browser: Option<(String, String)>,
    /// The network that it holds for.
    pub network: String,
    /// Until when, in milliseconds since 1970.
    pub until: i64,
}

/// Security and login details (A2, A3).
#[derive(Clone, Debug, Serialize)]
pub struct SecurityPage {
    /// The passkeys.
    pub passkeys: Vec<FactorRow>,
    /// The other second factors.
    pub factors: Vec<FactorRow>,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
    /// Whose rule it is that there must be a second factor; an empty name for the operator's.
    pub required_by: Option<String>,
    /// Whose rule it is that it is never remembered; an empty name for the operator's.
    pub never_remembered_by: Option<String>,
    /// The browsers in which it is.
    pub devices: Vec<DeviceRow>,
    /// When the password was chosen, in milliseconds since 1970; none without a password.
    pub password_changed: Option<i64>,
    /// Whether the account can do without its password.
    pub can_remove_password: bool,
    /// What was just done.
    pub done: Option<&'static str>,
}

impl Page for SecurityPage {
    const TEMPLATE: &'static str = "pages/account/security.html";

    fn samples() -> Vec<Self> {
        let factor = |kind: FactorKind, name: &str| FactorRow {
            id: format!("fac_{kind}"),
            kind,
            strength: kind.strength(),
            name: name.to_owned(),
            hint: None,
            synced: false,
            browser: Some(("Edge".to_owned(), "Windows".to_owned())),
            created: 1_795_000_000_000,
            last_used: None,
            is_default: false,
        };
        let device = DeviceRow {
            id: "dev_1".to_owned(),
            browser: Some(("Firefox".to_owned(), "Linux".to_owned())),
            network: "203.0.113.24".to_owned(),
            until: 1_797_000_000_000,
        };
        let empty = Self {
            passkeys: Vec::new(),
            factors: Vec::new(),
            recovery_codes: 0,
            required_by: None,
            never_remembered_by: None,
            devices: Vec::new(),
            password_changed: Some(1_795_000_000_000),
            can_remove_password: false,
            done: None,
        };
        let phone = FactorRow {
            synced: true,
            last_used: Some(1_795_525_500_000),
            browser: None,
            ..factor(FactorKind::Passkey, "iPhone van Anna")
        };
        let sms = FactorRow { hint: Some("•• •• •• 42".to_owned()), ..factor(FactorKind::Sms, "") };
        let full = Self {
            passkeys: vec![phone.clone(), factor(FactorKind::Passkey, "")],
            factors: vec![
                FactorRow { is_default: true, ..factor(FactorKind::Totp, "") },
                sms,
                factor(FactorKind::Email, ""),
                factor(FactorKind::SecurityKey, "Sleutelbos"),
            ],
            recovery_codes: 7,
            required_by: Some("Kantoor De Vries".to_owned()),
            never_remembered_by: None,
            devices: vec![device.clone(), DeviceRow { browser: None, ..device }],
            password_changed: None,
            can_remove_password: false,
            done: Some("password-removed"),
        };
        let removable = Self {
            password_changed: Some(1_795_000_000_000),
            can_remove_password: true,
            done: Some("password-changed"),
            ..full.clone()
        };
        vec![
            removable,
            empty.clone(),
            Self { passkeys: vec![phone], recovery_codes: 1, ..empty.clone() },
            Self { done: Some("default-chosen"), ..empty.clone() },
            Self { done: Some("factor-removed"), ..empty.clone() },
            Self { done: Some("devices-forgotten"), ..empty.clone() },
            Self { never_remembered_by: Some("Kantoor De Vries".to_owned()), ..full.clone() },
            Self { required_by: Some(String::new()), never_remembered_by: Some(String::new()), ..full.clone() },
            full,
        ]
    }
}

/// What is wrong with a change of password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum PasswordTrouble {
    /// The current one is not right.
    Current,
    /// Too many were not right.
    TooMany {
        /// When to come back, in milliseconds since 1970.
        until: i64,
    },
    /// The new one is too short.
    TooShort,
    /// The new one is too long.
    TooLong,
    /// The new one is easy to guess.
    Guessable,
}

/// Choose another password (A4).
#[derive(Clone, Debug, Serialize)]
pub struct PasswordPage {
    /// Whose, for password managers.
    pub email: String,
    /// Whether there is one now.
    pub has_one: bool,
    /// The fewest characters of the new one.
    pub least: u16,
    /// What is wrong.
    pub trouble: Option<PasswordTrouble>,
}

impl Page for PasswordPage {
    const TEMPLATE: &'static str = "pages/account/password.html";

    fn samples() -> Vec<Self> {
        use PasswordTrouble::{Current, Guessable, TooLong, TooMany, TooShort};
        let plain = Self { email: "anna@kantoor.nl".to_owned(), has_one: true, least: 15, trouble: None };
        let mut all = vec![plain.clone(), Self { has_one: false, least: 12, ..plain.clone() }];
        all.extend(
            [Current, TooMany { until: 1_795_527_120_000 }, TooShort, TooLong, Guessable]
                .map(|trouble| Self { trouble: Some(trouble), ..plain.clone() }),
        );
        all
    }
}

/// Remove the password? (A4)
#[derive(Clone, Debug, Serialize)]
pub struct RemovePasswordPage {
    /// How many passkeys there are.
    pub passkeys: usize,
    /// How many recovery codes are left.
    pub recovery_codes: u64,
}

impl Page for RemovePasswordPage {
    const TEMPLATE: &'static str = "pages/account/remove_password.html";

    fn samples() -> Vec<Self> {
        vec![Self { passkeys: 2, recovery_codes: 10 }]
    }
}
