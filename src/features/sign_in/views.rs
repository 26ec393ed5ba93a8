//! What the sign-in pages show.

use serde::Serialize;

use crate::features::passkeys::Ceremony;
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
    /// Who must confirm that it is them (H3): name and e-mail address. Nobody else will do.
    pub confirms: Option<(String, String)>,
    /// Which page comes after that.
    pub next: Option<String>,
    /// How somebody signs in with a passkey instead; none where browsers refuse it at this address.
    pub passkey: Option<Ceremony>,
    /// What to do when it does not work.
    pub recover: String,
    /// To a new password, for somebody who was wrong more than once.
    pub new_password: Option<String>,
    /// How often the person was wrong before.
    pub wrong_before: u8,
    /// A forgotten password was just chosen anew.
    pub renewed: bool,
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
    /// It was stopped from the mail.
    Stopped,
}

impl Page for SignInPage {
    const TEMPLATE: &'static str = "pages/sign_in/sign_in.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/sign-in".to_owned(),
            app: None,
            username: String::new(),
            again: false,
            confirms: None,
            next: None,
            passkey: Some(Ceremony {
                creates: false,
                begin: "/passkeys/begin".to_owned(),
                finish: "/passkeys/finish".to_owned(),
                place: "own".to_owned(),
                next: String::new(),
                autofill: true,
                first: false,
            }),
            recover: "/recover/own".to_owned(),
            new_password: None,
            wrong_before: 0,
            renewed: false,
            problem: None,
        };
        let first = plain.passkey.clone().map(|ceremony| Ceremony { first: true, autofill: false, ..ceremony });
        let confirms = Self {
            action: "/confirm".to_owned(),
            username: "anna@kantoor.nl".to_owned(),
            confirms: Some(("Anna de Vries".to_owned(), "anna@kantoor.nl".to_owned())),
            next: Some("/account/security".to_owned()),
            ..plain.clone()
        };
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
            SignInProblem::Stopped,
        ];
        let mut all = vec![
            plain.clone(),
            Self { app: Some(app.clone()), username: "anna@kantoor.nl".to_owned(), ..plain.clone() },
            Self { app: Some(app.clone()), again: true, ..plain.clone() },
            Self { passkey: first.clone(), ..plain.clone() },
            Self { passkey: None, ..plain.clone() },
            Self { renewed: true, ..plain.clone() },
            Self {
                new_password: Some("/recover/own/password".to_owned()),
                wrong_before: 2,
                problem: Some(SignInProblem::Wrong),
                ..plain.clone()
            },
            Self { passkey: first, ..confirms.clone() },
            Self { passkey: None, problem: Some(SignInProblem::NoPassword), ..plain.clone() },
            Self { passkey: None, problem: Some(problems[3].clone()), ..plain.clone() },
            Self { problem: Some(SignInProblem::Wrong), ..confirms.clone() },
            Self { problem: Some(SignInProblem::NoPassword), ..confirms.clone() },
            confirms,
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
