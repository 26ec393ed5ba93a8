//! What the pages of the protocol show.

mod choices;

use serde::Serialize;

use super::details::DetailWords;
use crate::web::Page;

pub(super) use choices::{AccountRow, PlaceRow};
pub use choices::{AccountsPage, OrganisationPage};

/// May this app have these? (H18)
#[derive(Clone, Debug, Serialize)]
pub struct ConsentPage {
    /// Where the form goes.
    pub action: String,
    /// The app.
    pub app: String,
    /// The host that the answer goes to.
    pub host: String,
    /// What it gets: the scope, a value where there is one, and whether it is new.
    pub items: Vec<ConsentItem>,
    /// What it may do in detail.
    pub details: Vec<DetailWords>,
    /// Who is signed in.
    pub account: String,
    /// What the app says about what it does with that.
    pub policy: Option<String>,
    /// Its terms.
    pub terms: Option<String>,
}

/// One thing that an app gets.
#[derive(Clone, Debug, Serialize)]
pub struct ConsentItem {
    /// The scope.
    pub scope: String,
    /// The value that the app will see.
    pub value: Option<String>,
    /// Whether the app did not have it before.
    pub new: bool,
}

impl Page for ConsentPage {
    const TEMPLATE: &'static str = "pages/oidc/consent.html";

    fn samples() -> Vec<Self> {
        let item = |scope: &str, value: Option<&str>, new| ConsentItem {
            scope: scope.to_owned(),
            value: value.map(str::to_owned),
            new,
        };
        vec![Self {
            action: "/consent/int_1".to_owned(),
            app: "Declaraties".to_owned(),
            host: "declaraties.example".to_owned(),
            items: vec![
                item("openid", None, false),
                item("profile", Some("Anna de Vries"), false),
                item("email", Some("anna@kantoor.nl"), true),
                item("organisation", Some("Kantoor De Vries"), true),
                item("offline_access", None, true),
                item("invoices", None, true),
            ],
            details: vec![DetailWords {
                title: "Book invoices".to_owned(),
                fields: vec![
                    ("What".to_owned(), "read, book".to_owned()),
                    ("Customer".to_owned(), "Bakkerij Smit".to_owned()),
                ],
            }],
            account: "anna@kantoor.nl".to_owned(),
            policy: Some("https://declaraties.example/policy".to_owned()),
            terms: Some("https://declaraties.example/terms".to_owned()),
        }]
    }
}

/// The app is not for the people of this organisation (H24).
#[derive(Clone, Debug, Serialize)]
pub struct NotAdmittedPage {
    /// The app.
    pub app: String,
    /// Who is signed in.
    pub account: String,
    /// Where somebody else signs in for it.
    pub other: String,
    /// The way back to the app, which is told.
    pub back: String,
}

impl Page for NotAdmittedPage {
    const TEMPLATE: &'static str = "pages/oidc/not_admitted.html";

    fn samples() -> Vec<Self> {
        vec![Self {
            app: "Declaraties".to_owned(),
            account: "anna@kantoor.nl".to_owned(),
            other: "/sign-in/int_1?again=1".to_owned(),
            back: "/authorize/int_1".to_owned(),
        }]
    }
}

/// Type the code that a device shows (RFC 8628, section 3.3).
#[derive(Clone, Debug, Serialize)]
pub struct DevicePage {
    /// Who is signed in; whoever is not signs in first.
    pub account: Option<String>,
    /// What is wrong with the code.
    pub trouble: Option<DeviceTrouble>,
}

/// What is wrong with a code that somebody typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum DeviceTrouble {
    /// There is none.
    Empty,
    /// No device shows it (any more).
    Unknown,
    /// Too many were tried.
    TooMany {
        /// When the next is looked at, in milliseconds since 1970.
        until: i64,
    },
}

impl Page for DevicePage {
    const TEMPLATE: &'static str = "pages/oidc/device.html";

    fn samples() -> Vec<Self> {
        let plain = Self { account: Some("anna@kantoor.nl".to_owned()), trouble: None };
        let troubles =
            [DeviceTrouble::Empty, DeviceTrouble::Unknown, DeviceTrouble::TooMany { until: 1_795_525_500_000 }];
        let mut all = vec![Self { account: None, trouble: None }];
        all.extend(troubles.map(|trouble| Self { trouble: Some(trouble), ..plain.clone() }));
        all.push(plain);
        all
    }
}

/// May this device sign in?
#[derive(Clone, Debug, Serialize)]
pub struct ApproveDevicePage {
    /// Where the form goes.
    pub action: String,
    /// The app on the device.
    pub app: String,
    /// Where the device asked from.
    pub address: String,
    /// When it asked, in milliseconds since 1970.
    pub asked_at: i64,
    /// What the app gets.
    pub items: Vec<ConsentItem>,
    /// What it may do in detail.
    pub details: Vec<DetailWords>,
    /// Who is signed in.
    pub account: String,
}

impl Page for ApproveDevicePage {
    const TEMPLATE: &'static str = "pages/oidc/device_approve.html";

