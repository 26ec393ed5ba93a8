//! Apps: what the protocol calls clients.

mod access;
mod cache;
mod key_sets;
mod last_uses;
mod rules;
mod secrets;
mod store;

use serde::{Deserialize, Serialize};
use serde_json::Value;
use strum::{Display, EnumString};
use utoipa::ToSchema;

use crate::domain::certificate_name::CertificateName;
use crate::domain::secret::Fingerprint;
use crate::domain::{Algorithm, Random, Scope, Secret, Timestamp};
use crate::keys::{OpenError, Place, PublicKey, Vault};

pub use access::Access;
pub use cache::Clients;
pub use key_sets::KeySets;
pub use last_uses::LastUses;
pub use rules::{RedirectProblem, allowed_redirect, check_redirect_uri};
pub use secrets::new_secret;
pub use store::{
    Registered, StoredSecret, add_client, add_secret, change_client, change_seen_client, end_secret, find_registered,
    hold_client, list_clients, list_registered, list_secrets, remove_client,
};

/// A registered app.
#[derive(Clone, Debug)]
pub struct Client {
    /// The `client_id`.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Which rules of the protocol it follows.
    pub profile: Profile,
    /// How it proves that it is itself.
    pub authentication: ClientAuthentication,
    /// Whether it belongs to the operator: its people are not asked for consent.
    pub first_party: bool,
    /// The rest of the registration.
    pub metadata: Metadata,
    /// The secrets that count, by fingerprint.
    pub secrets: Vec<ClientSecret>,
    /// When it was switched off.
    pub disabled_at: Option<Timestamp>,
}

/// A secret of an app.
#[derive(Clone, Debug)]
pub struct ClientSecret {
    /// Its fingerprint.
    pub fingerprint: Fingerprint,
    /// The secret itself, sealed; only where the app signs with it (`client_secret_jwt`).
    pub sealed: Option<String>,
    /// When it ends.
    pub expires_at: Option<Timestamp>,
}

/// Which rules of the protocol an app follows, where the specifications contradict each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "lowercase")]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// OAuth 2.1: PKCE always.
    Oauth21,
    /// Classic OpenID Connect: an app with a secret may go without PKCE.
    Oidc,
    /// FAPI 2.0 Security Profile: requests are pushed, tokens are bound to a key of the app.
    Fapi2,
}

impl ClientSecret {
    /// A secret that is compared, and never needed again.
    #[must_use]
    pub fn compared(secret: &str) -> Self {
        Self { fingerprint: Fingerprint::of(secret), sealed: None, expires_at: None }
    }

    /// A secret that the app signs with, so that it must be read back.
    #[must_use]
    pub fn signing(secret: &str, vault: &Vault, random: &dyn Random) -> Self {
        let fingerprint = Fingerprint::of(secret);
        let sealed = vault.seal(Self::place(&fingerprint), secret.as_bytes(), random);
        Self { fingerprint, sealed: Some(sealed), expires_at: None }
    }

    fn place(fingerprint: &Fingerprint) -> Place<'_> {
        Place { table: "client_secrets", column: "sealed", row: fingerprint.as_str() }
    }
}

/// How an app authenticates at the token endpoint (OpenID Connect Core, section 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum ClientAuthentication {
    /// Not at all: an app in a browser or on a telephone, which cannot keep a secret.
    None,
    /// With its secret in the `Authorization` header.
    ClientSecretBasic,
    /// With its secret in the form.
    ClientSecretPost,
    /// With a statement that its secret signs.
    ClientSecretJwt,
    /// With a statement that its private key signs.
    PrivateKeyJwt,
    /// With a certificate that a known authority signed (RFC 8705, section 2.1).
    TlsClientAuth,
    /// With a certificate that it registered among its keys (RFC 8705, section 2.2).
    SelfSignedTlsClientAuth,
}

impl ClientAuthentication {
    /// Whether it is done with a secret that we gave the app.
    #[must_use]
    pub const fn has_secret(self) -> bool {
        matches!(self, Self::ClientSecretBasic | Self::ClientSecretPost | Self::ClientSecretJwt)
    }

    /// Whether it is done with a certificate that is shown in TLS.
    #[must_use]
    pub const fn has_certificate(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }
}

