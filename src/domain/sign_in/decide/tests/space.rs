//! All small cases: every fact, with the values at which something can change.
//!
//! The whole product has some 10^14 cases, so it is split into [`PRODUCTS`]. The split loses nothing: every rule reads
//! the facts of one product only, and the decision issues when every rule passes, so a case that needs two products at
//! once is one that two rules stop, of which one is enough. [`everything`] does not trust that: it adds every three
//! facts in all their combinations, and a large sample of the whole product.

use std::sync::LazyLock;
use std::time::Duration;

use super::{Fixed, NOW, account, facts};
use crate::domain::ids::{AccountId, FactorId};
use crate::domain::policy::{AllowedKinds, Demand, NewNetworks, Remembering};
use crate::domain::sign_in::{Acr, AcrWish, AppFacts, ConsentFacts, Evidence, Facts, NetworkStanding, Proof, Use};
use crate::domain::{FactorKind, FactorKinds, Scope, Strength, Timestamp};

/// One fact, or a few that only make sense together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fact {
    Account,
    Evidence,
    Age,
    App,
    Enrolled,
    Occasion,
    Acr,
    Since,
    MaxAge,
    Network,
    NewNetworks,
    Validates,
    PasswordDue,
    Kinds,
    Demand,
    Remembering,
    Skipped,
    Offer,
    Answered,
}

/// In the order in which they are set: a fact resets those that are part of it.
const ALL: [Fact; 19] = [
    Fact::Account,
    Fact::Evidence,
    Fact::Age,
    Fact::App,
    Fact::Enrolled,
    Fact::Occasion,
    Fact::Acr,
    Fact::Since,
    Fact::MaxAge,
    Fact::Network,
    Fact::NewNetworks,
    Fact::Validates,
    Fact::PasswordDue,
    Fact::Kinds,
    Fact::Demand,
    Fact::Remembering,
    Fact::Skipped,
    Fact::Offer,
    Fact::Answered,
];

/// The facts about factors and what is wished and ruled about them (rules 2 and 5).
pub(super) const STEPS: &[Fact] = &[
    Fact::Evidence,
    Fact::Enrolled,
    Fact::Occasion,
    Fact::Acr,
    Fact::Kinds,
    Fact::Demand,
    Fact::Remembering,
    Fact::Skipped,
];
/// How old the evidence is, and may be (rule 1).
const FRESHNESS: &[Fact] = &[Fact::Evidence, Fact::Age, Fact::Enrolled, Fact::Occasion, Fact::Since, Fact::MaxAge];
/// Where the person is (rules 3 and 4).
pub(super) const PLACES: &[Fact] = &[
    Fact::Evidence,
    Fact::Enrolled,
    Fact::Occasion,
    Fact::Network,
    Fact::NewNetworks,
    Fact::Validates,
    Fact::PasswordDue,
    Fact::Demand,
];
/// Who the person is, what for, and what is offered (rules 3, 6, 7 and 8).
pub(super) const APPS: &[Fact] = &[
    Fact::Account,
    Fact::Evidence,
    Fact::App,
    Fact::Occasion,
    Fact::Network,
    Fact::Skipped,
    Fact::Offer,
    Fact::Answered,
];
const PRODUCTS: [&[Fact]; 4] = [STEPS, FRESHNESS, PLACES, APPS];

/// The kinds that can be a second step.
pub(super) const SECOND_STEPS: [FactorKind; 5] =
    [FactorKind::Passkey, FactorKind::SecurityKey, FactorKind::Totp, FactorKind::Sms, FactorKind::Email];

const OLD: Timestamp = Timestamp::from_seconds(9_900);
const WITHIN: Timestamp = Timestamp::from_seconds(9_950);

