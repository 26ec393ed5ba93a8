//! A grant: what one authorization gave an app. Its code, its tokens and their revocation hang on it.

use serde::{Deserialize, Serialize};

use super::authorize::RequestedClaims;
use super::details::Details;
use crate::domain::ids::{AccountId, GrantId, MembershipId, OrganisationId, SessionId, TrialId};
use crate::domain::sign_in::{Acr, Evidence};
use crate::domain::{Scope, Timestamp};

/// What one authorization gave an app.
#[derive(Clone, Debug)]
pub(super) struct Grant {
    /// Its identifier; access tokens carry it in their `jti`.
    pub(super) id: GrantId,
    /// Which app.
    pub(super) client_id: String,
    /// Whose.
    pub(super) account_id: AccountId,
    /// The session it came from.
    pub(super) session_id: Option<SessionId>,
    /// What the app may do.
    pub(super) scope: Scope,
    /// What was asked and proven.
    pub(super) details: GrantDetails,
    /// When it was given.
    pub(super) created_at: Timestamp,
    /// When the code was redeemed.
    pub(super) code_used_at: Option<Timestamp>,
    /// When all of it ends.
    pub(super) expires_at: Timestamp,
    /// When it was taken back.
    pub(super) revoked_at: Option<Timestamp>,
    /// Whether one of its access tokens was revoked by itself.
    pub(super) has_revoked_tokens: bool,
}

/// What was asked, and how the person proved who they are, as of then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GrantDetails {
    /// The address the code was sent to.
    pub(super) redirect_uri: String,
    /// Goes into the ID token.
    pub(super) nonce: Option<String>,
    /// The PKCE challenge.
    pub(super) code_challenge: Option<String>,
    /// How the person proved who they are.
    pub(super) evidence: Evidence,
    /// The `acr` values that the app asked for: it is told one of them, where one was reached.
    #[serde(default)]
    pub(super) acr_values: Vec<Acr>,
    /// The claims that the app asked for by name.
    #[serde(default)]
    pub(super) claims: RequestedClaims,
    /// The resources that its tokens are for; none means our own endpoints.
    #[serde(default)]
    pub(super) resources: Vec<String>,
    /// What the app may do in detail.
    #[serde(default)]
    pub(super) authorization_details: Details,
    /// The thumbprint of the key that the code is bound to.
    #[serde(default)]
    pub(super) dpop_jkt: Option<String>,
    /// The organisation that the person acts for, where they chose among several: it counts as long as they belong to it.
    #[serde(default)]
    pub(super) organisation: Option<OrganisationId>,
    /// The trial that it is part of: nobody but that redeems its code.
    #[serde(default)]
    pub(super) trial: Option<TrialId>,
    /// The membership that this stands on: whoever comes back gets another one.
    #[serde(default)]
    pub(super) membership: Option<MembershipId>,
}

impl GrantDetails {
    /// The `acr` claim: the strongest value that was asked for and reached; without one, what was reached.
    #[must_use]
    pub(super) fn acr(&self) -> Acr {
        let reached = self.evidence.acr();
        self.acr_values.iter().copied().filter(|asked| *asked <= reached).max().unwrap_or(reached)
    }
}

impl Grant {
    /// Whether it still counts.
    #[must_use]
    pub(super) fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}
