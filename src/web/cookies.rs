//! Cookies: what they are called, reading and setting them.

use axum::http::header::{COOKIE, SET_COOKIE};
use axum::http::{HeaderMap, HeaderValue};
use cookie::{Cookie, SameSite};

use crate::keys::MacKey;

/// The longest cookie value that is looked at, in bytes.
const LONGEST: usize = 200;

/// What a cookie is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CookieKind {
    /// The secret of the session.
    Session,
    /// A secret of the browser: it binds forms and sign-ins in progress to it.
    Browser,
    /// The language that the person chose.
    Language,
    /// The secret of a browser in which a second step is remembered.
    Remembered,
    /// Says that a passkey was used in this browser; nothing secret.
    Passkey,
    /// Says that several people use this browser, so that nobody is offered a passkey in it; nothing secret.
    Shared,
    /// Follows the session, so that a script of ours in a page of an app sees that it changed; nothing secret.
    LoginState,
}

/// The names. Over https they begin with `__Host-` (RFC 6265bis, section 4.1.3.2): then no other host and no plain
/// http can set them. Over http on localhost browsers refuse that prefix.
#[derive(Clone, Debug)]
pub struct CookieNames {
    https: bool,
    session: String,
    browser: String,
    language: String,
    remembered: String,
    passkey: String,
    shared: String,
    login_state: String,
    /// Makes the login state of a session, where it is shown.
    shows: Option<MacKey>,
}

impl CookieNames {
    /// The names for this kind of address.
    #[must_use]
    pub fn new(https: bool) -> Self {
        let name = |what: &str| format!("{}countersign-{what}", if https { "__Host-" } else { "" });
        Self {
            https,
            session: name("session"),
            browser: name("browser"),
            language: name("language"),
            remembered: name("remembered"),
            passkey: name("passkey"),
            shared: name("shared"),
            login_state: name("login-state"),
            shows: None,
        }
    }

    /// The same, where the login state follows the session. Browsers take a cookie for frames over https alone.
    #[must_use]
    pub fn showing_login_state(self, mac: MacKey) -> Self {
        Self { shows: self.https.then_some(mac), ..self }
    }

    /// The login state of the session with this secret: another value for every session, which says nothing about the
    /// secret. None where it is not shown.
    #[must_use]
    pub fn login_state(&self, session: &str) -> Option<String> {
        Some(self.shows.as_ref()?.tag("login state", &[session]))
    }

    /// The name of a cookie.
    #[must_use]
    pub fn name(&self, kind: CookieKind) -> &str {
        match kind {
            CookieKind::Session => &self.session,
            CookieKind::Browser => &self.browser,
            CookieKind::Language => &self.language,
            CookieKind::Remembered => &self.remembered,
            CookieKind::Passkey => &self.passkey,
            CookieKind::Shared => &self.shared,
            CookieKind::LoginState => &self.login_state,
        }
    }

    /// The value of a cookie that the browser sent.
    #[must_use]
    pub fn read(&self, headers: &HeaderMap, kind: CookieKind) -> Option<String> {
        let name = self.name(kind);
        headers
            .get_all(COOKIE)
            .iter()
            .filter_map(|line| line.to_str().ok())
            .flat_map(|line| line.split(';'))
            .filter_map(|pair| pair.trim().split_once('='))
            .find(|(key, value)| *key == name && !value.is_empty() && value.len() <= LONGEST)
            .map(|(_, value)| value.to_owned())
    }

    /// Sets a cookie until the browser closes.
    pub fn set(&self, headers: &mut HeaderMap, kind: CookieKind, value: &str) {
        let cookie = self.base(kind, value.to_owned());
        append(headers, &cookie);
        if kind == CookieKind::Session {
            self.show_login_state(headers, value);
        }
    }

    /// Shows the login state of the session with this secret, where it is shown.
    pub fn show_login_state(&self, headers: &mut HeaderMap, session: &str) {
        if let Some(value) = self.login_state(session) {
            append(headers, &self.base(CookieKind::LoginState, value));
        }
    }

    /// Sets a cookie for a year: nothing secret.
    pub fn set_for_a_year(&self, headers: &mut HeaderMap, kind: CookieKind, value: &str) {
        let mut cookie = self.base(kind, value.to_owned());
        cookie.set_max_age(cookie::time::Duration::days(365));
        append(headers, &cookie);
    }

    /// Sets a cookie for so many days.
    pub fn set_for_days(&self, headers: &mut HeaderMap, kind: CookieKind, value: &str, days: u16) {
        let mut cookie = self.base(kind, value.to_owned());
        cookie.set_max_age(cookie::time::Duration::days(days.into()));
        append(headers, &cookie);
    }

