//! What the pages and the mail of a forgotten password show.

use serde::Serialize;

use crate::features::outbox::{Message, Particulars};
use crate::web::Page;

/// What is the problem (H17)?
#[derive(Clone, Debug, Serialize)]
pub struct ProblemPage {
    /// Where the form goes.
    pub action: String,
    /// Back to the sign-in.
    pub back: String,
    /// What can be the problem.
    pub topics: Vec<&'static str>,
    /// Nothing was chosen.
    pub missing: bool,
}

impl Page for ProblemPage {
    const TEMPLATE: &'static str = "pages/recovery/problem.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/recover".to_owned(),
            back: "/sign-in".to_owned(),
            topics: super::pages::TOPICS.to_vec(),
            missing: false,
        };
        vec![Self { missing: true, ..plain.clone() }, plain]
    }
}

/// What to do about one of the problems.
#[derive(Clone, Debug, Serialize)]
pub struct AdvicePage {
    /// Which.
    pub topic: &'static str,
    /// To the sign-in.
    pub sign_in: String,
    /// To the form that asks the helpdesk; none where it cannot help with this.
    pub helpdesk: Option<String>,
    /// Back to the list of problems.
    pub back: String,
    /// The sender of our mails.
    pub from: String,
}

impl Page for AdvicePage {
    const TEMPLATE: &'static str = "pages/recovery/advice.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            topic: "",
            sign_in: "/sign-in".to_owned(),
            helpdesk: None,
            back: "/recover".to_owned(),
            from: "Countersign <no-reply@id.example.nl>".to_owned(),
        };
        let asks = Some("/recover/own/helpdesk".to_owned());
        super::pages::TOPICS[1..]
            .iter()
            .flat_map(|topic| {
                [Self { topic, ..plain.clone() }, Self { topic, helpdesk: asks.clone(), ..plain.clone() }]
            })
            .collect()
    }
}

/// Whose password was forgotten?
#[derive(Clone, Debug, Serialize)]
pub struct ForgottenPage {
    /// Where the form goes.
    pub action: String,
    /// Back to the list of problems.
    pub back: String,
    /// What was typed.
    pub username: String,
    /// What is wrong.
    pub problem: Option<ForgottenProblem>,
}

/// Why nothing was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum ForgottenProblem {
    /// No name (E2).
    NoName,
    /// Enough was asked for by now.
    TooMany {
        /// When to come back, in milliseconds since 1970.
        until: i64,
    },
    /// No mail can be sent (E21).
    Unavailable,
}

impl Page for ForgottenPage {
    const TEMPLATE: &'static str = "pages/recovery/forgotten.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/recover/own/password".to_owned(),
            back: "/recover".to_owned(),
            username: String::new(),
            problem: None,
        };
        let until = 1_795_527_120_000;
        let problems = [ForgottenProblem::NoName, ForgottenProblem::TooMany { until }, ForgottenProblem::Unavailable];
        let mut all = vec![plain.clone()];
        all.extend(problems.map(|problem| Self {
            username: "<anna>".to_owned(),
            problem: Some(problem),
            ..plain.clone()
        }));
        all
    }
}

/// The page that waits for the code, the same for every name.
#[derive(Clone, Debug, Serialize)]
pub struct WaitingPage {
    /// Where the code goes.
    pub action: String,
    /// To ask once more.
    pub again: String,
    /// The sender of the mail.
    pub from: String,
    /// What is wrong with the code: `shape`, `wrong`, `spent` or `expired`.
    pub problem: Option<&'static str>,
}

impl Page for WaitingPage {
    const TEMPLATE: &'static str = "pages/recovery/waiting.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/password-reset/rst_1".to_owned(),
            again: "/recover/own/password".to_owned(),
            from: "Countersign <no-reply@id.example.nl>".to_owned(),
            problem: None,
        };
        let mut all = vec![plain.clone()];
        all.extend(
            ["shape", "wrong", "spent", "expired"].map(|problem| Self { problem: Some(problem), ..plain.clone() }),
        );
        all
    }
}

/// What the link in the mail opens: a button, and nothing happens before it is pressed.
#[derive(Clone, Debug, Serialize)]
pub struct LinkPage {
    /// Where the button leads.
    pub action: String,
    /// Whose password, as much of it as a page shows.
    pub account: String,
}

impl Page for LinkPage {
    const TEMPLATE: &'static str = "pages/recovery/link.html";

    fn samples() -> Vec<Self> {
        vec![Self { action: "/password-reset/link/secret".to_owned(), account: "a•••@kantoor.nl".to_owned() }]
    }
}

/// The form for the new password.
#[derive(Clone, Debug, Serialize)]
pub struct NewPasswordPage {
    /// Where it goes.
    pub action: String,
    /// Whose password.
    pub email: String,
    /// The fewest characters.
    pub least: u16,
    /// An administrator wants it; it was not forgotten.
    pub demanded: bool,
    /// What is wrong with it.
    pub problem: Option<&'static str>,
}

impl Page for NewPasswordPage {
    const TEMPLATE: &'static str = "pages/recovery/new_password.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/password-reset/new/int_1".to_owned(),
            email: "anna@kantoor.nl".to_owned(),
            least: 12,
            demanded: false,
            problem: None,
        };
        let mut all = vec![plain.clone(), Self { demanded: true, ..plain.clone() }];
        all.extend(
            ["too_short", "too_long", "guessable", "same"]
                .map(|problem| Self { problem: Some(problem), ..plain.clone() }),
        );
        all
    }
}

/// The link or the code works no longer (E16).
#[derive(Clone, Debug, Serialize)]
pub struct ClosedPage {}

impl Page for ClosedPage {
    const TEMPLATE: &'static str = "pages/recovery/closed.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}

/// The mail with code and link (D3); for somebody who has no password it says that.
#[derive(Clone, Debug, Serialize)]
pub struct ResetMail {
    /// Whom it greets.
    pub name: String,
    /// The code and the link; none where there is no password to forget.
    pub way: Option<ResetWay>,
    /// The facts.
    pub particulars: Particulars,
}

/// What lets somebody choose a password anew.
#[derive(Clone, Debug, Serialize)]
pub struct ResetWay {
    /// The code, as it is read.
    pub code: String,
    /// For how many minutes it works.
    pub minutes: u64,
    /// The link, in full.
    pub link: String,
    /// For how many minutes it works.
    pub link_minutes: u64,
    /// Whether a second step is asked as well.
    pub second_step: bool,
}

impl Message for ResetMail {
    const TEMPLATE: &'static str = "password_reset";

    fn samples() -> Vec<Self> {
        let way = ResetWay {
            code: "482 911".to_owned(),
            minutes: 10,
            link: "https://id.example.nl/password-reset/link/7hQ2vK9mZr4TnW8xYb3cPd".to_owned(),
            link_minutes: 30,
            second_step: false,
        };
        let mail = |way| Self { name: "Anna de Vries".to_owned(), way, particulars: Particulars::sample() };
        let with_second_step = ResetWay { second_step: true, ..way.clone() };
        vec![mail(Some(way)), mail(Some(with_second_step)), mail(None)]
    }
}
