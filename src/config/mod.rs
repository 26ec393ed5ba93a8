//! Floor 1: the configuration, typed and checked.
//!
//! Layers, the later winning: the defaults in this code, one TOML file, and environment variables such as
//! `COUNTERSIGN__SERVER__LISTEN`. A key that nobody knows is refused, and all faults are reported at once.

mod audit;
mod branding;
mod database;
mod details;
mod faults;
mod keys;
mod layers;
mod log;
mod mail;
mod mtls;
mod oidc;
mod outbound;
mod places;
mod secret_file;
mod server;
mod sign_in;
mod sms;
mod telemetry;
#[cfg(test)]
mod tests;
mod tokens;

use std::path::Path;

use serde::{Deserialize, Serialize};

pub use audit::Audit;
pub use branding::Branding;
pub use database::Database;
pub use details::{DetailField, DetailType, FieldKind};
pub use faults::{Fault, Faults};
pub use keys::Keys;
pub use log::{Log, LogFormat};
pub use mail::Mail;
pub use mtls::{HeaderFormat, Mtls};
pub use oidc::{Oidc, Registration};
pub use outbound::Outbound;
pub use places::Places;
pub use server::{Limits, Server, Tls};
pub use sign_in::SignIn;
pub use sms::Sms;
pub use telemetry::{TRACE, Telemetry};
pub use tokens::Tokens;

/// Everything that can be configured.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where it listens and what it is called from outside.
    pub server: Server,
    /// Where it keeps its data.
    pub database: Database,
    /// The keys that seal and sign.
    pub keys: Keys,
    /// How mail leaves.
    pub mail: Mail,
    /// How text messages leave.
    pub sms: Sms,
    /// Passwords, sessions and limits.
    pub sign_in: SignIn,
    /// How long codes and tokens live.
    pub tokens: Tokens,
    /// Which parts of the protocol are offered.
    pub oidc: Oidc,
    /// Apps that show a certificate.
    pub mtls: Mtls,
    /// Whom the server itself may call.
    pub outbound: Outbound,
    /// About where in the world people are.
    pub places: Places,
    /// What people see.
    pub branding: Branding,
    /// How long what happened is kept exact.
    pub audit: Audit,
    /// What is logged.
    pub log: Log,
    /// Where traces go.
    pub telemetry: Telemetry,
}

impl Config {
    /// Whether apps can see in the browser that a sign-in changed. Browsers take the cookie for it over https alone.
    #[must_use]
    pub fn offers_session_management(&self) -> bool {
        self.oidc.session_management && self.server.is_https()
    }

    /// Reads the layers: the defaults, `file` if there is one, and `environment` (names and values).
    ///
    /// # Errors
    ///
    /// Every fault of every layer.
    pub fn load(file: Option<&Path>, environment: impl IntoIterator<Item = (String, String)>) -> Result<Self, Faults> {
        let mut faults = Faults::default();
        let layers = layers::Layers::read(file, environment, &mut faults);
        let mut config = layers.extract(&mut faults);
        if faults.is_empty() {
            config.resolve_secret_files(&mut faults);
            config.validate(&mut faults);
        }
        if faults.is_empty() { Ok(config) } else { Err(faults.with_sources(&layers)) }
    }

    /// Checks what no type can say. Called by [`Config::load`]; call it after changing a configuration by hand.
    pub fn validate(&self, faults: &mut Faults) {
        self.server.validate(faults);
        self.database.validate(faults);
        self.keys.validate(faults);
        self.mail.validate(faults);
        self.sms.validate(faults);
        self.sign_in.validate(faults);
        self.tokens.validate(faults);
        self.oidc.validate(faults);
        self.mtls.validate(&self.server, faults);
        self.outbound.validate(faults);
        self.branding.validate(faults);
        self.audit.validate(faults);
        self.log.validate(faults);
        self.telemetry.validate(faults);
        if !self.keys.algorithms.contains(&self.tokens.access_token_algorithm) {
            faults.add("tokens.access_token_algorithm", "Choose an algorithm that keys.algorithms lists.");
        }
        if u64::from(self.keys.retire_hours) * 3600 < u64::from(self.tokens.longest_signed_seconds()) {
            faults.add("keys.retire_hours", "A retired key must stay known for as long as the longest token lives.");
        }
    }

    fn resolve_secret_files(&mut self, faults: &mut Faults) {
        secret_file::resolve("database.url", &mut self.database.url, self.database.url_file.as_deref(), faults);
        secret_file::resolve("mail.smtp_url", &mut self.mail.smtp_url, self.mail.smtp_url_file.as_deref(), faults);
        secret_file::resolve("sms.headers", &mut self.sms.headers, self.sms.headers_file.as_deref(), faults);
    }
}
