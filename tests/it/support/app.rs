//! An app's side of the protocol, by hand, to send what no library would.

use std::collections::BTreeMap;

/// The verifier of RFC 7636, appendix B.
pub(crate) const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
/// Its challenge.
pub(crate) const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The query of an address.
pub(crate) fn query_of(url: &str) -> BTreeMap<String, String> {
    url::Url::parse(url).unwrap().query_pairs().into_owned().collect()
}

/// The fragment of an address, as parameters.
pub(crate) fn fragment_of(url: &str) -> BTreeMap<String, String> {
    let (_, fragment) = url.split_once('#').unwrap_or_else(|| panic!("no fragment: {url}"));
    url::form_urlencoded::parse(fragment.as_bytes()).into_owned().collect()
}
