//! What the pages of people and roles show.

use serde::Serialize;

use crate::features::accounts::InstanceRole;
use crate::web::Page;

/// Somebody in a list.
#[derive(Clone, Debug, Serialize)]
pub struct PersonLine {
    /// Their page.
    pub to: String,
    /// The full name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// Their home organisation.
    pub organisation: String,
    /// What they may do for the instance.
    pub role: InstanceRole,
    /// When they last signed in, in milliseconds since 1970.
    pub last_login: Option<i64>,
    /// Whether they cannot get in.
    pub off: bool,
    /// Whether they have a passkey, a security key or an authenticator app.
    pub strong: bool,
}

impl PersonLine {
    fn sample(role: InstanceRole) -> Self {
        Self {
            to: "/admin/people/acc_1".to_owned(),
            name: "Anna <anna> de Vries".to_owned(),
            email: "anna@kantoor.nl".to_owned(),
            organisation: "Kantoor De Vries".to_owned(),
            role,
            last_login: Some(1_795_525_500_000),
            off: false,
            strong: true,
        }
    }
}

/// The people of all organisations.
#[derive(Clone, Debug, Serialize)]
pub struct PeoplePage {
    /// What was searched for.
    pub search: String,
    /// The people.
    pub rows: Vec<PersonLine>,
    /// The next page.
    pub next: Option<String>,
    /// The first page, if this is another.
    pub first: Option<String>,
}

impl Page for PeoplePage {
    const TEMPLATE: &'static str = "pages/admin/people.html";

    fn samples() -> Vec<Self> {
        let none = Self { search: "<anna>".to_owned(), rows: Vec::new(), next: None, first: None };
        let mut rows: Vec<PersonLine> = InstanceRole::ALL.into_iter().map(PersonLine::sample).collect();
        rows.push(PersonLine { off: true, last_login: None, ..PersonLine::sample(InstanceRole::None) });
        let page = Some("/admin/people".to_owned());
        vec![none, Self { search: String::new(), rows, next: page.clone(), first: page }]
    }
}

/// Who may do what for the instance.
#[derive(Clone, Debug, Serialize)]
pub struct RolesPage {
    /// Whether the person may change it.
    pub may_change: bool,
    /// Everybody who may do something.
    pub rows: Vec<PersonLine>,
    /// The roles, for the explanation.
    pub roles: Vec<InstanceRole>,
    /// How many administrators can act.
    pub administrators: usize,
}

impl Page for RolesPage {
    const TEMPLATE: &'static str = "pages/admin/roles.html";

    fn samples() -> Vec<Self> {
        let roles = vec![InstanceRole::Administrator, InstanceRole::Helpdesk, InstanceRole::Auditor];
        let mut rows: Vec<PersonLine> = roles.iter().map(|role| PersonLine::sample(*role)).collect();
        rows[1].strong = false;
        rows[2].off = true;
        let page = Self { may_change: true, rows, roles, administrators: 1 };
        vec![page.clone(), Self { may_change: false, administrators: 2, ..page }]
    }
}

/// One person.
#[derive(Clone, Debug, Serialize)]
pub struct PersonPage {
    /// Who.
    pub person: PersonLine,
    /// Another name to sign in with.
    pub username: Option<String>,
    /// The identifier: what apps know as `sub`.
    pub id: String,
    /// The page of the organisation.
    pub organisation: String,
    /// Since when there is the account, in milliseconds since 1970.
    pub created: i64,
    /// Why they cannot get in, if they cannot: the account, the membership or the organisation is off.
    pub off: Option<&'static str>,
    /// Where they are signed in.
    pub sessions: usize,
    /// What can be done: the word, and its page.
    pub acts: Vec<(&'static str, String)>,
    /// What happened to the account.
    pub activity: String,
    /// What was just done.
    pub done: Option<&'static str>,
}

impl Page for PersonPage {
    const TEMPLATE: &'static str = "pages/admin/person.html";

    fn samples() -> Vec<Self> {
        let act = |act: &'static str| (act, format!("/admin/people/acc_1/{act}"));
        let plain = Self {
            person: PersonLine::sample(InstanceRole::Administrator),
            username: Some("anna".to_owned()),
            id: "acc_1".to_owned(),
            organisation: "/admin/organisations/org_1".to_owned(),
            created: 1_790_000_000_000,
            off: None,
            sessions: 1,
            acts: vec![act("role"), act("disable")],
            activity: "/admin/audit?q=anna%40kantoor.nl".to_owned(),
            done: None,
        };
        let mut all = vec![plain.clone()];
        all.extend(["account", "membership", "organisation"].map(|off| Self {
            off: Some(off),
            person: PersonLine { off: true, strong: false, last_login: None, ..plain.person.clone() },
            username: None,
            sessions: 0,
            acts: vec![act("enable")],
            ..plain.clone()
        }));
        all.extend(["role", "disable", "enable"].map(|done| Self { done: Some(done), sessions: 3, ..plain.clone() }));
        all
    }
}

/// Asks before something is done about somebody.
#[derive(Clone, Debug, Serialize)]
pub struct PersonActPage {
    /// What: `role`, `disable` or `enable`.
    pub act: &'static str,
    /// Where the form goes.
    pub action: String,
    /// The way back.
    pub back: String,
    /// Who.
    pub person: PersonLine,
    /// The roles to choose from.
    pub roles: Vec<InstanceRole>,
    /// Why it was not done: `last` (nobody else could look after the instance) or `weak` (nothing strong to sign in with).
    pub refused: Option<&'static str>,
}

impl Page for PersonActPage {
    const TEMPLATE: &'static str = "pages/admin/person_act.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            act: "role",
            action: "/admin/people/acc_1/role".to_owned(),
            back: "/admin/people/acc_1".to_owned(),
            person: PersonLine::sample(InstanceRole::None),
            roles: InstanceRole::ALL.to_vec(),
            refused: None,
        };
        let weak = PersonLine { strong: false, ..plain.person.clone() };
        let mut all: Vec<Self> = ["role", "disable", "enable"].map(|act| Self { act, ..plain.clone() }).into();
        all.push(Self { person: weak.clone(), ..plain.clone() });
        all.push(Self { person: weak, refused: Some("weak"), ..plain.clone() });
        all.push(Self { refused: Some("last"), ..plain });
        all
    }
}
