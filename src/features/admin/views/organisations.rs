//! What the pages of organisations show (M4).

use serde::Serialize;

use crate::web::Page;

/// An organisation in a list.
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationLine {
    /// Its page.
    pub to: String,
    /// Its name.
    pub name: String,
    /// How many people.
    pub people: i64,
    /// How many of them have a passkey.
    pub with_passkey: i64,
    /// How many of them have a second factor.
    pub with_second: i64,
    /// The rules that are on, as the keys of their words.
    pub rules: Vec<&'static str>,
    /// When somebody last signed in, in milliseconds since 1970.
    pub last_login: Option<i64>,
    /// Whether it is switched off.
    pub off: bool,
}

impl OrganisationLine {
    fn sample() -> Self {
        Self {
            to: "/admin/organisations/org_1".to_owned(),
            name: "Kantoor <anna> De Vries".to_owned(),
            people: 18,
            with_passkey: 11,
            with_second: 13,
            rules: vec!["second-factor", "remembering", "confirm", "administrator", "kinds", "sessions"],
            last_login: Some(1_795_525_500_000),
            off: false,
        }
    }
}

/// All organisations.
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationsPage {
    /// Whether the person may add one.
    pub may_change: bool,
    /// The organisations, fewest passkeys first.
    pub rows: Vec<OrganisationLine>,
}

impl Page for OrganisationsPage {
    const TEMPLATE: &'static str = "pages/admin/organisations.html";

    fn samples() -> Vec<Self> {
        let empty = OrganisationLine {
            people: 0,
            with_passkey: 0,
            with_second: 0,
            rules: Vec::new(),
            last_login: None,
            off: true,
            ..OrganisationLine::sample()
        };
        let rows = vec![OrganisationLine::sample(), empty];
        vec![Self { may_change: true, rows }, Self { may_change: false, rows: Vec::new() }]
    }
}

/// One organisation, to look at.
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationPage {
    /// The organisation.
    pub line: OrganisationLine,
    /// Its identifier.
    pub id: String,
    /// Since when it is known here, in milliseconds since 1970.
    pub created: i64,
    /// When the helpdesk may help no longer; none when it may not.
    pub helpdesk_until: Option<i64>,
    /// How many administrators it has.
    pub administrator_count: usize,
    /// Who they are, while the helpdesk may help: name, page.
    pub administrators: Vec<(String, String)>,
    /// What can be done: the word, and its page.
    pub acts: Vec<(&'static str, String)>,
    /// What happened there, while the helpdesk may help.
    pub activity: Option<String>,
    /// What was just done.
    pub done: Option<&'static str>,
}

impl Page for OrganisationPage {
    const TEMPLATE: &'static str = "pages/admin/organisation.html";

    fn samples() -> Vec<Self> {
        let act = |act: &'static str| (act, format!("/admin/organisations/org_1/{act}"));
        let plain = Self {
            line: OrganisationLine::sample(),
            id: "org_1".to_owned(),
            created: 1_790_000_000_000,
            helpdesk_until: Some(1_797_000_000_000),
            administrator_count: 1,
            administrators: vec![("Anna de Vries".to_owned(), "/admin/people/acc_1".to_owned())],
            acts: vec![act("disable")],
            activity: Some("/admin/audit?q=org_1".to_owned()),
            done: Some("add"),
        };
        let off = OrganisationLine { off: true, rules: Vec::new(), last_login: None, ..plain.line.clone() };
        let mut all = vec![plain.clone()];
        all.extend(["disable", "enable"].map(|done| Self { done: Some(done), ..plain.clone() }));
        all.push(Self { administrator_count: 0, administrators: Vec::new(), ..plain.clone() });
        all.push(Self {
            line: off,
            helpdesk_until: None,
            administrator_count: 2,
            administrators: Vec::new(),
            activity: None,
            acts: vec![act("enable")],
            done: None,
            ..plain
        });
        all
    }
}

/// Asks before an organisation is switched off or on.
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationActPage {
    /// What: `disable` or `enable`.
    pub act: &'static str,
    /// Where the form goes.
    pub action: String,
    /// The way back.
    pub back: String,
    /// Its name.
    pub name: String,
    /// How many people get in no more, or again.
    pub people: i64,
    /// How many of them are signed in at this moment.
    pub sessions: usize,
    /// Whether whoever asks belongs to it.
    pub own: bool,
    /// Whether nobody else could look after the instance.
    pub last: bool,
}

impl Page for OrganisationActPage {
    const TEMPLATE: &'static str = "pages/admin/organisation_act.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            act: "disable",
            action: "/admin/organisations/org_1/disable".to_owned(),
            back: "/admin/organisations/org_1".to_owned(),
            name: "Kantoor <anna> De Vries".to_owned(),
            people: 18,
            sessions: 4,
            own: false,
            last: false,
        };
        vec![
            plain.clone(),
            Self { act: "enable", people: 1, sessions: 0, ..plain.clone() },
            Self { own: true, people: 1, sessions: 1, ..plain.clone() },
            Self { last: true, ..plain },
        ]
    }
}

/// The form for a new organisation.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewOrganisationPage {
    /// The name of the organisation.
    pub organisation: String,
    /// The name of its first administrator.
    pub name: String,
    /// The e-mail address of its first administrator.
    pub email: String,
    /// What is wrong: field and word for it.
    pub problem: Option<(&'static str, &'static str)>,
}

impl Page for NewOrganisationPage {
    const TEMPLATE: &'static str = "pages/admin/new_organisation.html";

    fn samples() -> Vec<Self> {
        let filled = Self {
            organisation: "<anna>".to_owned(),
            name: "Anna".to_owned(),
            email: "anna@kantoor.nl".to_owned(),
            problem: None,
        };
        let problems = [
            ("organisation", "wrong"),
            ("organisation", "taken"),
            ("name", "wrong"),
            ("email", "wrong"),
            ("email", "taken"),
        ];
        let mut all = vec![Self::default()];
        all.extend(problems.map(|problem| Self { problem: Some(problem), ..filled.clone() }));
        all
    }
}
