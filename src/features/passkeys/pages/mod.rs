//! The pages about passkeys and security keys, and the JSON that their script sends.

mod answers;
mod enrol;
mod manage;
mod offer;
mod second;
mod sign_in;

use axum::Router;
use axum::extract::{Path, State};
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;
use webauthn_rs::prelude::{PublicKeyCredential, RegisterPublicKeyCredential};

use crate::domain::FactorKind;
use crate::features::interactions::Fresh;
use crate::web::{AppState, Context, JsonForm, Routes, urls};

/// What the script sends to begin a ceremony.
#[derive(Debug, Deserialize)]
struct Begin {
    #[serde(default)]
    place: String,
}

/// What it sends to finish one.
#[derive(Debug, Deserialize)]
struct Finish<C> {
    ceremony: String,
    credential: C,
    #[serde(default)]
    place: String,
    #[serde(default)]
    next: String,
    #[serde(default)]
    name: String,
}

type Created = Finish<RegisterPublicKeyCredential>;
type Used = Finish<PublicKeyCredential>;

/// The routes of passkeys and security keys.
pub fn routes() -> Routes {
    let routes = Router::new()
        .route(urls::PASSKEYS_BEGIN, post(sign_in::begin))
        .route(urls::PASSKEYS_FINISH, post(sign_in::finish))
        .route("/offer/{interaction}", get(offer::show).post(offer::decline))
        .route(urls::ACCOUNT_PASSKEYS, get(manage::list))
        .route("/account/passkeys/{factor}/rename", get(manage::show_rename).post(manage::rename))
        .route("/account/passkeys/{factor}/remove", get(manage::show_remove).post(manage::remove))
        .route(urls::PASSKEY_ENDPOINTS, get(manage::endpoints));
    [FactorKind::Passkey, FactorKind::SecurityKey].into_iter().fold(routes, routes_of)
}

/// The routes that passkeys and security keys have alike.
fn routes_of(routes: Routes, kind: FactorKind) -> Routes {
    let enrol = urls::enrol_kind("{place}", kind);
    let second = urls::second_step_by("{interaction}", kind);
    routes
        .route(
            &enrol,
            get(
                move |State(state): State<AppState>, context: Context, Path(place): Path<String>, fresh: MaybeFresh| {
                    enrol::show(state, context, (place, kind), fresh)
                },
            ),
        )
        .route(
            &urls::begin(&enrol),
            post(
                move |State(state): State<AppState>,
                      context: Context,
                      Path(place): Path<String>,
                      fresh: MaybeFresh,
                      JsonForm(_): JsonForm<Begin>| {
                    enrol::begin(state, context, (place, kind), fresh)
                },
            ),
        )
        .route(
            &urls::finish(&enrol),
            post(
                move |State(state): State<AppState>,
                      context: Context,
                      Path(place): Path<String>,
                      fresh: MaybeFresh,
                      JsonForm(created): JsonForm<Created>| {
                    enrol::finish(state, context, (place, kind), fresh, created)
                },
            ),
        )
        .route(
            &second,
            get(move |State(state): State<AppState>, context: Context, Path(id): Path<String>| {
                second::show(state, context, id, kind)
            }),
        )
        .route(
            &urls::begin(&second),
            post(
                move |State(state): State<AppState>,
                      context: Context,
                      Path(id): Path<String>,
                      JsonForm(_): JsonForm<Begin>| { second::begin(state, context, id, kind) },
            ),
        )
        .route(
            &urls::finish(&second),
            post(
                move |State(state): State<AppState>,
                      context: Context,
                      Path(id): Path<String>,
                      JsonForm(used): JsonForm<Used>| {
                    second::finish(state, context, id, kind, used)
                },
            ),
        )
}

/// Somebody who proved a moment ago who they are, or where they go to prove it.
type MaybeFresh = Result<Fresh, Response>;
