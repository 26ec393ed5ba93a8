//! What apps call a person (OpenID Connect Core, section 8).

use crate::domain::ids::AccountId;
use crate::features::clients::Client;
use crate::web::AppState;

/// The `sub` of an account for this app: the same for all apps, or the same for those of one sector only, so that apps of
/// different owners cannot compare their lists.
pub(super) fn subject(state: &AppState, client: &Client, account: AccountId) -> String {
    match &client.metadata.sector {
        None => account.to_string(),
        // Keyed, since identifiers of accounts may be known elsewhere (section 8.1).
        Some(sector) => state.mac.tag("pairwise subject", &[sector, &account.to_string()]),
    }
}
