//! `[branding]`: what people see.

use serde::{Deserialize, Serialize};
use url::Url;

use super::Faults;
use crate::domain::{Email, Language};

/// What people see.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Branding {
    /// The name at the top of every page.
    pub name: String,
    /// The language for who asks for no other.
    pub default_language: Language,
    /// The time zone of dates on pages and in mails, such as `Europe/Amsterdam`.
    pub time_zone: String,
    /// Where people can ask for help, by e-mail.
    pub helpdesk_email: Option<Email>,
    /// Where people can ask for help, by telephone.
    pub helpdesk_phone: Option<String>,
    /// Where people can ask for help, in a chat.
    pub helpdesk_chat_url: Option<Url>,
    /// The privacy statement.
    pub privacy_url: Option<Url>,
}

impl Default for Branding {
    fn default() -> Self {
        Self {
            name: "Countersign".to_owned(),
            default_language: Language::Dutch,
            time_zone: "Europe/Amsterdam".to_owned(),
            helpdesk_email: None,
            helpdesk_phone: None,
            helpdesk_chat_url: None,
            privacy_url: None,
        }
    }
}

impl Branding {
    pub(super) fn validate(&self, faults: &mut Faults) {
        faults.unless(
            !self.name.trim().is_empty() && self.name.chars().count() <= 60 && !self.name.contains(char::is_control),
            "branding.name",
            "Give a name of 1 to 60 characters.",
        );
        faults.unless(
            jiff::tz::TimeZone::get(&self.time_zone).is_ok(),
            "branding.time_zone",
            "Give a name of the IANA time zone database, such as Europe/Amsterdam.",
        );
        for (key, url) in
            [("branding.helpdesk_chat_url", &self.helpdesk_chat_url), ("branding.privacy_url", &self.privacy_url)]
        {
            faults.unless(
                url.as_ref().is_none_or(|url| matches!(url.scheme(), "https" | "http")),
                key,
                "Give a web address.",
            );
        }
    }
}
