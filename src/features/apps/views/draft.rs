//! The four steps of registering an app.

use serde::Serialize;

use crate::features::apps::rules::{Answers, Fault, Hint, Kind};
use crate::web::Page;

/// Something that was begun before.
#[derive(Clone, Debug, Serialize)]
pub(in crate::features::apps) struct DraftLink {
    /// What it is called so far.
    pub(in crate::features::apps) name: String,
    /// What it is.
    pub(in crate::features::apps) kind: Kind,
    /// When it was last saved, in milliseconds since 1970.
    pub(in crate::features::apps) saved: i64,
    /// Where it goes on.
    pub(in crate::features::apps) to: String,
}

/// Step 1: what is it?
#[derive(Clone, Debug, Serialize)]
pub struct StartPage {
    /// Where the form goes.
    pub(in crate::features::apps) action: String,
    /// What was chosen before.
    pub(in crate::features::apps) kind: Option<Kind>,
    /// Whether nothing was chosen.
    pub(in crate::features::apps) missing: bool,
    /// How often it was saved; none where it is new.
    pub(in crate::features::apps) version: Option<i64>,
    /// What was begun before and not finished.
    pub(in crate::features::apps) drafts: Vec<DraftLink>,
}

/// What is filled in, and what is wrong with it.
#[derive(Clone, Debug, Serialize)]
pub(in crate::features::apps) struct Filled {
    /// Where the form goes.
    pub(in crate::features::apps) action: String,
    /// The answers, as they were typed.
    pub(in crate::features::apps) answers: Answers,
    /// Which version they are of.
    pub(in crate::features::apps) version: i64,
    /// What is wrong.
    pub(in crate::features::apps) faults: Vec<Fault>,
    /// What is better looked at once more.
    pub(in crate::features::apps) hints: Vec<Hint>,
    /// Whether somebody, or another tab, saved meanwhile.
    pub(in crate::features::apps) conflict: bool,
    /// All organisations: the identifier and the name.
    pub(in crate::features::apps) organisations: Vec<(String, String)>,
    /// How strong a sign-in can be.
    pub(in crate::features::apps) acrs: Vec<&'static str>,
    /// How many seconds access tokens are good, and after how many days people sign in again, by the configuration.
    pub(in crate::features::apps) usual: (u32, u16),
}

/// Step 2: what it is called, and who may use it.
#[derive(Clone, Debug, Serialize)]
pub struct AboutPage {
    /// The form.
    pub(in crate::features::apps) form: Filled,
}

/// Step 3: its addresses.
#[derive(Clone, Debug, Serialize)]
pub struct AddressesPage {
    /// The form.
    pub(in crate::features::apps) form: Filled,
}

impl Page for StartPage {
    const TEMPLATE: &'static str = "pages/apps/start.html";

    fn samples() -> Vec<Self> {
        let draft = |name: &str, kind| DraftLink {
            name: name.to_owned(),
            kind,
            saved: 1_795_525_500_000,
            to: "/admin/apps/new/drf_1/about".to_owned(),
        };
        let page = Self {
            action: "/admin/apps/new".to_owned(),
            kind: None,
            missing: false,
            version: None,
            drafts: vec![draft("Kantoorportaal", Kind::Server), draft("", Kind::Machine)],
        };
        let back = Self { kind: Some(Kind::Browser), version: Some(2), drafts: Vec::new(), ..page.clone() };
        vec![Self { missing: true, ..page.clone() }, page, back]
    }
}

impl Filled {
    /// An example.
    pub(super) fn sample(kind: Kind) -> Self {
        Self {
            action: "/admin/apps/new/drf_1/about".to_owned(),
            answers: Answers {
                name: "Kantoorportaal".to_owned(),
                home: "https://portal.example.nl/".to_owned(),
                own: true,
                redirects: "https://portal.example.nl/callback\nhttp://localhost:3000/callback/".to_owned(),
                logouts: "https://portal.example.nl/".to_owned(),
                ..Answers::of_kind(kind)
            },
            version: 3,
            faults: Vec::new(),
            hints: Vec::new(),
            conflict: false,
            organisations: vec![
                ("org_1".to_owned(), "Kantoor De Vries".to_owned()),
                ("org_2".to_owned(), "Bakker & Zonen".to_owned()),
            ],
            acrs: vec!["mfa", "phr", "phrh"],
            usual: (600, 30),
        }
    }
}

/// Every fault that a field can have.
const ABOUT_FAULTS: [(&str, &str); 7] = [
    ("name", "missing"),
    ("name", "long"),
    ("home", "not-absolute"),
    ("organisations", "missing"),
    ("acr", "unknown"),
    ("seconds", "range"),
    ("days", "range"),
];

impl Page for AboutPage {
    const TEMPLATE: &'static str = "pages/apps/about.html";

    fn samples() -> Vec<Self> {
        let form = Filled::sample(Kind::Server);
        let mut all: Vec<Self> = ABOUT_FAULTS
            .into_iter()
            .map(|(field, what)| {
                let fault = Fault { field, line: None, what };
                Self { form: Filled { faults: vec![fault], ..form.clone() } }
            })
            .collect();
        let answers = Answers {
            chosen: true,
            organisations: std::iter::empty().collect(),
            acr: "phr".to_owned(),
            seconds: "120".to_owned(),
            days: "7".to_owned(),
            ..form.answers.clone()
        };
        all.push(Self { form: Filled { conflict: true, answers, ..form.clone() } });
        all.push(Self { form: Filled::sample(Kind::Machine) });
        all.push(Self { form });
        all
    }
}

/// Every fault that an address can have, and every hint.
const ADDRESS_FAULTS: [&str; 9] =
    ["missing", "many", "long", "twice", "not-absolute", "fragment", "user-info", "plain-http", "wildcard"];

impl Page for AddressesPage {
    const TEMPLATE: &'static str = "pages/apps/addresses.html";

    fn samples() -> Vec<Self> {
        let form = Filled::sample(Kind::Server);
        let fault = |field, line, what| Fault { field, line, what };
        let of_lines = ADDRESS_FAULTS.into_iter().enumerate().map(|(line, what)| {
            let has_line = !matches!(what, "missing" | "many");
            fault("redirects", has_line.then_some(line + 1), what)
        });
        let mut faults: Vec<Fault> = of_lines.collect();
        faults.extend([
            fault("logouts", Some(1), "plain-http"),
            fault("backchannel", None, "scheme"),
            fault("scope", None, "malformed"),
        ]);
        let hints = ["localhost", "slash", "own-scheme", "spelling"].into_iter().enumerate();
        let hints = hints
            .map(|(line, what)| Hint { line: line + 1, address: "http://localhost:3000/callback/".to_owned(), what })
            .collect();
        let machine = Filled::sample(Kind::Machine);
        let resources = Answers { audiences: "https://api.example.nl/v1\napi".to_owned(), ..machine.answers.clone() };
        let wrong = vec![fault("audiences", Some(2), "not-absolute")];
        vec![
            Self { form: Filled { faults, ..form.clone() } },
            Self { form: Filled { hints, ..form.clone() } },
            Self { form: Filled { faults: wrong, answers: resources, ..machine } },
            Self { form: Filled::sample(Kind::Browser) },
            Self { form: Filled { conflict: true, ..form } },
        ]
    }
}
