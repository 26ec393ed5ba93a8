//! What the pages and the mail of an invitation show.

use serde::Serialize;

use crate::features::organisations::Role;
use crate::features::outbox::{Message, Particulars};
use crate::web::Page;

/// The invitation: choose how to sign in (H22).
#[derive(Clone, Debug, Serialize)]
pub struct InvitationPage {
    /// Where the form goes.
    pub action: String,
    /// Where somebody goes who wants a passkey.
    pub passkey: Option<String>,
    /// Who invited; none for the operator.
    pub inviter: Option<String>,
    /// Where to.
    pub organisation: String,
    /// The e-mail address of the account.
    pub email: String,
    /// Where a no goes, where no is an answer.
    pub decline: Option<String>,
    /// The fewest characters of a password.
    pub least: u16,
    /// What is wrong with the password.
    pub problem: Option<&'static str>,
}

impl Page for InvitationPage {
    const TEMPLATE: &'static str = "pages/invitations/invitation.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/invite/secret".to_owned(),
            passkey: Some("/invite/secret/passkey".to_owned()),
            inviter: Some("Anna de Vries".to_owned()),
            organisation: "Kantoor De Vries".to_owned(),
            email: "gijs@kantoor.nl".to_owned(),
            decline: Some("/invite/secret/decline".to_owned()),
            least: 15,
            problem: None,
        };
        let problems = ["empty", "too_short", "too_long", "guessable"];
        let mut all = vec![Self { inviter: None, passkey: None, decline: None, ..plain.clone() }];
        all.extend(problems.map(|problem| Self { problem: Some(problem), ..plain.clone() }));
        all.push(plain);
        all
    }
}

/// The invitation does not work (any more).
#[derive(Clone, Debug, Serialize)]
pub struct ClosedInvitationPage {
    /// Who can invite again, where that is known.
    pub inviter: Option<String>,
}

impl Page for ClosedInvitationPage {
    const TEMPLATE: &'static str = "pages/invitations/closed.html";

    fn samples() -> Vec<Self> {
        vec![Self { inviter: None }, Self { inviter: Some("Anna de Vries".to_owned()) }]
    }
}

/// The mail with the link (D7).
#[derive(Clone, Debug, Serialize)]
pub struct InvitationMail {
    /// Whom it greets.
    pub name: String,
    /// Who invited; none for the operator, and for a program.
    pub inviter: Option<String>,
    /// Where to.
    pub organisation: String,
    /// The link, in full.
    pub link: String,
    /// Whether there is an account with the address: then the link leads to a question.
    pub has_account: bool,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for InvitationMail {
    const TEMPLATE: &'static str = "invitation";

    fn samples() -> Vec<Self> {
        let plain = Self {
            name: "Gijs de Boer".to_owned(),
            inviter: None,
            organisation: "Kantoor De Vries".to_owned(),
            link: "https://id.example.nl/invite/7hQ2vK9mZr4TnW8xYb3cPd".to_owned(),
            has_account: false,
            particulars: Particulars { app: None, browser: None, ip: None, ..Particulars::sample() },
        };
        vec![
            Self { has_account: true, inviter: Some("Anna de Vries".to_owned()), ..plain.clone() },
            Self { has_account: true, ..plain.clone() },
            Self { inviter: Some("Anna de Vries".to_owned()), ..plain.clone() },
            plain,
        ]
    }
}

/// Somebody who has an account is asked into another organisation (H22).
#[derive(Clone, Debug, Serialize)]
pub struct JoinPage {
    /// Where a yes goes.
    pub action: String,
    /// Where a no goes.
    pub decline: String,
    /// Who invited; none for a program of the organisation.
    pub inviter: Option<String>,
    /// Where to.
    pub organisation: String,
    /// As what.
    pub role: Role,
    /// The address that the invitation went to.
    pub email: String,
    /// Whether its owner is signed in here; otherwise where they sign in.
    pub sign_in: Option<String>,
    /// Who is signed in instead, if that is somebody else.
    pub other: Option<String>,
    /// What came of it: `declined` or `member`.
    pub done: Option<&'static str>,
}

impl Page for JoinPage {
    const TEMPLATE: &'static str = "pages/invitations/join.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/account/invitations/min_1/join".to_owned(),
            decline: "/invite/secret/decline".to_owned(),
            inviter: Some("Anna de Vries".to_owned()),
            organisation: "Kantoor De Vries".to_owned(),
            role: Role::Accountant,
            email: "p•••@elders.nl".to_owned(),
            sign_in: None,
            other: None,
            done: None,
        };
        let sign_in = Some("/invite/secret/sign-in".to_owned());
        let mut all: Vec<Self> = ["declined", "member"].map(|done| Self { done: Some(done), ..plain.clone() }).to_vec();
        all.push(Self { sign_in: sign_in.clone(), ..plain.clone() });
        all.push(Self { sign_in: sign_in.clone(), inviter: None, ..plain.clone() });
        all.extend(["declined", "member"].map(|done| Self { done: Some(done), inviter: None, ..plain.clone() }));
        all.push(Self { sign_in, other: Some("bram@kantoor.nl".to_owned()), ..plain.clone() });
        all.push(plain);
        all
    }
}
