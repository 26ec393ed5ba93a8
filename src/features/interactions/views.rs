//! What the pages show that end a sign-in.

use serde::Serialize;

use crate::web::Page;

/// The sign-in was open too long (E17).
#[derive(Clone, Debug, Serialize)]
pub struct ExpiredPage {
    /// The app: its name and front page.
    pub app: Option<(String, String)>,
}

impl Page for ExpiredPage {
    const TEMPLATE: &'static str = "pages/interactions/expired.html";

    fn samples() -> Vec<Self> {
        vec![Self { app: None }, Self { app: Some(("Kantoorportaal".to_owned(), "https://portal.example".to_owned())) }]
    }
}

/// The account may not be used (H24).
#[derive(Clone, Debug, Serialize)]
pub struct NoAccessPage {
    /// Why, as the decision named it.
    pub refusal: &'static str,
    /// The home organisation.
    pub organisation: String,
    /// The app that is waiting.
    pub app: Option<String>,
}

impl Page for NoAccessPage {
    const TEMPLATE: &'static str = "pages/interactions/no_access.html";

    fn samples() -> Vec<Self> {
        ["account_disabled", "organisation_disabled", "membership_disabled", "app_disabled", "account_gone"]
            .into_iter()
            .map(|refusal| Self {
                refusal,
                organisation: "Kantoor De Vries".to_owned(),
                app: Some("Kantoorportaal".to_owned()),
            })
            .collect()
    }
}
