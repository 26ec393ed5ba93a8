//! What an app compares the sign-in of a browser with (OpenID Connect Session Management, section 2). The script
//! `check_session.js` makes the same of what the browser shows.

use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};
use url::Url;

/// What a browser shows to scripts after an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shown {
    /// What it showed before.
    AsBefore,
    /// The session that came with the request.
    Session,
    /// That nobody is signed in.
    Nobody,
}

/// The value for an app, for its pages of this origin.
pub(super) fn session_state(client_id: &str, origin: &str, login_state: &str, salt: &str) -> String {
    let mut value = String::with_capacity(64 + 1 + salt.len());
    for byte in Sha256::digest(format!("{client_id} {origin} {login_state} {salt}")) {
        // A text takes whatever is written to it.
        let _ = write!(value, "{byte:02x}");
    }
    value.push('.');
    value.push_str(salt);
    value
}

/// The origin of the pages that an answer to this address is for; none where it is no page of a browser.
pub(super) fn origin_of(redirect_uri: &str) -> Option<String> {
    let origin = Url::parse(redirect_uri).ok()?.origin();
    origin.is_tuple().then(|| origin.ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_the_hash_of_all_four_and_the_salt() {
        let value = session_state("app", "https://a.example", "state", "salt");
        // printf 'app https://a.example state salt' | sha256sum
        assert_eq!(value, "ffc619cfc70acc33166a5101d83282a1d4525651fc4075be55e3b58594882483.salt");
        for other in [
            session_state("apq", "https://a.example", "state", "salt"),
            session_state("app", "https://b.example", "state", "salt"),
            session_state("app", "https://a.example", "", "salt"),
            session_state("app", "https://a.example", "state", "sal"),
        ] {
            assert_ne!(value.split_once('.').unwrap().0, other.split_once('.').unwrap().0);
            assert!(!other.contains(' '), "{other}");
        }
    }

    #[test]
    fn an_origin_is_what_a_browser_says_it_is() {
        for (address, origin) in [
            ("https://App.example:443/callback?x=1", Some("https://app.example")),
            ("http://127.0.0.1:8000/callback", Some("http://127.0.0.1:8000")),
            ("https://[::1]:8443/", Some("https://[::1]:8443")),
            ("com.example.app:/callback", None),
            ("not an address", None),
        ] {
            assert_eq!(origin_of(address).as_deref(), origin, "{address}");
        }
    }
}
