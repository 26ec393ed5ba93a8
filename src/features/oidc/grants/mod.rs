//! The grants of the token endpoint, a file each.

mod authorization_code;
mod client_credentials;
mod refresh_token;

use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;

use super::errors::TokenError;
use super::grant::Grant;
use super::parameters::Parameters;
use super::store;
use crate::domain::Scope;
use crate::domain::sign_in::{Clearance, Decision, decide};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::Client;
use crate::features::sessions::{facts_later, find_standing};
use crate::storage::Reader;
use crate::web::{AppState, Context, Error};

/// What a grant works with.
pub(super) struct Call<'a> {
    pub(super) state: &'a AppState,
    pub(super) context: &'a Context,
    pub(super) client: Arc<Client>,
    pub(super) parameters: &'a Parameters,
}

/// The answer of the token endpoint (RFC 6749, section 5.1).
#[derive(Debug, Serialize)]
pub(super) struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: u32,
    scope: Scope,
    #[serde(skip_serializing_if = "Option::is_none")]
    refresh_token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    id_token: Option<String>,
}

/// What a grant answers: a fault of ours, a refusal, or tokens.
pub(super) type Outcome = Result<Result<TokenAnswer, TokenError>, Error>;

/// A grant: the value of `grant_type`, and what it does.
pub(super) struct GrantType {
    pub(super) name: &'static str,
    pub(super) run: for<'a> fn(Call<'a>) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>,
}

/// All grants.
pub(super) const GRANTS: &[GrantType] = &[
    GrantType { name: "authorization_code", run: |call| Box::pin(authorization_code::run(call)) },
    GrantType { name: "refresh_token", run: |call| Box::pin(refresh_token::run(call)) },
    GrantType { name: "client_credentials", run: |call| Box::pin(client_credentials::run(call)) },
];

impl Call<'_> {
    fn answer(&self, access_token: String, scope: Scope) -> TokenAnswer {
        TokenAnswer {
            access_token,
            token_type: "Bearer",
            expires_in: self.state.config.tokens.access_token_seconds,
            scope,
            refresh_token: None,
            id_token: None,
        }
    }

    /// Judges a grant that is used again: the evidence as of sign-in, under the rules of now.
    async fn clear(&self, db: &Reader, grant: &Grant) -> Result<Option<Clearance>, Error> {
        let standing = find_standing(db, grant.account_id).await?;
        let facts = facts_later(&grant.details.evidence, standing.as_ref(), Some(grant.created_at), self.context.now);
        Ok(match decide(&facts) {
            Decision::Issue(clearance) => Some(clearance),
            Decision::Ask(_) | Decision::Refuse(_) => None,
        })
    }

    /// Takes a grant back because its code or token came a second time.
    async fn revoke(&self, grant: &Grant, kind: &'static str) -> Result<(), Error> {
        let now = self.context.now;
        let mut writer = self.state.db.writing().await?;
        if store::revoke_grant(&mut writer, grant.id, now).await? {
            let event = Event::new(Chain::Instance, kind, "revoked")
                .about(grant.account_id)
                .through(&grant.client_id)
                .referred_to(self.context.reference)
                .with("grant", grant.id.to_string())
                .with_personal("ip", self.context.client_ip.to_string());
            let ink = Ink::of(self.state, now);
            audit::record(&mut writer, ink, event).await?;
            writer.commit().await?;
        }
        Ok(())
    }
}
