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
    /// What is wrong: field and word for it.
    pub problem: Option<(&'static str, &'static str)>,
}

impl Page for SetupPage {
    const TEMPLATE: &'static str = "pages/setup/setup.html";

    fn samples() -> Vec<Self> {
        let plain = Self { action: "/setup/secret".to_owned(), ..Self::default() };
        let problems = [("organisation", "empty"), ("name", "empty"), ("email", "malformed"), ("email", "taken")];
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

/// Somebody began with this link, and has not signed in yet.
#[derive(Clone, Debug, Serialize)]
pub struct SetupResumePage {
    /// Where the form goes.
    pub action: String,
    /// The e-mail address that was filled in.
    pub email: String,
}

impl Page for SetupResumePage {
    const TEMPLATE: &'static str = "pages/setup/resume.html";

    fn samples() -> Vec<Self> {
        vec![Self { action: "/setup/secret".to_owned(), email: "<anna>@kantoor.nl".to_owned() }]
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
