//! The headers that every answer carries.

use std::collections::BTreeSet;

use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, REFERRER_POLICY, STRICT_TRANSPORT_SECURITY};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use url::Url;

const NOSNIFF: HeaderName = HeaderName::from_static("x-content-type-options");
const OPENER: HeaderName = HeaderName::from_static("cross-origin-opener-policy");
const RESOURCE: HeaderName = HeaderName::from_static("cross-origin-resource-policy");
const PERMISSIONS: HeaderName = HeaderName::from_static("permissions-policy");

const BASE_POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; \
    connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; require-trusted-types-for 'script'";

/// What the forms of a page may lead to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Framing {
    /// Our own origin only: every page but one.
    OwnForms,
    /// Anywhere: the returning page, whose one button leads to the app. Browsers apply `form-action` to the redirects
    /// after a form as well, and an app may redirect wherever it likes.
    LeavesForApp,
    /// Nowhere: a mail as it would be read. It runs nothing, loads nothing, leads nowhere, and has no origin of ours.
    Letter,
}

impl Framing {
    /// Puts the policy on an answer.
    pub fn apply(self, headers: &mut HeaderMap) {
        let policy = match self {
            Self::OwnForms => format!("{BASE_POLICY}; form-action 'self'"),
            Self::LeavesForApp => BASE_POLICY.to_owned(),
            // Mails carry their style in the text, since mail programs drop everything else.
            Self::Letter => "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; \
                form-action 'none'; sandbox"
                .to_owned(),
        };
        if let Ok(policy) = HeaderValue::try_from(policy) {
            headers.insert(CONTENT_SECURITY_POLICY, policy);
        }
    }
}

/// Lets a page hold frames of the origins of these addresses, and of no others.
pub fn allow_frames(headers: &mut HeaderMap, addresses: &[Url]) {
    let origins: BTreeSet<String> = addresses.iter().map(|url| url.origin().ascii_serialization()).collect();
    let origins: Vec<String> = origins.into_iter().collect();
    let policy = format!("{BASE_POLICY}; form-action 'self'; frame-src {}", origins.join(" "));
    if let Ok(policy) = HeaderValue::try_from(policy) {
        headers.insert(CONTENT_SECURITY_POLICY, policy);
    }
}

/// Lets a page be a frame in a page of anybody: for one that shows nothing and has nothing to press.
pub fn allow_framing(headers: &mut HeaderMap) {
    const POLICY: &str = "default-src 'none'; script-src 'self'; frame-ancestors *; base-uri 'none'; \
        require-trusted-types-for 'script'; form-action 'none'";
    headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY));
}

/// Adds what the handler did not set itself.
pub(super) fn add_security_headers(headers: &mut HeaderMap, path: &str, https: bool) {
    set_default(headers, NOSNIFF, "nosniff");
    // With `no-referrer` browsers would send `Origin: null` with our own forms.
    set_default(headers, REFERRER_POLICY, "same-origin");
    set_default(headers, RESOURCE, "same-origin");
    set_default(headers, PERMISSIONS, "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
    set_default(headers, CACHE_CONTROL, "no-store");
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        Framing::OwnForms.apply(headers);
    }
    if https {
        set_default(headers, STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
    // Not on the pages of a sign-in: an app may have opened them in a window that it waits for.
    if ["/account", "/organisation", "/admin"].iter().any(|area| path.starts_with(area)) {
        set_default(headers, OPENER, "same-origin");
    }
}

fn set_default(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}
