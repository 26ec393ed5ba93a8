//! Is it alive, is it ready?

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::http::StatusCode;
use axum::routing::get;
use tokio::time::timeout;

use crate::features::signing::Signing;
use crate::web::AppState;

/// How long the database may take to show that it takes writes.
const PROBE: Duration = Duration::from_secs(1);

/// `/livez` tells of the process only; `/readyz` tells whether requests would be answered. Neither says more.
pub(super) fn routes(state: AppState, ready: Arc<AtomicBool>) -> Router {
    Router::new().route("/livez", get(|| async { "alive" })).route(
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
