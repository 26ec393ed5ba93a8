//! How everything is (M1).

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use crate::features::admin::views::HomePage;
use crate::features::console::Auditor;
use crate::web::{AppState, Context, Error};

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
) -> Result<Response, Error> {
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &HomePage { may_change: auditor.administers() })
}
