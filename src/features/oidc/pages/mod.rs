//! The routes and pages of the protocol.

mod accounts;
mod device;
mod organisation;

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::interactions::{Purpose, change_purpose, expired_page};
use crate::features::oidc::authorize::{self, AuthorizationRequest, Outcome};
use crate::features::oidc::endpoints::check_session::check_session;
use crate::features::oidc::endpoints::device_authorization;
use crate::features::oidc::endpoints::discovery::{discovery, jwks};
use crate::features::oidc::endpoints::end_session;
use crate::features::oidc::endpoints::introspect::introspect;
use crate::features::oidc::endpoints::par::push;
use crate::features::oidc::endpoints::register;
use crate::features::oidc::endpoints::revoke::revoke;
use crate::features::oidc::endpoints::token::token;
use crate::features::oidc::endpoints::userinfo::userinfo;
use crate::features::oidc::parameters::Parameters;
use crate::features::oidc::response_modes::Sent;
use crate::features::oidc::session_state::Shown;
use crate::features::oidc::store;
use crate::features::oidc::views::{ConsentItem, ConsentPage, NotAdmittedPage, ReturningPage};
use crate::features::sessions::Holder;
use crate::web::{
    AppState, Context, CookieKind, Error, Form, Framing, PageProblem, Routes, cross_origin, see_other, urls,
};

/// The longest form that is turned into a query, in bytes.
const LONGEST_POST: usize = 16 * 1024;

/// The routes of the protocol.
pub fn routes() -> Routes {
    let open_to_all = Router::new()
        .route(urls::OPENID_CONFIGURATION, get(discovery))
        .route(urls::OAUTH_METADATA, get(discovery))
        .route(urls::JWKS, get(jwks))
        .route(urls::TOKEN, post(token))
        .route(urls::REVOKE, post(revoke))
        .route(urls::DEVICE_AUTHORIZATION, post(device_authorization::begin))
        .route(urls::USERINFO, get(userinfo).post(userinfo))
        .layer(from_fn(cross_origin));
    Router::new()
        .route(urls::AUTHORIZE, get(authorize).post(receive))
        .route("/authorize/{interaction}", get(complete))
        .route("/return/{interaction}", get(returning))
        .route("/consent/{interaction}", get(show_consent).post(answer_consent))
        .route("/organisation-choice/{interaction}", get(organisation::show).post(organisation::choose))
        .route(urls::INTROSPECT, post(introspect))
        .route(urls::PUSH, post(push))
        .route(urls::REGISTER, post(register::register))
        .route("/register/{client_id}", get(register::show).put(register::replace).delete(register::remove))
        .route(urls::CHECK_SESSION, get(check_session))
        .route(urls::END_SESSION, get(end_session::start).post(post_as_query))
        .route(end_session::CONFIRMED, post(end_session::confirmed))
        .merge(accounts::routes())
        .merge(device::routes())
        .merge(open_to_all)
}

async fn authorize(
    State(state): State<AppState>,
    mut context: Context,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    let outcome = authorize::start(&state, &mut context, &parameters).await?;
    respond(&state, context, outcome)
}

async fn receive(State(state): State<AppState>, context: Context, body: Bytes) -> Result<Response, Error> {
    let outcome = authorize::receive(&state, &context, &Parameters::parse(&body)).await?;
    respond(&state, context, outcome)
}

/// A form from the app's page comes without our cookies (`SameSite=Lax`); the redirect to ourselves brings them.
async fn post_as_query(body: String) -> Response {
    let printable = body.bytes().all(|byte| byte.is_ascii_graphic());
    if body.len() > LONGEST_POST || !printable {
        return PageProblem::BadRequest.into_response_with(StatusCode::BAD_REQUEST);
    }
    see_other(&format!("{}?{body}", urls::END_SESSION))
}

async fn complete(State(state): State<AppState>, context: Context, Path(id): Path<String>) -> Result<Response, Error> {
    let outcome = authorize::resume(&state, &context, &id, true).await?;
    respond(&state, context, outcome)
}

async fn returning(State(state): State<AppState>, context: Context, Path(id): Path<String>) -> Result<Response, Error> {
    let outcome = authorize::resume(&state, &context, &id, false).await?;
    respond(&state, context, outcome)
}

fn respond(state: &AppState, mut context: Context, outcome: Outcome) -> Result<Response, Error> {
    let mut response = match outcome {
        Outcome::ToApp(Sent::Redirect(url), shown) => {
            let mut response = see_other(&url);
            shown.apply(state, &context, response.headers_mut());
            response
        }
        Outcome::ToApp(Sent::Form(page), shown) => {
            let mut response = context.page(state, StatusCode::OK, page.as_ref())?;
            Framing::LeavesForApp.apply(response.headers_mut());
            shown.apply(state, &context, response.headers_mut());
            return Ok(response);
        }
        Outcome::Page(path) => see_other(&path),
        Outcome::NotAdmitted(interaction, account) => {
            context.prefer(interaction.purpose.languages());
            let page = NotAdmittedPage {
                app: interaction.purpose.app_name().unwrap_or_default().to_owned(),
                account,
                other: urls::sign_in_anew(interaction.id),
                back: urls::complete(interaction.id),
            };
            return context.page(state, StatusCode::FORBIDDEN, &page);
        }
        Outcome::Expired => return expired_page(state, &mut context, None),
        Outcome::Problem(page) => page.into_response_with(StatusCode::BAD_REQUEST),
        Outcome::Ready(interaction) => {
            context.prefer(interaction.purpose.languages());
            let app = interaction.purpose.app_name().unwrap_or_default().to_owned();
            let page = ReturningPage { app, next: urls::complete(interaction.id) };
            let mut response = context.page(state, StatusCode::OK, &page)?;
            Framing::LeavesForApp.apply(response.headers_mut());
            return Ok(response);
        }
    };
    context.hand_over_browser(state, response.headers_mut());
    Ok(response)
}

