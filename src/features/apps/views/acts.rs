//! What can be done about an app: settings to copy, to change, and what has consequences.

use serde::Serialize;

use super::app::{AppRow, FailedRow};
use super::draft::Filled;
use crate::features::apps::rules::{Fault, Kind, Settings, Stack, stacks};
use crate::features::failed_requests::Difference;
use crate::web::Page;

/// The settings to copy, and the secret while it is shown.
#[derive(Clone, Debug, Serialize)]
pub struct ReadyPage {
    /// The app.
    pub(in crate::features::apps) row: AppRow,
    /// Whether it was just registered.
    pub(in crate::features::apps) is_new: bool,
    /// Single values: what they are, and the value.
    pub(in crate::features::apps) values: Vec<(&'static str, String)>,
    /// The secret, once.
    pub(in crate::features::apps) secret: Option<String>,
    /// Blocks to paste.
    pub(in crate::features::apps) stacks: Vec<Stack>,
    /// Whether the sign-in can be tried.
    pub(in crate::features::apps) can_be_tried: bool,
}

/// The form for the settings.
#[derive(Clone, Debug, Serialize)]
pub struct ChangePage {
    /// The app.
    pub(in crate::features::apps) row: AppRow,
    /// The form.
    pub(in crate::features::apps) form: Filled,
    /// What the registration does not take, in its own words.
    pub(in crate::features::apps) refused: Option<String>,
}

/// Doing something about an app, with what follows.
#[derive(Clone, Debug, Serialize)]
pub struct AppActPage {
    /// The app.
    pub(in crate::features::apps) row: AppRow,
    /// What: `disable`, `enable`, `remove`, `secret`, `end-secret`.
    pub(in crate::features::apps) act: &'static str,
    /// Where the form goes.
    pub(in crate::features::apps) action: String,
    /// Which version of the app was seen.
    pub(in crate::features::apps) version: i64,
    /// How many secrets count now.
    pub(in crate::features::apps) secrets: usize,
    /// How many people may have something of the app.
    pub(in crate::features::apps) people: u64,
    /// Whether somebody changed the app meanwhile.
    pub(in crate::features::apps) conflict: bool,
    /// Whether the name was typed wrong.
    pub(in crate::features::apps) wrong_name: bool,
}

/// Adding an address that was asked for.
#[derive(Clone, Debug, Serialize)]
pub struct AddAddressPage {
    /// The app.
    pub(in crate::features::apps) row: AppRow,
    /// What was asked for.
    pub(in crate::features::apps) failed: FailedRow,
    /// The place of it (scheme, host, port), where no registered address is there.
    pub(in crate::features::apps) foreign_place: Option<String>,
    /// The places that are registered.
    pub(in crate::features::apps) hosts: Vec<String>,
    /// Where the form goes.
    pub(in crate::features::apps) action: String,
    /// Which version of the app was seen.
    pub(in crate::features::apps) version: i64,
    /// Whether the host was typed wrong.
    pub(in crate::features::apps) wrong_host: bool,
    /// Whether somebody changed the app meanwhile.
    pub(in crate::features::apps) conflict: bool,
}

impl Page for ReadyPage {
    const TEMPLATE: &'static str = "pages/apps/ready.html";

    fn samples() -> Vec<Self> {
        let of = |kind, secret: Option<&str>| Self {
            row: AppRow { kind, ..AppRow::sample() },
            is_new: true,
            values: vec![
                ("issuer", "https://id.example.nl".to_owned()),
                ("discovery", "https://id.example.nl/.well-known/openid-configuration".to_owned()),
                ("client-id", "app_7hQ2vK9mZr4TnW8x".to_owned()),
                ("redirect-uri", "https://portal.example.nl/callback".to_owned()),
                ("scopes", "openid profile email".to_owned()),
            ],
            secret: secret.map(str::to_owned),
            stacks: stacks(&Settings {
                kind,
                issuer: "https://id.example.nl",
                client_id: "app_7hQ2vK9mZr4TnW8x",
                secret,
                redirect_uri: "https://portal.example.nl/callback",
                scope: "openid profile email",
            }),
            can_be_tried: kind != Kind::Machine,
        };
        let shown = of(Kind::Server, Some("QmFzZTY0IGlzIG5vdCBhIHNlY3JldCBidXQgdGhpcyBpcyBsb25n"));
        vec![
            Self { is_new: false, ..shown.clone() },
            shown,
            Self { is_new: false, ..of(Kind::Server, None) },
            of(Kind::Browser, None),
            of(Kind::Machine, Some("c2VjcmV0")),
        ]
    }
}

impl Page for ChangePage {
    const TEMPLATE: &'static str = "pages/apps/change.html";

    fn samples() -> Vec<Self> {
        let fault = |field, line, what| Fault { field, line, what };
        let form = Filled::sample(Kind::Server);
        let page = Self { row: AppRow::sample(), form: form.clone(), refused: None };
        let faults = vec![fault("name", None, "missing"), fault("redirects", Some(2), "plain-http")];
        vec![
            Self { form: Filled { conflict: true, ..form.clone() }, ..page.clone() },
            Self { form: Filled { faults, ..form }, ..page.clone() },
            Self { refused: Some("Register at most 100 addresses".to_owned()), ..page.clone() },
            Self { form: Filled::sample(Kind::Machine), ..page.clone() },
            page,
        ]
    }
}

impl Page for AppActPage {
    const TEMPLATE: &'static str = "pages/apps/act.html";

    fn samples() -> Vec<Self> {
        let page = Self {
            row: AppRow::sample(),
            act: "remove",
            action: "/admin/apps/app_1/remove".to_owned(),
            version: 1_795_525_500_000,
            secrets: 2,
            people: 14,
            conflict: false,
            wrong_name: false,
        };
        let acts = ["disable", "enable", "remove", "secret", "end-secret"];
        let mut all: Vec<Self> = acts.into_iter().map(|act| Self { act, ..page.clone() }).collect();
        all.push(Self { wrong_name: true, ..page.clone() });
        all.push(Self { act: "secret", secrets: 1, conflict: true, ..page.clone() });
        all.push(Self { act: "end-secret", secrets: 1, ..page });
        all
    }
}

impl Page for AddAddressPage {
    const TEMPLATE: &'static str = "pages/apps/add_address.html";

    fn samples() -> Vec<Self> {
        let page = Self {
            row: AppRow::sample(),
            failed: FailedRow::sample(),
            foreign_place: None,
            hosts: vec!["portal.example.nl".to_owned()],
            action: "/admin/apps/app_1/failed/flr_1".to_owned(),
            version: 1_795_525_500_000,
            wrong_host: false,
            conflict: false,
        };
        let host = Difference::Host { sent: "evil.example".to_owned(), registered: "portal.example.nl".to_owned() };
        let foreign = Self {
            foreign_place: Some("https://evil.example".to_owned()),
            failed: FailedRow {
                address: Some("https://evil.example/callback".to_owned()),
                differences: vec![host],
                ..FailedRow::sample()
            },
            ..page.clone()
        };
        vec![
            Self { conflict: true, ..page.clone() },
            page,
            Self { wrong_host: true, ..foreign.clone() },
            Self { hosts: Vec::new(), ..foreign.clone() },
            foreign,
        ]
    }
}