/// What is enrolled, and what of it cannot leave its device: every set of at most two, with and without codes.
pub(super) static ENROLLED: LazyLock<Vec<(FactorKinds, FactorKinds)>> = LazyLock::new(|| {
    let mut all = Vec::new();
    for bits in 0_u32..32 {
        let kinds: FactorKinds = SECOND_STEPS
            .into_iter()
            .enumerate()
            .filter(|(bit, _)| bits >> bit & 1 == 1)
            .map(|(_, kind)| kind)
            .collect();
        if kinds.iter().count() > 2 {
            continue;
        }
        for bound in [&[][..], &[FactorKind::Passkey], &[FactorKind::SecurityKey]] {
            let bound = FactorKinds::of(bound);
            if bound.and(kinds) == bound {
                all.push((kinds, bound));
                all.push((kinds.with(FactorKind::RecoveryCode), bound));
            }
        }
        let both = FactorKinds::of(&[FactorKind::Passkey, FactorKind::SecurityKey]);
        if kinds == both {
            all.push((kinds, both));
        }
    }
    all
});

pub(super) fn passkey(device_bound: bool) -> Proof {
    Proof::Passkey { at: NOW, factor: FactorId::new(NOW, &Fixed(3)), device_bound }
}

pub(super) const fn step(factor: FactorKind, device_bound: bool) -> Proof {
    Proof::Second { at: NOW, factor, device_bound }
}

pub(super) const fn remembered(claims_mfa: bool) -> Proof {
    Proof::Remembered { at: NOW, claims_mfa }
}

pub(super) const PASSWORD: Proof = Proof::Password { at: NOW };

/// What was proven, the password alone first.
pub(super) static EVIDENCE: LazyLock<Vec<Option<Evidence>>> = LazyLock::new(|| {
    use FactorKind::{Email, RecoveryCode, SecurityKey, Sms, Totp};
    let about = |account_id, proofs: &[Proof]| Some(Evidence { account_id, proofs: proofs.to_vec(), network: None });
    let own = |proofs: &[Proof]| about(account(), proofs);
    let other = |proofs: &[Proof]| about(AccountId::new(NOW, &Fixed(9)), proofs);
    let mut all = vec![own(&[PASSWORD])];
    for second in [SecurityKey, Totp, Sms, Email, RecoveryCode] {
        all.push(own(&[PASSWORD, step(second, false)]));
    }
    for device_bound in [false, true] {
        all.push(own(&[passkey(device_bound)]));
        all.push(own(&[PASSWORD, passkey(device_bound)]));
    }
    all.push(own(&[PASSWORD, step(SecurityKey, true)]));
    for claims_mfa in [false, true] {
        all.push(own(&[PASSWORD, remembered(claims_mfa)]));
    }
    all.push(own(&[PASSWORD, remembered(false), step(Totp, false)]));
    all.push(own(&[PASSWORD, step(RecoveryCode, false), step(Totp, false)]));
    all.push(own(&[PASSWORD, step(RecoveryCode, false), passkey(false)]));
    all.push(own(&[PASSWORD, Proof::Mailbox { at: NOW }]));
    all.push(own(&[PASSWORD, Proof::Handed { at: NOW }]));
    all.push(own(&[PASSWORD, step(Totp, false), Proof::Mailbox { at: NOW }]));
    all.push(own(&[Proof::Mailbox { at: NOW }]));
    all.extend([None, own(&[]), own(&[step(Totp, false)]), own(&[step(SecurityKey, true)]), own(&[remembered(true)])]);
    all.extend([other(&[PASSWORD]), other(&[passkey(true)]), other(&[PASSWORD, step(Totp, false)])]);
    all
});

