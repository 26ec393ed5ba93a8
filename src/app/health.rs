//! Is it alive, is it ready?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::http::StatusCode;
use axum::routing::get;
use axum::{Json, Router};
use serde::Serialize;
use tokio::time::timeout;

use crate::features::admin::{Condition, look, overall};
use crate::features::signing::Signing;
use crate::web::AppState;

/// How long the database may take to show that it takes writes.
const PROBE: Duration = Duration::from_secs(1);

/// What `/healthz` says.
#[derive(Serialize)]
struct Health {
    status: Condition,
}

/// `/livez` tells of the process only; `/readyz` tells whether requests would be answered; `/healthz` tells in one word
/// what the console tells in full. None says more: strangers read them as well.
pub(super) fn routes(state: AppState, ready: Arc<AtomicBool>) -> Router {
    let all = state.clone();
    let health = get(move || {
        let state = all.clone();
        async move {
            let overall = overall(&look(&state).await);
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

async fn is_ready(state: &AppState) -> bool {
    let writes = timeout(PROBE, state.db.probe()).await;
    matches!(writes, Ok(Ok(()))) && Signing::ring(state).await.is_ok()
}
