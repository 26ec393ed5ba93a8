//! Signing in: the person in front of the browser proves who they are.
//!
//! An [`Interaction`] is a sign-in that an app asked for, in one browser. It stores what was asked and which session
//! came of it, never which page is next: every request decides anew.

mod pages;
mod store;
mod views;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::ids::{InteractionId, SessionId};
use crate::domain::secret::Fingerprint;
use crate::domain::sign_in::Wish;

pub use pages::{expired_page, no_access_page, routes};
pub use store::{
    add_interaction, complete_interaction, deny_interaction, find_interaction, remove_old_interactions,
    set_interaction_session,
};
pub use views::{ExpiredPage, NoAccessPage, SignInPage};

/// A sign-in that an app asked for.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// Its identifier.
    pub id: InteractionId,
    /// The browser that began it: nobody else goes on with it.
    pub browser: Fingerprint,
    /// What for.
    pub purpose: Purpose,
    /// The session that its sign-in opened, or that it began with.
    pub session_id: Option<SessionId>,
    /// When it began.
    pub created_at: Timestamp,
    /// Until when it may be finished.
    pub expires_at: Timestamp,
    /// When the app got its answer.
    pub completed_at: Option<Timestamp>,
}

/// What a sign-in is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Purpose {
    /// The app, by identifier.
    pub client_id: String,
    /// The app, by name.
    pub app: String,
    /// Where the app's own front page is.
    pub app_home: Option<String>,
    /// The name to fill in.
    pub login_hint: Option<String>,
    /// `prompt=login`: even somebody who is signed in must prove it anew.
    pub again: bool,
    /// `max_age`, in seconds.
    pub max_age: Option<u64>,
    /// The whole request, for the protocol to go on with.
    pub request: serde_json::Value,
    /// The person said no.
    pub denied: bool,
}

impl Purpose {
    /// `ui_locales`: the languages that the app wishes for.
    #[must_use]
    pub fn languages(&self) -> Option<&str> {
        self.request.get("ui_locales")?.as_str()
    }
}

impl Interaction {
    /// Whether `browser` may go on with it at `now`.
    #[must_use]
    pub fn is_open_for(&self, browser: &str, now: Timestamp) -> bool {
        self.browser.matches(browser) && now < self.expires_at
    }

    /// What the request wishes about the sign-in.
    #[must_use]
    pub fn wish(&self) -> Wish {
        Wish {
            proven_since: self.purpose.again.then_some(self.created_at),
            max_age: self.purpose.max_age.map(Duration::from_secs),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Random;

    struct Zeros;
    impl Random for Zeros {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(0);
        }
    }

    #[test]
    fn only_the_browser_that_began_it_goes_on_and_only_in_time() {
        let start = Timestamp::from_seconds(0);
        let interaction = Interaction {
            id: InteractionId::new(start, &Zeros),
            browser: Fingerprint::of("mine"),
            purpose: Purpose {
                client_id: "portal".to_owned(),
                app: "Portal".to_owned(),
                app_home: None,
                login_hint: None,
                again: true,
                max_age: Some(60),
                request: serde_json::Value::Null,
                denied: false,
            },
            session_id: None,
            created_at: start,
            expires_at: Timestamp::from_seconds(3600),
            completed_at: None,
        };
        assert!(interaction.is_open_for("mine", Timestamp::from_seconds(3599)));
        assert!(!interaction.is_open_for("yours", Timestamp::from_seconds(1)));
        assert!(!interaction.is_open_for("mine", Timestamp::from_seconds(3600)));
        assert_eq!(interaction.wish().proven_since, Some(start));
    }
}
