//! What the account pages show.

use serde::Serialize;

use crate::features::organisations::Role;
use crate::web::Page;

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
        };
        vec![
            page.clone(),
            Self {
                organisations: vec![
                    ("Kantoor De Vries".to_owned(), Role::Employee),
                    ("Jansen & Zn".to_owned(), Role::Accountant),
                ],
                other_sessions: 1,
                ..page.clone()
            },
            Self { other_sessions: 3, ..page },
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
            started: 1_795_507_920_000,
            last_used: 1_795_507_920_000,
            here: true,
        };
        let other = SessionRow {
            id: "ses_2".to_owned(),
            browser: None,
            network: Some("2001:db8:1:2::/64".to_owned()),
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
