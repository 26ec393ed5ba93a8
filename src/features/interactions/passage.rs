//! One step of a sign-in: what is known before it, and what follows from it.

use std::time::Duration;

use super::store::{add_interaction, find_interaction, update_interaction};
use super::{Interaction, Purpose, REMEMBERED_DAYS};
use crate::domain::ids::{InteractionId, SessionId};
use crate::domain::network::Network;
use crate::domain::secret::Fingerprint;
use crate::domain::sign_in::{Answers, Clearance, Decision, Evidence, Proof, Question, Refusal, decide};
use crate::domain::{FactorKind, Secret, Timestamp};
use crate::features::accounts::{mark_email_verified, mark_signed_in};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::factors::{add_device, find_preferences};
use crate::features::networks::can_be_known;
use crate::features::organisations::{find_invitation, use_invitation};
use crate::features::sessions::{
    Holder, Lifetime, Standing, end_session, find_standing, note_browser, open_session, renew_session,
};
use crate::storage::{Reader, StorageError, Writer};
use crate::web::{AppState, Context, Error, metrics, urls};

/// How often a passkey is offered in all, and how long between two offers.
const MOST_OFFERS: i64 = 3;
const BETWEEN_OFFERS: Duration = Duration::from_hours(24 * 14);

/// A sign-in in the hands of one request.
#[derive(Debug)]
pub struct Passage {
    /// The sign-in.
    pub interaction: Interaction,
    /// The account that its evidence names.
    pub standing: Option<Standing>,
    /// The network that the browser is in.
    pub(super) here: Option<Network>,
    /// Whose session was open in this browser before.
    holder: Option<Holder>,
    /// Whether something was proven before this request.
    had_evidence: bool,
}

/// Where a sign-in goes after a step.
#[derive(Debug)]
pub enum Onward {
    /// The person is signed in: this session, this page.
    SignedIn {
        /// What the browser keeps.
        session: Secret<String>,
        /// What it keeps beside, where the second step is remembered from now on.
        remembered: Option<Secret<String>>,
        /// Where it goes.
        to: String,
    },
    /// Something else must be answered, on this page.
    Asked {
        /// Where it goes.
        to: String,
    },
    /// Nothing will come of it.
    Refused {
        /// Why.
        refusal: Refusal,
        /// The account, so that the page can name its organisation.
        standing: Option<Box<Standing>>,
        /// The app that waits.
        app: Option<String>,
    },
}