static APP: LazyLock<Vec<Option<AppFacts>>> = LazyLock::new(|| {
    let some: Scope = ["email", "openid"].into_iter().collect();
    let app = |first_party, must_ask, given: &Scope| AppFacts {
        disabled: false,
        admits: true,
        required: None,
        needs_organisation: false,
        consent: ConsentFacts { first_party, must_ask, wanted: some.clone(), given: given.clone() },
    };
    let (none, part) = (Scope::default(), some.except("email"));
    vec![
        None,
        Some(app(true, false, &none)),
        Some(app(false, false, &some)),
        Some(app(false, false, &part)),
        Some(app(false, false, &none)),
        Some(app(true, true, &none)),
        Some(app(false, true, &some)),
        Some(AppFacts { disabled: true, ..app(true, false, &none) }),
        Some(AppFacts { admits: false, ..app(true, false, &none) }),
        Some(AppFacts { required: Some(Acr::MultiFactor), ..app(true, false, &none) }),
        Some(AppFacts { required: Some(Acr::PhishingResistant), ..app(true, false, &none) }),
        Some(AppFacts { needs_organisation: true, ..app(true, false, &none) }),
    ]
});

/// The kinds that an organisation, or two together, can leave.
pub(super) fn allowed_kinds() -> [FactorKinds; 5] {
    [
        FactorKinds::ALL,
        FactorKinds::at_least(Strength::Strong),
        FactorKinds::of(&[FactorKind::Totp]),
        FactorKinds::of(&[FactorKind::Sms]),
        FactorKinds::NONE,
    ]
}

/// Mildest first.
pub(super) const DEMANDS: [Demand; 3] = [
    Demand::Optional,
    Demand::Required { from: Timestamp::from_millis(NOW.millis() + 1) },
    Demand::Required { from: NOW },
];
/// Mildest first.
pub(super) const NEW_NETWORKS: [NewNetworks; 3] =
    [NewNetworks::UsersChoice, NewNetworks::ConfirmByMail, NewNetworks::AdministratorOnly];

impl Fact {
    /// How many values it has.
    pub(super) fn size(self) -> usize {
        match self {
            Self::Account | Self::Acr => 9,
            Self::Evidence => EVIDENCE.len(),
            Self::App => APP.len(),
            Self::Enrolled => ENROLLED.len(),
            Self::Kinds => 5,
            Self::Age | Self::Since | Self::MaxAge | Self::Network | Self::NewNetworks => 3,
            Self::Demand => 4,
            Self::Occasion
            | Self::Validates
            | Self::PasswordDue
            | Self::Remembering
            | Self::Skipped
            | Self::Offer
            | Self::Answered => 2,
        }
    }

    /// Sets it to its value number `value`; 0 is the one that nothing asks about.
    pub(super) fn set(self, facts: &mut Facts, value: usize) {
        match self {
            Self::Account => set_account(facts, value),
            Self::Evidence => facts.evidence.clone_from(&EVIDENCE[value]),
            Self::Age => set_age(facts, value),
            Self::App => facts.app.clone_from(&APP[value]),
            Self::Occasion => facts.occasion = [Use::SignIn, Use::Later][value],
            Self::Acr => {
                facts.wish.acr =
                    value.checked_sub(1).map(|wish| AcrWish { at_least: Acr::ALL[wish / 2], essential: wish % 2 == 1 });
            }
            Self::Since => facts.wish.proven_since = [None, Some(WITHIN), Some(NOW)][value],
            Self::MaxAge => facts.wish.max_age = [None, Some(50), Some(100)][value].map(Duration::from_secs),
            Self::Network => {
                facts.network = [NetworkStanding::Known, NetworkStanding::New, NetworkStanding::Blocked][value];
            }
            Self::Skipped => facts.answers.enrolment_skipped = value == 1,
            Self::Offer => facts.offer = value == 1,
            Self::Answered => facts.answers.offer_answered = value == 1,
            Self::Enrolled
            | Self::NewNetworks
            | Self::Validates
            | Self::PasswordDue
            | Self::Kinds
            | Self::Demand
            | Self::Remembering => {
                self.set_about_account(facts, value);
            }
        }
    }

