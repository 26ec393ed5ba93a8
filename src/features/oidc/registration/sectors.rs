//! Apps that share pairwise identifiers (OpenID Connect Core, section 8.1).

use url::Url;

use super::RegistrationProblem;
use crate::outbound::Outbound;

const MEMBER: &str = "sector_identifier_uri";

/// The host of the sector whose list at `address` must hold every one of `redirect_uris`.
///
/// # Errors
///
/// When the list cannot be fetched, or misses one.
pub async fn find_sector(
    outbound: &Outbound,
    address: &str,
    redirect_uris: &[String],
) -> Result<String, RegistrationProblem> {
    let refused = |says: String| RegistrationProblem::new(MEMBER, says);
    let url = Url::parse(address).map_err(|_| refused(format!("{address} is no address")))?;
    let host = url.host_str().ok_or_else(|| refused(format!("{address} names no host")))?.to_owned();
    let body = outbound.fetch(&url, &["application/json"]).await;
    let body = body.map_err(|why| refused(format!("{address} cannot be fetched: {why}")))?;
    let listed: Vec<String> =
        serde_json::from_slice(&body).map_err(|_| refused(format!("{address} is no list of addresses")))?;
    match redirect_uris.iter().find(|address| !listed.contains(address)) {
        Some(missing) => Err(refused(format!("{address} does not list {missing}"))),
        None => Ok(host),
    }
}
