//! What is done now and then, without anybody asking: rotating keys, removing what is over.

use std::time::Duration;

use tokio::task::spawn_blocking;
use tokio::time::sleep;
use tracing::{error, info};

use crate::features::account::remove_old_email_changes;
use crate::features::api::remove_old_replays;
use crate::features::api_keys::remove_old_keys;
use crate::features::apps::remove_old_drafts;
use crate::features::audit::{coarsen_addresses, remove_old_security_events};
use crate::features::challenges::remove_old_challenges;
use crate::features::factors::remove_old_devices;
use crate::features::helpdesk::remove_old_cases;
use crate::features::interactions::remove_old_interactions;
use crate::features::networks::remove_old_networks;
use crate::features::oidc::{
    remove_old_device_requests, remove_old_grants, remove_old_initial_access_tokens, remove_old_logouts,
    remove_old_requests, remove_old_seen_tokens, remove_old_trials,
};
use crate::features::organisations::{remove_old_invitations, remove_old_member_invitations};
use crate::features::outbox::remove_old_messages;
use crate::features::passkeys::remove_old_ceremonies;
use crate::features::passwords::look_for_foreign_hashes;
use crate::features::recovery::remove_old_resets;
use crate::features::sessions::remove_old_sessions;
use crate::features::signing::keep_keys;
use crate::features::throttles::remove_old_throttles;
use crate::features::webhooks::remove_old_deliveries;
use crate::web::{AppState, Error, metrics};

/// How often.
const EVERY: Duration = Duration::from_mins(1);
/// How long what is over is kept, for the pages that explain it.
const KEEP: Duration = Duration::from_hours(24 * 7);

/// How long a network that nobody came from is kept.
const KEEP_NETWORKS: Duration = Duration::from_hours(24 * 365);

/// How long an app that somebody began to register is kept.
const KEEP_DRAFTS: Duration = Duration::from_hours(24 * 30);

/// How long a request to let somebody back in is kept, for the queue that lists it.
const KEEP_CASES: Duration = Duration::from_hours(24 * 30);

/// How long a key that works no more is listed.
const KEEP_KEYS: Duration = Duration::from_hours(24 * 90);

/// How many minutes lie between two looks at the addresses that are to become coarse.
const COARSEN_EVERY: u64 = 60;
/// How many addresses become coarse in one change.
const COARSEN_AT_ONCE: u64 = 500;

/// Keeps house until it is stopped. Nodes may do it at the same time; nothing is done twice.
pub(super) async fn keep_house(state: AppState) {
    for minute in 0_u64.. {
        sleep(EVERY).await;
        metrics::tidy();
        look_at_places(&state).await;
        if let Err(fault) = look_for_foreign_hashes(&state).await {
            error!("the hashes of other programs could not be looked for: {fault}");
        }
        match keep_keys(&state).await {
            Ok(0) => {}
            Ok(changes) => info!(changes, "signing keys changed"),
            Err(fault) => error!("the signing keys could not be looked after: {fault}"),
        }
        if let Err(fault) = remove_old(&state).await {
            error!("what is over could not be removed: {fault}");
        }
        if minute.is_multiple_of(COARSEN_EVERY)
            && let Err(fault) = coarsen_old(&state).await
        {
            error!("old addresses could not be made coarse: {fault}");
        }
    }
}

/// Reads the file of places again if it was replaced, where nobody waits for it.
async fn look_at_places(state: &AppState) {
    let atlas = state.atlas.clone();
    match spawn_blocking(move || atlas.look_again()).await {
        Ok(Ok(false)) => {}
        Ok(Ok(true)) => info!("the file of places was replaced, and is read"),
        Ok(Err(fault)) => error!("{fault}"),
        Err(fault) => error!("the file of places could not be looked at: {fault}"),
    }
}

/// Makes the addresses of what happened long ago coarse, in changes that others can come between.
async fn coarsen_old(state: &AppState) -> Result<(), Error> {
    let before = state.now().before(state.config.audit.exact());
    let mut after = None;
    loop {
        let mut writer = state.db.writing().await?;
        after = coarsen_addresses(&mut writer, before, after, COARSEN_AT_ONCE).await?;
        writer.commit().await?;
        if after.is_none() {
            return Ok(());
        }
    }
}

/// Removes what is over.
async fn remove_old(state: &AppState) -> Result<(), Error> {
    let now = state.now();
    let before = now.before(KEEP);
    let mut writer = state.db.writing().await?;
    remove_old_interactions(&mut writer, now).await?;
    remove_old_throttles(&mut writer, now).await?;
    remove_old_replays(&mut writer, now).await?;
    remove_old_ceremonies(&mut writer, now).await?;
    remove_old_grants(&mut writer, before).await?;
    remove_old_requests(&mut writer, now).await?;
    remove_old_trials(&mut writer, now).await?;
    remove_old_drafts(&mut writer, now.before(KEEP_DRAFTS)).await?;
    remove_old_logouts(&mut writer, before).await?;
    remove_old_device_requests(&mut writer, before).await?;
    remove_old_initial_access_tokens(&mut writer, before).await?;
    remove_old_seen_tokens(&mut writer, now).await?;
    let granted = before.before(Duration::from_hours(24 * u64::from(state.config.tokens.refresh_token_days)));
    remove_old_sessions(&mut writer, before, granted).await?;
    remove_old_devices(&mut writer, before).await?;
    remove_old_keys(&mut writer, now.before(KEEP_KEYS)).await?;
    remove_old_challenges(&mut writer, before).await?;
    remove_old_networks(&mut writer, now.before(KEEP_NETWORKS)).await?;
    remove_old_invitations(&mut writer, before).await?;
    remove_old_member_invitations(&mut writer, before).await?;
    remove_old_email_changes(&mut writer, before).await?;
    remove_old_resets(&mut writer, before).await?;
    remove_old_cases(&mut writer, now.before(KEEP_CASES)).await?;
    remove_old_messages(&mut writer, before, now).await?;
    remove_old_deliveries(&mut writer, before).await?;
    remove_old_security_events(&mut writer, before).await?;
    Ok(writer.commit().await?)
}
