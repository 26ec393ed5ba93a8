//! The authorization endpoint (RFC 6749, section 3.1; OpenID Connect Core, section 3.1.2).
//!
//! A request is checked, and then decided: again when the sign-in comes back, again when the consent does, and once
//! more when the code is made. Only that last step gives the app anything.

mod checks;
mod judge;
mod request;

use std::sync::Arc;
use std::time::Duration;

use url::form_urlencoded;

use self::checks::{Asked, PageOnly};
use self::request::AuthorizationRequest;
use super::errors::{ErrorCode, OAuthError};
use super::parameters::Parameters;
use super::store::{self, NewGrant};
use crate::domain::Scope;
use crate::domain::ids::InteractionId;
use crate::domain::sign_in::{Clearance, Decision, Question, Refusal};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::{Client, Clients};
use crate::features::interactions::{
    FRESH, Interaction, Purpose, WaitingApp, add_interaction, complete_interaction, find_interaction, new_interaction,
    page_of,
};
use crate::features::sessions::Holder;
use crate::features::signing::Signing;
use crate::web::{AppState, Context, Error, ErrorPage, PageProblem, ProtocolDetail, urls};

/// What the endpoint answers.
pub(super) enum Outcome {
    /// Back to the app, with a code or an error.
    ToApp(String),
    /// To one of our own pages.
    Page(String),
    /// Nothing left to ask: the page that says so.
    Ready(Box<Interaction>),
    /// The sign-in was open too long, was finished before, or belongs to another browser.
    Expired,
    /// An explanation, and nothing to the app.
    Problem(Box<ErrorPage>),
}

/// Answers a new request.
pub(super) async fn start(state: &AppState, context: &mut Context, parameters: &Parameters) -> Result<Outcome, Error> {
    let client_id = match checks::client_id(parameters) {
        Ok(client_id) => client_id,
        Err(page) => return Ok(page_only(PageProblem::UnknownApp, None, page)),
    };
    let known = Clients::find(state, client_id).await?.filter(|client| client.disabled_at.is_none());
    let Some(client) = known else {
        let page = PageOnly { code: ErrorCode::InvalidClient, description: "client_id is not registered" };
        return Ok(page_only(PageProblem::UnknownApp, None, page));
    };
    let redirect_uri = match checks::redirect_uri(parameters, &client) {
        Ok(redirect_uri) => redirect_uri,
        Err(page) => return Ok(page_only(PageProblem::BadAppRequest, Some(&client), page)),
    };
    let ring = Signing::ring(state).await?;
    let issuer = state.config.server.issuer();
    let inquiry = Asked { parameters, client: &client, redirect_uri, ring: &ring, issuer: &issuer, now: context.now };
    let request = match checks::run(&inquiry) {
        Ok(request) => request,
        Err(error) => {
            return Ok(Outcome::ToApp(answer(redirect_uri, parameters.get("state"), &issuer, &error_pairs(&error))));
        }
    };
    // From here on the app gets an answer whatever happens (RFC 6749, section 4.1.2.1).
    let decided = decide_request(state, context, &client, &request).await;
    Ok(decided.unwrap_or_else(|fault| {
        tracing::error!(reference = %context.reference, "authorization request failed: {fault}");
        let error = OAuthError::new(ErrorCode::ServerError, "something went wrong on our side");
        Outcome::ToApp(error_to_app(state, &request, &error))
    }))
}

