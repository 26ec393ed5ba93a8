//! What the app is given at the end, and telling it.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::Outcome;
use super::organisation::chosen;
use super::request::AuthorizationRequest;
use crate::domain::Scope;
use crate::domain::ids::InteractionId;
use crate::domain::secret::Fingerprint;
use crate::domain::sign_in::{Clearance, Refusal};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::{Client, Profile};
use crate::features::interactions::complete_interaction;
use crate::features::oidc::claims::claims;
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::grant::{Grant, GrantDetails};
use crate::features::oidc::response_modes::{Answer, Correspondence};
use crate::features::oidc::session_state::{Shown, origin_of, session_state};
use crate::features::oidc::store::{self, NewGrant};
use crate::features::oidc::tokens::{Beside, Mint};
use crate::features::sessions::Holder;
use crate::features::signing::Signing;
use crate::storage::{StorageError, Writer};
use crate::web::{AppState, Context, Error};

/// A request whose app is about to get its answer.
#[derive(Clone, Copy)]
pub(super) struct Due<'a> {
    pub(super) state: &'a AppState,
    pub(super) context: &'a Context,
    pub(super) client: &'a Client,
    pub(super) request: &'a AuthorizationRequest,
}

/// How long what a trial gives is good: until it is redeemed, a moment later.
const TRIAL: Duration = Duration::from_mins(1);

