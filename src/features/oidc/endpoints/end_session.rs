//! Signing out (OpenID Connect RP-Initiated Logout).

use std::sync::Arc;

use axum::extract::{RawQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use url::Url;

use crate::domain::ids::SessionId;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::{Client, Clients};
use crate::features::failed_requests::{Endpoint, Failure, note_failure};
use crate::features::oidc::logouts::Bell;
use crate::features::oidc::parameters::Parameters;
use crate::features::oidc::store;
use crate::features::oidc::subjects::subject;
use crate::features::oidc::tokens::ID_TOKEN;
use crate::features::oidc::views::{AppLink, LeavingPage, SignOutPage, SignedOutPage};
use crate::features::sessions::{Member, end_session};
use crate::features::signing::Signing;
use crate::keys::verify;
use crate::web::{AppState, Context, CookieKind, Error, Form, Page, allow_frames, see_other};

/// Where the confirmation goes.
pub(in crate::features::oidc) const CONFIRMED: &str = "/sign-out";

/// What the app proved and wants.
#[derive(Default)]
struct Wanted {
    /// The app, subject and session of a hint that we signed for it.
    hinted: Option<(Arc<Client>, String, Option<String>)>,
    /// Where the browser may go afterwards; only with such a hint and to the letter.
    link: Option<AppLink>,
    /// Whether an address was asked for that may not be used.
    refused_address: bool,
}

/// Signs out at once when the hint is about this very session, and asks otherwise.
pub(in crate::features::oidc) async fn start(
    State(state): State<AppState>,
    mut context: Context,
    RawQuery(query): RawQuery,
) -> Result<Response, Error> {
    let parameters = Parameters::parse(query.unwrap_or_default().as_bytes());
    context.prefer(parameters.get("ui_locales"));
    let wanted = read(&state, &context, &parameters).await?;
    let member = Member::find(&state, &context).await?;
    let sure = match (&member, &wanted.hinted) {
        (None, _) => true,
        (Some(member), Some((client, known_as, session))) => {
            subject(&state, client, member.session.account_id) == *known_as
                && session.as_ref().is_none_or(|session| *session == member.session.id.to_string())
        }
        (Some(_), None) => false,
    };
    if !sure || (member.is_some() && wanted.refused_address) {
        return context.page(&state, StatusCode::OK, &SignOutPage { action: CONFIRMED, app: wanted.link });
    }
    let frames = match &member {
        Some(member) => sign_out(&state, &context, member).await?,
        None => Vec::new(),
    };
    match wanted.link {
        Some(link) if frames.is_empty() => {
            let mut response = see_other(&link.url);
            state.cookies.clear(response.headers_mut(), CookieKind::Session);
            Ok(response)
        }
        Some(app) => {
            let page = LeavingPage { app, frames: frames.iter().map(Url::to_string).collect() };
            signed_out(&state, &mut context, &page, &frames)
        }
        None => {
            let page = SignedOutPage { app: None, frames: frames.iter().map(Url::to_string).collect() };
            signed_out(&state, &mut context, &page, &frames)
        }
    }
}

/// A page for a browser that nobody is signed in with any more.
fn signed_out(state: &AppState, context: &mut Context, page: &impl Page, frames: &[Url]) -> Result<Response, Error> {
    let mut response = context.page(state, StatusCode::OK, page)?;
    if !frames.is_empty() {
        allow_frames(response.headers_mut(), frames);
    }
    state.cookies.clear(response.headers_mut(), CookieKind::Session);
    Ok(response)
}

#[derive(Debug, Deserialize)]
pub(in crate::features::oidc) struct Confirmed {
    #[serde(rename = "app_name")]
    name: Option<String>,
    #[serde(rename = "app_url")]
    url: Option<String>,
    #[serde(rename = "app_tag")]
    tag: Option<String>,
}

/// Signs out after the person said yes.
pub(in crate::features::oidc) async fn confirmed(
    State(state): State<AppState>,
    mut context: Context,
    Form(form): Form<Confirmed>,
) -> Result<Response, Error> {
    let frames = match Member::find(&state, &context).await? {
        Some(member) => sign_out(&state, &context, &member).await?,
        None => Vec::new(),
    };
    let app = match (form.name, form.url, form.tag) {
        (Some(name), Some(url), Some(tag)) if state.mac.verify("sign-out link", &[&name, &url], &tag) => {
            Some(AppLink { name, url, tag })
        }
        _ => None,
    };
    let page = SignedOutPage { app, frames: frames.iter().map(Url::to_string).collect() };
    signed_out(&state, &mut context, &page, &frames)
}

async fn read(state: &AppState, context: &Context, parameters: &Parameters) -> Result<Wanted, Error> {
    let address = parameters.get("post_logout_redirect_uri");
    let nothing = Wanted { refused_address: address.is_some(), ..Wanted::default() };
    let Some(hint) = parameters.get("id_token_hint") else { return Ok(nothing) };
    let ring = Signing::ring(state).await?;
    // An expired hint is fine, since it only says which session the app means.
    let Ok(claims) = verify(hint, ID_TOKEN, &ring, context.now) else { return Ok(nothing) };
    let text = |name: &str| claims.get(name).and_then(|value| value.as_str()).map(str::to_owned);
    let (Some(known_as), Some(audience)) = (text("sub"), text("aud")) else { return Ok(nothing) };
    let foreign = parameters.get("client_id").is_some_and(|named| named != audience);
    if foreign || text("iss") != Some(state.config.server.issuer()) {
        return Ok(nothing);
    }
    let Some(client) = Clients::find(state, &audience).await? else { return Ok(nothing) };
    let registered = |address: &&str| client.metadata.post_logout_redirect_uris.iter().any(|known| known == address);
    if let Some(foreign) = address.filter(|address| !registered(address)) {
        let description = "post_logout_redirect_uri is not one of the registered addresses";
        let failure =
            Failure { endpoint: Endpoint::EndSession, code: "invalid_request", description, address: Some(foreign) };
        note_failure(state, context, &client.id, failure).await;
    }
    let link = address.filter(registered).map(|address| {
        let mut url = address.to_owned();
        if let Some(given_back) = parameters.get("state") {
            let query = url::form_urlencoded::Serializer::new(String::new()).append_pair("state", given_back).finish();
            url = format!("{address}{}{query}", if address.contains('?') { '&' } else { '?' });
        }
        let tag = state.mac.tag("sign-out link", &[&client.name, &url]);
        AppLink { name: client.name.clone(), url, tag }
    });
    Ok(Wanted {
        refused_address: address.is_some() && link.is_none(),
        hinted: Some((client, known_as, text("sid"))),
        link,
    })
}

/// Ends the session, and returns the pages of apps that are to be told in frames.
async fn sign_out(state: &AppState, context: &Context, member: &Member) -> Result<Vec<Url>, Error> {
    let (account, session) = (&member.standing.account, member.session.id);
    let frames = frames(state, session).await?;
    let mut writer = state.db.writing().await?;
    end_session(&mut writer, account.id, session, context.now).await?;
    store::revoke_online_grants(&mut writer, session, context.now).await?;
    let event = Event::new(Chain::Organisation(account.home_organisation_id), "session.sign_out", "done")
        .by(account.id)
        .referred_to(context.reference)
        .with("session", session.to_string());
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.ring_after_commit(Bell::of(state));
    writer.commit().await?;
    Ok(frames)
}

/// The pages of the apps that were given something in this session (OpenID Connect Front-Channel Logout, section 2).
async fn frames(state: &AppState, session: SessionId) -> Result<Vec<Url>, Error> {
    let clients = Clients::all(state).await?;
    let page_of = |client: &Client| Url::parse(client.metadata.frontchannel_logout_uri.as_deref()?).ok();
    let with_page: Vec<String> =
        clients.values().filter(|client| page_of(client).is_some()).map(|client| client.id.clone()).collect();
    if with_page.is_empty() {
        return Ok(Vec::new());
    }
    let used = store::apps_of_sessions(state.db.reading(), &[session], &with_page).await?;
    let issuer = state.config.server.issuer();
    let mut frames: Vec<Url> = used.iter().filter_map(|(_, id, _)| page_of(clients.get(id)?)).collect();
    for frame in &mut frames {
        frame.query_pairs_mut().append_pair("iss", &issuer).append_pair("sid", &session.to_string());
    }
    Ok(frames)
}