async fn decide_request(
    state: &AppState,
    context: &mut Context,
    client: &Client,
    request: &AuthorizationRequest,
) -> Result<Outcome, Error> {
    let holder = Holder::find(state, context).await?;
    match judge::request(state, context, client, request, holder.as_ref()).await? {
        Decision::Issue(clearance) => issue(state, context, client, request, clearance, holder, None).await,
        Decision::Refuse(refusal) => Ok(refuse(state, request, refusal)),
        Decision::Ask(question) if request.prompt.none => {
            let error = without_a_page(&question);
            Ok(Outcome::ToApp(error_to_app(state, request, &error)))
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
        Question::Authenticate | Question::SecondFactor { .. } => {
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
        Question::Authenticate => false,
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
    if interaction.purpose.denied {
        if !finish {
            return Ok(Outcome::Ready(Box::new(interaction)));
        }
        let mut writer = state.db.writing().await?;
        if !complete_interaction(&mut writer, interaction.id, context.now).await? {
            return Ok(Outcome::Expired);
        }
        writer.commit().await?;
        let error = OAuthError::new(ErrorCode::AccessDenied, "the person said no");
        return Ok(Outcome::ToApp(error_to_app(state, &request, &error)));
    }
    let decision = judge::resumed(state, context, &client, &request, member.as_ref(), &interaction).await?;
    match decision {
        // Everything was proven, but not in a session of this browser (any more).
        Decision::Issue(_) if member.is_none() => Ok(Outcome::Page(urls::sign_in_anew(interaction.id))),
        Decision::Issue(_) | Decision::Refuse(_) if !finish => Ok(Outcome::Ready(Box::new(interaction))),
        Decision::Issue(clearance) => {
            issue(state, context, &client, &request, clearance, member, Some(interaction.id)).await
        }
        Decision::Ask(question) => Ok(Outcome::Page(page_of(&question, interaction.id))),
        Decision::Refuse(refusal) => Ok(refuse(state, &request, refusal)),
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
    let app =
        WaitingApp { client_id: client.id.clone(), name: client.name.clone(), home: client.metadata.home_uri.clone() };
    let purpose = Purpose {
        app: Some(app),
        login_hint: request.login_hint.clone(),
        again: request.prompt.login || request.prompt.select_account,
        max_age: request.max_age,
        acr: request.acr.wish(),
        request: serde_json::to_value(request).map_err(Error::new)?,
        ..Purpose::default()
    };
    let mut interaction = new_interaction(state, context, purpose);
    if let Some(member) = member {
        interaction.session_id = Some(member.session.id);
        interaction.evidence = Some(member.session.evidence);
    }
    let mut writer = state.db.writing().await?;
    add_interaction(&mut writer, &interaction).await?;
    writer.commit().await?;
    Ok(interaction.id)
}

/// Makes the code, in one transaction with the end of the interaction and the audit.
async fn issue(
    state: &AppState,
    context: &Context,
    client: &Client,
    request: &AuthorizationRequest,
    clearance: Clearance,
    member: Option<Holder>,
    interaction: Option<InteractionId>,
) -> Result<Outcome, Error> {
    let Some(member) = member else { return Ok(Outcome::Expired) };
    let now = context.now;
    let tokens = &state.config.tokens;
    let mut writer = state.db.writing().await?;
    if let Some(id) = interaction
        && !complete_interaction(&mut writer, id, now).await?
    {
        return Ok(Outcome::Expired);
    }
    let new = NewGrant {
        client_id: &client.id,
        session_id: member.session.id,
        scope: &request.scope,
        redirect_uri: &request.redirect_uri,
        nonce: request.nonce.clone(),
        code_challenge: request.code_challenge.clone(),
        acr_values: request.acr.values.clone(),
        code_expires_at: now.after(Duration::from_secs(tokens.code_seconds.into())),
        expires_at: now.after(Duration::from_secs(u64::from(tokens.refresh_token_days) * 86_400)),
    };
    let code = store::add_grant(&mut writer, clearance, new, (now, state.random.as_ref())).await?;
    let account = &member.standing.account;
    let event = Event::new(Chain::Organisation(account.home_organisation_id), "app.authorize", "done")
        .by(account.id)
        .through(&client.id)
        .referred_to(context.reference)
        .with("scope", request.scope.to_string());
    audit::record(&mut writer, Ink::of(state, now), event).await?;
    writer.commit().await?;
    let pairs = [("code", code.expose().as_str())];
    let issuer = state.config.server.issuer();
    Ok(Outcome::ToApp(answer(&request.redirect_uri, request.state.as_deref(), &issuer, &pairs)))
}

fn refuse(state: &AppState, request: &AuthorizationRequest, refusal: Refusal) -> Outcome {
    tracing::info!(refusal = refusal.as_str(), "authorization refused");
    let error = match refusal {
        Refusal::AcrUnreachable => OAuthError::new(
            ErrorCode::UnmetAuthenticationRequirements,
            "nothing is set up that reaches the essential acr value",
        ),
        _ => OAuthError::new(ErrorCode::AccessDenied, "the account may not be used"),
    };
    Outcome::ToApp(error_to_app(state, request, &error))
}

fn error_to_app(state: &AppState, request: &AuthorizationRequest, error: &OAuthError) -> String {
    let issuer = state.config.server.issuer();
    answer(&request.redirect_uri, request.state.as_deref(), &issuer, &error_pairs(error))
}

fn error_pairs(error: &OAuthError) -> Vec<(&'static str, String)> {
    vec![("error", error.code.to_string()), ("error_description", error.description.to_owned())]
}

/// The address with the answer in its query; `iss` in every one (RFC 9207).
fn answer(redirect_uri: &str, state: Option<&str>, issuer: &str, pairs: &[(&'static str, impl AsRef<str>)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(pairs.iter().map(|(name, value)| (*name, value.as_ref())));
    if let Some(state) = state {
        query.append_pair("state", state);
    }
    query.append_pair("iss", issuer);
    // Put behind by hand, so that what is registered stays as it is to the letter.
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{separator}{}", query.finish())
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
    let given = store::find_consent(state.db.reading(), member.session.account_id, &request.client_id).await?;
    Ok(request.scope.without(&given.map(|(scope, _)| scope).unwrap_or_default()))
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
        };
        assert!(questions.iter().map(|(question, _)| number(question)).eq(0..questions.len()));
    }

    #[test]
    fn an_answer_keeps_the_registered_query() {
        let pairs = [("code", "a b")];
        let issuer = "https://id.example";
        assert_eq!(
            answer("https://a.example/cb?x=1", Some("s&t"), issuer, &pairs),
            "https://a.example/cb?x=1&code=a+b&state=s%26t&iss=https%3A%2F%2Fid.example"
        );
        assert_eq!(
            answer("https://a.example/cb", None, issuer, &pairs),
            "https://a.example/cb?code=a+b&iss=https%3A%2F%2Fid.example"
        );
    }
}