impl Passage {
    /// The sign-in `id`, if this browser may go on with it.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn find(state: &AppState, context: &Context, id: &str) -> Result<Option<Self>, Error> {
        let (Ok(id), Some(browser)) = (id.parse::<InteractionId>(), &context.browser) else { return Ok(None) };
        let db = state.db.reading();
        let found = find_interaction(db, id).await?.filter(|found| found.is_open_for(browser, context.now));
        let Some(mut interaction) = found else { return Ok(None) };
        let had_evidence = interaction.evidence.is_some();
        let here = context.client_ip.network();
        let mut standing = match &interaction.evidence {
            Some(evidence) => find_standing(db, evidence.account_id, [evidence.network, here]).await?,
            None => None,
        };
        let changed = standing.as_ref().and_then(|standing| standing.account.credentials_changed_at);
        if !interaction.outlives(changed) {
            // Whoever typed the old password begins anew, wherever they had come.
            (interaction.evidence, standing) = (None, None);
        }
        let holder = Holder::find(state, context).await?;
        Ok(Some(Self { interaction, standing, here, holder, had_evidence }))
    }

    /// A new sign-in for one of our own pages; it is stored with its first step.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn begin(state: &AppState, context: &mut Context, purpose: Purpose) -> Result<Self, Error> {
        let holder = Holder::find(state, context).await?;
        let interaction = new_interaction(state, context, purpose);
        Ok(Self { interaction, standing: None, here: context.client_ip.network(), holder, had_evidence: false })
    }

    /// What comes next, as things stand.
    #[must_use]
    pub fn decision(&self, now: Timestamp) -> Decision {
        decide(&self.interaction.facts(self.standing.as_ref(), self.here, now))
    }

    /// The page that comes next, as things stand.
    #[must_use]
    pub fn next_page(&self, now: Timestamp) -> String {
        match self.decision(now) {
            Decision::Ask(question) => page_of(&question, self.interaction.id),
            Decision::Refuse(Refusal::NetworkBlocked) => urls::blocked_network(self.interaction.id),
            // The page of the sign-in says why nothing will come of it.
            Decision::Refuse(_) => urls::sign_in(self.interaction.id),
            Decision::Issue(_) => self.destination(),
        }
    }

    /// The kinds of second step that would do now, if one is due.
    #[must_use]
    pub fn second_steps(&self, now: Timestamp) -> Option<Question> {
        match self.decision(now) {
            Decision::Ask(question @ Question::SecondFactor { .. }) => Some(question),
            _ => None,
        }
    }

    /// A factor was just set up in this sign-in, in the transaction that finishes it: it counts as enrolled and as
    /// proven, and is the last change of the account's factors.
    pub fn enrolled(&mut self, (kind, device_bound): (FactorKind, bool), proof: Proof, context: &Context) {
        let Some(standing) = &mut self.standing else { return };
        standing.enrolled = standing.enrolled.with(kind, device_bound);
        standing.account.credentials_changed_at = Some(context.now);
        if self.interaction.evidence.is_none() {
            self.interaction.prove_first(standing.account.id, proof, context.client_ip.network());
        } else {
            self.interaction.prove(proof);
        }
        // Among the choices was a passkey: it is not offered once more on the way out.
        self.interaction.answers.offer_answered = true;
    }

    /// An event about this sign-in, as `kind`.
    #[must_use]
    pub fn event(&self, context: &Context, kind: &'static str, outcome: &'static str) -> Event {
        let account = self.standing.as_ref().map(|standing| &standing.account);
        let chain = account.map_or(Chain::Instance, |account| Chain::Organisation(account.home_organisation_id));
        let mut event = Event::new(chain, kind, outcome)
            .referred_to(context.reference)
            .with_personal("ip", context.client_ip.to_string());
        event.subject = account.map(|account| account.id);
        event.client_id = self.interaction.purpose.app.as_ref().map(|app| app.client_id.clone());
        event
    }

    /// Writes down what this step proved or answered, decides, and opens the session if nothing is left to ask.
    ///
    /// All of it is in `writer`, which is committed here; `kind` is what the audit calls the step.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn finish(
        mut self,
        state: &AppState,
        context: &Context,
        mut writer: Writer,
        kind: &'static str,
    ) -> Result<Onward, Error> {
        let now = context.now;
        let decision = self.decision(now);
        let id = self.interaction.id;
        let mut remembered = None;
        let (outcome, session) = match &decision {
            Decision::Issue(clearance) => {
                let Some(opened) = self.open(state, context, &mut writer, clearance.clone()).await? else {
                    // A password or factor changed since the account was read: whoever proved the old one begins anew.
                    return Ok(Onward::Asked { to: urls::sign_in(id) });
                };
                self.interaction.session_id = Some(opened.0);
                self.keep_place(state, context, &mut writer).await?;
                remembered = self.remember(state, context, &mut writer).await?;
                ("done", Some(opened))
            }
            Decision::Ask(Question::ConfirmNetwork { .. }) => {
                self.note_place(state, context, &mut writer).await?;
                ("continued", None)
            }
            Decision::Ask(_) => ("continued", None),
            Decision::Refuse(refusal) => (refusal.as_str(), None),
        };
        if !self.use_invitation(&mut writer, now).await? {
            return Ok(Onward::Asked { to: urls::sign_in(id) });
        }
        let kept = if self.interaction.version == 0 {
            add_interaction(&mut writer, &self.interaction).await?;
            true
        } else {
            update_interaction(&mut writer, &self.interaction, now).await?
        };
        if !kept {
            // Another tab was faster: the writer is dropped, and the page that is due now says what is next.
            return Ok(Onward::Asked { to: urls::sign_in(id) });
        }
        let mut event = self.event(context, kind, outcome);
        if let Some(account) = event.subject {
            event = event.by(account);
        }
        if let Some((session, _)) = &session {
            let amr = self.interaction.evidence.as_ref().map(Evidence::amr).unwrap_or_default();
            event = event.with("session", session.to_string()).with("amr", amr.join(" "));
        }
        audit::record(&mut writer, Ink::of(state, now), event).await?;
        writer.commit().await?;
        Ok(match decision {
            Decision::Ask(question) => {
                // What could not be sent is asked for again on the page that comes next.
                let _unsent = self.ask_about_place(state, context, &question).await?.err();
                Onward::Asked { to: page_of(&question, id) }
            }
            Decision::Refuse(Refusal::NetworkBlocked) => {
                metrics::count("sign_ins_total", Refusal::NetworkBlocked.as_str());
                Onward::Asked { to: urls::blocked_network(id) }
            }
            // The app is told, and decides itself what to do without.
            Decision::Refuse(Refusal::AcrUnreachable) if self.interaction.purpose.app.is_some() => {
                Onward::Asked { to: urls::returning(id) }
            }
            Decision::Refuse(refusal) => {
                metrics::count("sign_ins_total", refusal.as_str());
                Onward::Refused {
                    refusal,
                    standing: self.standing.map(Box::new),
                    app: self.interaction.purpose.app.map(|app| app.name),
                }
            }
            Decision::Issue(_) => {
                metrics::count("sign_ins_total", "done");
                let to = match &self.interaction.purpose.app {
                    None if self.offer(state.db.reading(), now).await? => urls::offer(id),
                    _ => self.destination(),
                };
                // There is a session whenever there is a clearance.
                match session {
                    Some((_, session)) => Onward::SignedIn { session, remembered, to },
                    None => Onward::Asked { to },
                }
            }
        })
    }

    /// Remembers the second step in this browser, where the person wished so: not before the sign-in is through.
    async fn remember(
        &self,
        state: &AppState,
        context: &Context,
        writer: &mut Writer,
    ) -> Result<Option<Secret<String>>, Error> {
        let (Some(evidence), true) = (&self.interaction.evidence, self.interaction.answers.remember) else {
            return Ok(None);
        };
        let Some(network) = evidence.network.filter(|network| can_be_known(&state.config, *network)) else {
            return Ok(None);
        };
        let until = context.now.after(Duration::from_hours(24 * u64::from(REMEMBERED_DAYS)));
        let place = (network, context.user_agent.clone());
        let chance = (context.now, state.random.as_ref());
        Ok(Some(add_device(writer, evidence.account_id, place, until, chance).await?))
    }

    /// Uses up the invitation that the sign-in began with, when this is what comes of it. Says no when it does not work
    /// (any more).
    async fn use_invitation(&self, writer: &mut Writer, now: Timestamp) -> Result<bool, StorageError> {
        let (Some(invitation), Some(evidence)) = (self.interaction.purpose.invitation, &self.interaction.evidence)
        else {
            return Ok(true);
        };
        if self.had_evidence {
            return Ok(true);
        }
        // Whoever has a link that was mailed reads mail at that address.
        if find_invitation(writer, invitation).await?.is_some_and(|invitation| !invitation.handed) {
            mark_email_verified(writer, evidence.account_id).await?;
        }
        use_invitation(writer, invitation, now).await
    }

    /// Opens a session, or goes on with the one that this browser has for the same account. None when a password or
    /// factor of the account is no longer as it was judged.
    async fn open(
        &mut self,
        state: &AppState,
        context: &Context,
        writer: &mut Writer,
        clearance: Clearance,
    ) -> Result<Option<(SessionId, Secret<String>)>, Error> {
        let (now, random) = (context.now, state.random.as_ref());
        let lifetime = Lifetime::of(&state.config.sign_in);
        let account = clearance.account_id();
        let judged = self.standing.as_ref().and_then(|standing| standing.account.credentials_changed_at);
        if !mark_signed_in(writer, account, judged, now).await? {
            return Ok(None);
        }
        if let Some(holder) = &self.holder {
            let previous = &holder.session;
            if previous.account_id == account
                && let Some(renewed) =
                    renew_session(writer, clearance.clone(), previous.id, lifetime, (now, random)).await?
            {
                return Ok(Some((renewed.id, renewed.secret)));
            }
            end_session(writer, previous.account_id, previous.id, now).await?;
        }
        let browser = (clearance.evidence().network, context.user_agent.clone());
        let opened = open_session(writer, clearance, browser, lifetime, (now, random)).await?;
        note_browser(writer, opened.id, &self.interaction.browser).await?;
        Ok(Some((opened.id, opened.secret)))
    }

    async fn offer(&self, db: &Reader, now: Timestamp) -> Result<bool, StorageError> {
        match &self.standing {
            Some(standing) => offer_is_due(db, &self.interaction, standing, now).await,
            None => Ok(false),
        }
    }

    /// Where somebody who is signed in goes.
    #[must_use]
    pub fn destination(&self) -> String {
        match (&self.interaction.purpose.app, &self.interaction.purpose.next) {
            (Some(_), _) => urls::returning(self.interaction.id),
            (None, Some(next)) => next.clone(),
            (None, None) => urls::ACCOUNT.to_owned(),
        }
    }
}

