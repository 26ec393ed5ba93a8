//! An authorization request that passed every check (OpenID Connect Core, section 3.1.2.1).

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::domain::Scope;
use crate::domain::ids::{DeviceRequestId, TrialId};
use crate::domain::secret::Fingerprint;
use crate::domain::sign_in::{Acr, AcrWish};
use crate::features::clients::Client;
use crate::features::oidc::claims::scope_of;
use crate::features::oidc::details::Details;
use crate::features::oidc::response_modes::ResponseMode;
use crate::features::oidc::response_types::ResponseType;

/// An authorization request that passed every check.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::oidc) struct AuthorizationRequest {
    /// The app.
    pub(in crate::features::oidc) client_id: String,
    /// Where the answer goes; one of the app's registered addresses.
    pub(in crate::features::oidc) redirect_uri: String,
    /// What the app gets from the authorization endpoint.
    pub(in crate::features::oidc) response_type: ResponseType,
    /// How it gets it.
    pub(in crate::features::oidc) response_mode: ResponseMode,
    /// What the app asks for, as far as it may.
    pub(in crate::features::oidc) scope: Scope,
    /// Given back unchanged.
    pub(in crate::features::oidc) state: Option<String>,
    /// Goes into the ID token unchanged.
    pub(in crate::features::oidc) nonce: Option<String>,
    /// The PKCE challenge, always S256 (RFC 7636, section 4.2).
    pub(in crate::features::oidc) code_challenge: Option<String>,
    /// What may be shown.
    pub(in crate::features::oidc) prompt: Prompt,
    /// How long ago the person may have signed in, in seconds.
    pub(in crate::features::oidc) max_age: Option<u64>,
    /// Whom the app expects.
    pub(in crate::features::oidc) login_hint: Option<String>,
    /// The subject of the ID token that the app sent as `id_token_hint`.
    pub(in crate::features::oidc) expected_subject: Option<String>,
    /// How strong the sign-in should be.
    #[serde(default)]
    pub(in crate::features::oidc) acr: RequestedAcr,
    /// The claims that the app asks for by name, as far as it may.
    #[serde(default)]
    pub(in crate::features::oidc) claims: RequestedClaims,
    /// The resources that its tokens are to be for.
    #[serde(default)]
    pub(in crate::features::oidc) resources: Vec<String>,
    /// What the app asks for in detail.
    #[serde(default)]
    pub(in crate::features::oidc) details: Details,
    /// The thumbprint of the key that the code is bound to (RFC 9449, section 10).
    #[serde(default)]
    pub(in crate::features::oidc) dpop_jkt: Option<String>,
    /// The languages that the app wishes for.
    pub(in crate::features::oidc) ui_locales: Option<String>,
    /// The device that waits, where it came from one without a browser: then nothing is sent to an address.
    #[serde(default)]
    pub(in crate::features::oidc) device: Option<DeviceRequestId>,
    /// The trial that it is part of; then it is ours, in the name of the app.
    #[serde(default)]
    pub(in crate::features::oidc) trial: Option<Trying>,
    /// Where it was kept before it was opened: then it is answered once.
    #[serde(default)]
    pub(in crate::features::oidc) kept: Option<Fingerprint>,
}

impl AuthorizationRequest {
    /// A request of an app that asks for nothing yet.
    pub(in crate::features::oidc) fn new(client: &Client, redirect_uri: &str) -> Self {
        Self {
            client_id: client.id.clone(),
            redirect_uri: redirect_uri.to_owned(),
            response_type: ResponseType::CODE,
            response_mode: ResponseMode::default_for(ResponseType::CODE),
            scope: Scope::default(),
            state: None,
            nonce: None,
            code_challenge: None,
            prompt: Prompt::default(),
            max_age: None,
            login_hint: None,
            expected_subject: None,
            acr: RequestedAcr::default(),
            claims: RequestedClaims::default(),
            resources: Vec::new(),
            details: Details::default(),
            dpop_jkt: None,
            ui_locales: None,
            device: None,
            trial: None,
            kept: None,
        }
    }

    /// The address of the app: where the answer goes, or would go.
    #[must_use]
    pub(in crate::features::oidc) fn address(&self) -> &str {
        self.trial.as_ref().map_or(&self.redirect_uri, |trying| &trying.redirect_uri)
    }

    /// What the person consents to: the scopes, and those that the claims asked for by name belong to.
    #[must_use]
    pub(in crate::features::oidc) fn consent_scope(&self) -> Scope {
        let RequestedClaims { userinfo, id_token } = &self.claims;
        self.scope.or(&userinfo.iter().chain(id_token).filter_map(|claim| scope_of(claim)).collect())
    }
}

/// The claims that an app asks for by name (OpenID Connect Core, section 5.5).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::oidc) struct RequestedClaims {
    /// From the `UserInfo` endpoint.
    pub(in crate::features::oidc) userinfo: BTreeSet<String>,
    /// In the ID token.
    pub(in crate::features::oidc) id_token: BTreeSet<String>,
}

/// What an administrator tries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::oidc) struct Trying {
    /// The trial.
    pub(in crate::features::oidc) id: TrialId,
    /// The address that the app would have named.
    pub(in crate::features::oidc) redirect_uri: String,
}

/// How a request came that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString)]
#[strum(serialize_all = "snake_case")]
pub(in crate::features::oidc) enum Origin {
    /// By a form from a page of the app, in the browser.
    Posted,
    /// By the app itself (RFC 9126).
    Pushed,
    /// From ourselves, for an administrator who tries the sign-in.
    Trial,
}

impl Origin {
    /// What its `request_uri` begins with.
    pub(in crate::features::oidc) const fn prefix(self) -> &'static str {
        match self {
            Self::Posted => "urn:countersign:posted-request:",
            Self::Pushed => "urn:ietf:params:oauth:request_uri:",
            Self::Trial => "urn:countersign:trial:",
        }
    }

    /// The origin that a `request_uri` claims, and the secret in it.
    pub(in crate::features::oidc) fn of(request_uri: &str) -> Option<(Self, &str)> {
        [Self::Posted, Self::Pushed, Self::Trial]
            .into_iter()
            .find_map(|origin| request_uri.strip_prefix(origin.prefix()).map(|secret| (origin, secret)))
    }
}

/// How strong the sign-in should be: `acr_values`, or the `acr` claim (OpenID Connect Core, section 5.5.1.1).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::oidc) struct RequestedAcr {
    /// The values of ours among those that the app named; any of them will do.
    pub(in crate::features::oidc) values: Vec<Acr>,
    /// Without one of them there is no answer.
    pub(in crate::features::oidc) essential: bool,
}

impl RequestedAcr {
    /// What the sign-in is asked for.
    #[must_use]
    pub(in crate::features::oidc) fn wish(&self) -> Option<AcrWish> {
        let at_least = self.values.iter().copied().min()?;
        Some(AcrWish { at_least, essential: self.essential })
    }
}

/// The `prompt` parameter.
#[expect(clippy::struct_excessive_bools, reason = "the values of the parameter, any of which may be there")]
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::features::oidc) struct Prompt {
    /// Show nothing; fail instead.
    pub(in crate::features::oidc) none: bool,
    /// Ask for the sign-in again.
    pub(in crate::features::oidc) login: bool,
    /// Ask for consent again.
    pub(in crate::features::oidc) consent: bool,
    /// Let the person choose the account: here, sign in with whichever they like.
    pub(in crate::features::oidc) select_account: bool,
}
