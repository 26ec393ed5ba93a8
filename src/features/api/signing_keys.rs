//! The signing keys; never their private half.

use serde_json::json;

use super::answers::{Answer, Answered};
use super::call::Call;
use super::documents::{SigningKeyShown, SigningKeysShown};
use crate::domain::Timestamp;
use crate::features::audit::{Chain, Event};
use crate::features::signing::{Signing, carry_out, hold_keys, list_keys, prepare_rotation};
use crate::keys::KeyLife;

pub(super) async fn show(call: Call) -> Answered {
    Ok(Answer::show(&shown(&list_keys(&call.state).await?, call.context.now)))
}

/// Replaces every signing key at once.
pub(super) async fn rotate(call: Call) -> Answered {
    let (state, now) = (call.state.clone(), call.context.now);
    // A request that is sent again was made to an earlier version, and is answered from what is kept.
    if call.replay.is_none() {
        call.check_match(&shown(&list_keys(&state).await?, now))?;
    }
    let prepared = prepare_rotation(&state, now).await?;
    let mut change = call.begin().await?;
    let before = hold_keys(&mut change.writer).await?;
    change.check_match(&shown(&before, now))?;
    let changes = carry_out(&state, &mut change.writer, prepared, now).await?;
    let after = hold_keys(&mut change.writer).await?;
    let event = Event::new(Chain::Instance, "keys.change", "done").with("changes", json!(changes));
    let answered = change.finish(event, Answer::show(&shown(&after, now))).await;
    Signing::forget(&state);
    answered
}

fn shown(keys: &[KeyLife], now: Timestamp) -> SigningKeysShown {
    SigningKeysShown { keys: keys.iter().map(|key| SigningKeyShown::of(key, now)).collect() }
}
