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
    /// Whether text messages can leave.
    pub sms: bool,
    /// Whether the person may send a test.
    pub may_change: bool,
    /// Where a test mail goes.
    pub email: String,
    /// Where a test by text message was to go.
    pub number: String,
    /// Why it went nowhere: `malformed`, `refused` or `budget`.
    pub problem: Option<&'static str>,
    /// What became of the last test: how it left, where it stands, and what was answered.
    pub test: Option<(String, &'static str, String)>,
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
            sms: true,
            may_change: true,
            email: "anna@kantoor.nl".to_owned(),
            number: String::new(),
            problem: None,
            test: None,
        };
        let mut all = vec![plain.clone(), Self { mail: false, sms: false, ..plain.clone() }];
        all.push(Self { may_change: false, ..plain.clone() });
        all.extend(["malformed", "refused", "budget"].map(|problem| Self {
            number: "<anna>".to_owned(),
            problem: Some(problem),
            ..plain.clone()
        }));
        let ways = [("mail", "queued"), ("mail", "deferred"), ("sms", "sent"), ("sms", "failed")];
        all.extend(ways.map(|(channel, standing)| Self {
            test: Some((
                channel.to_owned(),
                standing,
                if standing == "queued" { String::new() } else { "250 <anna> ok".to_owned() },
            )),
            ..plain.clone()
        }));
        all
    }
}
