//! `fragment`: parameters behind the number sign, which no server and no log sees.

use super::query::encoded;

/// The address with the parameters in its fragment. A registered address has none of its own.
pub(super) fn address(redirect_uri: &str, pairs: &[(&'static str, String)]) -> String {
    format!("{redirect_uri}#{}", encoded(pairs))
}
