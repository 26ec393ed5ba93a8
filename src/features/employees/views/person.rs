//! What the pages about one of the people show.

use serde::Serialize;

use super::{EmployeeRow, EmployeesPage};
use crate::domain::{FactorKind, Strength};
use crate::features::organisations::PersonTabs;
use crate::web::Page;

/// One of the people: who they are, and what can be done about them (O1).
#[derive(Clone, Debug, Serialize)]
pub struct EmployeePage {
    /// Whose pages these are.
    pub tabs: PersonTabs,
    /// The row of the list.
    pub person: EmployeeRow,
    /// When the account was made, in milliseconds since 1970.
    pub created: i64,
    /// The groups that apps are told of.
    pub groups: Vec<String>,
    /// What can be done: words and addresses.
    pub acts: Vec<(String, String)>,
    /// What was just done.
    pub done: Option<String>,
}

fn acts(words: &[&str]) -> Vec<(String, String)> {
    words.iter().map(|word| ((*word).to_owned(), format!("/organisation/employees/acc_1/{word}"))).collect()
}

impl Page for EmployeePage {
    const TEMPLATE: &'static str = "pages/employees/employee.html";

    fn samples() -> Vec<Self> {
        let words = ["invite", "role", "groups", "password", "sign-out", "disable", "enable", "remove"];
        let rows = EmployeesPage::samples().swap_remove(0).rows;
        let mut all: Vec<Self> = rows
            .into_iter()
            .map(|person| Self {
                tabs: PersonTabs { name: person.name.clone(), ..PersonTabs::sample("profile") },
                person,
                created: 1_790_000_000_000,
                groups: vec!["Loon".to_owned(), "BTW-aangiften".to_owned()],
                acts: acts(&words),
                done: None,
            })
            .collect();
        let plain = all[0].clone();
        all.push(Self { groups: Vec::new(), acts: acts(&words[1..6]), ..plain.clone() });
        let guest = PersonTabs { looked_after: false, ..PersonTabs::sample("profile") };
        all.push(Self { tabs: guest, ..plain.clone() });
        let done = words.into_iter().filter(|word| *word != "remove");
        all.extend(done.map(|word| Self { done: Some(word.to_owned()), ..plain.clone() }));
        all
    }
}

/// One way of signing in that somebody set up.
#[derive(Clone, Debug, Serialize)]
pub struct MethodRow {
    /// Of which kind.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: String,
    /// How strong it is.
    pub strength: Strength,
    /// When it was set up, in milliseconds since 1970.
    pub created: i64,
    /// When it was last used.
    pub last_used: Option<i64>,
    /// Where it is taken away; none where nobody but the helpdesk may.
    pub remove: Option<String>,
}

/// How somebody signs in, without any secret (O1).
#[derive(Clone, Debug, Serialize)]
pub struct EmployeeSecurityPage {
    /// Whose pages these are.
    pub tabs: PersonTabs,
    /// What they set up.
    pub methods: Vec<MethodRow>,
    /// How many recovery codes they have left.
    pub recovery_codes: u64,
    /// When the password was chosen, in milliseconds since 1970; none without a password.
    pub password_changed: Option<i64>,
    /// Whether it must be chosen anew.
    pub new_password_due: bool,
    /// In how many places they are signed in.
    pub sessions: usize,
    /// What can be done: words and addresses.
    pub acts: Vec<(String, String)>,
    /// Where two people take everything away that was lost.
    pub recovery: String,
    /// Whether it is whoever looks.
    pub own: bool,
    /// Whether a method was taken away just now.
    pub done: bool,
}

impl Page for EmployeeSecurityPage {
    const TEMPLATE: &'static str = "pages/employees/security.html";

    fn samples() -> Vec<Self> {
        let row = |kind: FactorKind, name: &str, last_used, remove: bool| MethodRow {
            kind,
            name: name.to_owned(),
            strength: kind.strength(),
            created: 1_795_000_000_000,
            last_used,
            remove: remove.then(|| "/organisation/employees/acc_1/methods/fac_1".to_owned()),
        };
        let plain = Self {
            tabs: PersonTabs::sample("security"),
            methods: vec![
                row(FactorKind::Passkey, "iPhone van Anna", Some(1_795_525_500_000), true),
                row(FactorKind::Sms, "", None, true),
                row(FactorKind::Totp, "", None, true),
            ],
            recovery_codes: 7,
            password_changed: Some(1_795_000_000_000),
            new_password_due: false,
            sessions: 2,
            acts: acts(&["password", "sign-out"]),
            recovery: "/recovery-requests/new".to_owned(),
            own: false,
            done: false,
        };
        let last = vec![row(FactorKind::Totp, "", Some(1_795_525_500_000), false)];
        vec![
            Self { done: true, ..plain.clone() },
            Self { new_password_due: true, methods: last, recovery_codes: 0, ..plain.clone() },
            Self {
                methods: Vec::new(),
                recovery_codes: 0,
                password_changed: None,
                sessions: 0,
                acts: Vec::new(),
                own: true,
                ..plain.clone()
            },
            plain,
        ]
    }
}

/// Asks before a method is taken away from somebody.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveMethodPage {
    /// Where the form goes.
    pub action: String,
    /// Where "cancel" leads.
    pub back: String,
    /// From whom.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Of which kind.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub method: String,
    /// It is the last that counts: that takes two people, there.
    pub recovery: Option<String>,
}

impl Page for RemoveMethodPage {
    const TEMPLATE: &'static str = "pages/employees/remove_method.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/organisation/employees/acc_1/methods/fac_1".to_owned(),
            back: "/organisation/employees/acc_1/security".to_owned(),
            name: "Bram Bakker".to_owned(),
            email: "bram@kantoor.nl".to_owned(),
            kind: FactorKind::Totp,
            method: String::new(),
            recovery: None,
        };
        vec![
            Self { kind: FactorKind::Passkey, method: "iPhone van Bram".to_owned(), ..plain.clone() },
            Self { recovery: Some("/recovery-requests/new".to_owned()), ..plain.clone() },
            plain,
        ]
    }
}
