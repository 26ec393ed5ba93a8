//! The grants of the token endpoint, a file each.

mod authorization_code;
mod client_credentials;
mod device_code;
mod refresh_token;
mod token_exchange;

use std::pin::Pin;
use std::sync::Arc;

use serde::Serialize;
use serde_json::{Map, Value};

use super::bindings::Binding;
use super::claims::claims;
use super::details::Details;
use super::errors::{OAuthError, TokenError};
use super::grant::Grant;
use super::parameters::Parameters;
use super::resources::resources;
use super::store;
use super::tokens::{Beside, Mint, invalid_grant};
use super::validity::{judge, take_back};
use crate::config::Config;
use crate::domain::Scope;
use crate::domain::ids::TrialId;
use crate::domain::sign_in::Clearance;
use crate::features::clients::Client;
use crate::features::sessions::Standing;
use crate::features::signing::Signing;
use crate::storage::{Reader, Writer};
use crate::web::{AppState, Context, Error};

/// What a grant works with.
pub(super) struct Call<'a> {
    pub(super) state: &'a AppState,
    pub(super) context: &'a Context,
    pub(super) client: Arc<Client>,
    pub(super) parameters: &'a Parameters,
    /// What the tokens are bound to.
    pub(super) binding: Option<Binding>,
    /// The trial that this is part of: its code is redeemed by nobody else.
    pub(super) trial: Option<TrialId>,
}

/// The answer of the token endpoint (RFC 6749, section 5.1).
#[derive(Debug, Serialize)]
pub(super) struct TokenAnswer {
    access_token: String,
    token_type: &'static str,
    expires_in: u32,
    scope: Scope,
    /// What the app may do in detail (RFC 9396, section 7).
    #[serde(skip_serializing_if = "Details::is_empty")]
    authorization_details: Details,
    /// What kind of token it is; only for one that was traded (RFC 8693, section 2.2.1).
    #[serde(skip_serializing_if = "Option::is_none")]
    issued_token_type: Option<&'static str>,
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
    /// Whether the configuration offers it.
    pub(super) is_offered: fn(&Config) -> bool,
    pub(super) run: for<'a> fn(Call<'a>) -> Pin<Box<dyn Future<Output = Outcome> + Send + 'a>>,
}

/// All grants.
pub(super) const GRANTS: &[GrantType] = &[
    GrantType { name: "authorization_code", is_offered: |_| true, run: |call| Box::pin(authorization_code::run(call)) },
    GrantType { name: "refresh_token", is_offered: |_| true, run: |call| Box::pin(refresh_token::run(call)) },
    GrantType { name: "client_credentials", is_offered: |_| true, run: |call| Box::pin(client_credentials::run(call)) },
    GrantType {
        name: DEVICE_CODE,
        is_offered: |config| config.oidc.device_grant,
        run: |call| Box::pin(device_code::run(call)),
    },
    GrantType { name: TOKEN_EXCHANGE, is_offered: |_| true, run: |call| Box::pin(token_exchange::run(call)) },
];

/// The grants that this configuration offers.
pub(super) fn offered(config: &Config) -> impl Iterator<Item = &'static GrantType> {
    GRANTS.iter().filter(|grant| (grant.is_offered)(config))
}

/// The grant of a device without a browser (RFC 8628, section 3.4).
pub(super) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
/// The grant that trades a token for another (RFC 8693, section 2.1).
pub(super) const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Redeems a code, as the endpoint does for an app that proved that it is itself.
pub(super) async fn redeem_code(call: Call<'_>) -> Outcome {
    authorization_code::run(call).await
}

impl TokenAnswer {
    /// The ID token.
    pub(super) fn id_token(&self) -> Option<&str> {
        self.id_token.as_deref()
    }

