//! What somebody typed into a form of the console, kept in the address of its page while they prove anew who they are.
//!
//! It carries a tag of this installation, for this page and this person: nobody can lead an administrator to a form that
//! is filled in already.

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;

use crate::domain::ids::AccountId;
use crate::features::sessions::Member;
use crate::web::urls::LONGEST_QUERY;
use crate::web::{AppState, Context};

const PURPOSE: &str = "console form";
const TAG: &str = "kept";

/// What was typed, once the person is back; empty where nothing was.
#[derive(Debug, Default)]
pub struct Kept(pub Vec<(String, String)>);

impl Kept {
    /// The address of the form at `path` with what was typed; without it where that is too much.
    pub(super) fn keep(state: &AppState, person: AccountId, path: &str, typed: &[(String, String)]) -> String {
        let typed = typed.iter().filter(|(name, _)| name != "csrf");
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(typed).finish();
        let tag = state.mac.tag(PURPOSE, &[&person.to_string(), path, &query]);
        let kept = format!("{query}&{TAG}={tag}");
        if query.is_empty() || kept.len() > LONGEST_QUERY { path.to_owned() } else { format!("{path}?{kept}") }
    }

    fn read(state: &AppState, person: AccountId, path: &str, query: &str) -> Option<Self> {
        let (query, tag) = query.rsplit_once(&format!("&{TAG}="))?;
        state
            .mac
            .verify(PURPOSE, &[&person.to_string(), path, query], tag)
            .then(|| Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect()))
    }

    /// Whether nothing was kept.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What was typed into a field; empty where nothing was.
    #[must_use]
    pub fn field(&self, name: &str) -> String {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).unwrap_or_default()
    }
}

impl FromRequestParts<AppState> for Kept {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let context = Context::from_request_parts(parts, state).await?;
        let member = Member::from_request_parts(parts, state).await?;
        let query = parts.uri.query().unwrap_or_default();
        Ok(Self::read(state, member.session.account_id, &context.path, query).unwrap_or_default())
    }
}