    fn set_about_account(self, facts: &mut Facts, value: usize) {
        let Some(account) = &mut facts.account else { return };
        match self {
            Self::Enrolled => (account.enrolled, account.device_bound) = ENROLLED[value],
            Self::Validates => account.validates_networks = value == 1,
            Self::PasswordDue => account.new_password_due = value == 1,
            Self::NewNetworks => account.policy.new_networks.rule = NEW_NETWORKS[value],
            Self::Kinds => account.policy.kinds.rule = AllowedKinds::new(allowed_kinds()[value]),
            // The last one is the helpdesk's, where the rules demand nothing.
            Self::Demand => {
                account.must_enrol = value == DEMANDS.len();
                account.policy.second_factor.rule = DEMANDS[value % DEMANDS.len()];
            }
            Self::Remembering => {
                account.policy.remembering.rule = [Remembering::Allowed, Remembering::Never][value];
            }
            _ => {}
        }
    }
}

/// There and in order, gone, switched off in three ways, and credentials that changed before, at, after and without a
/// time of issue.
fn set_account(facts: &mut Facts, value: usize) {
    facts.account = if value == 1 { None } else { at_rest().account };
    facts.issued_at = (5..8).contains(&value).then_some(WITHIN);
    let Some(account) = &mut facts.account else { return };
    match value {
        2 => account.disabled = true,
        3 => account.organisation_disabled = true,
        4 => account.membership_disabled = true,
        5 => account.credentials_changed_at = Some(OLD),
        6 => account.credentials_changed_at = Some(WITHIN),
        7 | 8 => account.credentials_changed_at = Some(NOW),
        _ => {}
    }
}

/// All of it fresh, all of it old, or an old first step and a fresh second.
fn set_age(facts: &mut Facts, value: usize) {
    let Some(evidence) = &mut facts.evidence else { return };
    for (place, proof) in evidence.proofs.iter_mut().enumerate() {
        let (Proof::Password { at }
        | Proof::Passkey { at, .. }
        | Proof::Second { at, .. }
        | Proof::Remembered { at, .. }
        | Proof::Mailbox { at }
        | Proof::Handed { at }) = proof;
        *at = if value == 1 || (value == 2 && place == 0) { OLD } else { NOW };
    }
}

/// The facts about which nothing asks anything.
pub(super) fn at_rest() -> Facts {
    facts(&[], &[PASSWORD])
}

/// Tries every combination of these facts, the others at rest.
pub(super) fn each(product: &[Fact], judge: &mut dyn FnMut(&Facts)) {
    fn go(rest: &[Fact], facts: &mut Facts, judge: &mut dyn FnMut(&Facts)) {
        let Some((fact, rest)) = rest.split_first() else { return judge(facts) };
        for value in 0..fact.size() {
            fact.set(facts, value);
            go(rest, facts, judge);
        }
    }
    let ordered: Vec<Fact> = ALL.into_iter().filter(|fact| product.contains(fact)).collect();
    go(&ordered, &mut at_rest(), judge);
}

/// Tries `many` cases out of the whole product, the same at each run.
pub(super) fn sample(many: usize, judge: &mut dyn FnMut(&Facts)) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut facts = at_rest();
    for _ in 0..many {
        for fact in ALL {
            // Xorshift (Marsaglia, 2003): evenly spread and the same everywhere.
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            let value = usize::try_from((state >> 32) % fact.size() as u64).unwrap();
            fact.set(&mut facts, value);
        }
        judge(&facts);
    }
}

/// Tries every product, every three facts together, and a sample of the whole.
pub(super) fn everything(judge: &mut dyn FnMut(&Facts)) {
    for product in PRODUCTS {
        each(product, judge);
    }
    for (first, a) in ALL.iter().enumerate() {
        for (second, b) in ALL.iter().enumerate().skip(first + 1) {
            for c in ALL.iter().skip(second + 1) {
                each(&[*a, *b, *c], judge);
            }
        }
    }
    sample(150_000, judge);
}
