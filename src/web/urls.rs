//! Every path, once.

/// Our own pages begin here; it leads to the account or to the sign-in.
pub const HOME: &str = "/";
/// The sign-in form.
pub const SIGN_IN: &str = "/sign-in";
/// A question of a sign-in in progress: consent.
pub const CONSENT: &str = "/consent";
/// The last page of a sign-in, and the way back to the app.
pub const RETURN: &str = "/return";
/// The account of whoever is signed in.
pub const ACCOUNT: &str = "/account";
/// Where and how the person is signed in.
pub const ACCOUNT_SESSIONS: &str = "/account/sessions";
/// Ends one session.
pub const ACCOUNT_SESSION_END: &str = "/account/sessions/end";
/// Ends all sessions but this one.
pub const ACCOUNT_SESSIONS_END_OTHERS: &str = "/account/sessions/end-others";
/// Changes the language.
pub const LANGUAGE: &str = "/language";
/// The one-time link that makes the first administrator.
pub const SETUP: &str = "/setup";
/// Stylesheet and scripts.
pub const ASSETS: &str = "/assets";

/// The authorization endpoint (RFC 6749, section 3.1).
pub const AUTHORIZE: &str = "/authorize";
/// The token endpoint (RFC 6749, section 3.2).
pub const TOKEN: &str = "/token";
/// The `UserInfo` endpoint (OpenID Connect Core, section 5.3).
pub const USERINFO: &str = "/userinfo";
/// The key set (RFC 7517, section 5).
pub const JWKS: &str = "/jwks";
/// The end-session endpoint (OpenID Connect RP-Initiated Logout, section 2).
pub const END_SESSION: &str = "/end_session";
/// Discovery (OpenID Connect Discovery, section 4).
pub const OPENID_CONFIGURATION: &str = "/.well-known/openid-configuration";
/// Discovery (RFC 8414, section 3).
pub const OAUTH_METADATA: &str = "/.well-known/oauth-authorization-server";

/// The sign-in form of one interaction.
#[must_use]
pub fn sign_in(interaction: impl std::fmt::Display) -> String {
    format!("{SIGN_IN}/{interaction}")
}

/// The consent page of one interaction.
#[must_use]
pub fn consent(interaction: impl std::fmt::Display) -> String {
    format!("{CONSENT}/{interaction}")
}

/// The page that says "returning to the app".
#[must_use]
pub fn returning(interaction: impl std::fmt::Display) -> String {
    format!("{RETURN}/{interaction}")
}

/// Where that page leads, and what leads on to the app.
#[must_use]
pub fn complete(interaction: impl std::fmt::Display) -> String {
    format!("{AUTHORIZE}/{interaction}")
}
