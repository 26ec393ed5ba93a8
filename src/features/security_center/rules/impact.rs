//! Who is affected by a change of rules, and how.
//!
//! Nothing is told here that [`decide`] and [`Journey`] do not say: the same facts are judged under the rules before
//! and after.

use serde::Serialize;

use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::policy::{Policy, PolicyInForce};
use crate::domain::sign_in::{
    AccountFacts, Answers, Decision, Facts, First, Journey, NetworkStanding, Refusal, Use, Wish, decide,
};
use crate::domain::{FactorKind, FactorKinds, Timestamp};
use crate::features::accounts::InstanceRole;
use crate::features::networks::Places;
use crate::features::organisations::{Membership, Role};
use crate::features::sessions::{Lifetime, Session, policy_of};

/// Somebody whom the rules hold for.
#[derive(Clone, Debug)]
pub(in crate::features::security_center) struct Person {
    /// The full name.
    pub name: String,
    /// What they are in the organisation.
    pub role: Role,
    /// Whether they look after its people and set its rules: it is their home as well.
    pub administers: bool,
    /// The facts about the account, as the rules of now have it.
    pub facts: AccountFacts,
    /// Everything that they belong to.
    pub memberships: Vec<Membership>,
    /// What they may do for the whole instance.
    pub instance_role: InstanceRole,
    /// Whether there is a password to sign in with.
    pub has_password: bool,
    /// In how many browsers the second step need not be repeated.
    pub remembered: u64,
    /// What the ledger says about the networks that they come from.
    pub places: Places,
    /// Where they are signed in.
    pub sessions: Vec<OpenSession>,
    /// When they last signed in.
    pub last_sign_in_at: Option<Timestamp>,
}

/// A session that counts at this moment.
#[derive(Clone, Debug)]
pub(in crate::features::security_center) struct OpenSession {
    /// The session.
    pub session: Session,
    /// Where the network of its sign-in stands.
    pub network: NetworkStanding,
}

/// A change of the rules of an organisation.
#[derive(Clone, Copy, Debug)]
pub(in crate::features::security_center) struct Change {
    /// Whose rules.
    pub organisation: OrganisationId,
    /// The rules after it.
    pub after: Policy,
    /// How long sessions live where no rule shortens them.
    pub lifetime: Lifetime,
    /// When.
    pub now: Timestamp,
}

/// What a change means for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Effect {
    /// Is signed in, and must set up a second factor before going on.
    EnrolAtOnce,
    /// Must set up a second factor at the next sign-in.
    EnrolNext,
    /// Is told at sign-in, and must have set up a second factor by then.
    EnrolBefore {
        /// From when it binds, in milliseconds since 1970.
        from: i64,
    },
    /// Need not set up a second factor any more.
    EnrolNoMore,
    /// Signs in with another of the kinds that they have: these count no more.
    OtherKind {
        /// The kinds that count no more.
        lost: FactorKinds,
    },
    /// Leaves out the second step now, and is asked at every sign-in.
    CodeAlways,
    /// Leaves out the second step now, and is asked once more.
    CodeOnce,
    /// New networks no longer join the list by themselves.
    StopsValidating,
    /// A new network waits for an administrator.
    WaitsForAdministrator,
    /// A new network is held up less.
    NetworksMilder,
    /// Is signed in, and must prove more before going on.
    AskedAtOnce,
    /// Is signed out at once.
    SignedOut,
    /// Sessions end sooner.
    SessionsShorter,
}

/// An account's facts under some rules.
struct Under {
    facts: AccountFacts,
    lifetime: Lifetime,
    now: Timestamp,
}

/// What becomes of an open session.
#[derive(PartialEq, Eq)]
enum Fate {
    GoesOn,
    Ends,
    Asked(Refusal),
}

impl Under {
    fn facts(&self, occasion: Use, network: NetworkStanding) -> Facts {
        Facts {
            now: self.now,
            occasion,
            wish: Wish::default(),
            issued_at: None,
            evidence: None,
            account: Some(self.facts.clone()),
            network,
            answers: Answers::default(),
            offer: false,
            app: None,
        }
    }