/// What an app registered beside its name.
#[expect(clippy::struct_excessive_bools, reason = "what the specifications register as yes or no")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Metadata {
    /// Where answers may go, to the letter.
    pub redirect_uris: Vec<String>,
    /// Where a browser may go after signing out, to the letter.
    pub post_logout_redirect_uris: Vec<String>,
    /// The grants that it may use.
    pub grant_types: Vec<String>,
    /// The scopes that it may ask for.
    #[schema(value_type = String)]
    pub scope: Scope,
    /// Its own front page.
    pub home_uri: Option<String>,
    /// What its ID tokens are signed with.
    #[schema(value_type = String)]
    pub id_token_algorithm: Algorithm,
    /// What its access tokens are signed with; none means what the configuration says.
    #[schema(value_type = Option<String>)]
    pub access_token_algorithm: Option<Algorithm>,
    /// The `max_age` of requests that name none, in seconds.
    pub default_max_age: Option<u64>,
    /// Its public keys, a JWK Set (RFC 7517, section 5).
    #[serde(default)]
    pub jwks: Option<Value>,
    /// Where it publishes them instead, and may change them.
    #[serde(default)]
    pub jwks_uri: Option<String>,
    /// The only algorithm of its statements; none means any that fits the key.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub assertion_algorithm: Option<Algorithm>,
    /// The only algorithm of its request objects; none means any that fits the key.
    #[serde(default)]
    #[schema(value_type = Option<String>)]
    pub request_object_algorithm: Option<Algorithm>,
    /// Whether its requests must be signed (RFC 9101, section 10.5).
    #[serde(default)]
    pub signs_requests: bool,
    /// Whether its requests must be pushed (RFC 9126, section 6).
    #[serde(default)]
    pub pushes_requests: bool,
    /// Whether its tokens must be bound to a key that it proves to hold (RFC 9449, section 5.2).
    #[serde(default)]
    pub binds_tokens: bool,
    /// Whether its tokens must be bound to the certificate that it shows (RFC 8705, section 3.4), unless it proves to hold
    /// a key.
    #[serde(default)]
    pub binds_tokens_to_certificate: bool,
    /// The name that its certificate must bear; only for `tls_client_auth`.
    #[serde(default)]
    #[schema(value_type = Option<std::collections::BTreeMap<String, String>>)]
    pub certificate_name: Option<CertificateName>,
    /// The host whose apps know people by the same identifier (OpenID Connect Core, section 8.1); none means that all apps
    /// do.
    #[serde(default)]
    pub sector: Option<String>,
    /// Where that host lists the addresses of its apps (OpenID Connect Core, section 8.1).
    #[serde(default)]
    pub sector_identifier_uri: Option<String>,
    /// Where its requests may be fetched (OpenID Connect Core, section 6.2).
    #[serde(default)]
    pub request_uris: Vec<String>,
    /// Whether the `UserInfo` endpoint answers it with a signed token.
    #[serde(default)]
    pub signs_userinfo: bool,
    /// Where it is told that a session ended (OpenID Connect Back-Channel Logout, section 2.2).
    #[serde(default)]
    pub backchannel_logout_uri: Option<String>,
    /// The page of it that is shown in a frame when a session ends in the browser (OpenID Connect Front-Channel Logout,
    /// section 2).
    #[serde(default)]
    pub frontchannel_logout_uri: Option<String>,
    /// The resources that it may ask tokens for, absolute addresses (RFC 8707, section 2).
    #[serde(default)]
    pub audiences: Vec<String>,
    /// What tokens call it where they are meant for it, an absolute address (RFC 8707, section 2); only for an app that
    /// takes tokens itself.
    #[serde(default)]
    pub resource: Option<String>,
    /// The apps whose tokens it may trade for tokens of its own, when it is called with them (RFC 8693).
    #[serde(default)]
    pub exchanges: Vec<String>,
    /// The types of detail that it may ask for (RFC 9396, section 10).
    #[serde(default)]
    pub detail_types: Vec<String>,
    /// What the authorization endpoint may answer it with, each written in alphabetical order (OpenID Connect Dynamic
    /// Client Registration, section 2).
    #[serde(default = "code_only")]
    pub response_types: Vec<String>,
    /// What it tells about itself.
    #[serde(default)]
    pub told: Told,
    /// Who may use it, and how.
    #[serde(default)]
    pub access: Access,
}

/// What an app tells about itself, most of it for people (OpenID Connect Dynamic Client Registration, section 2).
#[expect(clippy::struct_excessive_bools, reason = "what the specifications register as yes or no")]
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(default)]
pub struct Told {
    /// Whether it is installed on telephones or desktops.
    pub native: bool,
    /// Who looks after it.
    pub contacts: Vec<String>,
    /// Its picture.
    pub logo_uri: Option<String>,
    /// What it does with what it gets.
    pub policy_uri: Option<String>,
    /// Its terms of service.
    pub tos_uri: Option<String>,
    /// Where somebody else can send people to begin a sign-in (OpenID Connect Core, section 4).
    pub initiate_login_uri: Option<String>,
    /// What its maker calls the program (RFC 7591, section 2).
    pub software_id: Option<String>,
    /// Its version.
    pub software_version: Option<String>,
    /// Whether logout tokens must name the session; they always do.
    pub backchannel_logout_session_required: bool,
    /// Whether that page must be told the session; it always is.
    pub frontchannel_logout_session_required: bool,
    /// Whether ID tokens must say when the person signed in; they always do.
    pub require_auth_time: bool,
    /// The `acr_values` of requests that name none.
    pub default_acr_values: Vec<String>,
}

