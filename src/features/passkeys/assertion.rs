//! Using passkeys and security keys (WebAuthn, section 7.2).

use webauthn_rs::prelude::{
    AuthenticationResult, Credential, Passkey, PublicKeyCredential, RequestChallengeResponse, SecurityKey, Webauthn,
    WebauthnError, WebauthnResult,
};
use webauthn_rs_proto::AllowCredentials;

use super::ceremony::{Begun, Refused, RelyingParty, State};
use super::rules::ran_on_our_page;
use super::{credential_id, handle_of, handle_text, security_key, transports_of};
use crate::domain::FactorKind;
use crate::domain::ids::AccountId;
use crate::domain::sign_in::Proof;
use crate::features::factors::{Details, Factor, find_factor_by_handle, open_secret, update_factor};
use crate::storage::{StorageError, Writer};
use crate::web::{AppState, Context, Error};

/// The options for a passkey that says itself whose it is.
pub(super) fn start(webauthn: &Webauthn) -> WebauthnResult<(RequestChallengeResponse, State)> {
    let (mut options, state) = webauthn.start_discoverable_authentication()?;
    // Whether it is offered in the list of a field or in a dialog is for the page to say.
    options.mediation = None;
    Ok((options, State::Passkey(state)))
}

/// The options for one of these factors of `kind`, as a second step.
pub(super) fn start_second(
    state: &AppState,
    webauthn: &Webauthn,
    factors: &[&Factor],
    kind: FactorKind,
) -> Result<(RequestChallengeResponse, State), Error> {
    let (mut options, ceremony) = if kind == FactorKind::SecurityKey {
        let mut keys = Vec::new();
        for factor in factors {
            keys.extend(stored::<SecurityKey>(state, factor)?);
        }
        let (options, ceremony) = security_key::start(webauthn, &keys).map_err(Error::new)?;
        (options, State::SecurityKey(ceremony))
    } else {
        start(webauthn).map_err(Error::new)?
    };
    let allow = |factor: &&Factor| {
        let id = credential_id(factor)?;
        Some(AllowCredentials { type_: "public-key".to_owned(), id, transports: transports_of(factor) })
    };
    options.public_key.allow_credentials = factors.iter().filter_map(allow).collect();
    Ok((options, ceremony))
}

/// The credential of a factor as it is kept.
fn stored<C: serde::de::DeserializeOwned>(state: &AppState, factor: &Factor) -> Result<Option<C>, Error> {
    let Some(secret) = open_secret(&state.vault, factor)? else { return Ok(None) };
    serde_json::from_slice(secret.expose()).map(Some).map_err(Error::new)
}

/// A factor that was used, and what that changes about it.
pub(super) struct Used {
    /// The factor, as it was read.
    pub(super) factor: Factor,
    counter: u32,
    secret: Vec<u8>,
    details: Details,
}

/// Nothing was proven.
pub(super) struct NotUsed {
    /// Why.
    pub(super) why: Refused,
    /// With whose factor, where it is known.
    pub(super) factor: Option<Factor>,
}

impl From<Refused> for NotUsed {
    fn from(why: Refused) -> Self {
        Self { why, factor: None }
    }
}

/// Verifies what the browser answered, with the factor as it is now. Where `account` is known, nobody else's will do.
///
/// # Errors
///
/// When the database or the vault refuses.
pub(super) async fn verify(
    state: &AppState,
    begun: &Begun,
    answer: &PublicKeyCredential,
    account: Option<AccountId>,
) -> Result<Result<Used, NotUsed>, Error> {
    let party = state.service::<RelyingParty>();
    if !ran_on_our_page(&answer.response.client_data_json, &party.origin) {
        return Ok(Err(Refused::Stopped.into()));
    }
    let Some(webauthn) = &party.webauthn else { return Ok(Err(Refused::Stopped.into())) };
    // What the ceremony began with may be removed by now.
    let found = find_factor_by_handle(state.db.reading(), &handle_text(&answer.raw_id)).await?;
    let kind = if matches!(begun.state, State::SecurityKey(_)) { FactorKind::SecurityKey } else { FactorKind::Passkey };
    let owned = |factor: &Factor| {
        let told = answer.response.user_handle.as_ref().map(|handle| *handle == handle_of(factor.account_id));
        factor.kind == kind && account.map_or(told == Some(true), |id| factor.account_id == id && told != Some(false))
    };
    let Some(factor) = found.filter(owned) else { return Ok(Err(Refused::Unknown.into())) };
    let (result, secret) = match &begun.state {
        State::Passkey(ceremony) => {
            let Some(mut passkey) = stored::<Passkey>(state, &factor)? else {
                return Ok(Err(Refused::Unknown.into()));
            };
            let credential: Credential = passkey.clone().into();
            let result = webauthn.finish_discoverable_authentication_v2(answer, ceremony.clone(), &credential);
            (keep(result, |result| passkey.update_credential(result)), serde_json::to_vec(&passkey))
        }
        State::SecurityKey(ceremony) => {
            let Some(mut key) = stored::<SecurityKey>(state, &factor)? else {
                return Ok(Err(Refused::Unknown.into()));
            };
            let result = security_key::verify(webauthn, answer, ceremony);
            (keep(result, |result| key.update_credential(result)), serde_json::to_vec(&key))
        }
        State::NewPasskey(_) | State::NewSecurityKey(_) => return Ok(Err(Refused::Stopped.into())),
    };
    let result = match result {
        // A ceremony holds security keys as they were when it began; the counter may have moved on since.
        Ok(result) if went_back(&result, &factor) => Err(Refused::Copied),
        other => other.map_err(|error| refused(&error)),
    };
    Ok(match result {
        Ok(result) => Ok(Used {
            counter: result.counter(),
            secret: secret.map_err(Error::new)?,
            details: Details { synced: result.backup_state(), ..factor.details.clone() },
            factor,
        }),
        Err(why) => Err(NotUsed { why, factor: Some(factor) }),
    })
}

/// Brings the credential up to date with how it was just used.
fn keep(
    result: WebauthnResult<AuthenticationResult>,
    update: impl FnOnce(&AuthenticationResult) -> Option<bool>,
) -> WebauthnResult<AuthenticationResult> {
    if let Ok(result) = &result {
        update(result);
    }
    result
}

/// Whether the signature counter went back, or stood still where there is one (WebAuthn, section 6.1.1).
fn went_back(result: &AuthenticationResult, factor: &Factor) -> bool {
    let (now, before) = (i64::from(result.counter()), factor.counter);
    (now > 0 || before > 0) && now <= before
}

fn refused(error: &WebauthnError) -> Refused {
    match error {
        WebauthnError::CredentialPossibleCompromise => Refused::Copied,
        WebauthnError::UserNotVerified => Refused::Unverified,
        _ => Refused::Stopped,
    }
}

impl Used {
    /// What it proves.
    pub(super) fn proof(&self, context: &Context) -> Proof {
        let (at, device_bound) = (context.now, self.factor.device_bound);
        match self.factor.kind {
            FactorKind::Passkey => Proof::Passkey { at, factor: self.factor.id, device_bound },
            kind => Proof::Second { at, factor: kind, device_bound },
        }
    }

    /// Keeps what the use changed. Says no when the factor was removed or used meanwhile.
    pub(super) async fn keep(
        &self,
        state: &AppState,
        context: &Context,
        writer: &mut Writer,
    ) -> Result<bool, StorageError> {
        let changes = (i64::from(self.counter), self.secret.as_slice(), self.details.clone());
        update_factor(writer, &state.vault, &self.factor, changes, (context.now, state.random.as_ref())).await
    }
}
