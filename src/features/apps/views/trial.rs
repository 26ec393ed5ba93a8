//! What came of trying a sign-in, and what an app is told about somebody.

use serde::Serialize;

use crate::features::oidc::Step;
use crate::web::Page;

/// A claim, and what it says.
#[derive(Clone, Debug, Serialize)]
pub(in crate::features::apps) struct ClaimRow {
    /// Its name.
    pub(in crate::features::apps) name: String,
    /// Its value, as JSON.
    pub(in crate::features::apps) value: String,
    /// Whether it is one that we explain.
    pub(in crate::features::apps) known: bool,
    /// The moment that it stands for, in milliseconds since 1970, where it is one.
    pub(in crate::features::apps) at: Option<i64>,
}

/// A step, and how it went.
#[derive(Clone, Debug, Serialize)]
pub(in crate::features::apps) struct StepRow {
    /// The step.
    pub(in crate::features::apps) step: Step,
    /// How it went: `passed`, `failed`, or `open` where it was not reached.
    pub(in crate::features::apps) state: &'static str,
}

/// What came of trying a sign-in.
#[derive(Clone, Debug, Serialize)]
pub struct TrialPage {
    /// The app.
    pub(in crate::features::apps) app: String,
    /// Where the app's page is.
    pub(in crate::features::apps) back: String,
    /// The address that the app would have named.
    pub(in crate::features::apps) redirect_uri: String,
    /// When it began, in milliseconds since 1970.
    pub(in crate::features::apps) at: i64,
    /// Whether it is still under way.
    pub(in crate::features::apps) under_way: bool,
    /// The steps.
    pub(in crate::features::apps) steps: Vec<StepRow>,
    /// What the app would have been told instead: the code and the description.
    pub(in crate::features::apps) error: Option<(String, String)>,
    /// The ID token.
    pub(in crate::features::apps) id_token: Vec<ClaimRow>,
    /// What `UserInfo` says.
    pub(in crate::features::apps) userinfo: Vec<ClaimRow>,
    /// The answer of the token endpoint without its tokens.
    pub(in crate::features::apps) answer: Vec<ClaimRow>,
}

/// What an app is told about somebody.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewPage {
    /// The app.
    pub(in crate::features::apps) app: String,
    /// Where the app's page is.
    pub(in crate::features::apps) back: String,
    /// Where the form goes.
    pub(in crate::features::apps) action: String,
    /// What was searched for.
    pub(in crate::features::apps) who: String,
    /// Whether nobody is called so.
    pub(in crate::features::apps) nobody: bool,
    /// Whom it is about: the name and the address.
    pub(in crate::features::apps) person: Option<(String, String)>,
    /// Whether the app is for the people of their organisation.
    pub(in crate::features::apps) admitted: bool,
    /// Whether they are switched off.
    pub(in crate::features::apps) disabled: bool,
    /// The ID token.
    pub(in crate::features::apps) id_token: Vec<ClaimRow>,
    /// What `UserInfo` says.
    pub(in crate::features::apps) userinfo: Vec<ClaimRow>,
}

/// The claims that are explained in words.
pub(in crate::features::apps) const EXPLAINED: &[&str] = &[
    "iss",
    "sub",
    "aud",
    "exp",
    "iat",
    "auth_time",
    "nonce",
    "acr",
    "amr",
    "sid",
    "at_hash",
    "name",
    "given_name",
    "family_name",
    "preferred_username",
    "locale",
    "zoneinfo",
    "updated_at",
    "email",
    "email_verified",
    "org_id",
    "org_name",
    "org_roles",
    "groups",
    "token_type",
    "expires_in",
    "scope",
    "refresh_token",
];

fn sample_claims() -> Vec<ClaimRow> {
    let row = |name: &str| ClaimRow {
        name: name.to_owned(),
        value: "\"https://id.example.nl\"".to_owned(),
        known: true,
        at: matches!(name, "exp" | "iat" | "auth_time" | "updated_at").then_some(1_795_525_500_000),
    };
    let mut all: Vec<ClaimRow> = EXPLAINED.iter().map(|name| row(name)).collect();
    all.push(ClaimRow { known: false, at: None, ..row("custom") });
    all
}

impl Page for TrialPage {
    const TEMPLATE: &'static str = "pages/apps/trial.html";

    fn samples() -> Vec<Self> {
        let all = |state| Step::ALL.into_iter().map(|step| StepRow { step, state }).collect::<Vec<_>>();
        let page = Self {
            app: "Kantoorportaal".to_owned(),
            back: "/admin/apps/app_1".to_owned(),
            redirect_uri: "https://portal.example.nl/callback".to_owned(),
            at: 1_795_525_500_000,
            under_way: false,
            steps: all("passed"),
            error: None,
            id_token: sample_claims(),
            userinfo: sample_claims(),
            answer: Vec::new(),
        };
        let mut steps = all("open");
        for row in steps.iter_mut().take(2) {
            row.state = "passed";
        }
        if let Some(row) = steps.get_mut(2) {
            row.state = "failed";
        }
        let error = |code: &str| Some((code.to_owned(), "the app is not for the person's organisation".to_owned()));
        let failed =
            Self { steps, error: error("access_denied"), id_token: Vec::new(), userinfo: Vec::new(), ..page.clone() };
        let under_way = Self { under_way: true, error: None, steps: all("open"), ..failed.clone() };
        vec![page, failed, under_way]
    }
}

impl Page for PreviewPage {
    const TEMPLATE: &'static str = "pages/apps/preview.html";

    fn samples() -> Vec<Self> {
        let page = Self {
            app: "Kantoorportaal".to_owned(),
            back: "/admin/apps/app_1".to_owned(),
            action: "/admin/apps/app_1/preview".to_owned(),
            who: String::new(),
            nobody: false,
            person: None,
            admitted: true,
            disabled: false,
            id_token: Vec::new(),
            userinfo: Vec::new(),
        };
        let found = Self {
            who: "bram@kantoor.nl".to_owned(),
            person: Some(("Bram Bakker".to_owned(), "bram@kantoor.nl".to_owned())),
            id_token: sample_claims(),
            userinfo: sample_claims(),
            ..page.clone()
        };
        vec![
            Self { who: "nobody".to_owned(), nobody: true, ..page.clone() },
            Self { admitted: false, ..found.clone() },
            Self { disabled: true, ..found.clone() },
            found,
            page,
        ]
    }
}
