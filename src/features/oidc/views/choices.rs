//! What a person chooses among: organisations and accounts.

use serde::Serialize;

use crate::features::organisations::Role;
use crate::web::Page;

/// Which organisation do you act for? (H19)
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationPage {
    /// Where the form goes.
    pub action: String,
    /// The app.
    pub app: String,
    /// Who is signed in.
    pub account: String,
    /// The organisations, the last chosen first.
    pub rows: Vec<PlaceRow>,
}

/// An organisation that somebody belongs to.
#[derive(Clone, Debug, Serialize)]
pub struct PlaceRow {
    /// Its identifier.
    pub id: String,
    /// What it is called.
    pub name: String,
    /// What the person is there.
    pub role: Role,
    /// Whether it was chosen the last time.
    pub last: bool,
}

impl Page for OrganisationPage {
    const TEMPLATE: &'static str = "pages/oidc/organisation.html";

    fn samples() -> Vec<Self> {
        let row = |name: &str, role, last| PlaceRow { id: "org_1".to_owned(), name: name.to_owned(), role, last };
        let two = Self {
            action: "/organisation-choice/int_1".to_owned(),
            app: "Kantoorportaal".to_owned(),
            account: "anna@kantoor.nl".to_owned(),
            rows: vec![
                row("Kantoor De Vries", Role::Administrator, true),
                row("Accountants- en belastingadviseurs Van der Meulen & Zonen <Noord>", Role::Accountant, false),
            ],
        };
        let many = (1..10).map(|number| row(&format!("Kantoor {number}"), Role::Employee, false)).collect();
        vec![Self { rows: many, ..two.clone() }, two]
    }
}

/// Choose an account (H19).
#[derive(Clone, Debug, Serialize)]
pub struct AccountsPage {
    /// Where the form goes.
    pub action: String,
    /// The app that asks.
    pub app: String,
    /// Who is signed in in this browser, and who was.
    pub accounts: Vec<AccountRow>,
}

/// An account that was used in this browser.
#[derive(Clone, Debug, Serialize)]
pub struct AccountRow {
    /// Its identifier.
    pub id: String,
    /// The first letters of its name.
    pub initials: String,
    /// What the person is called.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// The home organisation.
    pub organisation: Option<String>,
    /// Whether it is the one that is signed in.
    pub here: bool,
}

impl Page for AccountsPage {
    const TEMPLATE: &'static str = "pages/oidc/accounts.html";

    fn samples() -> Vec<Self> {
        let row = |id: &str, initials: &str, name: &str, email: &str, here: bool| AccountRow {
            id: id.to_owned(),
            initials: initials.to_owned(),
            name: name.to_owned(),
            email: email.to_owned(),
            organisation: here.then(|| "Kantoor De Vries".to_owned()),
            here,
        };
        vec![Self {
            action: "/accounts/int_1".to_owned(),
            app: "Declaraties".to_owned(),
            accounts: vec![
                row("acc_1", "AV", "Anna de Vries", "anna@kantoor.nl", true),
                row(
                    "acc_2",
                    "WB",
                    "Wilhelmina van den Broek-Oosterhuis",
                    "wilhelmina@kantoor-in-de-provincie.nl",
                    false,
                ),
            ],
        }]
    }
}
