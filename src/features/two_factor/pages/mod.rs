//! The pages of second factors.

mod account;
mod choose;
mod enrol;
mod enrol_sent;
mod enrol_totp;
mod place;
mod recovery_codes;
mod sent;
mod step;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::routing::{MethodRouter, get, post};
use serde::Deserialize;

use crate::domain::FactorKind;
use crate::web::{AppState, Context, Form, Routes, see_other, urls};

pub use place::Place;

/// The page of a second step with a code that is sent.
fn sent_step(kind: FactorKind) -> MethodRouter<AppState> {
    get(move |State(state): State<AppState>, context: Context, Path(id): Path<String>| async move {
        step::show(&state, context, &id, kind).await
    })
    .post(
        move |State(state): State<AppState>,
              context: Context,
              Path(id): Path<String>,
              Form(typed): Form<step::Typed>| async move {
            Box::pin(step::answer(&state, context, &id, kind, typed)).await
        },
    )
}

/// Has it sent. Whoever comes here otherwise, such as from the history, is led back and is sent nothing.
fn send_step(kind: FactorKind) -> MethodRouter<AppState> {
    get(move |Path(id): Path<String>| async move { see_other(&urls::second_step_by(id, kind)) }).post(
        move |State(state): State<AppState>,
              context: Context,
              Path(id): Path<String>,
              Form(Nothing {}): Form<Nothing>| async move { sent::send(&state, context, &id, kind).await },
    )
}

/// The page that switches such codes on.
fn sent_enrolment(kind: FactorKind) -> MethodRouter<AppState> {
    get(
        move |State(state): State<AppState>, context: Context, place: Place, Query(wanted): Query<enrol_sent::Wanted>| async move {
            enrol_sent::show(&state, context, (place, kind), wanted).await
        },
    )
    .post(
        move |State(state): State<AppState>, context: Context, place: Place, Form(typed): Form<enrol_sent::Typed>| async move {
            enrol_sent::confirm(&state, context, (place, kind), typed).await
        },
    )
}

/// Has the first one sent.
fn send_enrolment(kind: FactorKind) -> MethodRouter<AppState> {
    get(move |Path(place): Path<String>| async move { see_other(&urls::enrol_kind(place, kind)) }).post(
        move |State(state): State<AppState>,
              context: Context,
              place: Place,
              Form(address): Form<enrol_sent::Address>| async move {
            enrol_sent::send(&state, context, (place, kind), address).await
        },
    )
}

#[derive(Debug, Deserialize)]
struct Nothing {}

/// The routes of second factors.
pub fn routes() -> Routes {
    Router::new()
        .route("/sign-in/{interaction}/second", get(choose::show))
        .route("/sign-in/{interaction}/second/totp", get(step::show_totp).post(step::answer_totp))
        .route(
            "/sign-in/{interaction}/second/recovery_code",
            get(step::show_recovery_code).post(step::answer_recovery_code),
        )
        .route("/sign-in/{interaction}/second/email", sent_step(FactorKind::Email))
        .route("/sign-in/{interaction}/second/email/send", send_step(FactorKind::Email))
        .route("/sign-in/{interaction}/second/email/continue", post(sent::go_on))
        .route("/sign-in/{interaction}/second/sms", sent_step(FactorKind::Sms))
        .route("/sign-in/{interaction}/second/sms/send", send_step(FactorKind::Sms))
        .route("/enrol/{place}", get(enrol::show))
        .route("/enrol/{place}/skip", post(enrol::skip))
        .route("/enrol/{place}/totp", get(enrol_totp::show).post(enrol_totp::confirm))
        .route("/enrol/{place}/email", sent_enrolment(FactorKind::Email))
        .route("/enrol/{place}/email/send", send_enrolment(FactorKind::Email))
        .route("/enrol/{place}/sms", sent_enrolment(FactorKind::Sms))
        .route("/enrol/{place}/sms/send", send_enrolment(FactorKind::Sms))
        .route("/enrol/account/recovery_code", get(recovery_codes::show).post(recovery_codes::make))
        .route("/account/two-factor/default", post(account::make_default))
        .route("/account/two-factor/{factor}/remove", get(account::ask_removal).post(account::remove))
        .route("/account/two-factor/devices/forget", post(account::forget_devices))
}
