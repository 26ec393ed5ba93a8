//! New passkeys and security keys (WebAuthn, section 7.1).

use webauthn_rs::prelude::{
    CreationChallengeResponse, Credential, RegisterPublicKeyCredential, Uuid, Webauthn, WebauthnError, WebauthnResult,
};
use webauthn_rs_proto::{AuthenticatorTransport, ResidentKeyRequirement};

use super::ceremony::{Refused, RelyingParty, State};
use super::rules::{Called, call, ran_on_our_page};
use super::{aaguid, credential_id, handle_of, security_key};
use crate::domain::FactorKind;
use crate::domain::sign_in::Proof;
use crate::features::accounts::Account;
use crate::features::factors::{Details, Factor, NewFactor, add_factor};
use crate::storage::{StorageError, Writer};
use crate::web::{AppState, Context, Error, TemplateError, Templates, browser_name};

/// The options for the browser, and what is needed to finish. `enrolled` is what the account has: its passkeys and
/// security keys are excluded, so that nobody gets two on one device.
pub(super) fn start(
    webauthn: &Webauthn,
    account: &Account,
    enrolled: &[Factor],
    kind: FactorKind,
) -> WebauthnResult<(CreationChallengeResponse, State)> {
    let exclude = Some(enrolled.iter().filter_map(credential_id).collect());
    let (mut options, state) = if kind == FactorKind::SecurityKey {
        let (options, state) = security_key::start_registration(webauthn, account, exclude)?;
        (options, State::NewSecurityKey(state))
    } else {
        let (mut options, state) =
            webauthn.start_passkey_registration(Uuid::nil(), account.email.as_str(), &account.name, exclude)?;
        // Without a resident key a browser finds nothing when nobody tells it a name.
        if let Some(selection) = &mut options.public_key.authenticator_selection {
            selection.resident_key = Some(ResidentKeyRequirement::Required);
            selection.require_resident_key = true;
        }
        (options, State::NewPasskey(state))
    };
    options.public_key.user.id = handle_of(account.id);
    Ok((options, state))
}

/// A credential that was made as asked.
pub(super) struct Made {
    secret: Vec<u8>,
    /// Its identifier, as the table of factors keeps it.
    pub(super) handle: String,
    counter: u32,
    /// Whether it cannot leave its device.
    pub(super) device_bound: bool,
    details: Details,
}

impl Made {
    /// What the model is called, where the public list knows it.
    pub(super) fn provider(&self) -> Option<&'static str> {
        self.details.aaguid.as_deref().and_then(aaguid::provider)
    }

    /// Whether it goes from computer to computer.
    fn roams(&self) -> bool {
        let on = |transport: &str| self.details.transports.iter().any(|has| has == transport);
        !on("internal") && (on("usb") || on("nfc") || on("ble"))
    }

    /// What it proves: whoever made it has just used it.
    pub(super) fn proof(&self, kind: FactorKind, id: crate::domain::ids::FactorId, context: &Context) -> Proof {
        let (at, device_bound) = (context.now, self.device_bound);
        match kind {
            FactorKind::Passkey => Proof::Passkey { at, factor: id, device_bound },
            _ => Proof::Second { at, factor: kind, device_bound },
        }
    }
}

/// Verifies what the browser answered.
pub(super) fn verify(
    party: &RelyingParty,
    state: &State,
    answer: &RegisterPublicKeyCredential,
) -> Result<Made, Refused> {
    let webauthn = party.webauthn.as_ref().ok_or(Refused::Stopped)?;
    if !ran_on_our_page(&answer.response.client_data_json, &party.origin) {
        return Err(Refused::Stopped);
    }
    let (credential, secret): (Credential, _) = match state {
        State::NewPasskey(state) => {
            // The browser says by itself that nobody will find it: it would be a passkey in name only.
            let findable = answer.extensions.cred_props.as_ref().and_then(|props| props.rk);
            if findable == Some(false) {
                return Err(Refused::Unverified);
            }
            let passkey = webauthn.finish_passkey_registration(answer, state).map_err(|error| refused(&error))?;
            let secret = serde_json::to_vec(&passkey);
            (passkey.into(), secret)
        }
        State::NewSecurityKey(state) => {
            let key = webauthn.finish_securitykey_registration(answer, state).map_err(|error| refused(&error))?;
            let secret = serde_json::to_vec(&key);
            (key.into(), secret)
        }
        State::Passkey(_) | State::SecurityKey(_) => return Err(Refused::Stopped),
    };
    // What we asked for is checked again on what came of it.
    if matches!(state, State::NewPasskey(_)) && !credential.user_verified {
        return Err(Refused::Unverified);
    }
    let transports = answer.response.transports.iter().flatten();
    let known = transports.filter(|transport| **transport != AuthenticatorTransport::Unknown);
    Ok(Made {
        secret: secret.map_err(|_| Refused::Stopped)?,
        handle: super::handle_text(&credential.cred_id),
        counter: credential.counter,
        device_bound: !credential.backup_eligible,
        details: Details {
            aaguid: aaguid::read_aaguid(&answer.response.attestation_object),
            synced: credential.backup_state,
            transports: known.take(8).map(ToString::to_string).collect(),
            hint: None,
        },
    })
}

fn refused(error: &WebauthnError) -> Refused {
    match error {
        WebauthnError::UserNotVerified => Refused::Unverified,
        _ => Refused::Stopped,
    }
}

/// The name of a new one, in the language of the page.
pub(super) fn name(made: &Made, written: &str, context: &Context) -> Result<String, TemplateError> {
    let browser = browser_name(context.user_agent.as_deref());
    let words = |key, values: &[(&'static str, &str)]| Templates::words(context.language, key, values);
    match call(written, made.provider(), made.roams(), browser) {
        Called::Text(text) => Ok(text),
        Called::SecurityKey => words("passkey-security-key", &[]),
        Called::MadeWith(browser, system) => words("browser-on", &[("browser", browser), ("system", system)]),
        Called::Passkey => words("passkey", &[]),
    }
}

/// Adds it to the account.
///
/// # Errors
///
/// When it is enrolled already ([`StorageError::Duplicate`]), or the database refuses.
pub(super) async fn add(
    state: &AppState,
    context: &Context,
    writer: &mut Writer,
    (account, kind, name): (&Account, FactorKind, &str),
    made: &Made,
) -> Result<crate::domain::ids::FactorId, StorageError> {
    let new = NewFactor {
        account_id: account.id,
        kind,
        name,
        secret: Some(&made.secret),
        handle: Some(made.handle.clone()),
        counter: made.counter.into(),
        device_bound: made.device_bound,
        details: made.details.clone(),
        user_agent: context.user_agent.clone(),
    };
    add_factor(writer, &state.vault, new, (context.now, state.random.as_ref())).await
}

/// Why it cannot be enrolled, if it is enrolled already.
pub(super) async fn find_duplicate(
    state: &AppState,
    account: &Account,
    handle: &str,
) -> Result<Option<Refused>, Error> {
    let found = crate::features::factors::find_factor_by_handle(state.db.reading(), handle).await?;
    Ok(found.map(|factor| if factor.account_id == account.id { Refused::Exists } else { Refused::Foreign }))
}