/// The page that asks this in a sign-in.
#[must_use]
pub fn page_of(question: &Question, id: InteractionId) -> String {
    match question {
        Question::Authenticate => urls::sign_in(id),
        Question::SecondFactor { .. } => urls::second_step(id),
        Question::NewPassword => urls::new_password(id),
        Question::ConfirmNetwork { .. } => urls::confirm_network(id),
        Question::Enrol { .. } => urls::enrol(id),
        Question::OfferPasskey => urls::offer(id),
        Question::Organisation => urls::choose_organisation(id),
        Question::Consent { .. } => urls::consent(id),
    }
}

/// A sign-in that begins now, in this browser; not stored yet.
pub fn new_interaction(state: &AppState, context: &mut Context, purpose: Purpose) -> Interaction {
    let browser = context.browser(state);
    let minutes = u64::from(state.config.sign_in.interaction_minutes);
    Interaction {
        id: InteractionId::new(context.now, state.random.as_ref()),
        browser: Fingerprint::of(&browser),
        purpose,
        evidence: None,
        // Whoever cannot make a passkey here is not offered one; the page of the password says who can.
        answers: Answers { offer_answered: true, ..Answers::default() },
        session_id: None,
        version: 0,
        created_at: context.now,
        expires_at: context.now.after(Duration::from_secs(minutes * 60)),
        completed_at: None,
    }
}

/// Whether it is time to offer a passkey to whoever just signed in without one.
///
/// # Errors
///
/// When the database refuses.
pub async fn offer_is_due(
    db: &Reader,
    interaction: &Interaction,
    standing: &Standing,
    now: Timestamp,
) -> Result<bool, StorageError> {
    let without = interaction.evidence.as_ref().is_some_and(|evidence| !evidence.has_passkey());
    let none_yet = !standing.enrolled.kinds.contains(FactorKind::Passkey);
    if interaction.answers.offer_answered || interaction.purpose.confirms.is_some() || !without || !none_yet {
        return Ok(false);
    }
    let offered = find_preferences(db, standing.account.id).await?;
    let rested = offered.passkey_offered_at.is_none_or(|at| now.since(at) >= BETWEEN_OFFERS);
    Ok(offered.passkey_offers < MOST_OFFERS && rested)
}
