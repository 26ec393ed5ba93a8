//! Trying the sign-in to an app: a real request of ours in the name of the app, answered to a page of ours.
//!
//! Nothing is weakened by it. The page is no address of the app: no parameter can name it, it stands in a request that only
//! we keep, opens only in the browser of whoever began the trial, and is answered once. The code is redeemed by the trial
//! alone, with a verifier that never leaves this program; what comes of it is for an audience that nobody serves, and is
//! removed before anybody sees what it said.

mod answer;
mod preview;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use sha2::{Digest as _, Sha256};
use url::form_urlencoded;

use super::authorize::{self, Origin, Trying, Way};
use super::parameters::Parameters;
use super::response_modes::ResponseMode;
use super::response_types::ResponseType;
use super::store::{self, NewTrial, TrialRow};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, TrialId};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::Client;
use crate::keys::Place;
use crate::web::{AppState, Context, Error, urls};

pub use answer::finish_trial;
pub use preview::{Preview, preview_claims};

/// What an administrator wants to try.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    /// The registered address that the app would name.
    pub redirect_uri: &'a str,
    /// Whether the sign-in is to be asked again, although the browser is signed in.
    pub again: bool,
}

/// Why a trial does not begin: what the app would be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrialFault {
    /// The code of the specifications.
    pub code: String,
    /// What is wrong.
    pub description: &'static str,
}

/// A trial.
#[derive(Clone, Debug)]
pub struct Trial {
    /// Which app.
    pub client_id: String,
    /// The address that the app would have named.
    pub redirect_uri: String,
    /// When it began.
    pub created_at: Timestamp,
    /// What came of it; none while it is under way.
    pub outcome: Option<TrialOutcome>,
}

/// A step of a sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The request passed every check.
    Request,
    /// Its address is a registered one.
    Redirect,
    /// The person proved who they are.
    SignIn,
    /// The person gave the app what it asks for, or need not be asked.
    Consent,
    /// The app got a code.
    Code,
    /// The code became tokens.
    Token,
}

impl Step {
    /// All, in their order.
    pub const ALL: [Self; 6] = [Self::Request, Self::Redirect, Self::SignIn, Self::Consent, Self::Code, Self::Token];
}

/// What came of a trial.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TrialOutcome {
    /// The step that failed; none where all went well.
    pub failed: Option<Step>,
    /// What the app would have been told then: the code and the description.
    pub error: Option<(String, String)>,
    /// What the ID token said.
    pub id_token: Map<String, Value>,
    /// What the `UserInfo` endpoint would have said.
    pub userinfo: Map<String, Value>,
    /// The answer of the token endpoint without the tokens themselves.
    pub answer: Map<String, Value>,
}

/// What is sealed of a trial.
#[derive(Debug, Serialize, Deserialize)]
struct Contents {
    redirect_uri: String,
    verifier: String,
    nonce: String,
    outcome: Option<TrialOutcome>,
}

impl Contents {
    fn place(id: &str) -> Place<'_> {
        Place { table: "trials", column: "contents", row: id }
    }

    fn seal(&self, state: &AppState, id: TrialId) -> Result<String, Error> {
        let text = serde_json::to_vec(self).map_err(Error::new)?;
        Ok(state.vault.seal(Self::place(&id.to_string()), &text, state.random.as_ref()))
    }

    fn open(state: &AppState, row: &TrialRow) -> Result<Self, Error> {
        let text = state.vault.open(Self::place(&row.id.to_string()), &row.contents).map_err(Error::new)?;
        serde_json::from_slice(text.expose()).map_err(Error::new)
    }
}

/// Whether an app signs people in with a code, which is what is tried.
#[must_use]
pub fn can_be_tried(client: &Client) -> bool {
    client.may_use("authorization_code") && client.metadata.response_types.iter().any(|known| known == "code")
}