    fn journey(&self, first: First, network: NetworkStanding) -> Journey {
        Journey::of(self.facts(Use::SignIn, network), first, None)
    }

    /// What a sign-in without a passkey from a new network waits for.
    fn new_network(&self) -> Option<bool> {
        let mut facts = self.facts(Use::SignIn, NetworkStanding::New);
        if let Some(account) = &mut facts.account {
            account.enrolled = account.enrolled.without(FactorKind::Passkey);
        }
        Journey::of(facts, First::Password, None).network()
    }

    fn fate(&self, open: &OpenSession) -> Fate {
        if !open.session.is_live(self.now, self.lifetime) {
            return Fate::Ends;
        }
        let evidence = Some(open.session.evidence.clone());
        match decide(&Facts { evidence, ..self.facts(Use::Later, open.network) }) {
            Decision::Issue(_) => Fate::GoesOn,
            Decision::Refuse(refusal) => Fate::Asked(refusal),
            // Nobody is asked anything about what was issued before.
            Decision::Ask(_) => Fate::Asked(Refusal::NoEvidence),
        }
    }
}

impl Person {
    /// The account.
    pub(in crate::features::security_center) const fn id(&self) -> AccountId {
        self.facts.id
    }

    /// The rules that would hold for them.
    pub(in crate::features::security_center) fn policy_under(
        &self,
        organisation: OrganisationId,
        policy: Policy,
    ) -> PolicyInForce {
        let mut memberships = self.memberships.clone();
        for place in memberships.iter_mut().filter(|place| place.organisation_id == organisation) {
            place.policy = policy;
        }
        policy_of(&memberships, self.instance_role)
    }

    fn under(&self, policy: &PolicyInForce, change: &Change) -> Under {
        let lifetime = change.lifetime.within(policy);
        Under { facts: AccountFacts { policy: *policy, ..self.facts.clone() }, lifetime, now: change.now }
    }

    /// What the change means for them; nothing, when it is empty.
    pub(in crate::features::security_center) fn effects(&self, change: &Change) -> Vec<Effect> {
        let before = self.under(&self.facts.policy, change);
        let after = self.under(&self.policy_under(change.organisation, change.after), change);
        let mut effects = Vec::new();
        let fates: Vec<Fate> = self
            .sessions
            .iter()
            .filter(|open| before.fate(open) == Fate::GoesOn)
            .map(|open| after.fate(open))
            .collect();
        let only_passkey = !self.has_password && self.facts.enrolled.contains(FactorKind::Passkey);
        let first = if only_passkey { First::Passkey } else { First::Password };
        let was = before.journey(first, NetworkStanding::Known);
        let is = after.journey(first, NetworkStanding::Known);
        let announced = |under: &Under| under.facts.policy.second_factor.rule.announced(change.now);
        match (was.enrolment(), is.enrolment()) {
            (Some(false), Some(false)) | (None, None) => {}
            (_, Some(false)) if fates.contains(&Fate::Asked(Refusal::EnrolmentDue)) => {
                effects.push(Effect::EnrolAtOnce);
            }
            (_, Some(false)) => effects.push(Effect::EnrolNext),
            (was, Some(true)) => {
                let same = was == Some(true) && announced(&before) == announced(&after);
                let from = announced(&after).filter(|_| !same);
                effects.extend(from.map(|from| Effect::EnrolBefore { from: from.millis() }));
            }
            (Some(_), None) => effects.push(Effect::EnrolNoMore),
        }
        let kinds = |journey: &Journey| journey.second_step().map_or(FactorKinds::NONE, |(kinds, _)| kinds);
        let lost: FactorKinds = kinds(&was).iter().filter(|kind| !kinds(&is).contains(*kind)).collect();
        if !lost.is_empty() && is.enrolment() != Some(false) {
            effects.push(Effect::OtherKind { lost });
        }
        if self.remembered > 0 && self.facts.policy != after.facts.policy {
            let left_out = |under: &Under| {
                under.journey(First::PasswordRemembered, NetworkStanding::Known).second_step().is_none()
            };
            // Browsers are forgotten with every change of rules.
            if left_out(&before) {
                effects.push(if left_out(&after) { Effect::CodeOnce } else { Effect::CodeAlways });
            }
        }
        if self.has_password {
            match (before.new_network(), after.new_network()) {
                (None, Some(false)) => effects.push(Effect::StopsValidating),
                (None | Some(false), Some(true)) => effects.push(Effect::WaitsForAdministrator),
                (Some(true), Some(false) | None) | (Some(false), None) => effects.push(Effect::NetworksMilder),
                _ => {}
            }
        }
        if fates.contains(&Fate::Ends) {
            effects.push(Effect::SignedOut);
        }
        let asked = fates.iter().any(|fate| matches!(fate, Fate::Asked(why) if *why != Refusal::EnrolmentDue));
        if asked {
            effects.push(Effect::AskedAtOnce);
        }
        if after.lifetime.idle < before.lifetime.idle || after.lifetime.absolute < before.lifetime.absolute {
            effects.push(Effect::SessionsShorter);
        }
        effects
    }
}

