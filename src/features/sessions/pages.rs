//! Who is asking: a guest or a member.

use axum::extract::FromRequestParts;
use axum::http::StatusCode;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use super::{Lifetime, Session, Standing, facts_later, find_live_session, find_standing, touch_session};
use crate::domain::ids::OrganisationId;
use crate::domain::sign_in::{Decision, Refusal, decide};
use crate::features::organisations::Role;
use crate::web::{AppState, Context, CookieKind, Error, PageProblem, SignedIn, see_other, urls};

/// Somebody whose session is open, whatever the rules of now say about it. It permits nothing; it may be asked more.
#[derive(Debug)]
pub struct Holder {
    /// The session of this browser.
    pub session: Session,
    /// The account behind it.
    pub standing: Standing,
}

impl Holder {
    /// Whose session is open in this browser, if anybody's.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn find(state: &AppState, context: &Context) -> Result<Option<Self>, Error> {
        let Some(secret) = &context.session else { return Ok(None) };
        let lifetime = Lifetime::of(&state.config.sign_in);
        let db = state.db.reading();
        let Some(session) = find_live_session(db, secret.expose(), context.now, lifetime).await? else {
            return Ok(None);
        };
        let networks = [session.evidence.network, context.client_ip.network()];
        let standing = find_standing(db, session.account_id, networks).await?;
        let found = standing.map(|standing| Self { session, standing });
        // Whose rules are shorter than the installation's shows only once the account is known.
        Ok(found.filter(|found| found.session.is_live(context.now, lifetime.within(&found.standing.policy()))))
    }

    /// The same person as a member, if the rules of now let what they proved count; why not, otherwise.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn judge(self, state: &AppState, context: &Context) -> Result<Result<Member, Refusal>, Error> {
        let place = (context.client_ip.network(), context.now);
        let facts = facts_later(&self.session.evidence, Some(&self.standing), None, place);
        match decide(&facts) {
            Decision::Issue(_) => {}
            Decision::Refuse(refusal) => return Ok(Err(refusal)),
            // Nobody is asked anything about what was issued before.
            Decision::Ask(_) => return Ok(Err(Refusal::NoEvidence)),
        }
        if self.session.needs_touch(context.now) {
            let mut writer = state.db.writing().await?;
            touch_session(&mut writer, self.session.id, context.now).await?;
            writer.commit().await?;
        }
        Ok(Ok(Member { session: self.session, standing: self.standing }))
    }
}

/// Somebody who is signed in, judged at this moment. Having one is the permission to see the own account.
#[derive(Debug)]
pub struct Member {
    /// The session of this browser.
    pub session: Session,
    /// The account behind it.
    pub standing: Standing,
}

impl Member {
    /// Who is signed in in this browser, if anybody.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn find(state: &AppState, context: &Context) -> Result<Option<Self>, Error> {
        match Holder::find(state, context).await? {
            Some(holder) => Ok(holder.judge(state, context).await?.ok()),
            None => Ok(None),
        }
    }

    /// How the frame of a page shows them.
    #[must_use]
    pub fn shown(&self) -> SignedIn {
        let role = self.standing.account.instance_role;
        SignedIn {
            name: self.standing.account.name.clone(),
            email: self.standing.account.email.to_string(),
            administers: self.administers().is_some(),
            helps: self.administers().is_some() || role.helps(),
            console: role.looks(),
        }
    }

    /// The home organisation, if they look after its people.
    #[must_use]
    pub fn administers(&self) -> Option<OrganisationId> {
        let home = self.standing.home()?;
        (home.role == Role::Administrator && home.disabled_at.is_none() && !home.organisation_disabled)
            .then_some(home.organisation_id)
    }
}

impl FromRequestParts<AppState> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let context = Context::from_request_parts(parts, state).await?;
        let found = async {
            let Some(holder) = Holder::find(state, &context).await? else { return Ok(Err(urls::SIGN_IN.to_owned())) };
            Ok::<_, Error>(holder.judge(state, &context).await?.map_err(|refusal| match refusal {
                // Whoever does not satisfy the rules of now proves more, and comes back here.
                Refusal::SecondFactorMissing
                | Refusal::EnrolmentDue
                | Refusal::NewPasswordDue
                | Refusal::NetworkUnknown => urls::confirm(&context.path),
                _ => urls::SIGN_IN.to_owned(),
            }))
        };
        match found.await {
            Ok(Ok(member)) => Ok(member),
            Ok(Err(to)) => {
                let mut response = see_other(&to);
                // The session ended elsewhere: apps that watch it see that from now on.
                if to == urls::SIGN_IN && context.session.is_some() && context.login_state.is_some() {
                    state.cookies.clear(response.headers_mut(), CookieKind::LoginState);
                }
                Err(response)
            }
            Err(error) => Err(error.into_response()),
        }
    }
}

/// Somebody who looks after the people of an organisation, judged at this moment. Having one is the permission to see
/// them; for whom it is not, there is no such page.
#[derive(Debug)]
pub struct OrgAdmin {
    /// Who.
    pub member: Member,
    /// Whose people. It is never taken from the request.
    pub organisation: OrganisationId,
}

impl FromRequestParts<AppState> for OrgAdmin {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let member = Member::from_request_parts(parts, state).await?;
        match member.administers() {
            Some(organisation) => Ok(Self { member, organisation }),
            None => Err(PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND)),
        }
    }
}
