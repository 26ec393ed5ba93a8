//! An authorization request that passed every check (OpenID Connect Core, section 3.1.2.1).

use serde::{Deserialize, Serialize};

use crate::domain::Scope;

/// An authorization request that passed every check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuthorizationRequest {
    /// The app.
    pub client_id: String,
    /// Where the answer goes; one of the app's registered addresses.
    pub redirect_uri: String,
    /// What the app asks for, as far as it may.
    pub scope: Scope,
    /// Given back unchanged.
    pub state: Option<String>,
    /// Goes into the ID token unchanged.
    pub nonce: Option<String>,
    /// The PKCE challenge, always S256 (RFC 7636, section 4.2).
    pub code_challenge: Option<String>,
    /// What may be shown.
    pub prompt: Prompt,
    /// How long ago the person may have signed in, in seconds.
    pub max_age: Option<u64>,
    /// Whom the app expects.
    pub login_hint: Option<String>,
    /// The subject of the ID token that the app sent as `id_token_hint`.
    pub expected_subject: Option<String>,
    /// The languages that the app wishes for.
    pub ui_locales: Option<String>,
}

/// The `prompt` parameter.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prompt {
    /// Show nothing; fail instead.
    pub none: bool,
    /// Ask for the sign-in again.
    pub login: bool,
    /// Ask for consent again.
    pub consent: bool,
    /// Let the person choose the account: here, sign in with whichever they like.
    pub select_account: bool,
}
