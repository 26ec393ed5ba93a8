//! Ceremonies (WebAuthn, section 7): what the library needs to finish one lies sealed in a table, for five minutes and
//! one use, bound to the browser, the purpose and, where it is known, the account.

use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use webauthn_rs::prelude::{
    DiscoverableAuthentication, PasskeyRegistration, SecurityKeyAuthentication, SecurityKeyRegistration, Webauthn,
    WebauthnBuilder,
};

use super::store::{self, Bound};
use crate::domain::FactorKind;
use crate::domain::ids::{AccountId, CeremonyId, InteractionId};
use crate::domain::network::Network;
use crate::features::throttles::{Blocked, Counter, Limit, reserve};
use crate::storage::{StorageError, Writer};
use crate::web::{AppState, Context, Error, Parts, Service};

/// How long a ceremony may take.
const LIFETIME: Duration = Duration::from_mins(5);

/// The most ceremonies that one network may begin in ten minutes. Every look at the sign-in form begins one, and a whole
/// office may sit behind one address; nothing that is counted for passwords counts here.
const MOST: Limit = Limit::quota(2000, Duration::from_mins(10));

/// This server as WebAuthn sees it.
pub(super) struct RelyingParty {
    /// The library; none where the public address has no domain name, since browsers refuse passkeys there.
    pub(super) webauthn: Option<Webauthn>,
    /// The relying party identifier: the host of the public address.
    pub(super) id: String,
    /// The one origin that ceremonies run on.
    pub(super) origin: String,
}

impl Service for RelyingParty {
    fn build(parts: &Parts) -> Self {
        let url = &parts.config.server.public_url;
        let id = url.domain().unwrap_or_default().to_owned();
        // Exactly this origin: no subdomains, no other ports.
        let webauthn = WebauthnBuilder::new(&id, url)
            .and_then(|builder| builder.rp_name(&parts.config.branding.name).timeout(LIFETIME).build())
            .ok()
            .filter(|_| !id.is_empty());
        Self { webauthn, id, origin: url.origin().ascii_serialization() }
    }
}

/// What the library needs to finish a ceremony.
#[derive(Serialize, Deserialize)]
pub(super) enum State {
    /// A new passkey.
    NewPasskey(PasskeyRegistration),
    /// A new security key.
    NewSecurityKey(SecurityKeyRegistration),
    /// A passkey is used: alone, or as a second step.
    Passkey(DiscoverableAuthentication),
    /// A security key is used.
    SecurityKey(SecurityKeyAuthentication),
}

/// What a ceremony is for. Another purpose, another place: another ceremony.
#[derive(Clone, Copy, Debug)]
pub(super) enum Purpose<'a> {
    /// A new factor of this kind, in this place (see `urls::enrol`).
    Enrol(FactorKind, &'a str),
    /// A sign-in with a passkey alone, in this place (see `pages::sign_in`).
    SignIn(&'a str),
    /// A second step of this kind.
    Second(FactorKind, InteractionId),
}

impl fmt::Display for Purpose<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Enrol(kind, place) => write!(f, "enrol {kind} {place}"),
            Self::SignIn(place) => write!(f, "sign_in {place}"),
            Self::Second(kind, interaction) => write!(f, "second {kind} {interaction}"),
        }
    }
}

/// A ceremony that has begun and can be finished.
pub(super) struct Begun {
    id: CeremonyId,
    /// What the library needs.
    pub(super) state: State,
}

/// Begins a ceremony. Says so when this network has begun too many.
///
/// # Errors
///
/// When the database refuses.
pub(super) async fn begin(
    state: &AppState,
    context: &Context,
    (purpose, account): (Purpose<'_>, Option<AccountId>),
    ceremony: &State,
) -> Result<Result<CeremonyId, Blocked>, Error> {
    let keys = context.client_ip.network().map(Network::limiter_keys).unwrap_or_default();
    let counters: Vec<Counter> =
        keys.into_iter().map(|key| Counter { key: format!("passkeys:{key}"), limit: MOST }).collect();
    if let Some(blocked) = reserve(&state.db, &counters, context.now).await? {
        return Ok(Err(blocked));
    }
    let purpose = purpose.to_string();
    let bound = Bound { purpose: &purpose, browser: context.browser.as_deref().unwrap_or_default(), account };
    let kept = serde_json::to_vec(ceremony).map_err(Error::new)?;
    let times = (context.now, context.now.after(LIFETIME), state.random.as_ref());
    let mut writer = state.db.writing().await?;
    let id = store::add_ceremony(&mut writer, &state.vault, &bound, &kept, times).await?;
    writer.commit().await?;
    Ok(Ok(id))
}

/// The ceremony `id`, if this browser began it for the same, a moment ago, and nobody finished it.
///
/// # Errors
///
/// When the database refuses.
pub(super) async fn find(
    state: &AppState,
    context: &Context,
    id: &str,
    (purpose, account): (Purpose<'_>, Option<AccountId>),
) -> Result<Option<Begun>, Error> {
    let (Ok(id), Some(browser)) = (id.parse(), &context.browser) else { return Ok(None) };
    let purpose = purpose.to_string();
    let bound = Bound { purpose: &purpose, browser, account };
    let Some(open) = store::find_ceremony(state.db.reading(), id, &bound, context.now).await? else {
        return Ok(None);
    };
    let kept = open.state(&state.vault)?;
    Ok(Some(Begun { id, state: serde_json::from_slice(kept.expose()).map_err(Error::new)? }))
}

impl Begun {
    /// Uses it up, in the transaction of what comes of it. Says no when somebody was faster.
    pub(super) async fn use_up(&self, writer: &mut Writer, context: &Context) -> Result<bool, StorageError> {
        store::use_ceremony(writer, self.id, context.now).await
    }
}

/// Why nothing came of a ceremony: the words that the page's script has a text for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, strum::IntoStaticStr)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub(super) enum Refused {
    /// It was stopped, took too long, was used before or proves nothing (E10).
    Stopped,
    /// The passkey is not known here (E11).
    Unknown,
    /// The device has one for this account already (E12).
    Exists,
    /// It belongs to another account (E15).
    Foreign,
    /// The person was not verified: the security key has no PIN (E14).
    Unverified,
    /// A copy of it was used: its counter went back.
    Copied,
    /// The account has as many as it may have.
    Full,
    /// Too many ceremonies were begun.
    TooMany,
}

impl Refused {
    /// The word that the audit keeps.
    pub(super) fn as_str(self) -> &'static str {
        self.into()
    }
}
