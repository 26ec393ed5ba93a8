//! The place that a sign-in comes from: it joins the ledger when the sign-in is through, and is asked about before.

use super::messages::{NetworkAdded, NetworkCode, NetworkWaits};
use super::passage::Passage;
use crate::domain::FactorKind;
use crate::domain::network::Network;
use crate::domain::sign_in::{NetworkStanding, Proof, Question};
use crate::features::accounts::{Account, find_account, tell_owner};
use crate::features::audit::{self, Ink};
use crate::features::challenges::{Bond, NotSent, Purpose, send};
use crate::features::networks::{How, Owner, Seen, can_be_known, know_network, note_network, touch_network};
use crate::features::organisations::administrators_of;
use crate::features::outbox::{Particulars, Recipient};
use crate::features::sessions::{Standing, find_standing};
use crate::features::throttles::{Counter, Limit, reserve};
use crate::storage::Writer;
use crate::web::{AppState, Context, Error};

/// How often the administrators are told about one person.
const REQUESTS_AN_HOUR: i64 = 3;

impl Passage {
    /// The code, or link, that confirms the place of this sign-in.
    #[must_use]
    pub fn place_bond(&self, account: &Account) -> Bond {
        let place = self.interaction.id.to_string();
        let network = Some(self.network());
        Bond { purpose: Purpose::Network, kind: FactorKind::Email, account: account.id, place, network }
    }

    /// The network that the proofs came from.
    #[must_use]
    pub fn network(&self) -> Option<Network> {
        self.interaction.evidence.as_ref()?.network
    }

    /// Whether the browser is somewhere else by now than where the proofs came from.
    #[must_use]
    pub fn has_moved(&self) -> bool {
        self.network() != self.here
    }

    /// The browser is somewhere else by now: what is confirmed from here on is that place.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn move_here(&mut self, state: &AppState) -> Result<(), Error> {
        let here = self.here;
        let Some(evidence) = &mut self.interaction.evidence else { return Ok(()) };
        evidence.network = here;
        // A step that was remembered was remembered for the other place.
        evidence.proofs.retain(|proof| !matches!(proof, Proof::Remembered { .. }));
        self.standing = find_standing(state.db.reading(), evidence.account_id, [here]).await?;
        Ok(())
    }

    /// What a sign-in that is through does to the ledger.
    pub(super) async fn keep_place(
        &self,
        state: &AppState,
        context: &Context,
        writer: &mut Writer,
    ) -> Result<(), Error> {
        let (Some(evidence), Some(standing)) = (&self.interaction.evidence, &self.standing) else { return Ok(()) };
        let Some(network) = evidence.network else { return Ok(()) };
        let account = &standing.account;
        let seen = Seen { network, user_agent: context.user_agent.clone(), at: context.now };
        if standing.network(Some(evidence), None, context.now) == NetworkStanding::Known {
            return Ok(touch_network(writer, account.id, &seen).await?);
        }
        let how = match () {
            () if !can_be_known(&state.config, network) => return Ok(()),
            () if evidence.vouches_for_place() && self.interaction.purpose.invitation.is_some() => How::Invitation,
            () if evidence.has_mailbox() => How::Mail,
            // A passkey needs no place, and proves none.
            () if evidence.has_passkey() => return Ok(()),
            () => How::Automatic,
        };
        know_network(writer, Owner::Account(account.id), &seen, how, None).await?;
        let event = self.event(context, "network.known", "done").by(account.id).with("how", how.to_string());
        audit::record(writer, Ink::of(state, context.now), event).await?;
        if how == How::Automatic {
            let particulars = self.particulars(context, account);
            let message = NetworkAdded { name: account.name.clone(), particulars };
            tell_owner(writer, state, account, &message, context.now).await?;
        }
        Ok(())
    }

    /// Writes down that a sign-in waits for its place to be confirmed.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn note_place(&self, state: &AppState, context: &Context, writer: &mut Writer) -> Result<(), Error> {
        let (Some(network), Some(standing)) = (self.network(), &self.standing) else { return Ok(()) };
        if can_be_known(&state.config, network) {
            let seen = Seen { network, user_agent: context.user_agent.clone(), at: context.now };
            note_network(writer, standing.account.id, &seen).await?;
        }
        Ok(())
    }

    /// Asks whoever may confirm the place: the person by mail, or the administrators.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn ask_about_place(
        &self,
        state: &AppState,
        context: &Context,
        question: &Question,
    ) -> Result<Result<(), NotSent>, Error> {
        let (Question::ConfirmNetwork { by_administrator }, Some(standing)) = (question, &self.standing) else {
            return Ok(Ok(()));
        };
        if *by_administrator {
            self.ask_administrators(state, context, false).await?;
            return Ok(Ok(()));
        }
        if !state.config.mail.is_on() {
            return Ok(Err(NotSent::Unavailable));
        }
        let account = &standing.account;
        let about = (account, self.interaction.purpose.app_name());
        let event = self.event(context, "sign_in.network", "sent");
        let to = (Recipient::Mail(account.email.clone()), event);
        let particulars = self.particulars(context, account);
        send(state, context, &self.place_bond(account), about, to, |sent| NetworkCode {
            name: account.name.clone(),
            code: sent.code,
            minutes: sent.minutes,
            link: sent.link,
            particulars,
        })
        .await
    }

    /// Mails the administrators of the home organisation that somebody cannot go on without them; `blocked` when the
    /// network is blocked, and not only new. Says whether that was not too often.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn ask_administrators(&self, state: &AppState, context: &Context, blocked: bool) -> Result<bool, Error> {
        let Some(Standing { account, .. }) = &self.standing else { return Ok(false) };
        let limit = Limit::quota(REQUESTS_AN_HOUR, std::time::Duration::from_hours(1));
        let counter = Counter { key: format!("ask-administrators:{}", account.id), limit };
        if reserve(&state.db, &[counter], context.now).await?.is_some() {
            return Ok(false);
        }
        let mut writer = state.db.writing().await?;
        for id in administrators_of(&writer, account.home_organisation_id).await? {
            let administrator = find_account(&writer, id).await?.filter(|found| found.disabled_at.is_none());
            // Nobody validates what they wait for themselves.
            let Some(administrator) = administrator.filter(|found| found.id != account.id) else { continue };
            let message = NetworkWaits {
                name: administrator.name.clone(),
                person: account.name.clone(),
                blocked,
                particulars: self.particulars(context, account),
            };
            tell_owner(&mut writer, state, &administrator, &message, context.now).await?;
        }
        let event = self.event(context, "network.request", "sent").by(account.id);
        audit::record(&mut writer, Ink::of(state, context.now), event).await?;
        writer.commit().await?;
        Ok(true)
    }

    fn particulars(&self, context: &Context, account: &Account) -> Particulars {
        Particulars::of(context, account.email.as_str(), self.interaction.purpose.app_name())
    }
}
