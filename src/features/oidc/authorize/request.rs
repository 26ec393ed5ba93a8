//! An authorization request that passed every check (OpenID Connect Core, section 3.1.2.1).

use serde::{Deserialize, Serialize};

use crate::domain::Scope;
use crate::domain::sign_in::{Acr, AcrWish};

/// An authorization request that passed every check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::oidc) struct AuthorizationRequest {
    /// The app.
    pub(in crate::features::oidc) client_id: String,
    /// Where the answer goes; one of the app's registered addresses.
    pub(in crate::features::oidc) redirect_uri: String,
    /// What the app asks for, as far as it may.
    pub(in crate::features::oidc) scope: Scope,
    /// Given back unchanged.
    pub(in crate::features::oidc) state: Option<String>,
    /// Goes into the ID token unchanged.
    pub(in crate::features::oidc) nonce: Option<String>,
    /// The PKCE challenge, always S256 (RFC 7636, section 4.2).
    pub(in crate::features::oidc) code_challenge: Option<String>,
    /// What may be shown.
    pub(in crate::features::oidc) prompt: Prompt,
    /// How long ago the person may have signed in, in seconds.
    pub(in crate::features::oidc) max_age: Option<u64>,
    /// Whom the app expects.
    pub(in crate::features::oidc) login_hint: Option<String>,
    /// The subject of the ID token that the app sent as `id_token_hint`.
    pub(in crate::features::oidc) expected_subject: Option<String>,
    /// How strong the sign-in should be.
    #[serde(default)]
    pub(in crate::features::oidc) acr: RequestedAcr,
    /// The languages that the app wishes for.
    pub(in crate::features::oidc) ui_locales: Option<String>,
}

/// How strong the sign-in should be: `acr_values`, or the `acr` claim (OpenID Connect Core, section 5.5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::oidc) struct RequestedAcr {
    /// The values of ours among those that the app named; any of them will do.
    pub(in crate::features::oidc) values: Vec<Acr>,
    /// Without one of them there is no answer.
    pub(in crate::features::oidc) essential: bool,
}

impl RequestedAcr {
    /// What the sign-in is asked for.
    #[must_use]
    pub(in crate::features::oidc) fn wish(&self) -> Option<AcrWish> {
        let at_least = self.values.iter().copied().min()?;
        Some(AcrWish { at_least, essential: self.essential })
    }
}

/// The `prompt` parameter.
#[expect(clippy::struct_excessive_bools, reason = "the values of the parameter, any of which may be there")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::oidc) struct Prompt {
    /// Show nothing; fail instead.
    pub(in crate::features::oidc) none: bool,
    /// Ask for the sign-in again.
    pub(in crate::features::oidc) login: bool,
    /// Ask for consent again.
    pub(in crate::features::oidc) consent: bool,
    /// Let the person choose the account: here, sign in with whichever they like.
    pub(in crate::features::oidc) select_account: bool,
}
