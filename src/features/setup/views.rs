//! What the set-up pages show.

use serde::Serialize;

use crate::web::Page;

/// The form for the first administrator.
#[derive(Clone, Debug, Default, Serialize)]
pub struct SetupPage {
    /// Where the form goes.
    pub action: String,
    /// The organisation that was filled in.
    pub organisation: String,
    /// The name that was filled in.
    pub name: String,
    /// The e-mail address that was filled in.
    pub email: String,
    /// The fewest characters of a password.
    pub least: u16,
    /// What is wrong: field and word for it.
    pub problem: Option<(&'static str, &'static str)>,
}

impl Page for SetupPage {
    const TEMPLATE: &'static str = "pages/setup/setup.html";

    fn samples() -> Vec<Self> {
        let plain = Self { action: "/setup/secret".to_owned(), least: 15, ..Self::default() };
        let problems = [
            ("organisation", "empty"),
            ("name", "empty"),
            ("email", "malformed"),
            ("email", "taken"),
            ("password", "too_short"),
            ("password", "too_long"),
            ("password", "guessable"),
        ];
        let mut all = vec![plain.clone()];
        all.extend(problems.into_iter().map(|problem| Self {
            organisation: "Kantoor De Vries".to_owned(),
            name: "Anna de Vries".to_owned(),
            email: "anna@kantoor.nl".to_owned(),
            problem: Some(problem),
            ..plain.clone()
        }));
        all
    }
}

/// The account was made.
#[derive(Clone, Debug, Serialize)]
pub struct SetupDonePage {
    /// Whose.
    pub email: String,
}

impl Page for SetupDonePage {
    const TEMPLATE: &'static str = "pages/setup/done.html";

    fn samples() -> Vec<Self> {
        vec![Self { email: "anna@kantoor.nl".to_owned() }]
    }
}

/// The link does not work (any more).
#[derive(Clone, Debug, Serialize)]
pub struct SetupClosedPage {}

impl Page for SetupClosedPage {
    const TEMPLATE: &'static str = "pages/setup/closed.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}