/// How many people a change means what for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// All of them.
    pub people: usize,
    /// For whom it means anything.
    pub affected: usize,
    /// Who must set up a second factor, at once or at the next sign-in.
    pub enrol: usize,
    /// Those of them who are signed in now.
    pub at_once: usize,
    /// Who must have set one up by a date.
    pub later: usize,
    /// That date, in milliseconds since 1970.
    pub from: Option<i64>,
    /// Who need not set one up any more.
    pub no_more: usize,
    /// Who have a second step besides a passkey.
    pub have_second: usize,
    /// Who have a passkey and nothing else.
    pub only_passkey: usize,
    /// Who use another kind from now on.
    pub other_kind: usize,
    /// Who leave out the code now, and may no longer.
    pub always: usize,
    /// Who leave out the code now, and are asked once.
    pub once: usize,
    /// Whose new networks no longer join by themselves.
    pub validating: usize,
    /// Whose new networks wait for an administrator.
    pub administrator: usize,
    /// Whose new networks are held up less.
    pub milder: usize,
    /// Who are signed in and asked for more at once.
    pub asked: usize,
    /// Who are signed out at once.
    pub signed_out: usize,
    /// Whose sessions end sooner.
    pub shorter: usize,
}

impl Summary {
    /// The sum of these people and what a change means for each.
    pub(in crate::features::security_center) fn of(all: &[(Person, Vec<Effect>)]) -> Self {
        let mut sum = Self { people: all.len(), ..Self::default() };
        for (person, effects) in all {
            sum.affected += usize::from(!effects.is_empty());
            let second = person.facts.enrolled.without(FactorKind::RecoveryCode).without(FactorKind::Passkey);
            if !second.is_empty() {
                sum.have_second += 1;
            } else if person.facts.enrolled.contains(FactorKind::Passkey) {
                sum.only_passkey += 1;
            }
            for effect in effects {
                sum.count(*effect);
            }
        }
        sum
    }

    fn count(&mut self, effect: Effect) {
        let counted = match effect {
            Effect::EnrolAtOnce => {
                self.at_once += 1;
                &mut self.enrol
            }
            Effect::EnrolNext => &mut self.enrol,
            Effect::EnrolBefore { from } => {
                self.from = Some(self.from.map_or(from, |earliest| earliest.min(from)));
                &mut self.later
            }
            Effect::EnrolNoMore => &mut self.no_more,
            Effect::OtherKind { .. } => &mut self.other_kind,
            Effect::CodeAlways => &mut self.always,
            Effect::CodeOnce => &mut self.once,
            Effect::StopsValidating => &mut self.validating,
            Effect::WaitsForAdministrator => &mut self.administrator,
            Effect::NetworksMilder => &mut self.milder,
            Effect::AskedAtOnce => &mut self.asked,
            Effect::SignedOut => &mut self.signed_out,
            Effect::SessionsShorter => &mut self.shorter,
        };
        *counted += 1;
    }
}