    fn samples() -> Vec<Self> {
        let consent = ConsentPage::samples().remove(0);
        vec![Self {
            action: "/device/int_1".to_owned(),
            app: "Scanstraat".to_owned(),
            address: "203.0.113.7".to_owned(),
            asked_at: 1_795_525_500_000,
            items: consent.items,
            details: consent.details,
            account: consent.account,
        }]
    }
}

/// The device has its answer.
#[derive(Clone, Debug, Serialize)]
pub struct DoneDevicePage {
    /// The app on the device.
    pub app: String,
    /// Whether the person said yes.
    pub approved: bool,
}

impl Page for DoneDevicePage {
    const TEMPLATE: &'static str = "pages/oidc/device_done.html";

    fn samples() -> Vec<Self> {
        [true, false].map(|approved| Self { app: "Scanstraat".to_owned(), approved }).to_vec()
    }
}

/// Returning to the app (H23).
#[derive(Clone, Debug, Serialize)]
pub struct ReturningPage {
    /// The app.
    pub app: String,
    /// Where the page leads by itself.
    pub next: String,
}

impl Page for ReturningPage {
    const TEMPLATE: &'static str = "pages/oidc/returning.html";

    fn samples() -> Vec<Self> {
        vec![Self { app: "Kantoorportaal".to_owned(), next: "/authorize/int_1".to_owned() }]
    }
}

/// The answer goes to the app in a form (OAuth 2.0 Form Post Response Mode, section 2).
#[derive(Clone, Debug, Serialize)]
pub struct FormPostPage {
    /// The app.
    pub app: String,
    /// Where the form goes.
    pub action: String,
    /// What it holds.
    pub fields: Vec<FormField>,
}

/// Shows nothing: a script in it tells the page around it whether a sign-in changed (OpenID Connect Session Management,
/// section 3.2).
#[derive(Clone, Debug, Serialize)]
pub struct CheckSessionPage {
    /// The cookie that the script reads.
    pub cookie: String,
}

impl Page for CheckSessionPage {
    const TEMPLATE: &'static str = "pages/oidc/check_session.html";

    fn samples() -> Vec<Self> {
        vec![Self { cookie: "__Host-countersign-login-state".to_owned() }]
    }
}

/// A hidden field.
#[derive(Clone, Debug, Serialize)]
pub struct FormField {
    /// Its name.
    pub name: &'static str,
    /// Its value.
    pub value: String,
}

impl Page for FormPostPage {
    const TEMPLATE: &'static str = "pages/oidc/form_post.html";

    fn samples() -> Vec<Self> {
        vec![Self {
            app: "Kantoorportaal".to_owned(),
            action: "https://portal.example/callback".to_owned(),
            fields: vec![FormField { name: "state", value: "\"><script>".to_owned() }],
        }]
    }
}

/// Sign out? (H20)
#[derive(Clone, Debug, Serialize)]
pub struct SignOutPage {
    /// Where the form goes.
    pub action: &'static str,
    /// The app that asked, and where it wants the browser afterwards.
    pub app: Option<AppLink>,
}

/// An app and an address of it. In a form it travels authenticated.
#[derive(Clone, Debug, Serialize)]
pub struct AppLink {
    /// The app.
    pub name: String,
    /// The address.
    pub url: String,
    /// The tag of both.
    pub tag: String,
}

impl AppLink {
    fn sample() -> Self {
        Self { name: "Kantoorportaal".to_owned(), url: "https://portal.example/bye".to_owned(), tag: "tag".to_owned() }
    }
}

impl Page for SignOutPage {
    const TEMPLATE: &'static str = "pages/oidc/sign_out.html";

    fn samples() -> Vec<Self> {
        vec![Self { action: "/sign-out", app: None }, Self { action: "/sign-out", app: Some(AppLink::sample()) }]
    }
}

/// Signed out (H20).
#[derive(Clone, Debug, Serialize)]
pub struct SignedOutPage {
    /// The way back.
    pub app: Option<AppLink>,
    /// Pages of apps that are told in frames.
    pub frames: Vec<String>,
}

impl SignedOutPage {
    fn sample_frames() -> Vec<String> {
        vec!["https://portal.example/out?iss=https%3A%2F%2Fid.example&sid=ses_1".to_owned()]
    }
}

impl Page for SignedOutPage {
    const TEMPLATE: &'static str = "pages/oidc/signed_out.html";

    fn samples() -> Vec<Self> {
        vec![
            Self { app: None, frames: Self::sample_frames() },
            Self { app: Some(AppLink::sample()), frames: Vec::new() },
        ]
    }
}

/// Signed out, and on the way back to an app once the others were told.
#[derive(Clone, Debug, Serialize)]
pub struct LeavingPage {
    /// The app.
    pub app: AppLink,
    /// Pages of apps that are told in frames.
    pub frames: Vec<String>,
}

impl Page for LeavingPage {
    const TEMPLATE: &'static str = "pages/oidc/leaving.html";

    fn samples() -> Vec<Self> {
        vec![Self { app: AppLink::sample(), frames: SignedOutPage::sample_frames() }]
    }
}
