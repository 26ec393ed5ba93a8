//! What the pages about a sign-in's own place show.

use serde::Serialize;

use crate::web::Page;

/// Why a code was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CodeProblem {
    /// It is not right (E5).
    Wrong,
    /// It has not six digits (E6).
    Shape,
    /// It was wrong too often.
    Spent,
    /// It is too old, or none was sent (E7).
    Expired,
    /// The link was not confirmed yet.
    Unconfirmed,
}

/// Why no mail was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SendProblem {
    /// Enough were sent for now.
    Wait {
        /// When another may be asked for, in milliseconds since 1970.
        until: i64,
    },
    /// It cannot be sent (E21).
    Unavailable,
    /// The administrators were told often enough.
    Told,
}

/// Who confirms a new network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Confirms {
    /// Whoever reads the mail of the account.
    Person,
    /// An administrator, and nobody else.
    Administrator,
    /// Nobody can: it is none that tells one place from another.
    Nobody,
    /// Somebody did meanwhile.
    Done,
}

/// What was done just now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Done {
    /// The administrators were told.
    Asked,
    /// Another mail was sent.
    Sent,
}

/// Somebody waits until their new network is confirmed (H9).
#[derive(Clone, Debug, Serialize)]
pub struct WaitingPage {
    /// Where the forms go: the code; another mail; the administrators; "I have confirmed".
    pub action: String,
    /// Where another mail is asked for.
    pub send: String,
    /// Where the administrators are asked.
    pub ask: String,
    /// Where somebody goes on who confirmed elsewhere.
    pub go_on: String,
    /// What tells how the link stands.
    pub waits: String,
    /// The sign-in, for somebody who wants to begin anew.
    pub anew: String,
    /// Where the mail went, masked.
    pub to: String,
    /// Who sends it.
    pub from: String,
    /// The network, as far as it can be told.
    pub network: Option<String>,
    /// What the browser calls itself, and its system.
    pub browser: Option<(String, String)>,
    /// The app that waits.
    pub app: Option<String>,
    /// The home organisation.
    pub organisation: String,
    /// Who confirms it.
    pub who: Confirms,
    /// When the mail was sent, in milliseconds since 1970; none while there is no code to type.
    pub sent_at: Option<i64>,
    /// What another device is asked for that opens the link.
    pub matching_number: Option<i64>,
    /// Whether the address changed while the person waited.
    pub moved: bool,
    /// What was done just now.
    pub done: Option<Done>,
    /// Whether a passkey would do instead.
    pub has_passkey: bool,
    /// Why the code was not taken.
    pub problem: Option<CodeProblem>,
    /// Why no mail was sent.
    pub sending: Option<SendProblem>,
}

impl WaitingPage {
    /// One to show what the page looks like.
    fn sample() -> Self {
        Self {
            action: "/sign-in/int_1/network".to_owned(),
            send: "/sign-in/int_1/network/send".to_owned(),
            ask: "/sign-in/int_1/network/ask".to_owned(),
            go_on: "/sign-in/int_1/network/continue".to_owned(),
            waits: "/sign-in/int_1/waiting".to_owned(),
            anew: "/sign-in/int_1?anew=1".to_owned(),
            to: "a•••@kantoor.nl".to_owned(),
            from: "Countersign <no-reply@id.kantoor.example>".to_owned(),
            network: Some("203.0.113.24".to_owned()),
            browser: Some(("Edge".to_owned(), "Windows".to_owned())),
            app: Some("Boekhouding".to_owned()),
            organisation: "Kantoor De Vries".to_owned(),
            who: Confirms::Person,
            sent_at: Some(1_795_525_500_000),
            matching_number: Some(47),
            moved: false,
            done: None,
            has_passkey: true,
            problem: None,
            sending: None,
        }
    }
}

impl Page for WaitingPage {
    const TEMPLATE: &'static str = "pages/ip_addresses/waiting.html";

    fn samples() -> Vec<Self> {
        use CodeProblem::{Expired, Shape, Spent, Unconfirmed, Wrong};
        let plain = Self::sample();
        let unsent = Self { sent_at: None, matching_number: None, ..plain.clone() };
        let administrator = Self { who: Confirms::Administrator, ..unsent.clone() };
        let nobody = Self { who: Confirms::Nobody, ..unsent.clone() };
        let mut all = vec![
            plain.clone(),
            Self { app: None, browser: None, has_passkey: false, ..plain.clone() },
            Self { done: Some(Done::Asked), ..plain.clone() },
            Self { done: Some(Done::Sent), ..plain.clone() },
            Self { who: Confirms::Done, ..plain.clone() },
            Self { moved: true, ..plain.clone() },
            Self { matching_number: None, ..plain.clone() },
            unsent.clone(),
            administrator.clone(),
            Self { done: Some(Done::Asked), ..administrator.clone() },
            Self { network: None, ..nobody.clone() },
            Self { network: Some("10.1.2.3".to_owned()), ..nobody },
            Self { problem: Some(Unconfirmed), ..administrator.clone() },
            Self { sending: Some(SendProblem::Told), ..administrator },
        ];
        all.extend(
            [Wrong, Shape, Spent, Expired, Unconfirmed].map(|problem| Self { problem: Some(problem), ..plain.clone() }),
        );
        let wait = SendProblem::Wait { until: 1_795_527_120_000 };
        for page in [plain, unsent] {
            all.extend(
                [wait, SendProblem::Unavailable, SendProblem::Told]
                    .map(|sending| Self { sending: Some(sending), ..page.clone() }),
            );
        }
        all
    }
}

/// Nothing may come from this network (H12).
#[derive(Clone, Debug, Serialize)]
pub struct BlockedPage {
    /// Where the administrators are asked.
    pub action: String,
    /// The sign-in, for somebody who wants to begin anew.
    pub anew: String,
    /// The network.
    pub network: String,
    /// The home organisation, whose administrators can help.
    pub organisation: String,
    /// Whether it is blocked for everybody there, and not for this account alone.
    pub for_all: bool,
    /// Whether the administrators were told just now.
    pub asked: bool,
    /// Whether the administrators were told often enough.
    pub told: bool,
}

impl Page for BlockedPage {
    const TEMPLATE: &'static str = "pages/ip_addresses/blocked.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/sign-in/int_1/blocked".to_owned(),
            anew: "/sign-in/int_1?anew=1".to_owned(),
            network: "203.0.113.24".to_owned(),
            organisation: "Kantoor De Vries".to_owned(),
            for_all: false,
            asked: false,
            told: false,
        };
        vec![
            Self { for_all: true, ..plain.clone() },
            Self { asked: true, ..plain.clone() },
            Self { told: true, ..plain.clone() },
            plain,
        ]
    }
}
