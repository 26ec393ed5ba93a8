//! Redirect URIs: which may be registered, and which registered one a request means.

use url::{Host, Url};

/// Why an address may not be registered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RedirectProblem {
    /// It is no absolute address.
    #[error("give a whole address, such as https://portal.example/callback")]
    NotAbsolute,
    /// It has a fragment (RFC 6749, section 3.1.2).
    #[error("leave out the part from # on")]
    Fragment,
    /// It holds a user name.
    #[error("leave out the user name")]
    UserInfo,
    /// Plain http to a machine that is not this one.
    #[error("use https; plain http is for localhost only")]
    PlainHttp,
    /// A scheme that a browser would run, or that no app can own (RFC 8252, section 7.1).
    #[error("use https, or a scheme of your own with a dot in it")]
    Scheme,
    /// A wildcard.
    #[error("wildcards do not work; register each address")]
    Wildcard,
}

/// Checks an address before it is registered.
///
/// # Errors
///
/// Why it may not be registered.
pub fn check_redirect_uri(text: &str) -> Result<(), RedirectProblem> {
    if text.contains('*') {
        return Err(RedirectProblem::Wildcard);
    }
    let url = Url::parse(text).map_err(|_| RedirectProblem::NotAbsolute)?;
    if text.contains('#') {
        return Err(RedirectProblem::Fragment);
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(RedirectProblem::UserInfo);
    }
    match url.scheme() {
        "https" => Ok(()),
        "http" if is_loopback(&url) => Ok(()),
        "http" => Err(RedirectProblem::PlainHttp),
        scheme if scheme.contains('.') => Ok(()),
        _ => Err(RedirectProblem::Scheme),
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// Whether `requested` is one of the `registered` addresses, to the letter. For an app without a secret the port of a
/// loopback address is free (RFC 8252, section 7.3): the operating system gives it one.
#[must_use]
pub fn allowed_redirect(registered: &[String], requested: &str, native: bool) -> bool {
    registered.iter().any(|known| known == requested || (native && is_same_but_for_port(known, requested)))
}

fn is_same_but_for_port(known: &str, requested: &str) -> bool {
    let (Ok(known), Ok(mut free)) = (Url::parse(known), Url::parse(requested)) else { return false };
    let ip = |url: &Url| matches!(url.host(), Some(Host::Ipv4(_) | Host::Ipv6(_))) && is_loopback(url);
    // The address as sent must be its own canonical spelling, so that nothing hides in an odd one.
    if free.as_str() != requested || known.scheme() != "http" || !ip(&known) || !ip(&free) {
        return false;
    }
    free.set_port(known.port()).is_ok() && free == known
}

#[cfg(test)]
mod tests {
    use super::*;

    const REGISTERED: &str = "https://portal.example/callback";

    #[test]
    fn only_the_registered_address_counts_to_the_letter() {
        let registered = vec![REGISTERED.to_owned()];
        assert!(allowed_redirect(&registered, REGISTERED, false));
        for other in MUTATIONS {
            assert!(!allowed_redirect(&registered, other, false), "{other}");
            assert!(!allowed_redirect(&registered, other, true), "{other}");
        }
        assert!(MUTATIONS.len() >= 60);
    }

    #[test]
    fn the_port_of_a_loopback_address_is_free_for_native_apps_only() {
        let registered = vec!["http://127.0.0.1/cb".to_owned(), "http://[::1]:1/cb".to_owned()];
        for (requested, fine) in [
            ("http://127.0.0.1:49152/cb", true),
            ("http://[::1]:49152/cb", true),
            ("http://127.0.0.1:49152/cb2", false),
            ("http://127.0.0.1:49152/cb?x=1", false),
            ("http://localhost:49152/cb", false),
            ("http://127.0.0.2:49152/cb", false),
            ("http://127.1:49152/cb", false),
            ("https://127.0.0.1:49152/cb", false),
            ("http://127.0.0.1:49152@evil.example/cb", false),
        ] {
            assert_eq!(allowed_redirect(&registered, requested, true), fine, "{requested}");
            assert!(!allowed_redirect(&registered, requested, false), "{requested}");
        }
    }

    #[test]
    fn what_may_not_be_registered_is_named() {
        use RedirectProblem as P;
        for (text, problem) in [
            ("callback", P::NotAbsolute),
            ("https://portal.example/#x", P::Fragment),
            ("https://portal.example/cb#", P::Fragment),
            ("https://u@portal.example/", P::UserInfo),
            ("http://portal.example/", P::PlainHttp),
            ("javascript:alert(1)", P::Scheme),
            ("data:text/html,x", P::Scheme),
            ("myapp:/cb", P::Scheme),
            ("https://*.example/", P::Wildcard),
        ] {
            assert_eq!(check_redirect_uri(text), Err(problem), "{text}");
        }
        for text in [REGISTERED, "http://localhost:3000/cb", "http://127.0.0.1/cb", "com.example.app:/cb"] {
            assert_eq!(check_redirect_uri(text), Ok(()), "{text}");
        }
    }

    const MUTATIONS: &[&str] = &[
        "",
        " ",
        "https://portal.example/callback/",
        "https://portal.example/callback ",
        " https://portal.example/callback",
        "https://portal.example/Callback",
        "https://Portal.example/callback",
        "HTTPS://portal.example/callback",
        "http://portal.example/callback",
        "https://portal.example:443/callback",
        "https://portal.example:444/callback",
        "https://portal.example./callback",
        "https://portal.example/callback?",
        "https://portal.example/callback?x=1",
        "https://portal.example/callback#",
        "https://portal.example/callback#x",
        "https://portal.example/callback;x",
        "https://portal.example/callback/..",
        "https://portal.example/callback/../callback",
        "https://portal.example/callback/..;/evil",
        "https://portal.example/./callback",
        "https://portal.example//callback",
        "https://portal.example/x/../callback",
        "https://portal.example/%63allback",
        "https://portal.example/callback%2f",
        "https://portal.example/callback%2e%2e",
        "https://portal.example/callback%00",
        "https://portal.example/callback\u{0}",
        "https://portal.example/callback\n",
        "https://portal.example/callback\t",
        "https://portal.example\\callback",
        "https:\\\\portal.example\\callback",
        "https:/portal.example/callback",
        "https:portal.example/callback",
        "//portal.example/callback",
        "/callback",
        "callback",
        "https://portal.example",
        "https://portal.example/",
        "https://portal.example/callbac",
        "https://portal.example/callback2",
        "https://portal.example.evil.example/callback",
        "https://evilportal.example/callback",
        "https://evil.example/callback",
        "https://evil.example/https://portal.example/callback",
        "https://evil.example?https://portal.example/callback",
        "https://evil.example#https://portal.example/callback",
        "https://portal.example@evil.example/callback",
        "https://user@portal.example/callback",
        "https://user:pass@portal.example/callback",
        "https://@portal.example/callback",
        "https://portal.example@@evil.example/callback",
        "https://portal.example%40evil.example/callback",
        "https://portal.example%2eevil.example/callback",
        "https://portal.example:443@evil.example/callback",
        "https://portal。example/callback",
        "https://xn--portal-.example/callback",
        "https://pоrtal.example/callback",
        "https://localhost/callback",
        "https://127.0.0.1/callback",
        "https://[::1]/callback",
        "javascript:alert(1)",
        "javascript://portal.example/callback",
        "data:text/html,https://portal.example/callback",
        "file:///callback",
        "portal.example/callback",
        "ftp://portal.example/callback",
        "https://portal.example/callback https://evil.example",
        "https://portal.example/callback,https://evil.example",
        "https://*.example/callback",
    ];
}
