//! Passkeys and security keys (WebAuthn Level 3): making, using, naming and removing them, and offering one after a
//! sign-in without.
//!
//! A ceremony begins and finishes with JSON that the script of our own page sends; everything else is ordinary pages.
//! The user handle (WebAuthn, section 5.4.3) is the identifier of the account: it says nothing about the person, never
//! changes, and leads back to the account by itself when a passkey signs in without a name.

mod aaguid;
mod assertion;
mod ceremony;
#[cfg(any(test, fuzzing))]
mod fuzzing;
mod messages;
mod pages;
mod registration;
mod rules;
mod security_key;
mod store;
mod views;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use webauthn_rs_proto::AuthenticatorTransport;

use crate::domain::ids::AccountId;
use crate::domain::sign_in::Proof;
use crate::domain::{FactorKind, Timestamp};
use crate::features::factors::Factor;
use crate::features::sessions::Member;
use crate::web::{AppState, browser_name, urls};

#[cfg(any(test, fuzzing))]
pub(crate) use fuzzing::TARGETS as FUZZ_TARGETS;
pub use messages::{PasskeyAdded, PasskeyCopied, PasskeyRemoved};
pub use pages::routes;
pub use store::remove_old_ceremonies;
pub use views::{
    Ceremony, CreatePage, Known, OfferPage, PasskeyRow, PasskeysPage, RemovePage, RenamePage, SecondStepPage,
};

/// Whether passkeys work at the address of this installation: browsers want a domain name.
#[must_use]
pub fn are_on(state: &AppState) -> bool {
    state.service::<ceremony::RelyingParty>().webauthn.is_some()
}

/// The place of a sign-in with a passkey alone that is our own sign-in page.
pub const OWN: &str = "own";
/// The place where somebody confirms who they are.
pub const CONFIRM: &str = "confirm";

/// How somebody signs in with a passkey alone in `place` ([`OWN`], [`CONFIRM`], or an interaction); none where passkeys
/// are off. `first` where that is the best way in.
#[must_use]
pub fn way_in(state: &AppState, place: impl std::fmt::Display, next: Option<&str>, first: bool) -> Option<Ceremony> {
    let place = place.to_string();
    are_on(state).then(|| Ceremony {
        creates: false,
        begin: urls::PASSKEYS_BEGIN.to_owned(),
        finish: urls::PASSKEYS_FINISH.to_owned(),
        autofill: place != CONFIRM,
        place,
        next: next.unwrap_or_default().to_owned(),
        first,
    })
}

/// Whether a factor is a passkey or a security key.
#[must_use]
pub fn is_listed(factor: &Factor) -> bool {
    matches!(factor.kind, FactorKind::Passkey | FactorKind::SecurityKey)
}

/// A passkey or security key of `member`, as lists show it.
#[must_use]
pub fn row_of(factor: &Factor, member: &Member) -> PasskeyRow {
    let proofs = &member.session.evidence.proofs;
    let provider = factor.details.aaguid.as_deref().and_then(aaguid::provider);
    let browser = browser_name(factor.user_agent.as_deref());
    PasskeyRow {
        id: factor.id.to_string(),
        kind: factor.kind,
        name: factor.name.clone(),
        provider: provider.filter(|provider| *provider != factor.name).map(str::to_owned),
        synced: factor.details.synced,
        device_bound: factor.device_bound,
        here: proofs.iter().any(|proof| matches!(proof, Proof::Passkey { factor: used, .. } if *used == factor.id)),
        created: factor.created_at.millis(),
        browser: browser.map(|(browser, system)| (browser.to_owned(), system.to_owned())),
        last_used: factor.last_used_at.map(Timestamp::millis),
    }
}

/// The user handle of an account.
fn handle_of(account: AccountId) -> Vec<u8> {
    account.to_string().into_bytes()
}

/// A credential identifier as the table of factors keeps it.
fn handle_text(credential_id: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(credential_id)
}

/// The credential identifier of a factor; none where it has nothing to do with WebAuthn.
fn credential_id(factor: &Factor) -> Option<Vec<u8>> {
    factor.handle.as_ref().and_then(|handle| URL_SAFE_NO_PAD.decode(handle).ok())
}

/// How browsers reach a factor, where they told.
fn transports_of(factor: &Factor) -> Option<Vec<AuthenticatorTransport>> {
    let known: Vec<_> = factor.details.transports.iter().filter_map(|name| name.parse().ok()).collect();
    (!known.is_empty()).then_some(known)
}
