//! The list of apps, and one app.

use serde::Serialize;

use super::Filled;
use crate::features::apps::rules::Kind;
use crate::features::failed_requests::{Difference, Endpoint};
use crate::web::Page;

/// An app in the list.
#[derive(Clone, Debug, Serialize)]
pub(in crate::features::apps) struct AppRow {
    /// Where its page is.
    pub(in crate::features::apps) to: String,
    /// What people call it.
    pub(in crate::features::apps) name: String,
    /// The letter that stands for its picture.
    pub(in crate::features::apps) letter: String,
    /// Its `client_id`.
    pub(in crate::features::apps) id: String,
    /// What it is.
    pub(in crate::features::apps) kind: Kind,
    /// Whether it is switched off.
    pub(in crate::features::apps) off: bool,
    /// When it was last used, in milliseconds since 1970.
    pub(in crate::features::apps) used: Option<i64>,
}

/// The apps.
#[derive(Clone, Debug, Serialize)]
pub struct AppsPage {
    /// Whether whoever looks may change something.
    pub(in crate::features::apps) may_change: bool,
    /// What was searched for.
    pub(in crate::features::apps) search: String,
    /// Which are shown: `all`, `off` or `unused`; and how many of each there are.
    pub(in crate::features::apps) filters: Vec<(&'static str, usize, bool)>,
    /// How many there are.
    pub(in crate::features::apps) total: usize,
    /// Those that are shown.
    pub(in crate::features::apps) rows: Vec<AppRow>,
    /// The next of them.
    pub(in crate::features::apps) next: Option<String>,
    /// What was just done, and to which app.
    pub(in crate::features::apps) done: Option<&'static str>,
}

/// A secret.
#[derive(Clone, Debug, Serialize)]
pub(in crate::features::apps) struct SecretRow {
    /// When it was made, in milliseconds since 1970.
    pub(in crate::features::apps) made: i64,
    /// When it ends.
    pub(in crate::features::apps) ends: Option<i64>,
    /// When it was last used.
    pub(in crate::features::apps) used: Option<i64>,
    /// Where it is ended.
    pub(in crate::features::apps) end: String,
}

/// A refused request.
#[derive(Clone, Debug, Serialize)]
pub(in crate::features::apps) struct FailedRow {
    /// When it last came, in milliseconds since 1970.
    pub(in crate::features::apps) at: i64,
    /// Where.
    pub(in crate::features::apps) endpoint: Endpoint,
    /// The code of the specifications.
    pub(in crate::features::apps) code: String,
    /// What was wrong.
    pub(in crate::features::apps) description: String,
    /// The address that was asked for.
    pub(in crate::features::apps) address: Option<String>,
    /// The registered address that is nearest to it.
    pub(in crate::features::apps) nearest: Option<String>,
    /// In what they differ.
    pub(in crate::features::apps) differences: Vec<Difference>,
    /// How often.
    pub(in crate::features::apps) times: i64,
    /// What the page called it.
    pub(in crate::features::apps) reference: String,
    /// Where the address can be added.
    pub(in crate::features::apps) add: Option<String>,
}

/// One app.
#[derive(Clone, Debug, Serialize)]
pub struct AppPage {
    /// Whether whoever looks may change something.
    pub(in crate::features::apps) may_change: bool,
    /// The app.
    pub(in crate::features::apps) row: AppRow,
    /// What was just done.
    pub(in crate::features::apps) done: Option<&'static str>,
    /// Its settings.
    pub(in crate::features::apps) form: Filled,
    /// The names of the organisations that it is for; none means all.
    pub(in crate::features::apps) organisations: Option<Vec<String>>,
    /// Its rules: `oauth21`, `oidc` or `fapi2`.
    pub(in crate::features::apps) profile: String,
    /// How it proves that it is itself.
    pub(in crate::features::apps) authentication: String,
    /// When it was registered, in milliseconds since 1970.
    pub(in crate::features::apps) created: i64,
    /// Whether the sign-in can be tried.
    pub(in crate::features::apps) can_be_tried: bool,
    /// Why the last trial did not begin: the code and the description.
    pub(in crate::features::apps) trial_fault: Option<(String, String)>,
    /// Whether it has secrets at all.
    pub(in crate::features::apps) has_secrets: bool,
    /// Those that count.
    pub(in crate::features::apps) secrets: Vec<SecretRow>,
    /// Its last failed requests.
    pub(in crate::features::apps) failed: Vec<FailedRow>,
}

impl AppRow {
    pub(super) fn sample() -> Self {
        Self {
            to: "/admin/apps/app_1".to_owned(),
            name: "Kantoorportaal".to_owned(),
            letter: "K".to_owned(),
            id: "app_7hQ2vK9mZr4TnW8x".to_owned(),
            kind: Kind::Server,
            off: false,
            used: Some(1_795_525_500_000),
        }
    }
}

impl FailedRow {
    pub(super) fn sample() -> Self {
        Self {
            at: 1_795_525_500_000,
            endpoint: Endpoint::Authorize,
            code: "invalid_request".to_owned(),
            description: "redirect_uri is not one of the registered addresses".to_owned(),
            address: Some("https://portal.example.nl/callback/".to_owned()),
            nearest: Some("https://portal.example.nl/callback".to_owned()),
            differences: vec![Difference::SlashMore],
            times: 3,
            reference: "7F3K-Q9".to_owned(),
            add: Some("/admin/apps/app_1/failed/flr_1".to_owned()),
        }
    }

