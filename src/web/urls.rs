//! Every path, once.

mod admin;
mod apps;
mod passkeys;
mod people;

pub use admin::*;
pub use apps::{app, app_act, app_draft, app_trial, app_trial_answer};
pub use passkeys::{begin, finish, remove_passkey, rename_passkey};
pub use people::*;

/// Our own pages begin here; it leads to the account or to the sign-in.
pub const HOME: &str = "/";
/// The sign-in form.
pub const SIGN_IN: &str = "/sign-in";
/// Proving again who one is, before something that matters.
pub const CONFIRM: &str = "/confirm";
/// Setting up a factor: in the account area, or in a sign-in that demands one.
pub const ENROL: &str = "/enrol";
/// The offer of a passkey after a sign-in.
pub const OFFER: &str = "/offer";
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
/// The passkeys and security keys of whoever is signed in.
pub const ACCOUNT_PASSKEYS: &str = "/account/passkeys";
/// How the person signs in: passkeys, second factors, password.
pub const ACCOUNT_SECURITY: &str = "/account/security";
/// Choosing another password.
pub const ACCOUNT_PASSWORD: &str = "/account/password";
/// Doing without a password.
pub const ACCOUNT_PASSWORD_REMOVE: &str = "/account/password/remove";
/// The apps that the person gave something to.
pub const ACCOUNT_APPS: &str = "/account/apps";
/// What happened to the account.
pub const ACCOUNT_ACTIVITY: &str = "/account/activity";
/// The same as a table.
pub const ACCOUNT_ACTIVITY_CSV: &str = "/account/activity.csv";
/// What to do about something that the person did not do.
pub const ACCOUNT_NOT_YOU: &str = "/account/not-you";
/// Name, language, e-mail address.
pub const ACCOUNT_PROFILE: &str = "/account/profile";
/// All that is kept about the person, to take along.
pub const ACCOUNT_DATA: &str = "/account/data";
/// Choosing another e-mail address.
pub const ACCOUNT_EMAIL: &str = "/account/email";
/// Giving that up before it is confirmed.
pub const ACCOUNT_EMAIL_CANCEL: &str = "/account/email/cancel";
/// The link that confirms a new e-mail address.
pub const EMAIL_CONFIRM: &str = "/email/confirm";
/// The link that takes a new e-mail address back.
pub const EMAIL_UNDO: &str = "/email/undo";
/// The organisation of whoever is signed in.
pub const ORGANISATION: &str = "/organisation";
/// The people of the organisation.
pub const EMPLOYEES: &str = "/organisation/employees";
/// Inviting somebody to the organisation.
pub const EMPLOYEES_INVITE: &str = "/organisation/employees/invite";
/// What happened in the organisation.
pub const ORGANISATION_ACTIVITY: &str = "/organisation/activity";
/// The same as a table.
pub const ORGANISATION_ACTIVITY_CSV: &str = "/organisation/activity.csv";
/// The rules of the organisation.
pub const SECURITY_CENTER: &str = "/organisation/security";
/// Takes the last change of the rules back.
pub const SECURITY_CENTER_UNDO: &str = "/organisation/security/undo";
/// Lets the helpdesk help the people of the organisation, or no more.
pub const SECURITY_CENTER_HELPDESK: &str = "/organisation/security/helpdesk";
/// Shows who would be affected by what is filled in.
pub const SECURITY_CENTER_PREVIEW: &str = "/organisation/security/preview";
/// Changes the language.
pub const LANGUAGE: &str = "/language";
/// The one-time link that makes the first administrator.
pub const SETUP: &str = "/setup";
/// The link of an invitation.
pub const INVITE: &str = "/invite";
/// What to do when signing in does not work.
pub const RECOVER: &str = "/recover";
/// Choosing a forgotten password anew.
pub const PASSWORD_RESET: &str = "/password-reset";
/// Requests to let somebody back in, for the helpdesk and for administrators.
pub const RECOVERY_REQUESTS: &str = "/recovery-requests";
/// Opens one.
pub const RECOVERY_REQUESTS_NEW: &str = "/recovery-requests/new";
/// The links in mails about such a request.
pub const RECOVERY: &str = "/recovery";
/// The links in mails that confirm a sign-in, or stop it.
pub const MAIL_LINK: &str = "/c";
/// Where somebody signs in from.
pub const ACCOUNT_NETWORKS: &str = "/account/ip-addresses";
/// Whether new ones join by themselves.
pub const ACCOUNT_NETWORKS_AUTOMATIC: &str = "/account/ip-addresses/automatic";
/// Where the people of an organisation sign in from.
pub const ORGANISATION_NETWORKS: &str = "/organisation/ip-addresses";
/// Stylesheet and scripts.
pub const ASSETS: &str = "/assets";

