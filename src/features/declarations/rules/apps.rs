//! An app as machines write it.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::domain::Timestamp;
use crate::features::clients::{Client, ClientAuthentication, ClientSecret, Metadata, Profile};

/// What is set about an app.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct AppSettings {
    /// What people call it.
    pub name: String,
    /// Which rules of the protocol it follows: `oauth21`, `oidc` or `fapi2`.
    #[schema(value_type = String, pattern = "^(oauth21|oidc|fapi2)$")]
    pub profile: Profile,
    /// How it proves that it is itself (OpenID Connect Core, section 9).
    #[schema(value_type = String)]
    pub authentication: ClientAuthentication,
    /// Whether it belongs to the operator: its people are not asked for consent.
    pub first_party: bool,
    /// Whether it is switched off.
    pub disabled: bool,
    /// The rest of its registration; members as `countersign app list --json` shows them.
    pub metadata: Metadata,
}

impl Default for AppSettings {
    fn default() -> Self {
        Self {
            name: String::new(),
            profile: Profile::Oauth21,
            authentication: ClientAuthentication::ClientSecretBasic,
            first_party: false,
            disabled: false,
            metadata: Metadata {
                scope: ["openid", "profile", "email", "organisation", "offline_access"].into_iter().collect(),
                ..Metadata::default()
            },
        }
    }
}

/// What is set about `client`.
#[must_use]
pub fn app_settings(client: &Client) -> AppSettings {
    AppSettings {
        name: client.name.clone(),
        profile: client.profile,
        authentication: client.authentication,
        first_party: client.first_party,
        disabled: client.disabled_at.is_some(),
        metadata: client.metadata.clone(),
    }
}

/// The app of this identifier with these settings. Its secrets, and since when it is off, come from `known`.
#[must_use]
pub fn app_client(id: &str, settings: AppSettings, known: Option<&Client>, now: Timestamp) -> Client {
    let off_since = known.and_then(|known| known.disabled_at).unwrap_or(now);
    let secrets: Vec<ClientSecret> = match known {
        Some(known) if known.authentication.signs_with_secret() == settings.authentication.signs_with_secret() => {
            known.secrets.clone()
        }
        _ => Vec::new(),
    };
    Client {
        id: id.to_owned(),
        name: settings.name.trim().to_owned(),
        profile: settings.profile,
        authentication: settings.authentication,
        first_party: settings.first_party,
        metadata: settings.metadata,
        secrets,
        disabled_at: settings.disabled.then_some(off_since),
    }
}

/// Where a member of a registration (OpenID Connect Dynamic Client Registration, section 2) stands in the settings.
#[must_use]
pub fn app_field(member: &str) -> String {
    let path = match member {
        "client_id" => "client_id",
        "client_name" => "name",
        "token_endpoint_auth_method" => "authentication",
        "client_uri" => "metadata.home_uri",
        "id_token_signed_response_alg" => "metadata.id_token_algorithm",
        "access_token_signed_response_alg" => "metadata.access_token_algorithm",
        "token_endpoint_auth_signing_alg" => "metadata.assertion_algorithm",
        "request_object_signing_alg" => "metadata.request_object_algorithm",
        told @ ("logo_uri" | "policy_uri" | "tos_uri" | "initiate_login_uri" | "contacts" | "default_acr_values") => {
            return format!("metadata.told.{told}");
        }
        other => {
            let known = serde_json::to_value(Metadata::default()).unwrap_or_default();
            return if known.get(other).is_some() { format!("metadata.{other}") } else { metadata() };
        }
    };
    path.to_owned()
}

fn metadata() -> String {
    "metadata".to_owned()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::read_whole;
    use super::*;

    fn client() -> Client {
        app_client("portal", AppSettings { name: " Portal ".to_owned(), ..AppSettings::default() }, None, NOW)
    }

    const NOW: Timestamp = Timestamp::from_seconds(1000);

    #[test]
    fn settings_mean_the_app_that_they_were_read_from() {
        let known = Client { secrets: vec![ClientSecret::compared("secret")], disabled_at: Some(NOW), ..client() };
        let again = app_client("portal", app_settings(&known), Some(&known), Timestamp::from_seconds(2000));
        assert_eq!(app_settings(&again), app_settings(&known));
        assert_eq!((again.disabled_at, again.secrets.len()), (Some(NOW), 1));
        assert_eq!(again.name, "Portal");
    }

    #[test]
    fn another_way_to_keep_a_secret_keeps_none() {
        let known = Client { secrets: vec![ClientSecret::compared("secret")], ..client() };
        for (authentication, kept) in [
            (ClientAuthentication::ClientSecretPost, 1),
            (ClientAuthentication::ClientSecretJwt, 0),
            (ClientAuthentication::None, 0),
        ] {
            let settings = AppSettings { authentication, ..app_settings(&known) };
            assert_eq!(app_client("portal", settings, Some(&known), NOW).secrets.len(), kept);
        }
    }

    #[test]
    fn every_part_of_a_registration_can_be_named_and_nothing_else() {
        let all = json!({
            "name": "Portal", "authentication": "private_key_jwt",
            "metadata": { "jwks": { "keys": [] }, "scope": "openid", "told": { "contacts": ["it@kantoor.nl"] } }
        });
        let read: AppSettings = read_whole(&all).unwrap();
        assert_eq!(read.metadata.told.contacts, ["it@kantoor.nl"]);
        let wrong = json!({ "secret": "x", "metadata": { "redirect_uri": "x", "told": { "native": "yes" } } });
        let faults = read_whole::<AppSettings>(&wrong).unwrap_err();
        let mut paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
        paths.sort_unstable();
        assert_eq!(paths, ["metadata.redirect_uri", "metadata.told.native", "secret"]);
    }

    #[test]
    fn a_fault_of_a_registration_is_named_where_it_was_written() {
        assert_eq!(app_field("redirect_uris"), "metadata.redirect_uris");
        assert_eq!(app_field("client_name"), "name");
        assert_eq!(app_field("logo_uri"), "metadata.told.logo_uri");
        assert_eq!(app_field("client_metadata"), "metadata");
    }
}
