//! A grant: what one authorization gave an app. Its code, its tokens and their revocation hang on it.

use serde::{Deserialize, Serialize};

use crate::domain::ids::{AccountId, GrantId, SessionId};
use crate::domain::sign_in::Evidence;
use crate::domain::{Scope, Timestamp};

/// What one authorization gave an app.
#[derive(Clone, Debug)]
pub struct Grant {
    /// Its identifier; access tokens carry it in their `jti`.
    pub id: GrantId,
    /// Which app.
    pub client_id: String,
    /// Whose.
    pub account_id: AccountId,
    /// The session it came from.
    pub session_id: Option<SessionId>,
    /// What the app may do.
    pub scope: Scope,
    /// What was asked and proven.
    pub details: GrantDetails,
    /// Until when the code may be redeemed.
    pub code_expires_at: Timestamp,
    /// When the code was redeemed.
    pub code_used_at: Option<Timestamp>,
    /// When it was given.
    pub created_at: Timestamp,
    /// When all of it ends.
    pub expires_at: Timestamp,
    /// When it was taken back.
    pub revoked_at: Option<Timestamp>,
}

/// What was asked, and how the person proved who they are, as of then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GrantDetails {
    /// The address the code was sent to.
    pub redirect_uri: String,
    /// Goes into the ID token.
    pub nonce: Option<String>,
    /// The PKCE challenge.
    pub code_challenge: Option<String>,
    /// How the person proved who they are.
    pub evidence: Evidence,
}

impl Grant {
    /// Whether it still counts.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}
