//! What a device gets that somebody approved.

use super::authorize::{self, Resumed};
use super::grant::GrantDetails;
use super::store::{self, DeviceRequest, NewGrant};
use crate::domain::sign_in::Clearance;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::interactions::complete_interaction;
use crate::features::sessions::Holder;
use crate::web::{AppState, Context, Error};

/// Answers a device: with a grant for whoever was cleared, or with a no. Says no when it was answered before, or gave up.
pub(super) async fn answer(
    state: &AppState,
    context: &Context,
    (resumed, member, device): (&Resumed, &Holder, &DeviceRequest),
    clearance: Option<Clearance>,
) -> Result<bool, Error> {
    let Resumed { interaction, client, request, .. } = resumed;
    let (now, account) = (context.now, &member.standing.account);
    let mut writer = state.db.writing().await?;
    if !complete_interaction(&mut writer, interaction.id, now).await? {
        return Ok(false);
    }
    let (grant, outcome) = match &clearance {
        None => (None, "denied"),
        Some(clearance) => {
            let choice = authorize::chosen(&writer, request, member, None).await?;
            let new = NewGrant {
                client_id: &client.id,
                // The device stays signed in when the browser that approved it does not.
                session_id: None,
                scope: &request.scope,
                details: GrantDetails {
                    redirect_uri: String::new(),
                    nonce: None,
                    code_challenge: None,
                    evidence: clearance.evidence().clone(),
                    acr_values: Vec::new(),
                    claims: request.claims.clone(),
                    authorization_details: request.details.clone(),
                    resources: request.resources.clone(),
                    dpop_jkt: None,
                    organisation: choice.organisation(),
                    membership: choice.membership(),
                    trial: None,
                },
                code_expires_at: device.expires_at,
                expires_at: now.after(client.metadata.access.grant_lifetime(&state.config.tokens)),
            };
            // Nobody learns its code: the device asks with its own.
            let (grant, _) = store::add_grant(&mut writer, clearance, new, (now, state.random.as_ref())).await?;
            store::add_consent(&mut writer, account.id, &client.id, &request.consent_scope(), now).await?;
            (Some(grant.id), "given")
        }
    };
    if !store::answer_device_request(&mut writer, device.id, grant, now).await? {
        return Ok(false);
    }
    let event = Event::new(Chain::Organisation(account.home_organisation_id), "app.device", outcome)
        .by(account.id)
        .through(&client.id)
        .referred_to(context.reference)
        .with("scope", request.scope.to_string())
        .with_personal("ip", context.client_ip.to_string())
        .with_personal("device_ip", device.address.clone());
    audit::record(&mut writer, Ink::of(state, now), event).await?;
    writer.commit().await?;
    Ok(true)
}
