//! Pages that end a sign-in, and whoever proved a moment ago who they are.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse as _, Response};

use super::passage::Onward;
use super::views::{ExpiredPage, NoAccessPage};
use super::{FRESH, REMEMBERED_DAYS};
use crate::domain::sign_in::Refusal;
use crate::features::sessions::{Member, OrgAdmin, Standing};
use crate::web::{AppState, Context, CookieKind, Error, see_other, urls};

/// Sends the browser where a step leads.
///
/// # Errors
///
/// When the template is wrong.
pub fn respond(state: &AppState, context: &mut Context, onward: Onward) -> Result<Response, Error> {
    let mut headers = HeaderMap::new();
    let to = match onward {
        Onward::SignedIn { session, remembered, to } => {
            state.cookies.set(&mut headers, CookieKind::Session, session.expose());
            if let Some(secret) = remembered {
                state.cookies.set_for_days(&mut headers, CookieKind::Remembered, secret.expose(), REMEMBERED_DAYS);
            }
            to
        }
        Onward::Asked { to } => to,
        Onward::Refused { refusal, standing, app } => {
            return no_access_page(state, context, standing.as_deref(), refusal, app);
        }
    };
    context.hand_over_browser(state, &mut headers);
    Ok((headers, see_other(&to)).into_response())
}

/// The page for a sign-in that was open too long or belongs to another browser (E17).
///
/// # Errors
///
/// When the template is wrong.
pub fn expired_page(state: &AppState, context: &mut Context, app: Option<(String, String)>) -> Result<Response, Error> {
    let app = app.filter(|(_, home)| !home.is_empty());
    context.page(state, StatusCode::BAD_REQUEST, &ExpiredPage { app })
}

/// The page for an account that may not be used (H24).
fn no_access_page(
    state: &AppState,
    context: &mut Context,
    standing: Option<&Standing>,
    refusal: Refusal,
    app: Option<String>,
) -> Result<Response, Error> {
    let home = standing.and_then(Standing::home);
    let page = NoAccessPage {
        refusal: refusal.as_str(),
        organisation: home.map(|place| place.organisation_name.clone()).unwrap_or_default(),
        app,
    };
    context.page(state, StatusCode::FORBIDDEN, &page)
}

/// A member who proved a moment ago who they are. Having one is the permission to change what protects the account.
#[derive(Debug)]
pub struct Fresh(pub Member);

impl Fresh {
    /// Whether what a member proved is recent enough, and nothing of it was only remembered.
    #[must_use]
    pub fn is_fresh(member: &Member, context: &Context) -> bool {
        let evidence = &member.session.evidence;
        context.now.since(evidence.auth_time()) <= FRESH && !evidence.is_remembered()
    }
}

impl FromRequestParts<AppState> for Fresh {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let context = Context::from_request_parts(parts, state).await?;
        let member = Member::from_request_parts(parts, state).await?;
        if Self::is_fresh(&member, &context) { Ok(Self(member)) } else { Err(see_other(&urls::confirm(&context.path))) }
    }
}

/// Somebody who looks after the people of an organisation and proved a moment ago who they are. Having one is the
/// permission to change what concerns them.
#[derive(Debug)]
pub struct FreshAdmin(pub OrgAdmin);

impl FromRequestParts<AppState> for FreshAdmin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let context = Context::from_request_parts(parts, state).await?;
        let admin = OrgAdmin::from_request_parts(parts, state).await?;
        if Fresh::is_fresh(&admin.member, &context) {
            Ok(Self(admin))
        } else {
            Err(see_other(&urls::confirm(&context.path)))
        }
    }
}
