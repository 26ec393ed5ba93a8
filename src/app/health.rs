//! Is it alive, is it ready?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::domain::Timestamp;
use crate::features::admin::{Condition, look, overall};
use crate::features::signing::Signing;
use crate::web::AppState;

/// How long the database may take to show that it takes writes.
const PROBE: Duration = Duration::from_secs(1);

/// How long `/healthz` repeats what it found: strangers may ask as often as they like, and looking costs a write.
const REMEMBERED: Duration = Duration::from_secs(2);

/// What `/healthz` says.
#[derive(Serialize)]
struct Health {
    status: Condition,
}

/// `/livez` tells of the process only; `/readyz` tells whether requests would be answered; `/healthz` tells in one word
/// what the console tells in full. None says more: strangers read them as well.
pub(super) fn routes(state: AppState, ready: Arc<AtomicBool>) -> Router {
    let all = state.clone();
    let found = Arc::new(Mutex::new(None));
    let health = get(move || {
        let (state, found) = (all.clone(), Arc::clone(&found));
        async move {
            let overall = recently(&state, &found).await;
            let status = match overall {
                Condition::Bad => StatusCode::SERVICE_UNAVAILABLE,
                Condition::Good | Condition::Off | Condition::Warning => StatusCode::OK,
            };
            (status, Json(Health { status: overall }))
        }
    });
    Router::new().route("/healthz", health).route("/livez", get(|| async { "alive" })).route(
        "/readyz",
        get(move || {
            let (state, ready) = (state.clone(), Arc::clone(&ready));
            async move {
                if ready.load(Ordering::Acquire) && is_ready(&state).await {
                    (StatusCode::OK, "ready")
                } else {
                    (StatusCode::SERVICE_UNAVAILABLE, "not ready")
                }
            }
        }),
    )
}

/// How everything was a moment ago; of those who ask at the same time, one looks.
async fn recently(state: &AppState, found: &Mutex<Option<(Timestamp, Condition)>>) -> Condition {
    let mut found = found.lock().await;
    let now = state.now();
    if let Some((at, condition)) = *found
        && at <= now
        && now.since(at) < REMEMBERED
    {
        return condition;
    }
    let condition = overall(&look(state).await);
    *found = Some((now, condition));
    condition
}

async fn is_ready(state: &AppState) -> bool {
    let writes = timeout(PROBE, state.db.probe()).await;
    matches!(writes, Ok(Ok(()))) && Signing::ring(state).await.is_ok()
}
