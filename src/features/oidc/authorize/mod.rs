//! The authorization endpoint (RFC 6749, section 3.1; OpenID Connect Core, section 3.1.2).
//!
//! A request is checked, and then decided: again when the sign-in comes back, again when the consent does, and once
//! more when the code is made. Only that last step gives the app anything.

mod checks;
#[cfg(any(test, fuzzing))]
pub(super) mod fuzzing;
mod issue;
mod judge;
mod organisation;
mod request;
mod request_object;
mod understand;

use std::sync::Arc;
use std::time::Duration;

use url::form_urlencoded;

use self::checks::PageOnly;
use self::issue::Due;
use self::understand::{Understood, understand};
use super::errors::{ErrorCode, OAuthError};
use super::known_accounts;
use super::parameters::Parameters;
use super::response_modes::Sent;
use super::session_state::Shown;
use super::store;
use crate::domain::Scope;
use crate::domain::ids::InteractionId;
use crate::domain::sign_in::{Decision, Question, Refusal};
use crate::features::clients::{Client, Clients};
use crate::features::interactions::{
    FRESH, Interaction, Purpose, WaitingApp, add_interaction, find_interaction, new_interaction, page_of,
};
use crate::features::sessions::Holder;
use crate::web::{AppState, Context, Error, ErrorPage, PageProblem, ProtocolDetail, urls};

pub(super) use self::organisation::{chosen, places};
pub(super) use self::request::{AuthorizationRequest, Origin, RequestedClaims, Trying};
pub(super) use self::understand::{Way, check};

/// What the endpoint answers.
pub(super) enum Outcome {
    /// Back to the app, with a code or an error, and what the browser shows to scripts from now on.
    ToApp(Sent, Shown),
    /// To one of our own pages.
    Page(String),
    /// Nothing left to ask: the page that says so.
    Ready(Box<Interaction>),
    /// The app is not for the people of this organisation: the page that says so, to whoever has this address.
    NotAdmitted(Box<Interaction>, String),
    /// The sign-in was open too long, was finished before, or belongs to another browser.
    Expired,
    /// An explanation, and nothing to the app.
    Problem(Box<ErrorPage>),
}

/// Answers a new request.
pub(super) async fn start(state: &AppState, context: &mut Context, parameters: &Parameters) -> Result<Outcome, Error> {
    let Understood { client, request } = match understand(state, context, parameters).await? {
        Ok(understood) => understood,
        Err(outcome) => return Ok(*outcome),
    };
    // From here on the app gets an answer whatever happens (RFC 6749, section 4.1.2.1).
    let decided = decide_request(state, context, &client, &request).await;
    match decided {
        Ok(outcome) => Ok(outcome),
        Err(fault) => {
            tracing::error!(reference = %context.reference, "authorization request failed: {fault}");
            let error = OAuthError::new(ErrorCode::ServerError, "something went wrong on our side");
            Due { state, context, client: &client, request: &request }.tell_error(&error).await
        }
    }
}

/// Keeps a request that came as a form, for the browser to come back with: a form from the app's page brings none of our
/// cookies (`SameSite=Lax`), the redirect to ourselves does.
pub(super) async fn receive(state: &AppState, context: &Context, parameters: &Parameters) -> Result<Outcome, Error> {
    let Understood { client, request } = match understand(state, context, parameters).await? {
        Ok(understood) => understood,
        Err(outcome) => return Ok(*outcome),
    };
    let request_uri = match parameters.get("request_uri").filter(|address| Origin::of(address).is_some()) {
        // It was kept before.
        Some(known) => known.to_owned(),
        None => keep(state, context, Origin::Posted, &request).await?,
    };
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("client_id", &client.id)
        .append_pair("request_uri", &request_uri)
        .finish();
    Ok(Outcome::Page(format!("{}?{query}", urls::AUTHORIZE)))
}

/// Keeps a request for a moment, and says under which `request_uri`.
pub(super) async fn keep(
    state: &AppState,
    context: &Context,
    origin: Origin,
    request: &AuthorizationRequest,
) -> Result<String, Error> {
    let secret = state.random.secret();
    let lifetime = Duration::from_secs(state.config.oidc.pushed_request_seconds.into());
    let times = (context.now, context.now.after(lifetime));
    let mut writer = state.db.writing().await?;
    store::add_kept_request(&mut writer, (secret.expose(), origin), request, times).await?;
    writer.commit().await?;
    Ok(format!("{}{}", origin.prefix(), secret.expose()))
}

