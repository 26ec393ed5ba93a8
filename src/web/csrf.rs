//! Forms are taken from our own pages only.

use axum::http::HeaderMap;
use axum::http::header::ORIGIN;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::keys::MacKey;

const PURPOSE: &str = "form";

/// Whether the browser says that the request comes from a page of ours.
///
/// `Sec-Fetch-Site` cannot be set by a page; a browser that does not send it sends `Origin` with a POST. A request
/// with neither does not come from a browser's form.
#[must_use]
pub(super) fn is_same_origin(headers: &HeaderMap, public_origin: &str) -> bool {
    match headers.get("sec-fetch-site") {
        Some(site) => site == "same-origin",
        None => headers.get(ORIGIN).is_some_and(|origin| origin == public_origin),
    }
}

/// A token for the forms of one page in this browser.
///
/// Each rendering has a `salt` of its own: pages are compressed, and from their lengths whoever makes a browser ask for
/// the same page again and again could guess a token that stays (BREACH).
#[must_use]
pub(super) fn token(mac: &MacKey, browser: &str, salt: [u8; 16]) -> String {
    let salt = URL_SAFE_NO_PAD.encode(salt);
    let tag = mac.tag(PURPOSE, &[browser, &salt]);
    format!("{salt}.{tag}")
}

/// Whether `token` was made for a form in this browser, compared in constant time.
#[must_use]
pub(super) fn is_token(mac: &MacKey, browser: &str, token: &str) -> bool {
    token.split_once('.').is_some_and(|(salt, tag)| mac.verify(PURPOSE, &[browser, salt], tag))
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

    fn comes_from(pairs: &[(&'static str, &str)]) -> bool {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.insert(*name, value.parse().unwrap());
        }
        is_same_origin(&headers, "https://id.example.nl")
    }

    #[test]
    fn only_our_own_pages_may_post() {
        assert!(comes_from(&[("sec-fetch-site", "same-origin")]));
        assert!(comes_from(&[("origin", "https://id.example.nl")]));
        for site in ["cross-site", "same-site", "none", ""] {
            assert!(!comes_from(&[("sec-fetch-site", site), ("origin", "https://id.example.nl")]), "{site}");
        }
        for origin in ["null", "https://id.example.nl.evil.example", "http://id.example.nl", "https://id.example.nl:1"]
        {
            assert!(!comes_from(&[("origin", origin)]), "{origin}");
        }
        assert!(!comes_from(&[]));
    }
    fn mac() -> MacKey {
        let folder = tempfile::tempdir().unwrap();
        KeyFiles::open(folder.path(), true, &Fixed).unwrap().mac
    }

    #[test]
    fn each_rendering_has_its_own_token_and_all_of_them_work() {
        let mac = mac();
        let (one, other) = (token(&mac, "browser", [1; 16]), token(&mac, "browser", [2; 16]));
        let shared = one.bytes().zip(other.bytes()).filter(|(a, b)| a == b).count();
        assert!(shared < 15, "neither salt nor tag stays: {one} {other}");
        assert!(is_token(&mac, "browser", &one) && is_token(&mac, "browser", &other));
    }

    #[test]
    fn a_token_is_for_its_browser_and_whole() {
        let mac = mac();
        let token = token(&mac, "browser", [1; 16]);
        assert!(!is_token(&mac, "another", &token));
        let (salt, tag) = token.split_once('.').unwrap();
        let unsalted = mac.tag(PURPOSE, &["browser"]);
        for forged in ["", ".", salt, tag, &format!("{salt}."), &format!(".{tag}"), &unsalted, &format!(".{unsalted}")]
        {
            assert!(!is_token(&mac, "browser", forged), "{forged}");
        }
        for at in 0..token.len() {
            let mut forged = token.clone().into_bytes();
            forged[at] = if forged[at] == b'A' { b'B' } else { b'A' };
            assert!(!is_token(&mac, "browser", &String::from_utf8(forged).unwrap()), "byte {at}");
        }
    }
}
