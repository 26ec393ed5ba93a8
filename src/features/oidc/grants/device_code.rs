//! `device_code` (RFC 8628, section 3.4): a device asks whether somebody approved it.

use super::{Call, Outcome};
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::store::{self, DeviceRequest};
use crate::features::oidc::tokens::invalid_grant;
use crate::web::Error;

/// Seconds that a device which asks too often leaves from then on (section 3.5).
const SLOWER: i64 = 5;
/// The longest that a device can be told to wait, in seconds.
const SLOWEST: i64 = 120;

pub(super) async fn run(call: Call<'_>) -> Outcome {
    let refused = |error: OAuthError| Ok(Err(error.into()));
    let Some(code) = call.parameters.get("device_code") else {
        return refused(OAuthError::new(ErrorCode::InvalidRequest, "device_code is missing"));
    };
    let now = call.context.now;
    let db = call.state.db.reading();
    let found = store::find_device_request(db, code).await?.filter(|found| found.client_id == call.client.id);
    let Some(device) = found else { return refused(invalid_grant()) };
    if device.denied_at.is_some() {
        return refused(OAuthError::new(ErrorCode::AccessDenied, "the person said no"));
    }
    if now >= device.expires_at {
        return refused(OAuthError::new(ErrorCode::ExpiredToken, "nobody approved the device in time"));
    }
    let Some(grant) = device.grant_id else { return refused(wait(&call, &device).await?) };
    let Some(grant) = store::find_grant(db, grant).await? else { return refused(invalid_grant()) };
    let (resources, details) = match call.narrowed(&grant) {
        Ok(narrowed) => narrowed,
        Err(error) => return refused(error),
    };
    let mut writer = call.state.db.writing().await?;
    if !store::use_code(&mut writer, grant.id, now).await? {
        return refused(invalid_grant());
    }
    call.redeem(writer, grant, (&resources, details)).await
}

/// Tells the device to ask again, and to ask less often if it did not wait.
async fn wait(call: &Call<'_>, device: &DeviceRequest) -> Result<OAuthError, Error> {
    let now = call.context.now;
    let waited = device.asked_at.is_none_or(|at| now.seconds() - at.seconds() >= device.pause);
    let pause = if waited { device.pause } else { (device.pause + SLOWER).min(SLOWEST) };
    let mut writer = call.state.db.writing().await?;
    store::note_device_question(&mut writer, device.id, pause, now).await?;
    writer.commit().await?;
    Ok(if waited {
        OAuthError::new(ErrorCode::AuthorizationPending, "nobody approved the device yet")
    } else {
        OAuthError::new(ErrorCode::SlowDown, "ask less often: five seconds more between two questions")
    })
}