/// Begins a sign-in with a passkey.
pub const PASSKEYS_BEGIN: &str = "/passkeys/begin";
/// Finishes a sign-in with a passkey.
pub const PASSKEYS_FINISH: &str = "/passkeys/finish";
/// Where password managers find our pages about passkeys (WebAuthn WG, "A Well-Known URL for Relying Party Passkey
/// Endpoints").
pub const PASSKEY_ENDPOINTS: &str = "/.well-known/passkey-endpoints";

/// Where somebody approves a device without a browser (RFC 8628, section 3.3).
pub const DEVICE: &str = "/device";
/// The device authorization endpoint (RFC 8628, section 3.1).
pub const DEVICE_AUTHORIZATION: &str = "/device_authorization";
/// The registration endpoint (RFC 7591, section 3).
pub const REGISTER: &str = "/register";
/// The authorization endpoint (RFC 6749, section 3.1).
pub const AUTHORIZE: &str = "/authorize";
/// The token endpoint (RFC 6749, section 3.2).
pub const TOKEN: &str = "/token";
/// The `UserInfo` endpoint (OpenID Connect Core, section 5.3).
pub const USERINFO: &str = "/userinfo";
/// The pushed authorization request endpoint (RFC 9126, section 2).
pub const PUSH: &str = "/par";
/// The revocation endpoint (RFC 7009, section 2).
pub const REVOKE: &str = "/revoke";
/// The introspection endpoint (RFC 7662, section 2).
pub const INTROSPECT: &str = "/introspect";
/// What apps themselves call: the addresses that are also answered where certificates are asked for (RFC 8705, section 5).
pub const FOR_APPS: [&str; 6] = [TOKEN, USERINFO, PUSH, REVOKE, INTROSPECT, DEVICE_AUTHORIZATION];
/// The key set (RFC 7517, section 5).
pub const JWKS: &str = "/jwks";
/// What apps frame to see whether a sign-in changed (OpenID Connect Session Management, section 3.2).
pub const CHECK_SESSION: &str = "/check_session";
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

