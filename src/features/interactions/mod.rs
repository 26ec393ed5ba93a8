//! Sign-ins in progress, each in one browser.
//!
//! An [`Interaction`] stores what it is for and what was proven so far, never which page is next: every request decides
//! anew. The features that verify something add their proof through a [`Passage`]; only that opens sessions.

mod messages;
mod pages;
mod passage;
mod place;
mod session;
mod store;
mod views;

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, InteractionId, InvitationId, PasswordResetId, SessionId};
use crate::domain::network::Network;
use crate::domain::secret::Fingerprint;
use crate::domain::sign_in::{AcrWish, Answers, Evidence, Facts, NetworkStanding, Proof, Use, Wish};
use crate::features::accounts::Account;
use crate::features::sessions::Standing;
use crate::web::urls;

pub use messages::{NetworkAdded, NetworkCode, NetworkWaits};
pub use pages::{Fresh, FreshAdmin, expired_page, respond};
pub use passage::{Onward, Passage, new_interaction, offer_is_due, page_of};
pub use session::add_to_session;
pub use store::{
    add_interaction, change_purpose, complete_interaction, deny_interaction, find_interaction, remove_old_interactions,
    stop_interaction, update_interaction,
};
pub use views::{ExpiredPage, NoAccessPage};

/// How long a second step is remembered in a browser, in days.
pub const REMEMBERED_DAYS: u16 = 30;

/// How long ago somebody may have proven who they are to change what protects the account.
pub const FRESH: Duration = Duration::from_mins(5);

/// A sign-in in progress.
#[derive(Clone, Debug)]
pub struct Interaction {
    /// Its identifier.
    pub id: InteractionId,
    /// The browser that began it: nobody else goes on with it.
    pub browser: Fingerprint,
    /// What for.
    pub purpose: Purpose,
    /// What was proven so far; it counts only together with the rules of now.
    pub evidence: Option<Evidence>,
    /// What the person said to questions that may be answered with "not now".
    pub answers: Answers,
    /// The session that it opened, or that it began with.
    pub session_id: Option<SessionId>,
    /// How often it was changed; 0 while it is not stored.
    pub version: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// Until when it may be finished.
    pub expires_at: Timestamp,
    /// When the app got its answer.
    pub completed_at: Option<Timestamp>,
}

/// What a sign-in is for.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Purpose {
    /// The app that waits; none for our own pages.
    pub app: Option<WaitingApp>,
    /// Which of our own pages waits; none means the account.
    pub next: Option<String>,
    /// The name to fill in.
    pub login_hint: Option<String>,
    /// `prompt=login`: even somebody who is signed in must prove it anew.
    pub again: bool,
    /// `max_age`, in seconds.
    pub max_age: Option<u64>,
    /// How strong it should be.
    pub acr: Option<AcrWish>,
    /// Only this account will do, and nothing that is remembered: something that matters comes next.
    pub confirms: Option<AccountId>,
    /// The invitation that it began with: the first thing that is proven uses it up.
    pub invitation: Option<InvitationId>,
    /// The forgotten password that is to be chosen anew: this is no sign-in, and opens no session.
    pub resets: Option<PasswordResetId>,
    /// The whole request, for the protocol to go on with.
    pub request: serde_json::Value,
    /// The person said no.
    pub denied: bool,
    /// Who said yes to what the app asks for.
    pub agreed_by: Option<AccountId>,
    /// The person, or whoever reads their mail, stopped it from the mail: it begins anew.
    pub stopped: bool,
}

/// The app that a sign-in is for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WaitingApp {
    /// Its identifier.
    pub client_id: String,
    /// What people call it.
    pub name: String,
    /// Where its own front page is.
    pub home: Option<String>,
}

impl Purpose {
    /// `ui_locales`: the languages that the app wishes for.
    #[must_use]
    pub fn languages(&self) -> Option<&str> {
        self.request.get("ui_locales")?.as_str()
    }

    /// Confirming that it is `account`, and then on to `next`, one of our own pages.
    #[must_use]
    pub fn confirming(account: &Account, next: &str) -> Self {
        Self {
            next: Some(urls::own_page(Some(next))),
            again: true,
            confirms: Some(account.id),
            login_hint: Some(account.email.to_string()),
            ..Self::default()
        }
    }

    /// What people call the app that waits.
    #[must_use]
    pub fn app_name(&self) -> Option<&str> {
        self.app.as_ref().map(|app| app.name.as_str())
    }
}

