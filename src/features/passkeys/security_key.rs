//! Security keys that only say that somebody touched them, such as U2F keys: a second step, never enough alone.

use webauthn_rs::prelude::{
    AuthenticationResult, CreationChallengeResponse, CredentialID, PublicKeyCredential, RequestChallengeResponse,
    SecurityKey, SecurityKeyAuthentication, SecurityKeyRegistration, Uuid, Webauthn, WebauthnResult,
};

use crate::features::accounts::Account;

/// The options for a new one.
pub(super) fn start_registration(
    webauthn: &Webauthn,
    account: &Account,
    exclude: Option<Vec<CredentialID>>,
) -> WebauthnResult<(CreationChallengeResponse, SecurityKeyRegistration)> {
    let (id, name, display) = (Uuid::nil(), account.email.as_str(), account.name.as_str());
    let (mut options, state) = webauthn.start_securitykey_registration(id, name, display, exclude, None, None)?;
    // Chromium refuses a protection policy that demands verification from a key that need not verify anybody
    // (kanidm/webauthn-rs, issue 490).
    if let Some(extensions) = &mut options.public_key.extensions {
        extensions.cred_protect = None;
    }
    Ok((options, state))
}

/// The options for using one of these.
pub(super) fn start(
    webauthn: &Webauthn,
    keys: &[SecurityKey],
) -> WebauthnResult<(RequestChallengeResponse, SecurityKeyAuthentication)> {
    webauthn.start_securitykey_authentication(keys)
}

/// Verifies that one of them was used.
pub(super) fn verify(
    webauthn: &Webauthn,
    answer: &PublicKeyCredential,
    state: &SecurityKeyAuthentication,
) -> WebauthnResult<AuthenticationResult> {
    webauthn.finish_securitykey_authentication(answer, state)
}
