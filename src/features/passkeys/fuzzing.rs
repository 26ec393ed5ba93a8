//! What browsers send in a ceremony, for [`crate::fuzzing`].

use super::aaguid::{provider, read_aaguid};
use super::rules::{ran_on_our_page, tidy_name};

/// Takes any bytes.
type Parser = fn(&[u8]);

/// The parsers, by name.
pub(crate) const TARGETS: &[(&str, Parser)] = &[("webauthn", webauthn)];

/// Client data, an attestation object, and the name of a passkey.
fn webauthn(data: &[u8]) {
    if let Some(aaguid) = read_aaguid(data) {
        let _ = provider(&aaguid);
    }
    let _ = ran_on_our_page(data, "https://id.example");
    if let Ok(text) = std::str::from_utf8(data) {
        let tidy = tidy_name(text);
        assert_eq!(tidy_name(&tidy), tidy, "a tidy name stays as it is");
    }
}
