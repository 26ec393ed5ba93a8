//! Forms are taken from our own pages only.

use axum::http::HeaderMap;
use axum::http::header::ORIGIN;

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

/// The token of the forms in this browser.
#[must_use]
pub(super) fn token(mac: &MacKey, browser: &str) -> String {
    mac.tag(PURPOSE, &[browser])
}

/// Whether `token` is the token of the forms in this browser.
#[must_use]
pub(super) fn is_token(mac: &MacKey, browser: &str, token: &str) -> bool {
    mac.verify(PURPOSE, &[browser], token)
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