/// The page on which somebody chooses the account for one interaction.
#[must_use]
pub fn accounts(interaction: impl std::fmt::Display) -> String {
    format!("/accounts/{interaction}")
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

/// The page that approves a device in one interaction.
#[must_use]
pub fn device(interaction: impl std::fmt::Display) -> String {
    format!("{DEVICE}/{interaction}")
}

/// The sign-in form of one interaction, for somebody who wants to begin anew.
#[must_use]
pub fn sign_in_anew(interaction: impl std::fmt::Display) -> String {
    format!("{SIGN_IN}/{interaction}?anew=1")
}

/// The second step of one interaction.
#[must_use]
pub fn second_step(interaction: impl std::fmt::Display) -> String {
    format!("{SIGN_IN}/{interaction}/second")
}

/// The second step of one interaction, done in this way.
#[must_use]
pub fn second_step_by(interaction: impl std::fmt::Display, kind: impl std::fmt::Display) -> String {
    format!("{SIGN_IN}/{interaction}/second/{kind}")
}

/// Has the code sent that `page`, a second step or the set-up of one, asks for.
#[must_use]
pub fn send(page: &str) -> String {
    format!("{page}/send")
}

/// What to do when signing in does not work in `place`: an interaction, or [`PLACE_OWN`].
#[must_use]
pub fn recover(place: impl std::fmt::Display) -> String {
    format!("{RECOVER}/{place}")
}

/// What to do about one problem of signing in.
#[must_use]
pub fn recover_from(place: impl std::fmt::Display, problem: &str) -> String {
    format!("{RECOVER}/{place}/{problem}")
}

/// The problem of [`recover_from`] that is for the helpdesk.
pub const HELPDESK_FORM: &str = "helpdesk";

/// The place of [`recover`] that is no interaction.
pub const PLACE_OWN: &str = "own";

/// One request to let somebody back in.
#[must_use]
pub fn recovery_request(case: impl std::fmt::Display) -> String {
    format!("{RECOVERY_REQUESTS}/{case}")
}

/// Does something about one request to let somebody back in.
#[must_use]
pub fn recovery_request_act(case: impl std::fmt::Display, act: &str) -> String {
    format!("{RECOVERY_REQUESTS}/{case}/{act}")
}

/// The link with which the person stops it.
#[must_use]
pub fn recovery_stop(case: impl std::fmt::Display, tag: &str) -> String {
    format!("{RECOVERY}/stop/{case}/{tag}")
}

/// The link that leads to a new factor.
#[must_use]
pub fn recovery_link(secret: &str) -> String {
    format!("{RECOVERY}/link/{secret}")
}

/// Waiting for the code of a forgotten password.
#[must_use]
pub fn password_reset(reset: impl std::fmt::Display) -> String {
    format!("{PASSWORD_RESET}/{reset}")
}

/// The link in the mail about a forgotten password.
#[must_use]
pub fn password_reset_link(secret: &str) -> String {
    format!("{PASSWORD_RESET}/link/{secret}")
}

/// The form for the new password, in the interaction in which everything else was proven.
#[must_use]
pub fn new_password(interaction: impl std::fmt::Display) -> String {
    format!("{PASSWORD_RESET}/new/{interaction}")
}

/// Waiting for the confirmation of a new network in one interaction.
#[must_use]
pub fn confirm_network(interaction: impl std::fmt::Display) -> String {
    format!("{SIGN_IN}/{interaction}/network")
}

/// The page of one interaction that says that nothing may come from this network.
#[must_use]
pub fn blocked_network(interaction: impl std::fmt::Display) -> String {
    format!("{SIGN_IN}/{interaction}/blocked")
}

/// What tells the page that waits for a mailed link in one interaction how it stands, once and as it happens.
#[must_use]
pub fn waiting(interaction: impl std::fmt::Display) -> String {
    format!("{SIGN_IN}/{interaction}/waiting")
}

/// The link in a mail that a code goes with.
#[must_use]
pub fn mail_link(secret: &str) -> String {
    format!("{MAIL_LINK}/{secret}")
}

/// Setting up a factor in `place`: an interaction, or [`PLACE_ACCOUNT`].
#[must_use]
pub fn enrol(place: impl std::fmt::Display) -> String {
    format!("{ENROL}/{place}")
}

/// Setting up a factor of this kind in `place`.
#[must_use]
pub fn enrol_kind(place: impl std::fmt::Display, kind: impl std::fmt::Display) -> String {
    format!("{ENROL}/{place}/{kind}")
}

/// The place of [`enrol`] that is the account area.
pub const PLACE_ACCOUNT: &str = "account";

/// The offer of a passkey at the end of one interaction.
#[must_use]
pub fn offer(interaction: impl std::fmt::Display) -> String {
    format!("{OFFER}/{interaction}")
}

/// The rules of the organisation as they are filled in and not saved yet.
#[must_use]
pub fn security_center_draft(code: &str) -> String {
    format!("{SECURITY_CENTER}/{code}")
}

/// The most characters of a query that is taken along: room for what was typed into a form.
pub const LONGEST_QUERY: usize = 4000;

/// The page of ours that `next` names; the account, if it names none: nobody can be sent elsewhere with it.
#[must_use]
pub fn own_page(next: Option<&str>) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-_".contains(&byte);
    // What `application/x-www-form-urlencoded` is made of (URL Standard, section 5.2).
    let asked = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.*+%=&".contains(&byte);
    let areas = [ACCOUNT, ENROL, ORGANISATION, DEVICE, RECOVERY_REQUESTS, ADMIN];
    let known = |next: &&str| {
        let (path, query) = next.split_once('?').unwrap_or((next, ""));
        path.len() <= 200
            && path.bytes().all(plain)
            && query.len() <= LONGEST_QUERY
            && query.bytes().all(asked)
            && areas
                .iter()
                .any(|area| path.strip_prefix(area).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    next.filter(known).unwrap_or(ACCOUNT).to_owned()
}

/// The same, also for somebody who just proved it.
#[must_use]
pub fn confirm_anew(next: &str) -> String {
    format!("{}&anew=1", confirm(next))
}

/// Proving again who one is, and then on to `next`, one of our own paths.
#[must_use]
pub fn confirm(next: &str) -> String {
    format!("{CONFIRM}?next={}", url::form_urlencoded::byte_serialize(next.as_bytes()).collect::<String>())
}

#[cfg(test)]
mod tests {
    use super::own_page;

    #[test]
    fn only_pages_of_our_own_come_next() {
        for own in [
            "/account",
            "/account/security",
            "/enrol/account/totp",
            "/admin/keys",
            "/admin/audit?q=a%40b.nl&to=2026-11-24",
        ] {
            assert_eq!(own_page(Some(own)), own);
        }
        for foreign in [
            "",
            "account",
            "//evil.example",
            "/account//evil.example:80",
            "/accounts",
            "/\\evil.example",
            "https://evil.example",
            "/account/../authorize?x=1",
            "/authorize",
            "/account\r\nLocation: x",
            "/account?next=https://evil.example",
            "/account?x=1\r\nLocation: x",
            "?/account",
        ] {
            assert_eq!(own_page(Some(foreign)), "/account", "{foreign:?}");
        }
        assert_eq!(own_page(None), "/account");
    }
}