async fn decide_request(
    state: &AppState,
    context: &mut Context,
    client: &Client,
    request: &AuthorizationRequest,
) -> Result<Outcome, Error> {
    let holder = Holder::find(state, context).await?;
    match judge::request(state, context, client, request, holder.as_ref()).await? {
        Decision::Issue(clearance) => Due { state, context, client, request }.issue(clearance, holder, None).await,
        // Whoever is there may have another account that it is for.
        Decision::Refuse(Refusal::NotAdmitted) if !request.prompt.none => {
            let id = begin(state, context, client, request, holder).await?;
            Ok(Outcome::Page(urls::returning(id)))
        }
        Decision::Refuse(refusal) => Due { state, context, client, request }.refuse(refusal).await,
        Decision::Ask(question) if request.prompt.none => {
            Due { state, context, client, request }.tell_error(&without_a_page(&question)).await
        }
        Decision::Ask(_)
            if request.prompt.select_account && known_accounts::are_there(state, context, holder.as_ref()).await? =>
        {
            let id = begin(state, context, client, request, holder).await?;
            Ok(Outcome::Page(urls::accounts(id)))
        }
        Decision::Ask(question) => {
            let passed_on = holder.filter(|holder| goes_on(&question, holder, context));
            let page = if passed_on.is_some() { question } else { Question::Authenticate };
            let id = begin(state, context, client, request, passed_on).await?;
            Ok(Outcome::Page(page_of(&page, id)))
        }
    }
}

/// The error for what cannot be asked without a page (OpenID Connect Core, section 3.1.2.6).
const fn without_a_page(question: &Question) -> OAuthError {
    match question {
        Question::Authenticate | Question::SecondFactor { .. } | Question::NewPassword => {
            OAuthError::new(ErrorCode::LoginRequired, "somebody would have to sign in")
        }
        Question::ConfirmNetwork { .. } | Question::Enrol { .. } | Question::OfferPasskey => {
            OAuthError::new(ErrorCode::InteractionRequired, "somebody would have to do something first")
        }
        Question::Organisation => {
            OAuthError::new(ErrorCode::AccountSelectionRequired, "somebody would have to choose an organisation")
        }
        Question::Consent { .. } => OAuthError::new(ErrorCode::ConsentRequired, "consent is missing"),
    }
}

/// Whether what the session proved counts for the question that is asked now, or the person begins anew.
fn goes_on(question: &Question, holder: &Holder, context: &Context) -> bool {
    match question {
        // With the session of somebody who went away nobody chooses their password.
        Question::Authenticate | Question::NewPassword => false,
        // Nobody sets up a factor with a sign-in that somebody else may have left behind.
        Question::Enrol { .. } => context.now.since(holder.session.evidence.auth_time()) <= FRESH,
        _ => true,
    }
}

/// Goes on with a request after a question was answered. With `finish` the app gets its answer; without, the person
/// is only told where it will go.
pub(super) async fn resume(state: &AppState, context: &Context, id: &str, finish: bool) -> Result<Outcome, Error> {
    let Some(Resumed { interaction, client, request, member }) = open(state, context, id).await? else {
        return Ok(Outcome::Expired);
    };
    let due = Due { state, context, client: &client, request: &request };
    if interaction.purpose.denied {
        return if finish { due.deny(interaction.id).await } else { Ok(Outcome::Ready(Box::new(interaction))) };
    }
    let decision = judge::resumed(state, context, &client, &request, member.as_ref(), &interaction).await?;
    match decision {
        // Everything was proven, but not in a session of this browser (any more).
        Decision::Issue(_) if member.is_none() => Ok(Outcome::Page(urls::sign_in_anew(interaction.id))),
        // A device is approved on a page of its own, by whoever signed in.
        Decision::Issue(_) if request.device.is_some() => Ok(Outcome::Page(urls::device(interaction.id))),
        Decision::Refuse(_) if request.device.is_some() => Ok(Outcome::Expired),
        Decision::Refuse(Refusal::NotAdmitted) if !finish => Ok(match member {
            Some(member) => Outcome::NotAdmitted(Box::new(interaction), member.standing.account.email.to_string()),
            None => Outcome::Page(urls::sign_in_anew(interaction.id)),
        }),
        Decision::Issue(_) | Decision::Refuse(_) if !finish => Ok(Outcome::Ready(Box::new(interaction))),
        Decision::Issue(clearance) => due.issue(clearance, member, Some(interaction.id)).await,
        Decision::Ask(question) => Ok(Outcome::Page(page_of(&question, interaction.id))),
        Decision::Refuse(refusal) => due.refuse(refusal).await,
    }
}

/// A request in the middle of its sign-in.
pub(super) struct Resumed {
    pub(super) interaction: Interaction,
    pub(super) client: Arc<Client>,
    pub(super) request: AuthorizationRequest,
    /// Who signed in for it, in this browser.
    pub(super) member: Option<Holder>,
}

