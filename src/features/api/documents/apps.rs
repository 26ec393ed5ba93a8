//! Apps and API keys.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::secret::Fingerprint;
use crate::features::api_keys::ApiKey;
use crate::features::clients::{Client, ClientSecret};
use crate::features::declarations::{AppSettings, app_settings, instant};

/// An app.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = App)]
pub(in crate::features::api) struct AppShown {
    /// Its `client_id`.
    client_id: String,
    #[serde(flatten)]
    settings: AppSettings,
    /// Its secrets that still work; never the secrets themselves.
    secrets: Vec<AppSecret>,
    /// The secret that was just made. It is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    client_secret: Option<String>,
}

/// A secret of an app.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::features::api) struct AppSecret {
    /// Tells it from the others; nothing of the secret.
    id: String,
    /// Until when it works (RFC 3339); none for ever.
    #[schema(required)]
    expires_at: Option<String>,
}

impl AppShown {
    pub(in crate::features::api) fn of(client: &Client) -> Self {
        Self {
            client_id: client.id.clone(),
            settings: app_settings(client),
            secrets: client.secrets.iter().map(AppSecret::of).collect(),
            client_secret: None,
        }
    }

    pub(in crate::features::api) fn with_secret(client: &Client, secret: Option<&str>) -> Self {
        Self { client_secret: secret.map(str::to_owned), ..Self::of(client) }
    }
}

impl AppSecret {
    fn of(secret: &ClientSecret) -> Self {
        Self { id: secret_id(secret), expires_at: secret.expires_at.map(instant) }
    }
}

/// What tells a secret from the others of its app: a fingerprint of its fingerprint, since that one opens doors to whoever
/// can write to the database.
pub(in crate::features::api) fn secret_id(secret: &ClientSecret) -> String {
    Fingerprint::of(secret.fingerprint.as_str()).as_str()[..12].to_owned()
}

/// An app that is to be registered.
#[derive(Clone, Debug, Default, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub(in crate::features::api) struct NewApp {
    /// Its `client_id`; made up when left out.
    pub(in crate::features::api) client_id: Option<String>,
    #[serde(flatten)]
    pub(in crate::features::api) settings: AppSettings,
}

/// A further secret of an app.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::features::api) struct NewAppSecret {
    /// After how many hours the secrets that it has now end, 0 to 2160; a week when left out.
    #[schema(minimum = 0, maximum = 2160)]
    pub(in crate::features::api) old_secrets_end_in_hours: u32,
}

impl Default for NewAppSecret {
    fn default() -> Self {
        Self { old_secrets_end_in_hours: 24 * 7 }
    }
}

/// A secret that was just made.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub(in crate::features::api) struct AppSecretMade {
    /// Tells it from the others.
    pub(in crate::features::api) id: String,
    /// The secret. It is shown this once.
    pub(in crate::features::api) client_secret: String,
}

/// A key with which a program calls this API.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[schema(as = ApiKey)]
pub(in crate::features::api) struct ApiKeyShown {
    /// Its identifier; not the key itself.
    id: String,
    /// What people call it.
    name: String,
    /// The only organisation that it sees; none for the whole instance.
    #[schema(required)]
    organisation: Option<String>,
    /// What it may do, separated by spaces.
    scope: String,
    /// Who made it: an account, another key, an app, or `command line`.
    created_by: String,
    /// When it was made (RFC 3339).
    created_at: String,
    /// Until when it works (RFC 3339).
    expires_at: String,
    /// When it was last used, to the minute (RFC 3339).
    #[schema(required)]
    last_used_at: Option<String>,
    /// When somebody ended it (RFC 3339).
    #[schema(required)]
    ended_at: Option<String>,
    /// The key, just made. It is shown this once.
    #[serde(skip_serializing_if = "Option::is_none")]
    secret: Option<String>,
}

impl ApiKeyShown {
    pub(in crate::features::api) fn of(key: &ApiKey) -> Self {
        Self {
            id: key.id.to_string(),
            name: key.name.clone(),
            organisation: key.organisation.map(|id| id.to_string()),
            scope: key.rights.to_string(),
            created_by: key.created_by.clone(),
            created_at: instant(key.created_at),
            expires_at: instant(key.expires_at),
            last_used_at: key.last_used_at.map(instant),
            ended_at: key.ended_at.map(instant),
            secret: None,
        }
    }

    pub(in crate::features::api) fn with_secret(key: &ApiKey, secret: &str) -> Self {
        Self { secret: Some(secret.to_owned()), ..Self::of(key) }
    }
}

/// A key that is to be made.
#[derive(Clone, Debug, Serialize, Deserialize, ToSchema)]
#[serde(default, deny_unknown_fields)]
pub(in crate::features::api) struct NewApiKey {
    /// What people call it.
    pub(in crate::features::api) name: String,
    /// The only organisation that it is to see; none for all that its maker sees.
    pub(in crate::features::api) organisation: Option<String>,
    /// What it may do, separated by spaces; no more than its maker.
    pub(in crate::features::api) scope: String,
    /// For how many days it works, 1 to 730; 90 when left out.
    #[schema(minimum = 1, maximum = 730)]
    pub(in crate::features::api) expires_in_days: u32,
}

impl Default for NewApiKey {
    fn default() -> Self {
        Self { name: String::new(), organisation: None, scope: String::new(), expires_in_days: 90 }
    }
}