/// Begins a trial for an administrator in this browser, and says where it goes on: at the authorization endpoint.
///
/// # Errors
///
/// When the database refuses.
pub async fn begin_trial(
    state: &AppState,
    context: &mut Context,
    client: &Client,
    (account, wish): (AccountId, Wish<'_>),
) -> Result<Result<(TrialId, String), TrialFault>, Error> {
    let (secret, verifier, nonce) = (state.random.secret(), state.random.secret(), state.random.secret());
    let mut sent = Parameters::default();
    sent.add("client_id", &client.id);
    sent.add("redirect_uri", wish.redirect_uri);
    sent.add("response_type", "code");
    sent.add("scope", &client.metadata.scope.to_string());
    sent.add("state", secret.expose());
    sent.add("nonce", nonce.expose());
    sent.add("code_challenge", &URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.expose())));
    sent.add("code_challenge_method", "S256");
    if wish.again {
        sent.add("prompt", "login");
    }
    let mut request = match authorize::check(state, context, client, &sent, Way::Trial).await? {
        Ok(request) => request,
        Err(fault) => {
            let error = fault.error();
            return Ok(Err(TrialFault { code: error.code.to_string(), description: error.description }));
        }
    };
    let now = context.now;
    let id = TrialId::new(now, state.random.as_ref());
    request.trial = Some(Trying { id, redirect_uri: wish.redirect_uri.to_owned() });
    request.redirect_uri = callback(state, client, id);
    // A form brings the answer, since following a link changes nothing here.
    request.response_mode = ResponseMode::named("form_post", ResponseType::CODE).unwrap_or(request.response_mode);
    let contents = Contents {
        redirect_uri: wish.redirect_uri.to_owned(),
        verifier: verifier.expose().clone(),
        nonce: nonce.expose().clone(),
        outcome: None,
    };
    let browser = context.browser(state);
    let kept = state.random.secret();
    let minutes = u64::from(state.config.sign_in.interaction_minutes);
    let opens_until = now.after(Duration::from_mins(minutes));
    // Whoever opens the request in its last minute has as long again to sign in: the trial is there until then.
    let times = (now, now.after(Duration::from_mins(2 * minutes)));
    let new = NewTrial {
        id,
        client_id: &client.id,
        account_id: account,
        browser: &browser,
        state: secret.expose(),
        contents: contents.seal(state, id)?,
        times,
    };
    let mut writer = state.db.writing().await?;
    store::add_trial(&mut writer, new).await?;
    store::add_kept_request(&mut writer, (kept.expose(), Origin::Trial), &request, (now, opens_until)).await?;
    let mut event = Event::new(Chain::Instance, "app.try", "begun")
        .through(&client.id)
        .referred_to(context.reference)
        .with("trial", id.to_string());
    event.actor = Some(account);
    audit::record(&mut writer, Ink::of(state, now), event).await?;
    writer.commit().await?;
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &client.id)
        .append_pair("request_uri", &format!("{}{}", Origin::Trial.prefix(), kept.expose()))
        .finish();
    Ok(Ok((id, format!("{}?{query}", urls::AUTHORIZE))))
}

/// Where the answer goes. It is no address of the app, and the audience of what comes of the trial.
fn callback(state: &AppState, client: &Client, id: TrialId) -> String {
    format!("{}{}", state.config.server.issuer(), urls::app_trial_answer(&client.id, id))
}

/// Whether this browser goes on with a trial that has no answer yet.
pub(super) async fn is_open(state: &AppState, context: &Context, id: TrialId) -> Result<bool, Error> {
    let Some(browser) = &context.browser else { return Ok(false) };
    let found = store::find_trial(state.db.reading(), id, context.now).await?;
    Ok(found.is_some_and(|row| row.browser.matches(browser) && row.answered_at.is_none()))
}

/// A trial of this administrator.
///
/// # Errors
///
/// When the database refuses.
pub async fn find_trial(
    state: &AppState,
    id: TrialId,
    account: AccountId,
    now: Timestamp,
) -> Result<Option<Trial>, Error> {
    let found = store::find_trial(state.db.reading(), id, now).await?;
    let Some(row) = found.filter(|row| row.account_id == account) else { return Ok(None) };
    let contents = Contents::open(state, &row)?;
    Ok(Some(Trial {
        client_id: row.client_id,
        redirect_uri: contents.redirect_uri,
        created_at: row.created_at,
        outcome: contents.outcome,
    }))
}