type Pairs = Vec<(&'static str, String)>;

impl Due<'_> {
    /// Makes the grant, in one transaction with the end of the interaction and the audit, and hands out what the
    /// response type says.
    pub(super) async fn issue(
        self,
        clearance: Clearance,
        member: Option<Holder>,
        interaction: Option<InteractionId>,
    ) -> Result<Outcome, Error> {
        let Self { state, context, client, request } = self;
        let Some(member) = member else { return Ok(Outcome::Expired) };
        let choice = chosen(state.db.reading(), request, &member, None).await?;
        let now = context.now;
        let tokens = &state.config.tokens;
        let mut writer = state.db.writing().await?;
        if let Some(id) = interaction
            && !complete_interaction(&mut writer, id, now).await?
        {
            return Ok(Outcome::Expired);
        }
        if !use_up(&mut writer, request.kept.as_ref(), self).await? {
            let error = OAuthError::new(ErrorCode::InvalidRequestUri, "this request was answered before");
            return self.tell_error(&error).await;
        }
        let new = NewGrant {
            client_id: &client.id,
            session_id: Some(member.session.id),
            scope: &request.scope,
            details: GrantDetails {
                redirect_uri: request.redirect_uri.clone(),
                nonce: request.nonce.clone(),
                code_challenge: request.code_challenge.clone(),
                evidence: clearance.evidence().clone(),
                acr_values: request.acr.values.clone(),
                claims: request.claims.clone(),
                resources: request.resources.clone(),
                authorization_details: request.details.clone(),
                dpop_jkt: request.dpop_jkt.clone(),
                organisation: choice.organisation(),
                membership: choice.membership(),
                trial: request.trial.as_ref().map(|trying| trying.id),
            },
            code_expires_at: now.after(Duration::from_secs(tokens.code_seconds.into())),
            expires_at: match &request.trial {
                Some(_) => now.after(TRIAL),
                None => now.after(client.metadata.access.grant_lifetime(tokens)),
            },
        };
        let (grant, code) = store::add_grant(&mut writer, &clearance, new, (now, state.random.as_ref())).await?;
        if request.trial.is_some() {
            // The trial itself is in the audit; the app was given nothing.
            writer.commit().await?;
            return self.tell(vec![("code", code.expose().clone())]).await;
        }
        let account = &member.standing.account;
        let mut event = Event::new(Chain::Organisation(account.home_organisation_id), "app.authorize", "done")
            .by(account.id)
            .through(&client.id)
            .referred_to(context.reference)
            .with("scope", request.scope.to_string());
        if !request.details.is_empty() {
            event = event.with("details", request.details.types());
        }
        audit::record(&mut writer, Ink::of(state, now), event).await?;
        writer.commit().await?;
        let pairs = self.hand_out(&clearance, &member, &grant, code.expose()).await?;
        self.tell(pairs).await
    }

    async fn hand_out(self, clearance: &Clearance, member: &Holder, grant: &Grant, code: &str) -> Result<Pairs, Error> {
        let Self { state, context, client, request } = self;
        let response_type = request.response_type;
        let mut pairs = Pairs::new();
        if response_type.code {
            pairs.push(("code", code.to_owned()));
        }
        if !response_type.brings_tokens() {
            return Ok(pairs);
        }
        let ring = Signing::ring(state).await?;
        let mint = Mint { state, ring: &ring, client, now: context.now };
        let token = if response_type.token {
            Some(mint.access_token(
                clearance,
                grant,
                (&grant.scope, &grant.details.authorization_details),
                (&[], None),
            )?)
        } else {
            None
        };
        if response_type.id_token {
            // Without an access token nobody can ask for the claims later (OpenID Connect Core, section 5.4).
            let alone = !response_type.code && !response_type.token;
            let scope = if alone { grant.scope.clone() } else { Scope::default() };
            let beside = Beside {
                nonce: request.nonce.as_deref(),
                access_token: token.as_deref(),
                code: response_type.code.then_some(code),
                claims: claims(
                    (&member.standing, grant.details.organisation),
                    (&scope, &grant.details.claims.id_token),
                    &state.config.branding.time_zone,
                ),
            };
            pairs.push(("id_token", mint.id_token(clearance, grant, beside)?));
        }
        if let Some(token) = token {
            pairs.push(("access_token", token));
            pairs.push(("token_type", "Bearer".to_owned()));
            let seconds = client.metadata.access.access_token_seconds(&state.config.tokens);
            pairs.push(("expires_in", seconds.to_string()));
            pairs.push(("scope", grant.scope.to_string()));
        }
        Ok(pairs)
    }

    /// Tells the app that the person said no.
    pub(super) async fn deny(self, interaction: InteractionId) -> Result<Outcome, Error> {
        let now = self.context.now;
        let mut writer = self.state.db.writing().await?;
        if !complete_interaction(&mut writer, interaction, now).await? {
            return Ok(Outcome::Expired);
        }
        use_up(&mut writer, self.request.kept.as_ref(), self).await?;
        writer.commit().await?;
        self.tell_error(&OAuthError::new(ErrorCode::AccessDenied, "the person said no")).await
    }

    /// Tells the app why nothing will come of it.
    pub(super) async fn refuse(self, refusal: Refusal) -> Result<Outcome, Error> {
        tracing::info!(refusal = refusal.as_str(), "authorization refused");
        let error = match refusal {
            Refusal::AcrUnreachable => OAuthError::new(
                ErrorCode::UnmetAuthenticationRequirements,
                "nothing is set up that reaches the essential acr value",
            ),
            Refusal::NotAdmitted => {
                OAuthError::new(ErrorCode::AccessDenied, "the app is not for the person's organisation")
            }
            _ => OAuthError::new(ErrorCode::AccessDenied, "the account may not be used"),
        };
        self.tell_error(&error).await
    }

    /// Tells the app an error.
    pub(super) async fn tell_error(self, error: &OAuthError) -> Result<Outcome, Error> {
        self.tell(error_pairs(error)).await
    }

    async fn tell(self, mut pairs: Pairs) -> Result<Outcome, Error> {
        let Self { state, context, client, request } = self;
        let shown = self.add_session_state(&mut pairs).await?;
        let ring = Signing::ring(state).await?;
        let issuer = state.config.server.issuer();
        let between = Correspondence { issuer: &issuer, client, ring: &ring, now: context.now };
        let answer = Answer {
            redirect_uri: &request.redirect_uri,
            mode: request.response_mode,
            state: request.state.as_deref(),
            pairs,
        };
        Ok(Outcome::ToApp(between.send(answer)?, shown))
    }

    /// Tells the app what to compare the sign-in of the browser with, also beside an error: whoever was signed in may not
    /// be any more (OpenID Connect Session Management, section 2).
    async fn add_session_state(self, pairs: &mut Pairs) -> Result<Shown, Error> {
        let Self { state, context, client, request } = self;
        let may_watch = client.profile != Profile::Fapi2 && request.trial.is_none() && request.scope.contains("openid");
        let origin = origin_of(&request.redirect_uri);
        let Some(origin) = origin.filter(|_| may_watch && state.config.offers_session_management()) else {
            return Ok(Shown::AsBefore);
        };
        // A browser leaves the session out of requests from frames of another site, so that nothing follows from its
        // absence: the answer is about what the browser goes on showing.
        let (shown, login_state) = match &context.session {
            None => (Shown::AsBefore, context.login_state.clone()),
            Some(_) if Holder::find(state, context).await?.is_none() => (Shown::Nobody, None),
            Some(session) => (Shown::Session, state.cookies.login_state(session.expose())),
        };
        let salt = URL_SAFE_NO_PAD.encode(state.random.array::<16>());
        let value = session_state(&client.id, &origin, login_state.as_deref().unwrap_or_default(), &salt);
        pairs.push(("session_state", value));
        Ok(shown)
    }
}

async fn use_up(writer: &mut Writer, kept: Option<&Fingerprint>, due: Due<'_>) -> Result<bool, StorageError> {
    match kept {
        Some(kept) => store::use_kept_request(writer, kept, due.context.now).await,
        None => Ok(true),
    }
}

/// An error as parameters (RFC 6749, section 4.1.2.1).
pub(super) fn error_pairs(error: &OAuthError) -> Pairs {
    vec![("error", error.code.to_string()), ("error_description", error.description.to_owned())]
}
