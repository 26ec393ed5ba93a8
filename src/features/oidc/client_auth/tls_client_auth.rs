//! `tls_client_auth`: a certificate that a known authority signed and that bears the app's registered name (RFC 8705,
//! section 2.1).

use crate::domain::Timestamp;
use crate::features::clients::Client;
use crate::keys::Certificate;
use crate::web::AppState;

pub(super) fn proves(state: &AppState, client: &Client, certificate: &Certificate, now: Timestamp) -> bool {
    let bears = client.metadata.certificate_name.as_ref().is_some_and(|name| certificate.bears(name));
    bears && state.authorities.vouch_for(certificate, now)
}
