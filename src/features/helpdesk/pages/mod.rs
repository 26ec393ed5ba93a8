//! The pages of recoveries.

mod case;
mod link;
mod list;
mod new;
mod person;
mod stop;

use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use serde::Deserialize;

use super::cases::{signer, who};
use super::rules::{
    CHECKS, Case, Check, LEAST_REASON, MOST_TYPED, Removes, STRONG_TO_ACT, STRONG_TO_LOOK, Who, may_see,
};
use super::views::{CaseForm, StrongPage};
use crate::domain::Timestamp;
use crate::domain::sign_in::Proof;
use crate::features::factors::find_factor;
use crate::features::organisations::helpdesk_access;
use crate::features::passkeys;
use crate::features::sessions::Member;
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, PageProblem, Routes, urls};

/// The routes of recoveries.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::RECOVERY_REQUESTS, get(list::show))
        .route(urls::RECOVERY_REQUESTS_NEW, get(new::show).post(new::open))
        .route("/recovery-requests/{case}", get(case::show))
        .route("/recovery-requests/{case}/ask", post(case::ask))
        .route("/recovery-requests/{case}/approve", post(case::approve))
        .route("/recovery-requests/{case}/reject", post(case::reject))
        .route("/recovery-requests/{case}/stop", post(case::stop))
        .route("/recovery/stop/{case}/{tag}", get(stop::show).post(stop::stop))
        .route("/recovery/link/{secret}", get(link::show).post(link::press))
        .route("/recover/{place}/helpdesk", get(person::show).post(person::ask))
}

/// Somebody who may help others back in, and used a passkey a moment ago. Having one is the permission to have a hand in
/// a case, if the case lets them.
pub(super) struct Helper {
    pub(super) member: Member,
    pub(super) who: Who,
    /// When the passkey was made that they used.
    pub(super) passkey_since: Timestamp,
}

impl Helper {
    /// Whether they may see this case.
    async fn sees(&self, db: &Reader, case: &Case, context: &Context) -> Result<bool, Error> {
        let access = helpdesk_access(db, case.organisation).await?;
        Ok(may_see(self.who, case.organisation, access, context.now))
    }
}

impl FromRequestParts<AppState> for Helper {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let mut context = Context::from_request_parts(parts, state).await?;
        let member = Member::from_request_parts(parts, state).await?;
        let who = who(&member.standing);
        if !who.administers && !who.helps_everybody {
            return Err(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND));
        }
        let looks = parts.method == Method::GET || parts.method == Method::HEAD;
        // A form that takes a while to fill in is not lost for that.
        let limit = if looks { STRONG_TO_LOOK } else { STRONG_TO_ACT };
        let used = member.session.evidence.proofs.iter().rev().find_map(|proof| match proof {
            Proof::Passkey { at, factor, .. } if context.now.since(*at) <= limit => Some(*factor),
            _ => None,
        });
        let used = match used {
            // One that was removed since opened this session, and no case.
            Some(used) => find_factor(state.db.reading(), who.account, used)
                .await
                .map_err(|fault| Error::from(fault).into_response())?,
            None => None,
        };
        if let Some(used) = used {
            let who = signer(state.db.reading(), &member.standing).await.map_err(Error::into_response)?;
            return Ok(Self { member, who, passkey_since: used.created_at });
        }
        let next = if looks { context.path.clone() } else { urls::RECOVERY_REQUESTS.to_owned() };
        let page = StrongPage { passkey: passkeys::way_in(state, passkeys::CONFIRM, Some(&next), true), app: None };
        context.signed_in = Some(member.shown());
        Err(context
            .page(state, StatusCode::FORBIDDEN, &page)
            .unwrap_or_else(axum::response::IntoResponse::into_response))
    }
}

/// What a helper typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
struct Filled {
    username: String,
    reason: String,
    second_factor: Option<String>,
    passkeys: Option<String>,
    called: Option<String>,
    called_evidence: String,
    document: Option<String>,
    document_evidence: String,
    colleague: Option<String>,
    colleague_evidence: String,
}

fn cut(text: &str) -> String {
    text.trim().chars().take(MOST_TYPED).collect()
}

impl Filled {
    fn checks(&self) -> [(&'static str, bool, String); 3] {
        let made = [&self.called, &self.document, &self.colleague].map(Option::is_some);
        let evidence = [&self.called_evidence, &self.document_evidence, &self.colleague_evidence];
        [0, 1, 2].map(|place| (CHECKS[place], made[place], cut(evidence[place])))
    }

    fn removes(&self) -> Removes {
        Removes { second_factor: self.second_factor.is_some(), passkeys: self.passkeys.is_some() }
    }

    /// The checks that were made. Why the form is not complete, otherwise.
    fn complete(&self) -> Result<Vec<Check>, &'static str> {
        if self.removes().is_nothing() {
            return Err("removes");
        }
        if cut(&self.reason).chars().count() < LEAST_REASON {
            return Err("reason");
        }
        let made: Vec<_> = self.checks().into_iter().filter(|(_, made, _)| *made).collect();
        if made.is_empty() || made.iter().any(|(_, _, evidence)| evidence.is_empty()) {
            return Err("checks");
        }
        Ok(made.into_iter().map(|(kind, _, evidence)| Check { kind: kind.to_owned(), evidence }).collect())
    }

    fn form(&self, problem: Option<&'static str>) -> CaseForm {
        let Removes { second_factor, passkeys } = self.removes();
        CaseForm { reason: cut(&self.reason), second_factor, passkeys, checks: self.checks().to_vec(), problem }
    }
}

fn not_found() -> Response {
    PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND).into_response()
}