fn code_only() -> Vec<String> {
    vec!["code".to_owned()]
}

impl Default for Metadata {
    /// What an app has that registered nothing yet: no address, and the code with its refresh token.
    fn default() -> Self {
        Self {
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: vec!["authorization_code".to_owned(), "refresh_token".to_owned()],
            scope: Scope::default(),
            home_uri: None,
            id_token_algorithm: Algorithm::RS256,
            access_token_algorithm: None,
            default_max_age: None,
            jwks: None,
            jwks_uri: None,
            assertion_algorithm: None,
            request_object_algorithm: None,
            signs_requests: false,
            pushes_requests: false,
            binds_tokens: false,
            binds_tokens_to_certificate: false,
            certificate_name: None,
            sector: None,
            sector_identifier_uri: None,
            request_uris: Vec::new(),
            signs_userinfo: false,
            backchannel_logout_uri: None,
            frontchannel_logout_uri: None,
            audiences: Vec::new(),
            resource: None,
            exchanges: Vec::new(),
            detail_types: Vec::new(),
            response_types: code_only(),
            told: Told::default(),
            access: Access::default(),
        }
    }
}

impl Client {
    /// Whether it can keep a secret.
    #[must_use]
    pub fn is_confidential(&self) -> bool {
        self.authentication != ClientAuthentication::None
    }

    /// Whether its authorization requests must carry a PKCE challenge (RFC 7636).
    #[must_use]
    pub fn needs_pkce(&self) -> bool {
        !self.is_confidential() || self.profile != Profile::Oidc
    }

    /// Whether its authorization requests must be pushed (RFC 9126).
    #[must_use]
    pub fn needs_pushing(&self) -> bool {
        self.metadata.pushes_requests || self.profile == Profile::Fapi2
    }

    /// Whether its tokens must be bound to a key (RFC 9449) or a certificate (RFC 8705).
    #[must_use]
    pub fn needs_bound_tokens(&self) -> bool {
        self.metadata.binds_tokens || self.metadata.binds_tokens_to_certificate || self.profile == Profile::Fapi2
    }

    /// Whether a certificate will do to bind its tokens: an app that registered to prove a key proves one.
    #[must_use]
    pub fn takes_certificates(&self) -> bool {
        let is_free = self.profile == Profile::Fapi2 && !self.metadata.binds_tokens;
        self.metadata.binds_tokens_to_certificate || is_free
    }

    /// The algorithms that it may sign with (FAPI 2.0 Security Profile, section 5.4.1).
    #[must_use]
    pub fn algorithms(&self) -> Vec<Algorithm> {
        let weak = |algorithm: &Algorithm| self.profile == Profile::Fapi2 && *algorithm == Algorithm::RS256;
        Algorithm::ALL.into_iter().filter(|algorithm| !weak(algorithm)).collect()
    }

    /// Whether it registered this grant.
    #[must_use]
    pub fn may_use(&self, grant_type: &str) -> bool {
        self.metadata.grant_types.iter().any(|registered| registered == grant_type)
    }

    /// The public keys that sign and that it registered themselves; those at an address are with [`KeySets`].
    fn keys(&self) -> Vec<PublicKey> {
        // Checked when they were registered.
        self.metadata.jwks.as_ref().and_then(|set| PublicKey::from_jwks(set).ok()).unwrap_or_default()
    }

    /// The secrets that it may sign with at `now`.
    ///
    /// # Errors
    ///
    /// When one does not open.
    pub fn signing_secrets(&self, vault: &Vault, now: Timestamp) -> Result<Vec<Secret<Vec<u8>>>, OpenError> {
        self.secrets
            .iter()
            .filter(|known| known.expires_at.is_none_or(|end| now < end))
            .filter_map(|known| Some(vault.open(ClientSecret::place(&known.fingerprint), known.sealed.as_deref()?)))
            .collect()
    }

    /// The one of its secrets that `secret` is, if that counts at `now`.
    #[must_use]
    pub fn find_secret(&self, secret: &str, now: Timestamp) -> Option<&Fingerprint> {
        // Every secret is compared, so that the time does not tell which one fits.
        self.secrets
            .iter()
            .filter(|known| known.expires_at.is_none_or(|end| now < end))
            .fold(None, |found, known| if known.fingerprint.matches(secret) { Some(&known.fingerprint) } else { found })
    }

    /// Whether `secret` was one of its secrets and ended.
    #[must_use]
    pub fn had_secret(&self, secret: &str, now: Timestamp) -> bool {
        let ended = |known: &&ClientSecret| known.expires_at.is_some_and(|end| end <= now);
        self.secrets.iter().filter(ended).any(|known| known.fingerprint.matches(secret))
    }
}
