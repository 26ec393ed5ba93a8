//! What the pages of the demo show: the sample portal and the mailbox.

use serde::Serialize;

use crate::features::organisations::Role;
use crate::web::{Page, PageSample, samples_of};

/// The front page of the portal, for whoever is not signed in.
#[derive(Clone, Debug, Serialize)]
pub struct PortalPage {
    /// What the provider calls itself.
    pub issuer_name: String,
    /// Where signing in begins.
    pub sign_in: String,
    /// What came back instead of a sign-in.
    pub problem: Option<PortalProblem>,
    /// The people of the demo.
    pub people: Vec<DemoPerson>,
}

/// Why nobody is signed in to the portal.
#[derive(Clone, Debug, Serialize)]
pub struct PortalProblem {
    /// The error code (RFC 6749, section 4.1.2.1), or `verification` where the answer did not verify.
    pub error: String,
    /// What is wrong, for the developer of the portal.
    pub description: String,
}

/// Somebody that the demo lets you sign in as.
#[derive(Clone, Debug, Serialize)]
pub struct DemoPerson {
    /// The full name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The password. Everybody may know it: it exists only in the demo.
    pub password: String,
    /// The role in the organisation.
    pub role: Role,
}

impl Page for PortalPage {
    const TEMPLATE: &'static str = "pages/demo/portal.html";

    fn samples() -> Vec<Self> {
        let person = |name: &str, email: &str, role| DemoPerson {
            name: name.to_owned(),
            email: email.to_owned(),
            password: "correct horse battery".to_owned(),
            role,
        };
        let plain = Self {
            issuer_name: "Countersign".to_owned(),
            sign_in: "/sign-in".to_owned(),
            problem: None,
            people: vec![
                person("Anna de Vries", "anna@kantoor.example", Role::Administrator),
                person("Bram Jansen", "bram@kantoor.example", Role::Accountant),
                person("Chris Bakker", "chris@kantoor.example", Role::Employee),
            ],
        };
        let problem = |error: &str| PortalProblem {
            error: error.to_owned(),
            description: "the request was answered with an error".to_owned(),
        };
        vec![
            plain.clone(),
            Self { problem: Some(problem("access_denied")), ..plain.clone() },
            Self { problem: Some(problem("verification")), people: Vec::new(), ..plain },
        ]
    }
}

/// The page of the portal for whoever is signed in.
#[derive(Clone, Debug, Serialize)]
pub struct PortalHomePage {
    /// The claim `name`.
    pub name: String,
    /// The claim `email`.
    pub email: Option<String>,
    /// The claim `org_name`.
    pub organisation: Option<String>,
    /// The first of the claim `org_roles`.
    pub role: Option<Role>,
    /// What the provider calls itself.
    pub issuer_name: String,
    /// Every claim of the verified ID token: name, and value as JSON.
    pub claims: Vec<(String, String)>,
    /// Where the form that signs out goes.
    pub sign_out: String,
}

impl Page for PortalHomePage {
    const TEMPLATE: &'static str = "pages/demo/portal_home.html";

    fn samples() -> Vec<Self> {
        let claim = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let page = Self {
            name: "Anna de Vries".to_owned(),
            email: Some("anna@kantoor.example".to_owned()),
            organisation: Some("Kantoor De Vries".to_owned()),
            role: Some(Role::Administrator),
            issuer_name: "Countersign".to_owned(),
            claims: vec![
                claim("iss", "\"http://localhost:8080\""),
                claim("sub", "\"acc_01kjv3n0c5w7x9y1z2a3b4c5d6\""),
                claim("aud", "[\"app_01kjv3n0c5w7x9y1z2a3b4c5d6\"]"),
                claim("exp", "1795529100"),
                claim("nonce", "\"q0Wj0lNfXk3v5s8y7u2t9r4e1w6p0o3i5a8d7f2g9h4\""),
                claim("name", "\"Anna de Vries\""),
                claim("org_name", "\"Kantoor De Vries\""),
                claim("org_roles", "[\"administrator\"]"),
            ],
            sign_out: "/sign-out".to_owned(),
        };
        vec![page.clone(), Self { email: None, organisation: None, role: None, ..page }]
    }
}

/// Every mail and text message that the demo would have sent, the newest first.
#[derive(Clone, Debug, Serialize)]
pub struct MailboxPage {
    /// The messages.
    pub messages: Vec<MailboxRow>,
}

/// A message in the list.
#[derive(Clone, Debug, Serialize)]
pub struct MailboxRow {
    /// Where it can be read.
    pub url: String,
    /// An e-mail address or a telephone number.
    pub to: String,
    /// The subject, or the first words of a text message.
    pub subject: String,
    /// When it would have been sent, in milliseconds since 1970.
    pub at: i64,
}

impl Page for MailboxPage {
    const TEMPLATE: &'static str = "pages/demo/mailbox.html";

    fn samples() -> Vec<Self> {
        let row = |number: u8, subject: &str, at| MailboxRow {
            url: format!("/mailbox/{number}"),
            to: "anna@kantoor.example".to_owned(),
            subject: subject.to_owned(),
            at,
        };
        vec![
            Self { messages: Vec::new() },
            Self {
                messages: vec![
                    row(2, "Is this you signing in to Kantoorportaal?", 1_795_525_500_000),
                    row(1, "Je code voor Countersign", 1_795_400_000_000),
                ],
            },
        ]
    }
}

/// One message.
#[derive(Clone, Debug, Serialize)]
pub struct MessagePage {
    /// The list.
    pub back: String,
    /// Who it is from.
    pub from: String,
    /// Who it is for.
    pub to: String,
    /// The subject; a text message has none.
    pub subject: Option<String>,
    /// When it would have been sent, in milliseconds since 1970.
    pub at: i64,
    /// The plain text.
    pub text: String,
    /// Where the HTML part is served. It is shown in a sandbox, so this page's policy needs `frame-src 'self'`, and
    /// that answer `Content-Security-Policy: sandbox; default-src 'none'; style-src 'unsafe-inline'`.
    pub html: Option<String>,
}

impl Page for MessagePage {
    const TEMPLATE: &'static str = "pages/demo/message.html";

    fn samples() -> Vec<Self> {
        let mail = Self {
            back: "/mailbox".to_owned(),
            from: "Countersign <no-reply@localhost>".to_owned(),
            to: "anna@kantoor.example".to_owned(),
            subject: Some("Your code for Countersign".to_owned()),
            at: 1_795_525_500_000,
            text: "Hello Anna,\n\nYour code is:\n\n    482 911\n\nIt works for 10 minutes, once.\n\
                   http://localhost:8080/c/7hQ2vK9mZr4TnW8xYb3cPd7hQ2vK9mZr4TnW8xYb3cPd\n"
                .to_owned(),
            html: Some("/mailbox/1/html".to_owned()),
        };
        vec![
            mail.clone(),
            Self {
                to: "+31 6 12 34 56 78".to_owned(),
                subject: None,
                text: "482911 is your Countersign code. We never ask for it by phone.".to_owned(),
                html: None,
                ..mail
            },
        ]
    }
}

/// Samples of every page of the demo.
#[must_use]
pub fn pages() -> Vec<PageSample> {
    let mut all = samples_of::<PortalPage>();
    all.extend(samples_of::<PortalHomePage>());
    all.extend(samples_of::<MailboxPage>());
    all.extend(samples_of::<MessagePage>());
    all
}