impl Interaction {
    /// Whether anybody may go on with it at `now`.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        now < self.expires_at && self.completed_at.is_none()
    }

    /// Whether `browser` may go on with it at `now`.
    #[must_use]
    pub fn is_open_for(&self, browser: &str, now: Timestamp) -> bool {
        self.browser.matches(browser) && self.is_open(now)
    }

    /// Whether its proofs count on after a password or factor of the account changed at `changed`. A factor that was
    /// set up in this sign-in changed it as well, and is the latest proof.
    #[must_use]
    fn outlives(&self, changed: Option<Timestamp>) -> bool {
        let proven = self.evidence.as_ref().map_or(self.created_at, Evidence::auth_time);
        changed.is_none_or(|at| at <= proven.max(self.created_at))
    }

    /// What the request wishes about the sign-in.
    ///
    /// `max_age` counts back from the request: whoever takes long to answer is not asked again and again.
    #[must_use]
    pub fn wish(&self) -> Wish {
        let again = self.purpose.again.then_some(self.created_at);
        let not_older = self.purpose.max_age.map(|age| self.created_at.before(Duration::from_secs(age)));
        Wish { proven_since: again.max(not_older), max_age: None, acr: self.purpose.acr }
    }

    /// Begins the evidence with something that stands by itself; what was proven before, of whomever, is gone.
    pub fn prove_first(&mut self, account_id: AccountId, proof: Proof, network: Option<Network>) {
        self.evidence = Some(Evidence { account_id, proofs: vec![proof], network });
        self.answers.enrolment_skipped = false;
        self.answers.remember = false;
        self.session_id = None;
    }

    /// Adds to the evidence.
    pub fn prove(&mut self, proof: Proof) {
        if let Some(evidence) = &mut self.evidence {
            evidence.proofs.push(proof);
        }
    }

    /// The facts about it, without what the app asks beyond the sign-in itself. `here` is the network of the browser.
    #[must_use]
    pub fn facts(&self, standing: Option<&Standing>, here: Option<Network>, now: Timestamp) -> Facts {
        Facts {
            now,
            occasion: if self.purpose.resets.is_some() { Use::NewPassword } else { Use::SignIn },
            wish: self.wish(),
            issued_at: None,
            evidence: self.evidence.clone(),
            account: standing.map(Standing::facts),
            network: standing
                .map_or(NetworkStanding::New, |standing| standing.network(self.evidence.as_ref(), here, now)),
            answers: self.answers,
            offer: false,
            app: None,
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

    fn interaction() -> Interaction {
        let start = Timestamp::from_seconds(0);
        Interaction {
            id: InteractionId::new(start, &Zeros),
            browser: Fingerprint::of("browser"),
            purpose: Purpose::default(),
            evidence: None,
            answers: Answers::default(),
            session_id: None,
            version: 0,
            created_at: start,
            expires_at: Timestamp::from_seconds(60),
            completed_at: None,
        }
    }

    #[test]
    fn only_the_browser_that_began_it_goes_on_and_only_in_time() {
        let interaction = interaction();
        assert!(interaction.is_open_for("browser", Timestamp::from_seconds(59)));
        assert!(!interaction.is_open_for("browser", Timestamp::from_seconds(60)));
        assert!(!interaction.is_open_for("another", Timestamp::from_seconds(1)));
        let done = Interaction { completed_at: Some(Timestamp::from_seconds(1)), ..interaction };
        assert!(!done.is_open_for("browser", Timestamp::from_seconds(2)));
    }

    #[test]
    fn proofs_do_not_outlive_a_change_unless_they_are_the_change() {
        let at = Timestamp::from_seconds;
        let mut interaction = interaction();
        interaction.prove_first(AccountId::new(at(0), &Zeros), Proof::Password { at: at(5) }, None);
        assert!(interaction.outlives(None) && interaction.outlives(Some(at(5))));
        assert!(!interaction.outlives(Some(at(6))));
        interaction.prove(Proof::Second { at: at(6), factor: crate::domain::FactorKind::Totp, device_bound: false });
        assert!(interaction.outlives(Some(at(6))) && !interaction.outlives(Some(at(7))));
        // What was proven in a session before the sign-in began was judged when it began.
        let begun = Interaction { created_at: at(9), ..interaction };
        assert!(begun.outlives(Some(at(9))) && !begun.outlives(Some(at(10))));
    }

    #[test]
    fn a_new_first_step_forgets_whoever_was_proven_before() {
        let mut interaction = interaction();
        let start = Timestamp::from_seconds(0);
        let account = AccountId::new(start, &Zeros);
        interaction.prove_first(account, Proof::Password { at: start }, None);
        interaction.prove(Proof::Remembered { at: start, claims_mfa: false });
        interaction.answers.enrolment_skipped = true;
        let other = AccountId::new(Timestamp::from_seconds(9), &Zeros);
        interaction.prove_first(other, Proof::Password { at: start }, None);
        let evidence = interaction.evidence.unwrap();
        assert_eq!((evidence.account_id, evidence.proofs.len()), (other, 1));
        assert!(!interaction.answers.enrolment_skipped);
    }

    #[test]
    fn max_age_counts_back_from_the_request() {
        let mut interaction = interaction();
        interaction.created_at = Timestamp::from_seconds(100);
        interaction.purpose.max_age = Some(30);
        assert_eq!(interaction.wish().proven_since, Some(Timestamp::from_seconds(70)));
        interaction.purpose.again = true;
        assert_eq!(interaction.wish().proven_since, Some(Timestamp::from_seconds(100)));
        interaction.purpose.max_age = None;
        assert_eq!(interaction.wish().proven_since, Some(Timestamp::from_seconds(100)));
    }

    #[test]
    fn a_second_step_without_a_first_proves_nothing() {
        let mut interaction = interaction();
        interaction.prove(Proof::Remembered { at: Timestamp::from_seconds(0), claims_mfa: false });
        assert_eq!(interaction.evidence, None);
    }
}
