//! Response modes: how an answer of the authorization endpoint travels to the app (OAuth 2.0 Multiple Response Types,
//! section 2.1; OAuth 2.0 Form Post Response Mode; JWT Secured Authorization Response Mode, section 2.3).

mod form_post;
mod fragment;
mod jwt;
mod query;

use serde::{Deserialize, Serialize};

use super::response_types::ResponseType;
use super::views::FormPostPage;
use crate::domain::Timestamp;
use crate::features::clients::Client;
use crate::keys::Ring;
use crate::web::Error;

/// What carries the parameters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Carrier {
    Query,
    Fragment,
    FormPost,
}

/// How an answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ResponseMode {
    carrier: Carrier,
    /// Whether the parameters are in one signed token.
    signed: bool,
}

/// The modes by name. One without a carrier takes that of the response type.
const MODES: [(&str, Option<Carrier>, bool); 7] = [
    ("query", Some(Carrier::Query), false),
    ("fragment", Some(Carrier::Fragment), false),
    ("form_post", Some(Carrier::FormPost), false),
    ("query.jwt", Some(Carrier::Query), true),
    ("fragment.jwt", Some(Carrier::Fragment), true),
    ("form_post.jwt", Some(Carrier::FormPost), true),
    ("jwt", None, true),
];

/// The names, as discovery lists them.
pub(super) fn names() -> impl Iterator<Item = &'static str> {
    MODES.into_iter().map(|(name, ..)| name)
}

impl ResponseMode {
    /// The mode of a response type that comes without one.
    pub(super) const fn default_for(response_type: ResponseType) -> Self {
        let carrier = if response_type.brings_tokens() { Carrier::Fragment } else { Carrier::Query };
        Self { carrier, signed: false }
    }

    /// The mode of this name; none when it does not exist, or would put tokens into a query, where logs keep them.
    pub(super) fn named(name: &str, response_type: ResponseType) -> Option<Self> {
        let (_, carrier, signed) = MODES.into_iter().find(|(known, ..)| *known == name)?;
        let carrier = carrier.unwrap_or(Self::default_for(response_type).carrier);
        let leaks = carrier == Carrier::Query && !signed && response_type.brings_tokens();
        (!leaks).then_some(Self { carrier, signed })
    }
}

/// An answer on its way to the app.
pub(super) struct Answer<'a> {
    /// Where it goes: one of the app's registered addresses.
    pub(super) redirect_uri: &'a str,
    /// How.
    pub(super) mode: ResponseMode,
    /// `state`, as it was sent.
    pub(super) state: Option<&'a str>,
    /// What it says.
    pub(super) pairs: Vec<(&'static str, String)>,
}

/// What the browser gets.
#[derive(Clone, Debug)]
pub(super) enum Sent {
    /// It goes to this address.
    Redirect(String),
    /// It posts this form.
    Form(Box<FormPostPage>),
}

/// Who answers whom.
pub(super) struct Correspondence<'a> {
    pub(super) issuer: &'a str,
    pub(super) client: &'a Client,
    pub(super) ring: &'a Ring,
    pub(super) now: Timestamp,
}

impl Correspondence<'_> {
    /// Puts an answer into its form.
    ///
    /// # Errors
    ///
    /// When it should be signed and there is no key for it.
    pub(super) fn send(&self, answer: Answer<'_>) -> Result<Sent, Error> {
        let Answer { redirect_uri, mode, state, mut pairs } = answer;
        if let Some(state) = state {
            pairs.push(("state", state.to_owned()));
        }
        if mode.signed {
            pairs = vec![("response", jwt::response(self, &pairs)?)];
        } else {
            // In every answer (RFC 9207, section 2); a signed one has it inside.
            pairs.push(("iss", self.issuer.to_owned()));
        }
        Ok(match mode.carrier {
            Carrier::Query => Sent::Redirect(query::address(redirect_uri, &pairs)),
            Carrier::Fragment => Sent::Redirect(fragment::address(redirect_uri, &pairs)),
            Carrier::FormPost => Sent::Form(Box::new(form_post::page(&self.client.name, redirect_uri, pairs))),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_never_travel_in_a_query() {
        for response_type in super::super::response_types::RESPONSE_TYPES {
            let mode = ResponseMode::named("query", response_type);
            assert_eq!(mode.is_none(), response_type.brings_tokens(), "{response_type}");
            assert!(ResponseMode::named("fragment", response_type).is_some());
        }
    }

    #[test]
    fn jwt_takes_the_carrier_of_the_response_type() {
        let hybrid = ResponseType::parse("code id_token").unwrap();
        assert_eq!(
            ResponseMode::named("jwt", ResponseType::CODE),
            ResponseMode::named("query.jwt", ResponseType::CODE)
        );
        assert_eq!(ResponseMode::named("jwt", hybrid), ResponseMode::named("fragment.jwt", hybrid));
        assert_eq!(ResponseMode::named("telepathy", hybrid), None);
    }
}