impl Shown {
    /// Has the browser show it to scripts from now on.
    fn apply(self, state: &AppState, context: &Context, headers: &mut HeaderMap) {
        match (self, &context.session) {
            (Self::Session, Some(session)) => state.cookies.show_login_state(headers, session.expose()),
            (Self::Nobody, _) => state.cookies.clear(headers, CookieKind::LoginState),
            (Self::Session | Self::AsBefore, _) => {}
        }
    }
}

async fn show_consent(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    let Some(resumed) = authorize::open(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    let Some(member) = resumed.member else { return Ok(see_other(&urls::sign_in_anew(resumed.interaction.id))) };
    context.prefer(resumed.interaction.purpose.languages());
    let host = url::Url::parse(resumed.request.address()).ok();
    let page = ConsentPage {
        action: urls::consent(resumed.interaction.id),
        app: resumed.client.name.clone(),
        host: host.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default(),
        items: consent_items(&state, &member, &resumed.request).await?,
        details: resumed.request.details.words(&state.config.oidc.authorization_details, context.language),
        account: member.standing.account.email.to_string(),
        policy: resumed.client.metadata.told.policy_uri.clone(),
        terms: resumed.client.metadata.told.tos_uri.clone(),
    };
    context.page(&state, StatusCode::OK, &page)
}

/// What the person consents to, with what the app will see of it.
async fn consent_items(
    state: &AppState,
    member: &Holder,
    request: &AuthorizationRequest,
) -> Result<Vec<ConsentItem>, Error> {
    let new = authorize::new_scopes(state, member, request).await?;
    let account = &member.standing.account;
    let chosen = authorize::chosen(state.db.reading(), request, member, None).await?.organisation();
    let place = chosen.map_or_else(|| member.standing.home(), |id| member.standing.place(id));
    let value = |scope: &str| match scope {
        "profile" => Some(account.name.clone()),
        "email" => Some(account.email.to_string()),
        "organisation" => place.map(|place| place.organisation_name.clone()),
        _ => None,
    };
    let item = |scope: &str| ConsentItem { scope: scope.to_owned(), value: value(scope), new: new.contains(scope) };
    Ok(request.consent_scope().iter().map(item).collect())
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    Allow,
    Deny,
    OtherAccount,
}

#[derive(Debug, Deserialize)]
struct Answered {
    decision: Answer,
}

async fn answer_consent(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(answered): Form<Answered>,
) -> Result<Response, Error> {
    let Some(resumed) = authorize::open(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    let to_sign_in = urls::sign_in_anew(resumed.interaction.id);
    let Some(member) = resumed.member else { return Ok(see_other(&to_sign_in)) };
    let account = &member.standing.account;
    let outcome = match answered.decision {
        Answer::Allow => "given",
        Answer::Deny => "denied",
        Answer::OtherAccount => return Ok(see_other(&to_sign_in)),
    };
    let mut writer = state.db.writing().await?;
    match answered.decision {
        Answer::Allow => {
            let scope = resumed.request.consent_scope();
            if let Some(trying) = &resumed.request.trial {
                store::consent_in_trial(&mut writer, trying.id, context.now).await?;
            } else {
                store::add_consent(&mut writer, account.id, &resumed.client.id, &scope, context.now).await?;
            }
            let purpose = Purpose { agreed_by: Some(account.id), ..resumed.interaction.purpose.clone() };
            if !change_purpose(&mut writer, &resumed.interaction, purpose, context.now).await? {
                return Ok(see_other(&urls::returning(resumed.interaction.id)));
            }
        }
        Answer::Deny | Answer::OtherAccount => {
            let purpose = Purpose { denied: true, ..resumed.interaction.purpose.clone() };
            if !change_purpose(&mut writer, &resumed.interaction, purpose, context.now).await? {
                return Ok(see_other(&urls::returning(resumed.interaction.id)));
            }
        }
    }
    let kind = if resumed.request.trial.is_some() { "app.try_consent" } else { "app.consent" };
    let mut event = Event::new(Chain::Organisation(account.home_organisation_id), kind, outcome)
        .by(account.id)
        .through(&resumed.client.id)
        .referred_to(context.reference)
        .with("scope", resumed.request.scope.to_string());
    if !resumed.request.details.is_empty() {
        event = event.with("details", resumed.request.details.types());
    }
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Ok(see_other(&urls::returning(resumed.interaction.id)))
}
