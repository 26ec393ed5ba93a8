//! `self_signed_tls_client_auth`: a certificate that the app registered among its keys (RFC 8705, section 2.2). Nobody
//! else vouches for it, so it must be that very one.

use crate::domain::Timestamp;
use crate::features::clients::{Client, KeySets};
use crate::keys::Certificate;
use crate::web::AppState;

pub(super) async fn proves(state: &AppState, client: &Client, certificate: &Certificate, now: Timestamp) -> bool {
    certificate.is_current(now) && KeySets::holds(state, client, certificate, now).await
}
