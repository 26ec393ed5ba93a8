//! `[oidc]`: which parts of the protocol are offered.

use serde::{Deserialize, Serialize};

use super::{DetailType, Faults, details};

/// Which parts of the protocol are offered.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[expect(clippy::struct_excessive_bools, reason = "each is a switch of its own in the configuration")]
pub struct Oidc {
    /// Whether discovery lists the response types of classic OpenID Connect, which bring tokens in the address of a page.
    pub classic: bool,
    /// Whether apps may frame a page of ours that tells them when a sign-in changed; over https alone.
    pub session_management: bool,
    /// Seconds in which a pushed authorization request must be opened.
    pub pushed_request_seconds: u16,
    /// Whether a proof that an app holds its key must carry a nonce of ours.
    pub dpop_nonces: bool,
    /// Whether devices without a browser may ask somebody to approve them elsewhere (RFC 8628).
    pub device_grant: bool,
    /// Whether apps may register themselves (RFC 7591).
    pub registration: Registration,
    /// What apps can ask for in detail (RFC 9396).
    pub authorization_details: Vec<DetailType>,
}

/// Who may register an app beside the operator.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Registration {
    /// Nobody.
    #[default]
    Off,
    /// Whoever has an initial access token.
    Token,
    /// Anybody.
    Open,
}

impl Default for Oidc {
    fn default() -> Self {
        Self {
            classic: false,
            session_management: false,
            pushed_request_seconds: 90,
            dpop_nonces: false,
            device_grant: false,
            registration: Registration::Off,
            authorization_details: Vec::new(),
        }
    }
}

impl Oidc {
    pub(super) fn validate(&self, faults: &mut Faults) {
        faults.unless(
            (5..600).contains(&self.pushed_request_seconds),
            "oidc.pushed_request_seconds",
            "Give a number from 5 to 599.",
        );
        details::validate(&self.authorization_details, faults);
    }
}
