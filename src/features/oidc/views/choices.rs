//! What a person chooses among: organisations and accounts.

use serde::Serialize;

use crate::features::organisations::Role;
use crate::web::Page;

/// The fewest organisations among which one is looked for by name.
const MANY: usize = 8;

/// Which organisation do you act for? (H19)
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationPage {
    /// Where the form goes.
    pub action: String,
    /// The app.
    pub app: String,
    /// Who is signed in.
    pub account: String,
    /// The organisations by name, the last chosen first.
    pub rows: Vec<PlaceRow>,
    /// What they are looked for by; none where there are too few to look for one.
    pub search: Option<String>,
    /// How many are called like that.
    pub found: usize,
}

impl OrganisationPage {
    /// The page with these organisations, of which only those are shown that are called like `search`.
    pub(in crate::features::oidc) fn of(
        (action, app, account): (String, String, String),
        mut rows: Vec<PlaceRow>,
        search: &str,
    ) -> Self {
        let search = (rows.len() >= MANY).then(|| search.trim().chars().take(100).collect::<String>());
        for row in &mut rows {
            row.shown = search.as_deref().is_none_or(|search| row.is_called(search));
        }
        let found = rows.iter().filter(|row| row.shown).count();
        Self { action, app, account, rows, search, found }
    }
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
    /// Whether it is called like what somebody looks for.
    pub shown: bool,
}

impl PlaceRow {
    /// Whether every word of `search` is in its name, however it is written. `filter.js` knows the same rule.
    fn is_called(&self, search: &str) -> bool {
        let name = self.name.to_lowercase();
        search.to_lowercase().split_whitespace().all(|word| name.contains(word))
    }
}

impl Page for OrganisationPage {
    const TEMPLATE: &'static str = "pages/oidc/organisation.html";

    fn samples() -> Vec<Self> {
        let row = |name: &str, role, last| PlaceRow {
            id: "org_1".to_owned(),
            name: name.to_owned(),
            role,
            last,
            shown: true,
        };
        let page = |rows, search| {
            let about = ["/organisation-choice/int_1", "Kantoorportaal", "anna@kantoor.nl"].map(str::to_owned);
            Self::of(about.into(), rows, search)
        };
        let two = vec![
            row("Kantoor De Vries", Role::Administrator, true),
            row("Accountants- en belastingadviseurs Van der Meulen & Zonen <Noord>", Role::Accountant, false),
        ];
        let many: Vec<_> = (1..10).map(|number| row(&format!("Kantoor {number}"), Role::Employee, false)).collect();
        vec![page(many.clone(), ""), page(many.clone(), " 3"), page(many, "<anna>"), page(two, "")]
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

#[cfg(test)]
mod tests {
    use super::*;

    fn page(names: &[&str], search: &str) -> (Option<String>, Vec<String>) {
        let row = |name: &&str| PlaceRow {
            id: String::new(),
            name: (*name).to_owned(),
            role: Role::Employee,
            last: false,
            shown: false,
        };
        let about = (String::new(), String::new(), String::new());
        let page = OrganisationPage::of(about, names.iter().map(row).collect(), search);
        let shown: Vec<String> = page.rows.into_iter().filter(|row| row.shown).map(|row| row.name).collect();
        assert_eq!(shown.len(), page.found);
        (page.search, shown)
    }

    #[test]
    fn one_of_many_is_found_by_any_words_of_its_name() {
        let names = ["Kantoor De Vries", "Van der Meulen", "De Vries & Zonen", "Smit", "Éclair", "A", "B", "C"];
        for (search, found) in [
            ("vries", &["Kantoor De Vries", "De Vries & Zonen"][..]),
            ("  ZONEN de ", &["De Vries & Zonen"]),
            ("éclair", &["Éclair"]),
            ("nobody", &[]),
            ("", &names),
        ] {
            assert_eq!(page(&names, search).1, found, "{search}");
        }
    }

    #[test]
    fn nobody_looks_for_one_of_a_few() {
        let names = ["A", "B", "C", "D", "E", "F", "G"];
        assert_eq!(page(&names, "x"), (None, names.map(str::to_owned).to_vec()));
        assert_eq!(page(&names, "x").0, None);
        assert_eq!(page(&["A"; 8], &"x".repeat(300)).0.unwrap().len(), 100);
    }
}
