//! Where a factor is set up: in the account area, or in a sign-in that demands one.

use axum::extract::{FromRef, FromRequestParts};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use crate::domain::sign_in::{Decision, Proof, Question};
use crate::domain::{FactorKind, FactorKinds};
use crate::features::accounts::{Account, hold_unchanged, tell_owner};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::interactions::{Fresh, Onward, Passage, add_to_session, expired_page, respond};
use crate::features::outbox::Particulars;
use crate::features::sessions::{Member, Standing, end_everything_else};
use crate::features::two_factor::views::FactorAdded;
use crate::storage::Writer;
use crate::web::{AppState, Context, CookieKind, Error, see_other, urls};

/// Where a factor is set up. Having one is the permission to set one of these kinds up for that account.
#[derive(Debug)]
pub enum Place {
    /// The account area, for somebody who proved a moment ago who they are.
    Account(Box<Member>),
    /// A sign-in in which that is the question.
    SignIn(Box<Passage>),
}

impl Place {
    /// Whose factor it will be.
    #[must_use]
    pub fn account(&self) -> Option<&Account> {
        self.standing().map(|standing| &standing.account)
    }

    /// How that account stands.
    #[must_use]
    pub fn standing(&self) -> Option<&Standing> {
        match self {
            Self::Account(member) => Some(&member.standing),
            Self::SignIn(passage) => passage.standing.as_ref(),
        }
    }

    /// What the path calls it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Account(_) => urls::PLACE_ACCOUNT.to_owned(),
            Self::SignIn(passage) => passage.interaction.id.to_string(),
        }
    }

    /// The question that a sign-in asks; none in the account area.
    #[must_use]
    pub fn question(&self, context: &Context) -> Option<Question> {
        let Self::SignIn(passage) = self else { return None };
        match passage.decision(context.now) {
            Decision::Ask(question) => Some(question),
            _ => None,
        }
    }

    /// The kinds that may be set up here.
    #[must_use]
    pub fn kinds(&self, context: &Context) -> FactorKinds {
        match self {
            Self::Account(member) => member.standing.policy().kinds.rule.kinds().without(FactorKind::RecoveryCode),
            Self::SignIn(_) => match self.question(context) {
                Some(Question::Enrol { kinds, .. }) => kinds,
                _ => FactorKinds::NONE,
            },
        }
    }

    /// Goes on after a factor of `kind` was enrolled in `writer`: tells its owner, ends everything else, lets the proof
    /// count, and commits.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn enrolled(
        self,
        state: &AppState,
        context: &mut Context,
        mut writer: Writer,
        (kind, device_bound): (FactorKind, bool),
        proof: Proof,
    ) -> Result<Response, Error> {
        let Some(account) = self.account().cloned() else { return expired_page(state, context, None) };
        let first_codes = self.standing().is_some_and(|s| !s.enrolled.kinds.contains(FactorKind::RecoveryCode));
        let keep = match &self {
            Self::Account(member) => Some(member.session.id),
            Self::SignIn(_) => None,
        };
        if !hold_unchanged(&mut writer, account.id, account.credentials_changed_at).await? {
            // Another tab was faster, or somebody else: the writer is dropped, and this page says what is due now.
            return Ok(see_other(&urls::enrol(self.name())));
        }
        end_everything_else(&mut writer, account.id, keep, context.now).await?;
        let message = FactorAdded {
            name: account.name.clone(),
            kind,
            particulars: Particulars::of(context, account.email.as_str(), None),
        };
        tell_owner(&mut writer, state, &account, &message, context.now).await?;
        let event = Event::new(Chain::Organisation(account.home_organisation_id), "factor.add", "done")
            .by(account.id)
            .referred_to(context.reference)
            .with("kind", kind.to_string())
            .with_personal("ip", context.client_ip.to_string());
        audit::record(&mut writer, Ink::of(state, context.now), event).await?;
        match self {
            Self::Account(member) => {
                let mut standing = member.standing.clone();
                standing.enrolled = standing.enrolled.with(kind, device_bound);
                let secret = add_to_session(state, context, &mut writer, (&member, &standing), proof).await?;
                writer.commit().await?;
                let mut headers = HeaderMap::new();
                if let Some(secret) = secret {
                    state.cookies.set(&mut headers, CookieKind::Session, secret.expose());
                }
                let to = if first_codes { codes_page(None) } else { urls::ACCOUNT_SECURITY.to_owned() };
                Ok((headers, see_other(&to)).into_response())
            }
            Self::SignIn(mut passage) => {
                passage.enrolled((kind, device_bound), proof, context);
                let id = passage.interaction.id.to_string();
                let app = passage.interaction.purpose.app.is_some();
                let onward = passage.finish(state, context, writer, "sign_in.enrol").await?;
                let onward = match onward {
                    Onward::SignedIn { session, remembered, to: _ } if first_codes => {
                        Onward::SignedIn { session, remembered, to: codes_page(app.then_some(&id)) }
                    }
                    other => other,
                };
                respond(state, context, onward)
            }
        }
    }
}

/// The page that makes recovery codes; afterwards the browser goes on with the sign-in `then`.
fn codes_page(then: Option<&String>) -> String {
    let page = urls::enrol_kind(urls::PLACE_ACCOUNT, FactorKind::RecoveryCode);
    then.map_or_else(|| page.clone(), |then| format!("{page}?then={then}"))
}

impl FromRequestParts<AppState> for Place {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let state = AppState::from_ref(state);
        let mut context = Context::from_request_parts(parts, &state).await?;
        let name = context.path.split('/').nth(2).unwrap_or_default().to_owned();
        if name == urls::PLACE_ACCOUNT {
            let Fresh(member) = Fresh::from_request_parts(parts, &state).await?;
            return Ok(Self::Account(Box::new(member)));
        }
        let found = match Passage::find(&state, &context, &name).await {
            Ok(found) => found,
            Err(error) => return Err(error.into_response()),
        };
        let Some(passage) = found else {
            return Err(
                expired_page(&state, &mut context, None).unwrap_or_else(axum::response::IntoResponse::into_response)
            );
        };
        match passage.decision(context.now) {
            Decision::Ask(Question::Enrol { .. }) => Ok(Self::SignIn(Box::new(passage))),
            _ => Err(see_other(&passage.next_page(context.now))),
        }
    }
}
