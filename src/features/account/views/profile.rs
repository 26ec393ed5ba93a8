//! What the pages of the profile and of the e-mail address show, and the mails about it.

use serde::Serialize;

use crate::domain::Language;
use crate::features::organisations::Role;
use crate::features::outbox::{Message, Particulars};
use crate::web::Page;

/// Profile (A9).
#[derive(Clone, Debug, Serialize)]
pub struct ProfilePage {
    /// The full name, as stored or as typed.
    pub name: String,
    /// The user name, where there is one.
    pub username: Option<String>,
    /// The language of pages and mails.
    pub language: Language,
    /// The e-mail address.
    pub email: String,
    /// Where the person belongs, home first.
    pub organisations: Vec<PlaceRow>,
    /// The address that waits to be confirmed, and until when, in milliseconds since 1970.
    pub pending: Option<(String, i64)>,
    /// Whether the name does not do.
    pub wrong: bool,
    /// What was just done.
    pub done: Option<&'static str>,
}

impl Page for ProfilePage {
    const TEMPLATE: &'static str = "pages/account/profile.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            name: "Anna de Vries".to_owned(),
            username: Some("anna".to_owned()),
            language: Language::Dutch,
            email: "anna@kantoor.nl".to_owned(),
            organisations: vec![PlaceRow::sample()],
            pending: None,
            wrong: false,
            done: None,
        };
        let elsewhere = |off| PlaceRow {
            name: "Elders".to_owned(),
            role: Role::Accountant,
            home: false,
            off,
            leave: Some("/account/organisations/org_1/leave".to_owned()),
        };
        let several = vec![PlaceRow::sample(), elsewhere(false), elsewhere(true)];
        let mut all = vec![
            plain.clone(),
            Self { organisations: several, ..plain.clone() },
            Self {
                pending: Some(("a.devries@kantoor.nl".to_owned(), 1_795_612_000_000)),
                username: None,
                ..plain.clone()
            },
            Self { wrong: true, name: String::new(), language: Language::English, ..plain.clone() },
        ];
        all.extend(
            ["saved", "asked", "cancelled", "changed", "confirmed", "left"]
                .map(|done| Self { done: Some(done), ..plain.clone() }),
        );
        all
    }
}

/// An organisation that somebody belongs to.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceRow {
    /// What it is called.
    pub name: String,
    /// What the person is there.
    pub role: Role,
    /// Whether it looks after the account.
    pub home: bool,
    /// Whether the place is switched off.
    pub off: bool,
    /// Where the person leaves it; none at home.
    pub leave: Option<String>,
}

impl PlaceRow {
    fn sample() -> Self {
        let name = "Kantoor De Vries".to_owned();
        Self { name, role: Role::Administrator, home: true, off: false, leave: None }
    }
}

/// Asks before somebody leaves an organisation.
#[derive(Clone, Debug, Serialize)]
pub struct LeavePage {
    /// Where the form goes.
    pub action: String,
    /// Which.
    pub organisation: String,
}

impl Page for LeavePage {
    const TEMPLATE: &'static str = "pages/account/leave.html";

    fn samples() -> Vec<Self> {
        let action = "/account/organisations/org_1/leave".to_owned();
        vec![Self { action, organisation: "Kantoor De Vries".to_owned() }]
    }
}

/// What is wrong with a new e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum EmailTrouble {
    /// It is no address.
    NotAnEmail,
    /// It is the address of now.
    Same,
    /// Too many were asked for.
    TooMany {
        /// When to come back, in milliseconds since 1970.
        until: i64,
    },
}

/// Choose another e-mail address.
#[derive(Clone, Debug, Serialize)]
pub struct EmailPage {
    /// The address of now.
    pub email: String,
    /// What was typed.
    pub typed: String,
    /// What is wrong.
    pub trouble: Option<EmailTrouble>,
}

impl Page for EmailPage {
    const TEMPLATE: &'static str = "pages/account/email.html";

    fn samples() -> Vec<Self> {
        let plain = Self { email: "anna@kantoor.nl".to_owned(), typed: String::new(), trouble: None };
        let mut all = vec![plain.clone()];
        let troubles =
            [EmailTrouble::NotAnEmail, EmailTrouble::Same, EmailTrouble::TooMany { until: 1_795_527_120_000 }];
        all.extend(troubles.map(|trouble| Self {
            typed: "anna@<anna>".to_owned(),
            trouble: Some(trouble),
            ..plain.clone()
        }));
        all
    }
}

/// What is behind the link of a mail about an e-mail address.
#[derive(Clone, Debug, Serialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum EmailLinkPage {
    /// Confirm the new address?
    Confirm {
        /// Where the form goes.
        action: String,
        /// The new address.
        email: String,
    },
    /// Take the change back?
    Undo {
        /// Where the form goes.
        action: String,
        /// The address that would count again.
        email: String,
    },
    /// It was taken back.
    Undone {
        /// The address that counts again.
        email: String,
    },
    /// Somebody must sign in first.
    SignIn,
    /// The link does not work (any more).
    Closed,
}

impl Page for EmailLinkPage {
    const TEMPLATE: &'static str = "pages/account/email_link.html";

    fn samples() -> Vec<Self> {
        let (action, email) = ("/email/confirm/secret".to_owned(), "anna@kantoor.nl".to_owned());
        vec![
            Self::Confirm { action: action.clone(), email: email.clone() },
            Self::Undo { action, email: email.clone() },
            Self::Undone { email },
            Self::SignIn,
            Self::Closed,
        ]
    }
}

/// The mail to a new address: it confirms.
#[derive(Clone, Debug, Serialize)]
pub struct EmailConfirm {
    /// Whom it greets.
    pub name: String,
    /// The link.
    pub link: String,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for EmailConfirm {
    const TEMPLATE: &'static str = "email_confirm";

    fn samples() -> Vec<Self> {
        vec![Self {
            name: "Anna de Vries".to_owned(),
            link: "https://id.kantoor.example/email/confirm/7hQ2vK9mZr4TnW8xYb3cPd".to_owned(),
            particulars: Particulars::sample(),
        }]
    }
}

/// The mail to an address that is already somebody's: nothing can be confirmed with it.
#[derive(Clone, Debug, Serialize)]
pub struct EmailTaken {
    /// Whom it greets.
    pub name: String,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for EmailTaken {
    const TEMPLATE: &'static str = "email_taken";

    fn samples() -> Vec<Self> {
        vec![Self { name: "Anna de Vries".to_owned(), particulars: Particulars::sample() }]
    }
}

/// The mail to the old address after a change: it takes the change back.
#[derive(Clone, Debug, Serialize)]
pub struct EmailChanged {
    /// Whom it greets.
    pub name: String,
    /// The new address, masked: the old mailbox may be somebody else's now.
    pub email: String,
    /// The link.
    pub link: String,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for EmailChanged {
    const TEMPLATE: &'static str = "email_changed";

    fn samples() -> Vec<Self> {
        vec![Self {
            name: "Anna de Vries".to_owned(),
            email: "a•••@kantoor.nl".to_owned(),
            link: "https://id.kantoor.example/email/undo/7hQ2vK9mZr4TnW8xYb3cPd".to_owned(),
            particulars: Particulars::sample(),
        }]
    }
}
