//! Who may use an app, how strongly they sign in to it, and how long what it gets is good.

use std::collections::BTreeSet;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::config::Tokens;
use crate::domain::ids::OrganisationId;
use crate::domain::sign_in::{Acr, AcrWish};

/// Who may use an app, how strongly they sign in to it, and how long what it gets is good. It is judged as of now at every
/// use of what the app was given before.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, utoipa::ToSchema)]
#[serde(default, deny_unknown_fields)]
pub struct Access {
    /// The organisations whose people may use it; none means all.
    #[schema(value_type = Option<Vec<String>>)]
    pub organisations: Option<BTreeSet<OrganisationId>>,
    /// How strong every sign-in to it is, whatever its requests ask for.
    #[schema(value_type = Option<String>)]
    pub acr: Option<Acr>,
    /// How many seconds its access tokens are good, where that is less than the configuration says.
    pub access_token_seconds: Option<u32>,
    /// After how many days people sign in to it again, where that is sooner than the configuration says.
    pub refresh_token_days: Option<u16>,
}

impl Access {
    /// Whether it is for the people of this organisation.
    #[must_use]
    pub fn admits(&self, organisation: OrganisationId) -> bool {
        self.organisations.as_ref().is_none_or(|chosen| chosen.contains(&organisation))
    }

    /// What a sign-in is asked for, where its request wishes this.
    #[must_use]
    pub fn wish(&self, asked: Option<AcrWish>) -> Option<AcrWish> {
        let Some(required) = self.acr else { return asked };
        let more = asked.filter(|asked| asked.at_least > required);
        Some(more.unwrap_or(AcrWish { at_least: required, essential: true }))
    }

    /// How many seconds its access tokens are good.
    #[must_use]
    pub fn access_token_seconds(&self, tokens: &Tokens) -> u32 {
        let own = self.access_token_seconds.unwrap_or(tokens.access_token_seconds);
        own.min(tokens.access_token_seconds)
    }

    /// How long after signing in the person signs in to it again.
    #[must_use]
    pub fn grant_lifetime(&self, tokens: &Tokens) -> Duration {
        let own = self.refresh_token_days.unwrap_or(tokens.refresh_token_days);
        Duration::from_hours(24 * u64::from(own.min(tokens.refresh_token_days)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_may_ask_for_more_than_the_registration_and_never_for_less() {
        let access = Access { acr: Some(Acr::PhishingResistant), ..Access::default() };
        let wish = |at_least, essential| Some(AcrWish { at_least, essential });
        let own = wish(Acr::PhishingResistant, true);
        assert_eq!(access.wish(None), own);
        assert_eq!(access.wish(wish(Acr::MultiFactor, false)), own);
        assert_eq!(access.wish(wish(Acr::PhishingResistant, false)), own);
        assert_eq!(access.wish(wish(Acr::DeviceBound, false)), wish(Acr::DeviceBound, false));
        assert_eq!(Access::default().wish(wish(Acr::MultiFactor, false)), wish(Acr::MultiFactor, false));
    }

    #[test]
    fn lifetimes_are_shortened_and_never_prolonged() {
        let tokens = Tokens { access_token_seconds: 600, refresh_token_days: 30, ..Tokens::default() };
        let access = |seconds, days| Access {
            access_token_seconds: Some(seconds),
            refresh_token_days: Some(days),
            ..Access::default()
        };
        assert_eq!(access(60, 1).access_token_seconds(&tokens), 60);
        assert_eq!(access(6000, 1).access_token_seconds(&tokens), 600);
        assert_eq!(access(60, 1).grant_lifetime(&tokens), Duration::from_hours(24));
        assert_eq!(access(60, 300).grant_lifetime(&tokens), Duration::from_hours(24 * 30));
        assert_eq!(Access::default().access_token_seconds(&tokens), 600);
    }
}