    /// Makes the browser forget a cookie.
    pub fn clear(&self, headers: &mut HeaderMap, kind: CookieKind) {
        let mut cookie = self.base(kind, String::new());
        cookie.make_removal();
        append(headers, &cookie);
        if kind == CookieKind::Session && self.shows.is_some() {
            self.clear(headers, CookieKind::LoginState);
        }
    }

    fn base(&self, kind: CookieKind, value: String) -> Cookie<'static> {
        // This one alone is for a script, and for a frame in a page of another site.
        let is_shown = kind == CookieKind::LoginState;
        Cookie::build((self.name(kind).to_owned(), value))
            .path("/")
            .http_only(!is_shown)
            .secure(self.https)
            .same_site(if is_shown { SameSite::None } else { SameSite::Lax })
            .build()
    }
}

fn append(headers: &mut HeaderMap, cookie: &Cookie<'_>) {
    if let Ok(value) = HeaderValue::try_from(cookie.to_string()) {
        headers.append(SET_COOKIE, value);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Random;
    use crate::keys::KeyFiles;

    struct Fixed;

    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(7);
        }
    }

    #[test]
    fn a_cookie_over_https_is_bound_to_the_host() {
        let mut headers = HeaderMap::new();
        CookieNames::new(true).set(&mut headers, CookieKind::Session, "secret");
        let cookie = headers[SET_COOKIE].to_str().unwrap();
        assert_eq!(cookie, "__Host-countersign-session=secret; HttpOnly; SameSite=Lax; Secure; Path=/");
    }

    fn set_cookies(headers: &HeaderMap) -> Vec<&str> {
        headers.get_all(SET_COOKIE).iter().map(|value| value.to_str().unwrap()).collect()
    }

    fn mac() -> MacKey {
        let folder = tempfile::tempdir().unwrap();
        KeyFiles::open(folder.path(), true, &Fixed).unwrap().mac
    }

    #[test]
    fn the_login_state_follows_the_session_and_no_other_cookie() {
        let names = CookieNames::new(true).showing_login_state(mac());
        let mut headers = HeaderMap::new();
        names.set(&mut headers, CookieKind::Session, "secret");
        let state = names.login_state("secret").unwrap();
        let shown = format!("__Host-countersign-login-state={state}; SameSite=None; Secure; Path=/");
        assert_eq!(set_cookies(&headers)[1..], [shown.as_str()]);
        assert!(!state.contains("secret") && names.login_state("other").unwrap() != state);

        let mut headers = HeaderMap::new();
        names.clear(&mut headers, CookieKind::Session);
        let cleared = set_cookies(&headers);
        assert!(cleared.len() == 2 && cleared[1].starts_with("__Host-countersign-login-state=; "), "{cleared:?}");
        assert!(cleared[1].contains("Max-Age=0"), "{cleared:?}");

        let mut headers = HeaderMap::new();
        names.set(&mut headers, CookieKind::Browser, "secret");
        names.clear(&mut headers, CookieKind::Browser);
        assert!(set_cookies(&headers).iter().all(|cookie| cookie.starts_with("__Host-countersign-browser")));
    }

    #[test]
    fn the_login_state_is_shown_over_https_and_where_it_is_wanted() {
        for names in [CookieNames::new(true), CookieNames::new(false).showing_login_state(mac())] {
            let mut headers = HeaderMap::new();
            names.set(&mut headers, CookieKind::Session, "secret");
            names.show_login_state(&mut headers, "secret");
            names.clear(&mut headers, CookieKind::Session);
            assert_eq!(set_cookies(&headers).len(), 2, "the session, set and cleared");
            assert_eq!(names.login_state("secret"), None);
        }
    }

    #[test]
    fn only_the_exact_name_is_read() {
        let names = CookieNames::new(true);
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, "countersign-session=a; x__Host-countersign-session=b".parse().unwrap());
        assert_eq!(names.read(&headers, CookieKind::Session), None);
        headers.append(COOKIE, "y=1;  __Host-countersign-session=c".parse().unwrap());
        assert_eq!(names.read(&headers, CookieKind::Session).as_deref(), Some("c"));
    }

    #[test]
    fn a_value_that_is_too_long_is_not_read() {
        let names = CookieNames::new(false);
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, format!("countersign-browser={}", "x".repeat(201)).parse().unwrap());
        assert_eq!(names.read(&headers, CookieKind::Browser), None);
    }
}
