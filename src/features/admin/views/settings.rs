//! What the page of the settings shows (M9).

use serde::Serialize;

use crate::web::Page;

/// A section of the configuration.
#[derive(Clone, Debug, Serialize)]
pub struct SettingsSection {
    /// Its name.
    pub name: String,
    /// Its keys: the full name, the value, whether somebody set it.
    pub keys: Vec<(String, String, bool)>,
}

/// What the configuration says.
#[derive(Clone, Debug, Serialize)]
pub struct SettingsPage {
    /// The sections.
    pub sections: Vec<SettingsSection>,
    /// Whether mail can leave.
    pub mail: bool,
    /// Whether the person may send a test.
    pub may_change: bool,
    /// Where a test goes.
    pub email: String,
    /// What became of the last test: where it stands, and what was answered.
    pub test: Option<(&'static str, String)>,
    /// The page itself.
    pub again: String,
}

impl Page for SettingsPage {
    const TEMPLATE: &'static str = "pages/admin/settings.html";

    fn samples() -> Vec<Self> {
        let sections = vec![SettingsSection {
            name: "server".to_owned(),
            keys: vec![
                ("server.public_url".to_owned(), "https://id.<anna>.nl/".to_owned(), true),
                ("server.listen".to_owned(), String::new(), false),
            ],
        }];
        let plain = Self {
            sections,
            mail: true,
            may_change: true,
            email: "anna@kantoor.nl".to_owned(),
            test: None,
            again: "/admin/settings".to_owned(),
        };
        let mut all = vec![plain.clone(), Self { mail: false, ..plain.clone() }];
        all.push(Self { may_change: false, ..plain.clone() });
        all.extend(["queued", "deferred", "sent", "failed"].map(|standing| Self {
            test: Some((standing, if standing == "queued" { String::new() } else { "250 <anna> ok".to_owned() })),
            ..plain.clone()
        }));
        all
    }
}