    /// One of every endpoint and of every difference.
    fn samples() -> Vec<Self> {
        let text = |text: &str| text.to_owned();
        let differences = [
            Difference::NoAddress,
            Difference::Host { sent: text("evil.example"), registered: text("portal.example.nl") },
            Difference::Scheme { sent: text("http"), registered: text("https") },
            Difference::Port,
            Difference::SlashMore,
            Difference::SlashLess,
            Difference::Case,
            Difference::Path,
            Difference::Query,
            Difference::Fragment,
            Difference::UserInfo,
            Difference::Spelling,
        ];
        let mut all: Vec<Self> =
            differences.into_iter().map(|found| Self { differences: vec![found], ..Self::sample() }).collect();
        let endpoints = [Endpoint::Push, Endpoint::Token, Endpoint::Authentication, Endpoint::EndSession];
        all.extend(endpoints.into_iter().map(|endpoint| Self {
            endpoint,
            code: text("invalid_client"),
            description: text("its secret is wrong"),
            address: None,
            nearest: None,
            differences: Vec::new(),
            times: 1,
            add: None,
            ..Self::sample()
        }));
        all.push(Self { nearest: None, differences: Vec::new(), ..Self::sample() });
        all
    }
}

impl Page for AppsPage {
    const TEMPLATE: &'static str = "pages/apps/apps.html";

    fn samples() -> Vec<Self> {
        let row = AppRow::sample();
        let page = Self {
            may_change: true,
            search: String::new(),
            filters: vec![("all", 3, true), ("off", 1, false), ("unused", 1, false)],
            total: 3,
            rows: vec![
                row.clone(),
                AppRow { kind: Kind::Browser, used: None, name: "Declaraties".to_owned(), ..row.clone() },
                AppRow { kind: Kind::Machine, off: true, name: "Nachtelijke koppeling".to_owned(), ..row },
            ],
            next: Some("/admin/apps?after=app_1".to_owned()),
            done: None,
        };
        vec![
            Self { done: Some("removed"), ..page.clone() },
            Self { may_change: false, ..page.clone() },
            Self { search: "nothing".to_owned(), rows: Vec::new(), total: 0, next: None, ..page.clone() },
            Self { rows: Vec::new(), total: 0, next: None, ..page },
        ]
    }
}

impl Page for AppPage {
    const TEMPLATE: &'static str = "pages/apps/app.html";

    fn samples() -> Vec<Self> {
        let secret = |used, ends| SecretRow {
            made: 1_790_000_000_000,
            ends,
            used,
            end: "/admin/apps/app_1/secrets/sec_1".to_owned(),
        };
        let page = Self {
            may_change: true,
            row: AppRow::sample(),
            done: None,
            form: Filled::sample(Kind::Server),
            organisations: None,
            profile: "oauth21".to_owned(),
            authentication: "client_secret_basic".to_owned(),
            created: 1_790_000_000_000,
            can_be_tried: true,
            trial_fault: None,
            has_secrets: true,
            secrets: vec![secret(Some(1_795_525_500_000), None), secret(None, Some(1_797_000_000_000))],
            failed: FailedRow::samples(),
        };
        let mut all: Vec<Self> = super::super::pages::DONE
            .iter()
            .map(|done| Self { done: Some(done), failed: Vec::new(), ..page.clone() })
            .collect();
        let waiting = AppRow { used: None, ..AppRow::sample() };
        let fault = Some(("invalid_scope".to_owned(), "this app may ask for none of these scopes".to_owned()));
        all.push(Self { row: waiting, failed: Vec::new(), secrets: vec![secret(None, None)], ..page.clone() });
        let off = AppRow { off: true, ..AppRow::sample() };
        all.push(Self { row: off, trial_fault: fault, secrets: Vec::new(), ..page.clone() });
        let machine = AppRow { kind: Kind::Machine, off: true, ..AppRow::sample() };
        all.push(Self {
            row: machine,
            may_change: false,
            can_be_tried: false,
            has_secrets: false,
            profile: "fapi2".to_owned(),
            authentication: "private_key_jwt".to_owned(),
            form: Filled::sample(Kind::Machine),
            organisations: Some(vec!["Kantoor De Vries".to_owned()]),
            ..page.clone()
        });
        let browser = AppRow { kind: Kind::Browser, ..AppRow::sample() };
        let mut form = Filled::sample(Kind::Browser);
        form.answers.own = false;
        "phr".clone_into(&mut form.answers.acr);
        "120".clone_into(&mut form.answers.seconds);
        "7".clone_into(&mut form.answers.days);
        all.push(Self {
            row: browser,
            form,
            has_secrets: false,
            profile: "oidc".to_owned(),
            authentication: "none".to_owned(),
            ..page.clone()
        });
        for (authentication, acr) in [("client_secret_post", "mfa"), ("client_secret_jwt", "phrh")] {
            let mut form = Filled::sample(Kind::Server);
            acr.clone_into(&mut form.answers.acr);
            all.push(Self { authentication: authentication.to_owned(), form, ..page.clone() });
        }
        all
    }
}
