//! From parameters to a request that passed every check.

use std::sync::Arc;

use super::checks::{self, Asked, PageOnly};
use super::issue::error_pairs;
use super::request::{AuthorizationRequest, Origin};
use super::{Outcome, page_only, request_object};
use crate::features::clients::{Client, Clients, LastUses, allowed_redirect};
use crate::features::failed_requests::{Endpoint, Failure, note_failure};
use crate::features::oidc::dpop::ProvenKey;
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::parameters::Parameters;
use crate::features::oidc::response_modes::{Answer, Correspondence, ResponseMode};
use crate::features::oidc::session_state::Shown;
use crate::features::oidc::{store, trials};
use crate::features::signing::Signing;
use crate::web::{AppState, Context, Error, PageProblem};

/// A request that passed every check.
pub(super) struct Understood {
    pub(super) client: Arc<Client>,
    pub(super) request: AuthorizationRequest,
}

/// Why a request is refused before anything is decided about it.
pub(in crate::features::oidc) enum Fault {
    /// Nothing may redirect; and the address that was asked for, where that is what is wrong.
    Page(PageOnly, Option<String>),
    /// The app is told, at an address that is registered.
    ToApp { redirect_uri: String, mode: ResponseMode, state: Option<String>, error: OAuthError },
}

impl Fault {
    /// What is wrong.
    pub(in crate::features::oidc) const fn error(&self) -> OAuthError {
        match self {
            Self::Page(page, _) => OAuthError::new(page.code, page.description),
            Self::ToApp { error, .. } => OAuthError::new(error.code, error.description),
        }
    }

    /// Keeps it for whoever looks after the app.
    pub(in crate::features::oidc) async fn note(
        &self,
        state: &AppState,
        context: &Context,
        client: &Client,
        endpoint: Endpoint,
    ) {
        let OAuthError { code, description } = self.error();
        let address = match self {
            Self::Page(_, address) => address.as_deref(),
            Self::ToApp { .. } => None,
        };
        let failure = Failure { endpoint, code: &code.to_string(), description, address };
        note_failure(state, context, &client.id, failure).await;
    }
}

/// Runs the checks on a new request, or finds the one that was kept.
pub(super) async fn understand(
    state: &AppState,
    context: &Context,
    parameters: &Parameters,
) -> Result<Result<Understood, Box<Outcome>>, Error> {
    let refused = |problem, client, page| Ok(Err(Box::new(page_only(problem, client, page))));
    let client_id = match checks::client_id(parameters) {
        Ok(client_id) => client_id,
        Err(page) => return refused(PageProblem::UnknownApp, None, page),
    };
    let known = Clients::find(state, client_id).await?.filter(|client| client.disabled_at.is_none());
    let Some(client) = known else {
        let page = PageOnly { code: ErrorCode::InvalidClient, description: "client_id is not registered" };
        return refused(PageProblem::UnknownApp, None, page);
    };
    if let Some((origin, secret)) = parameters.get("request_uri").and_then(Origin::of) {
        let found = store::find_kept_request(state.db.reading(), secret, context.now).await?;
        let found = found.filter(|(kept, request)| *kept == origin && request.client_id == client.id);
        let found = match found {
            // Whoever has the link of a trial has nothing: it opens where it was begun.
            Some((_, AuthorizationRequest { trial: Some(trying), .. }))
                if !trials::is_open(state, context, trying.id).await? =>
            {
                None
            }
            found => found,
        };
        let Some((_, request)) = found else {
            let description = "this request ran out, was answered before, or belongs to another app";
            let page = PageOnly { code: ErrorCode::InvalidRequestUri, description };
            Fault::Page(page, None).note(state, context, &client, Endpoint::Authorize).await;
            return refused(PageProblem::BadAppRequest, Some(client.as_ref()), page);
        };
        note_use(state, context, &client, &request).await;
        return Ok(Ok(Understood { client, request }));
    }
    let checked = check(state, context, &client, parameters, Way::Browser).await?;
    if let Err(fault) = &checked {
        fault.note(state, context, &client, Endpoint::Authorize).await;
    }
    match checked {
        Ok(request) => {
            note_use(state, context, &client, &request).await;
            Ok(Ok(Understood { client, request }))
        }
        Err(Fault::Page(page, _)) => refused(PageProblem::BadAppRequest, Some(client.as_ref()), page),
        Err(Fault::ToApp { redirect_uri, mode, state: given, error }) => {
            let ring = Signing::ring(state).await?;
            let issuer = state.config.server.issuer();
            let between = Correspondence { issuer: &issuer, client: &client, ring: &ring, now: context.now };
            let pairs = error_pairs(&error);
            let answer = Answer { redirect_uri: &redirect_uri, mode, state: given.as_deref(), pairs };
            Ok(Err(Box::new(Outcome::ToApp(between.send(answer)?, Shown::AsBefore))))
        }
    }
}

/// What we send ourselves is no use of the app.
async fn note_use(state: &AppState, context: &Context, client: &Client, request: &AuthorizationRequest) {
    if request.trial.is_none() {
        LastUses::note(state, client, None, context.now).await;
    }
}

/// How parameters come.
#[derive(Clone, Copy)]
pub(in crate::features::oidc) enum Way<'a> {
    /// In the address or the form of a browser.
    Browser,
    /// From the app itself, which may have proven to hold a key.
    Pushed(Option<&'a ProvenKey>),
    /// From ourselves, in the name of the app: it need neither push nor sign them.
    Trial,
}

/// Runs every check on the parameters of a known app.
pub(in crate::features::oidc) async fn check(
    state: &AppState,
    context: &Context,
    client: &Client,
    sent: &Parameters,
    way: Way<'_>,
) -> Result<Result<AuthorizationRequest, Fault>, Error> {
    let ring = Signing::ring(state).await?;
    let issuer = state.config.server.issuer();
    let to_app = |redirect_uri: &str, parameters: &Parameters, error| {
        Ok(Err(Fault::ToApp {
            redirect_uri: redirect_uri.to_owned(),
            mode: checks::mode_of_refusal(parameters),
            state: parameters.get("state").map(str::to_owned),
            error,
        }))
    };
    let inside;
    let parameters = match request_object::read(state, context, sent, client).await {
        Ok(None) => sent,
        Ok(Some(read)) => {
            inside = read;
            &inside
        }
        Err(error) => {
            // What stands outside may only say where the error goes, and only if that is registered.
            let outside = sent
                .get("redirect_uri")
                .filter(|address| allowed_redirect(&client.metadata.redirect_uris, address, !client.is_confidential()));
            if let Some(redirect_uri) = outside {
                return to_app(redirect_uri, sent, error);
            }
            let page = PageOnly { code: error.code, description: error.description };
            return Ok(Err(Fault::Page(page, None)));
        }
    };
    let redirect_uri = match checks::redirect_uri(parameters, client) {
        Ok(redirect_uri) => redirect_uri,
        Err(page) => {
            let address = parameters.get("redirect_uri").filter(|_| page == PageOnly::FOREIGN_ADDRESS);
            return Ok(Err(Fault::Page(page, address.map(str::to_owned))));
        }
    };
    let asked = Asked {
        sent,
        parameters,
        client,
        redirect_uri,
        ring: &ring,
        issuer: &issuer,
        details: &state.config.oidc.authorization_details,
        way,
        now: context.now,
    };
    match checks::run(&asked) {
        Ok(request) => Ok(Ok(request)),
        Err(error) => to_app(redirect_uri, parameters, error),
    }
}