/// Loads a request that this browser may go on with.
pub(super) async fn open(state: &AppState, context: &Context, id: &str) -> Result<Option<Resumed>, Error> {
    let (Ok(id), Some(browser)) = (id.parse::<InteractionId>(), &context.browser) else { return Ok(None) };
    let found = find_interaction(state.db.reading(), id).await?;
    let Some(interaction) = found.filter(|found| found.is_open_for(browser, context.now)) else { return Ok(None) };
    let Ok(request) = serde_json::from_value::<AuthorizationRequest>(interaction.purpose.request.clone()) else {
        return Ok(None);
    };
    let known = Clients::find(state, &request.client_id).await?.filter(|client| client.disabled_at.is_none());
    let Some(client) = known else { return Ok(None) };
    let member = Holder::find(state, context).await?.filter(|member| Some(member.session.id) == interaction.session_id);
    Ok(Some(Resumed { interaction, client, request, member }))
}

/// Keeps the request while the person answers; what `member` proved counts on.
async fn begin(
    state: &AppState,
    context: &mut Context,
    client: &Client,
    request: &AuthorizationRequest,
    member: Option<Holder>,
) -> Result<InteractionId, Error> {
    let mut interaction = interaction(state, context, client, request)?;
    if let Some(member) = member {
        interaction.session_id = Some(member.session.id);
        interaction.evidence = Some(member.session.evidence);
    }
    let mut writer = state.db.writing().await?;
    add_interaction(&mut writer, &interaction).await?;
    writer.commit().await?;
    Ok(interaction.id)
}

/// A sign-in for this request; not stored yet.
pub(super) fn interaction(
    state: &AppState,
    context: &mut Context,
    client: &Client,
    request: &AuthorizationRequest,
) -> Result<Interaction, Error> {
    let app =
        WaitingApp { client_id: client.id.clone(), name: client.name.clone(), home: client.metadata.home_uri.clone() };
    let purpose = Purpose {
        app: Some(app),
        login_hint: request.login_hint.clone(),
        again: request.prompt.login || request.prompt.select_account,
        max_age: request.max_age,
        acr: client.metadata.access.wish(request.acr.wish()),
        request: serde_json::to_value(request).map_err(Error::new)?,
        ..Purpose::default()
    };
    Ok(new_interaction(state, context, purpose))
}

/// What is decided about a request whose sign-in has begun, with this session.
pub(super) async fn judge_resumed(
    state: &AppState,
    context: &Context,
    resumed: &Resumed,
    holder: Option<&Holder>,
) -> Result<Decision, Error> {
    judge::resumed(state, context, &resumed.client, &resumed.request, holder, &resumed.interaction).await
}

fn page_only(problem: PageProblem, client: Option<&Client>, page: PageOnly) -> Outcome {
    let back = client.and_then(|client| Some((client.metadata.home_uri.clone()?, client.name.clone())));
    let detail = ProtocolDetail { error: page.code.to_string(), description: page.description.to_owned() };
    Outcome::Problem(Box::new(ErrorPage { problem, back, detail: Some(detail) }))
}

/// What the app did not have before.
pub(super) async fn new_scopes(
    state: &AppState,
    member: &Holder,
    request: &AuthorizationRequest,
) -> Result<Scope, Error> {
    if request.trial.is_some() {
        return Ok(request.consent_scope());
    }
    let given = store::find_consent(state.db.reading(), member.session.account_id, &request.client_id).await?;
    Ok(request.consent_scope().without(&given.map(|(scope, _)| scope).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::FactorKinds;
    use crate::domain::sign_in::EnrolmentReason;

    #[test]
    fn without_a_page_every_question_is_an_error_that_says_what_is_missing() {
        let questions = [
            (Question::Authenticate, ErrorCode::LoginRequired),
            (
                Question::SecondFactor { kinds: FactorKinds::ALL, may_remember: true, for_app: None },
                ErrorCode::LoginRequired,
            ),
            (Question::ConfirmNetwork { by_administrator: true }, ErrorCode::InteractionRequired),
            (
                Question::Enrol { kinds: FactorKinds::ALL, why: EnrolmentReason::Demanded, may_skip: false },
                ErrorCode::InteractionRequired,
            ),
            (Question::Organisation, ErrorCode::AccountSelectionRequired),
            (Question::Consent { new: Scope::default() }, ErrorCode::ConsentRequired),
            (Question::OfferPasskey, ErrorCode::InteractionRequired),
            (Question::NewPassword, ErrorCode::LoginRequired),
        ];
        for (question, code) in &questions {
            assert_eq!(without_a_page(question).code.to_string(), code.to_string(), "{question:?}");
        }
        // A question that is new is missing above until it is counted here.
        let number = |question: &Question| match question {
            Question::Authenticate => 0,
            Question::SecondFactor { .. } => 1,
            Question::ConfirmNetwork { .. } => 2,
            Question::Enrol { .. } => 3,
            Question::Organisation => 4,
            Question::Consent { .. } => 5,
            Question::OfferPasskey => 6,
            Question::NewPassword => 7,
        };
        assert!(questions.iter().map(|(question, _)| number(question)).eq(0..questions.len()));
    }
}
