//! Who is asking: a guest or a member.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::{IntoResponse as _, Response};

use super::{Lifetime, Session, Standing, find_live_session, find_standing, touch_session};
use crate::domain::sign_in::{Decision, Facts, Use, Wish, decide};
use crate::web::{AppState, Context, Error, SignedIn, see_other, urls};

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
        let Some(secret) = &context.session else { return Ok(None) };
        let lifetime = Lifetime::of(&state.config.sign_in);
        let db = state.db.reading();
        let Some(session) = find_live_session(db, secret.expose(), context.now, lifetime).await? else {
            return Ok(None);
        };
        let Some(standing) = find_standing(db, session.account_id).await? else { return Ok(None) };
        let facts = Facts {
            now: context.now,
            occasion: Use::Later,
            wish: Wish::default(),
            evidence: Some(session.evidence.clone()),
            account: Some(standing.facts()),
            app: None,
        };
        if !matches!(decide(&facts), Decision::Issue(_)) {
            return Ok(None);
        }
        if session.needs_touch(context.now) {
            let mut writer = state.db.writing().await?;
            touch_session(&mut writer, session.id, context.now).await?;
            writer.commit().await?;
        }
        Ok(Some(Self { session, standing }))
    }

    /// How the frame of a page shows them.
    #[must_use]
    pub fn shown(&self) -> SignedIn {
        SignedIn { name: self.standing.account.name.clone(), email: self.standing.account.email.to_string() }
    }
}

impl FromRequestParts<AppState> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let context = Context::from_request_parts(parts, state).await?;
        match Self::find(state, &context).await {
            Ok(Some(member)) => Ok(member),
            Ok(None) => Err(see_other(urls::SIGN_IN)),
            Err(error) => Err(error.into_response()),
        }
    }
}
