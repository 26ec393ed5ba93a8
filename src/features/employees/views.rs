//! What the pages of employees show, and the mail to whom something was done.

mod person;

use serde::Serialize;

use crate::domain::FactorKind;
use crate::features::organisations::Role;
use crate::features::outbox::{Message, Particulars};
use crate::web::Page;

pub(super) use person::MethodRow;
pub use person::{EmployeePage, EmployeeSecurityPage, RemoveMethodPage};

/// A link that narrows or orders the list.
#[derive(Clone, Debug, Serialize)]
pub struct ListLink {
    /// What it is about, as the key of its words has it.
    pub key: String,
    /// Where it leads.
    pub to: String,
    /// How the list stands to it: `ascending`, `descending` or `current`.
    pub state: Option<&'static str>,
    /// How many people it leads to, where that is told.
    pub count: Option<u64>,
}

/// One of the people.
#[expect(clippy::struct_excessive_bools, reason = "columns of yes and no")]
#[derive(Clone, Debug, Serialize)]
pub struct EmployeeRow {
    /// Where their page is.
    pub to: String,
    /// The full name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// What they are in the organisation.
    pub role: Role,
    /// When they last signed in, in milliseconds since 1970.
    pub last_login: Option<i64>,
    /// Whether they have a second factor.
    pub second: bool,
    /// Whether they have a passkey.
    pub passkey: bool,
    /// Whether a new IP address of theirs waits to be confirmed.
    pub waits: bool,
    /// Whether they are switched off.
    pub off: bool,
}

/// The people of the organisation (O1).
#[derive(Clone, Debug, Serialize)]
pub struct EmployeesPage {
    /// Whether whoever looks can do something about them.
    pub administers: bool,
    /// The name of the organisation.
    pub organisation: String,
    /// The filters; none for whoever sees only themselves.
    pub filters: Vec<ListLink>,
    /// The columns that can be ordered by.
    pub columns: Vec<ListLink>,
    /// What was searched for.
    pub search: String,
    /// What the search keeps: names and values of fields.
    pub kept: Vec<(&'static str, String)>,
    /// How many there are.
    pub total: u64,
    /// Whether all people are meant, not some.
    pub everybody: bool,
    /// The people.
    pub rows: Vec<EmployeeRow>,
    /// The next page.
    pub next: Option<String>,
    /// The first page, if this is another.
    pub first: Option<String>,
    /// Who was invited and has not accepted.
    pub invited: Vec<InvitedRow>,
    /// What was just done.
    pub done: Option<&'static str>,
}

/// Somebody who was invited.
#[derive(Clone, Debug, Serialize)]
pub struct InvitedRow {
    /// What whoever invited calls them.
    pub name: String,
    /// The address.
    pub email: String,
    /// As what.
    pub role: Role,
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// How it stands: `waits`, `declined` or `expired`.
    pub state: &'static str,
    /// Where it is mailed again.
    pub again: String,
    /// Where it is withdrawn.
    pub withdraw: String,
}

impl Page for EmployeesPage {
    const TEMPLATE: &'static str = "pages/employees/employees.html";

    fn samples() -> Vec<Self> {
        let link = |key: &str, state, count| ListLink {
            key: key.to_owned(),
            to: "/organisation/employees".to_owned(),
            state,
            count,
        };
        let invited = |state| InvitedRow {
            name: "Hanna Veenstra".to_owned(),
            email: "hanna@elders.nl".to_owned(),
            role: Role::Accountant,
            at: 1_795_525_500_000,
            state,
            again: "/organisation/employees/invitations/min_1/again".to_owned(),
            withdraw: "/organisation/employees/invitations/min_1/withdraw".to_owned(),
        };
        let anna = EmployeeRow {
            to: "/organisation/employees/acc_1".to_owned(),
            name: "Anna de Vries".to_owned(),
            email: "anna@kantoor.nl".to_owned(),
            role: Role::Administrator,
            last_login: Some(1_795_525_500_000),
            second: true,
            passkey: true,
            waits: false,
            off: false,
        };
        let bram = EmployeeRow {
            name: "Bram Bakker".to_owned(),
            email: "bram.bakker-van-der-meulen@kantoor.nl".to_owned(),
            role: Role::Accountant,
            last_login: Some(1_790_000_000_000),
            passkey: false,
            waits: true,
            ..anna.clone()
        };
        let gijs = EmployeeRow {
            name: "Gijs de Boer".to_owned(),
            email: "gijs@kantoor.nl".to_owned(),
            role: Role::Employee,
            last_login: None,
            second: false,
            passkey: false,
            off: true,
            ..anna.clone()
        };
        let page = Self {
            administers: true,
            organisation: "Kantoor De Vries".to_owned(),
            filters: vec![
                link("all", Some("current"), Some(27)),
                link("no-second", None, Some(5)),
                link("no-passkey", None, Some(11)),
                link("never", None, Some(1)),
                link("off", None, Some(0)),
            ],
            columns: vec![
                link("name", Some("ascending"), None),
                link("last-login", Some("descending"), None),
                link("email", None, None),
            ],
            search: String::new(),
            kept: Vec::new(),
            total: 27,
            everybody: true,
            rows: vec![anna.clone(), bram, gijs],
            next: Some("/organisation/employees".to_owned()),
            first: None,
            invited: ["waits", "declined", "expired"].map(invited).to_vec(),
            done: None,
        };
        let own = Self {
            invited: Vec::new(),
            administers: false,
            filters: Vec::new(),
            columns: Vec::new(),
            total: 1,
            rows: vec![EmployeeRow { to: "/account/security".to_owned(), role: Role::Employee, ..anna.clone() }],
            next: None,
            ..page.clone()
        };
        let searched = Self {
            search: "nobody".to_owned(),
            kept: vec![("filter", "never".to_owned())],
            total: 0,
            everybody: false,
            rows: Vec::new(),
            next: None,
            first: Some("/organisation/employees".to_owned()),
            ..page.clone()
        };
        let alone = Self { total: 1, rows: vec![anna], next: None, ..page.clone() };
        let done = ["invited", "withdrawn", "many", "often"].map(|done| Self { done: Some(done), ..page.clone() });
        let mut all = vec![page, own, searched, alone];
        all.extend(done);
        all
    }
}

/// Asks before something is done about somebody.
#[derive(Clone, Debug, Serialize)]
pub struct ActPage {
    /// What.
    pub act: String,
    /// Where the form goes.
    pub action: String,
    /// Where "cancel" leads.
    pub back: String,
    /// About whom.
    pub name: String,
    /// Their address.
    pub email: String,
    /// What they are now, and what they can be.
    pub role: Role,
    /// What they can be.
    pub roles: [Role; 3],
    /// Their groups, one on a line.
    pub groups: String,
    /// One of the groups is too long, or there are too many.
    pub faulty: bool,
    /// Nobody would be left who looks after the people.
    pub last: bool,
}

impl Page for ActPage {
    const TEMPLATE: &'static str = "pages/employees/act.html";

