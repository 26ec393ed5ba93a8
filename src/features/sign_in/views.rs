//! What the sign-in pages show.

use serde::Serialize;

use crate::web::Page;

/// The sign-in form (H1).
#[derive(Clone, Debug, Serialize)]
pub struct SignInPage {
    /// Where the form goes.
    pub action: String,
    /// The app that is waiting; none for our own pages.
    pub app: Option<WaitingApp>,
    /// The name that was typed or hinted.
    pub username: String,
    /// Whether the person is signed in and must prove it anew.
    pub again: bool,
    /// What is wrong with what was filled in.
    pub problem: Option<SignInProblem>,
}

/// The app that is waiting. It travels in the form, authenticated, for when the sign-in itself is gone (E17).
#[derive(Clone, Debug, Serialize)]
pub struct WaitingApp {
    /// Its name.
    pub name: String,
    /// Its front page.
    pub home: String,
    /// The tag of both.
    pub tag: String,
}

/// What is wrong with a sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SignInProblem {
    /// Name or password is wrong (E1).
    Wrong,
    /// No name (E2).
    NoName,
    /// No password (E3).
    NoPassword,
    /// Too many attempts (E4).
    TooMany {
        /// When to come back, in milliseconds since 1970.
        until: i64,
    },
}

impl Page for SignInPage {
    const TEMPLATE: &'static str = "pages/sign_in/sign_in.html";

    fn samples() -> Vec<Self> {
        let plain =
            Self { action: "/sign-in".to_owned(), app: None, username: String::new(), again: false, problem: None };
        let app = WaitingApp {
            name: "Kantoorportaal".to_owned(),
            home: "https://portal.example".to_owned(),
            tag: "tag".to_owned(),
        };
        let problems = [
            SignInProblem::Wrong,
            SignInProblem::NoName,
            SignInProblem::NoPassword,
            SignInProblem::TooMany { until: 1_795_527_120_000 },
            SignInProblem::TooMany { until: 1_795_563_900_000 },
        ];
        let mut all = vec![
            plain.clone(),
            Self { app: Some(app.clone()), username: "anna@kantoor.nl".to_owned(), ..plain.clone() },
            Self { app: Some(app.clone()), again: true, ..plain.clone() },
        ];
        all.extend(problems.into_iter().map(|problem| Self {
            app: Some(app.clone()),
            username: "<anna>".to_owned(),
            problem: Some(problem),
            ..plain.clone()
        }));
        all
    }
}

/// The sign-in was open too long (E17).
#[derive(Clone, Debug, Serialize)]
pub struct ExpiredPage {
    /// The app: its name and front page.
    pub app: Option<(String, String)>,
}

impl Page for ExpiredPage {
    const TEMPLATE: &'static str = "pages/sign_in/expired.html";

    fn samples() -> Vec<Self> {
        vec![Self { app: None }, Self { app: Some(("Kantoorportaal".to_owned(), "https://portal.example".to_owned())) }]
    }
}

/// The account may not be used (H24).
#[derive(Clone, Debug, Serialize)]
pub struct NoAccessPage {
    /// Why, as the decision named it.
    pub refusal: &'static str,
    /// The home organisation.
    pub organisation: String,
    /// The app that is waiting.
    pub app: Option<String>,
}

impl Page for NoAccessPage {
    const TEMPLATE: &'static str = "pages/sign_in/no_access.html";

    fn samples() -> Vec<Self> {
        ["account_disabled", "organisation_disabled", "membership_disabled", "app_disabled", "account_gone"]
            .into_iter()
            .map(|refusal| Self {
                refusal,
                organisation: "Kantoor De Vries".to_owned(),
                app: Some("Kantoorportaal".to_owned()),
            })
            .collect()
    }
}
