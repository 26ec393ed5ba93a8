//! Protocol errors (RFC 6749, sections 4.1.2.1 and 5.2; OpenID Connect Core, section 3.1.2.6).

use strum::Display;

/// An error code of the specifications.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display)]
#[strum(serialize_all = "snake_case")]
pub(super) enum ErrorCode {
    /// A parameter is missing, doubled or malformed.
    InvalidRequest,
    /// The app did not register this response type or grant.
    UnauthorizedClient,
    /// The response type does not exist.
    UnsupportedResponseType,
    /// The scope is malformed, not the app's, or wider than granted.
    InvalidScope,
    /// The person or a rule refused.
    AccessDenied,
    /// With `prompt=none`: somebody would have to sign in.
    LoginRequired,
    /// With `prompt=none`: somebody would have to consent.
    ConsentRequired,
    /// With `prompt=none`: somebody would have to set something up.
    InteractionRequired,
    /// With `prompt=none`: somebody would have to choose an organisation.
    AccountSelectionRequired,
    /// The strength that the app insists on cannot be reached (OpenID Connect Unmet Authentication Requirements).
    UnmetAuthenticationRequirements,
    /// A request object is not signed right, or says something that it must not.
    InvalidRequestObject,
    /// The app may not ask tokens for this resource.
    InvalidTarget,
    /// The app may not ask for these details, or they have another shape.
    InvalidAuthorizationDetails,
    /// The app's requests are not fetched.
    RequestUriNotSupported,
    /// A kept request does not exist, ran out, was answered, or is another app's.
    InvalidRequestUri,
    /// Registration parameters are not taken.
    RegistrationNotSupported,
    /// The app could not prove that it is itself.
    InvalidClient,
    /// A code or token is wrong, used, expired, or somebody else's.
    InvalidGrant,
    /// The grant type does not exist.
    UnsupportedGrantType,
    /// The proof that the app holds its key is wrong, or another key was meant.
    InvalidDpopProof,
    /// The proof needs a nonce of ours.
    UseDpopNonce,
    /// Tokens of this kind are not revoked.
    UnsupportedTokenType,
    /// Nobody approved the device yet (RFC 8628, section 3.5).
    AuthorizationPending,
    /// The device asks too often.
    SlowDown,
    /// The code of the device ran out.
    ExpiredToken,
    /// Something went wrong on our side.
    ServerError,
}

/// An error on its way to an app.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct OAuthError {
    /// The code.
    pub(super) code: ErrorCode,
    /// What is wrong, for whoever looks after the app. Holds no internals and nothing that was sent.
    pub(super) description: &'static str,
}

impl OAuthError {
    /// An error with a description.
    #[must_use]
    pub(super) const fn new(code: ErrorCode, description: &'static str) -> Self {
        Self { code, description }
    }
}

/// An error as the token endpoint answers it (RFC 6749, section 5.2).
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct TokenError {
    /// The error.
    pub(super) error: OAuthError,
    /// Whether the app tried the `Authorization` header: then the answer names the scheme.
    pub(super) challenge: bool,
    /// What the next proof of the app must carry.
    pub(super) nonce: Option<String>,
}

impl From<OAuthError> for TokenError {
    fn from(error: OAuthError) -> Self {
        Self { error, challenge: false, nonce: None }
    }
}