    fn samples() -> Vec<Self> {
        let of = |act: &str| Self {
            act: act.to_owned(),
            action: format!("/organisation/employees/acc_1/{act}"),
            back: "/organisation/employees/acc_1".to_owned(),
            name: "Bram Bakker".to_owned(),
            email: "bram@kantoor.nl".to_owned(),
            role: Role::Accountant,
            roles: [Role::Employee, Role::Accountant, Role::Administrator],
            groups: "Loon\nBTW-aangiften".to_owned(),
            faulty: false,
            last: false,
        };
        let words = ["invite", "role", "groups", "password", "sign-out", "disable", "enable", "remove"];
        let mut all = words.map(of).to_vec();
        all.push(Self { faulty: true, ..of("groups") });
        all.push(Self { last: true, ..of("role") });
        all.push(Self { last: true, ..of("disable") });
        all
    }
}

/// Invites somebody.
#[derive(Clone, Debug, Serialize)]
pub struct InvitePage {
    /// The full name, as typed.
    pub name: String,
    /// The e-mail address, as typed.
    pub email: String,
    /// What they will be.
    pub role: Role,
    /// What they can be.
    pub roles: [Role; 3],
    /// The field that is wrong, and the word for what is wrong with it.
    pub problem: Option<(&'static str, &'static str)>,
    /// The name of the organisation.
    pub organisation: String,
}

impl Page for InvitePage {
    const TEMPLATE: &'static str = "pages/employees/invite.html";

    fn samples() -> Vec<Self> {
        let page = Self {
            name: String::new(),
            email: String::new(),
            role: Role::Employee,
            roles: [Role::Employee, Role::Accountant, Role::Administrator],
            problem: None,
            organisation: "Kantoor De Vries".to_owned(),
        };
        let problems =
            [("name", "wrong"), ("email", "wrong"), ("email", "here"), ("email", "many"), ("email", "often")];
        let mut all = vec![page.clone()];
        all.extend(problems.map(|problem| Self { problem: Some(problem), ..page.clone() }));
        all
    }
}

/// The mail to somebody about whom an administrator did something. It holds no link.
#[derive(Clone, Debug, Serialize)]
pub struct EmployeeChanged {
    /// Whom it greets.
    pub name: String,
    /// What was done.
    pub act: String,
    /// Who did it.
    pub by: String,
    /// Where.
    pub organisation: String,
    /// What they are now.
    pub role: Role,
    /// The kind of what was taken away, if that is what was done.
    pub method: Option<FactorKind>,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for EmployeeChanged {
    const TEMPLATE: &'static str = "employee_changed";

    fn samples() -> Vec<Self> {
        let of = |act: &str| Self {
            name: "Bram Bakker".to_owned(),
            act: act.to_owned(),
            by: "Anna de Vries".to_owned(),
            organisation: "Kantoor De Vries".to_owned(),
            role: Role::Accountant,
            method: (act == "method").then_some(FactorKind::Totp),
            particulars: Particulars { app: None, browser: None, ip: None, ..Particulars::sample() },
        };
        ["role", "groups", "password", "sign-out", "disable", "enable", "remove", "method"].map(of).to_vec()
    }
}