    /// What can be shown of it: all but the tokens.
    pub(super) fn without_tokens(&self) -> Map<String, Value> {
        Map::from_iter([
            ("token_type".to_owned(), self.token_type.into()),
            ("expires_in".to_owned(), self.expires_in.into()),
            ("scope".to_owned(), self.scope.to_string().into()),
        ])
    }
}

impl Call<'_> {
    fn answer(&self, access_token: String, scope: Scope) -> TokenAnswer {
        TokenAnswer {
            access_token,
            token_type: Binding::token_type(self.binding.as_ref()),
            expires_in: self.client.metadata.access.access_token_seconds(&self.state.config.tokens),
            scope,
            authorization_details: Details::default(),
            issued_token_type: None,
            refresh_token: None,
            id_token: None,
        }
    }

    /// Judges a grant that is used again.
    async fn clear(&self, db: &Reader, grant: &Grant) -> Result<Option<(Clearance, Standing)>, Error> {
        judge(db, &self.client, grant, self.context.now).await
    }

    /// The first tokens of a grant that was just redeemed in `writer`, which is committed here.
    async fn redeem(self, mut writer: Writer, grant: Grant, (resources, details): (&[String], Details)) -> Outcome {
        let (now, random) = (self.context.now, self.state.random.as_ref());
        let Some((clearance, standing)) = self.clear(&writer, &grant).await? else {
            return Ok(Err(invalid_grant().into()));
        };
        let refresh = if self.client.may_use("refresh_token") && self.trial.is_none() {
            Some({
                let key = self.key_of_refresh_token();
                store::add_refresh_token(&mut writer, grant.id, grant.expires_at, key.as_deref(), (now, random)).await?
            })
        } else {
            None
        };
        writer.commit().await?;
        let ring = Signing::ring(self.state).await?;
        let mint = Mint { state: self.state, ring: &ring, client: &self.client, now };
        let access_token =
            mint.access_token(&clearance, &grant, (&grant.scope, &details), (resources, self.binding.as_ref()))?;
        let beside = Beside {
            nonce: grant.details.nonce.as_deref(),
            access_token: Some(&access_token),
            claims: self.named_claims(&standing, &grant),
            ..Beside::default()
        };
        let id_token = grant.scope.contains("openid").then(|| mint.id_token(&clearance, &grant, beside)).transpose()?;
        let mut answer = self.answer(access_token, grant.scope);
        answer.authorization_details = details;
        answer.id_token = id_token;
        answer.refresh_token = refresh.map(|secret| secret.expose().clone());
        Ok(Ok(answer))
    }

    /// The claims about the person that the ID token carries: those that were asked for by name.
    fn named_claims(&self, standing: &Standing, grant: &Grant) -> Map<String, Value> {
        let named = &grant.details.claims.id_token;
        claims(
            (standing, grant.details.organisation),
            (&Scope::default(), named),
            &self.state.config.branding.time_zone,
        )
    }

    /// What a new refresh token is bound to. An app that authenticates is bound by that (RFC 9449, section 5; RFC 8705,
    /// section 4).
    fn key_of_refresh_token(&self) -> Option<String> {
        self.binding.as_ref().filter(|_| !self.client.is_confidential()).map(Binding::kept)
    }

    /// The resources that the token is to be for, and what it is to open in detail: some of what was granted (RFC 8707,
    /// section 2.2; RFC 9396, section 6).
    fn narrowed(&self, grant: &Grant) -> Result<(Vec<String>, Details), OAuthError> {
        let granted = &grant.details.resources;
        let known = if granted.is_empty() { &self.client.metadata.audiences } else { granted };
        let types = &self.state.config.oidc.authorization_details;
        let details = grant.details.authorization_details.known(&self.client, types);
        Ok((resources(self.parameters, known)?, details.narrowed(self.parameters)?))
    }

    /// Takes a grant back because its code or token came a second time.
    async fn revoke(&self, grant: &Grant, kind: &'static str) -> Result<(), Error> {
        take_back(self.state, self.context, grant, kind).await
    }
}
