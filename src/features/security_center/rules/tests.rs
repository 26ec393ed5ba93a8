//! What is told before saving is what happens after it.

use super::*;
use crate::domain::ids::{AccountId, MembershipId, OrganisationId, SessionId};
use crate::domain::policy::{AllowedKinds, Demand, NewNetworks, Policy, Remembering, SessionLimits};
use crate::domain::sign_in::{
    AccountFacts, Answers, Decision, Evidence, Facts, NetworkStanding, Proof, Question, Refusal, Use, Wish, decide,
};
use crate::domain::{FactorKind, FactorKinds, Random, Timestamp};
use crate::features::accounts::InstanceRole;
use crate::features::networks::Places;
use crate::features::organisations::{Membership, Role};
use crate::features::sessions::{Lifetime, Session, policy_of};

struct Fixed(u8);
impl Random for Fixed {
    fn fill(&self, bytes: &mut [u8]) {
        bytes.fill(self.0);
    }
}

const NOW: Timestamp = Timestamp::from_seconds(1_000_000);
const PAST: Demand = Demand::Required { from: Timestamp::from_seconds(5) };
const FUTURE: Demand = Demand::Required { from: Timestamp::from_seconds(2_000_000) };

fn office(seed: u8) -> OrganisationId {
    OrganisationId::new(Timestamp::from_seconds(1), &Fixed(seed))
}

fn account() -> AccountId {
    AccountId::new(Timestamp::from_seconds(1), &Fixed(1))
}

fn place(seed: u8, policy: Policy) -> Membership {
    Membership {
        id: MembershipId::new(Timestamp::from_seconds(1), &Fixed(seed)),
        organisation_id: office(seed),
        organisation_name: "Kantoor".to_owned(),
        organisation_disabled: false,
        policy,
        account_id: account(),
        role: Role::Employee,
        groups: Vec::new(),
        disabled_at: None,
        brought_in_by: [None, None],
        role_since: Timestamp::from_seconds(1),
    }
}

/// Somebody with these factors, under this policy, signed in with these proofs.
fn person(enrolled: FactorKinds, policy: Policy, proofs: &[Proof]) -> Person {
    let evidence = Evidence { account_id: account(), proofs: proofs.to_vec(), network: None };
    let session = Session {
        id: SessionId::new(NOW, &Fixed(1)),
        account_id: account(),
        evidence,
        network: None,
        user_agent: None,
        created_at: NOW,
        last_used_at: NOW.before(std::time::Duration::from_mins(20)),
        expires_at: NOW.after(std::time::Duration::from_hours(20)),
        ended_at: None,
    };
    let open = OpenSession { session, network: NetworkStanding::Known };
    let memberships = vec![place(1, policy)];
    Person {
        name: "Bram".to_owned(),
        role: Role::Employee,
        administers: false,
        facts: AccountFacts {
            id: account(),
            disabled: false,
            organisation_disabled: false,
            membership_disabled: false,
            credentials_changed_at: None,
            enrolled,
            device_bound: FactorKinds::NONE,
            must_enrol: false,
            new_password_due: false,
            validates_networks: false,
            policy: policy_of(&memberships, InstanceRole::None),
        },
        memberships,
        instance_role: InstanceRole::None,
        has_password: true,
        remembered: 0,
        places: Places::default(),
        sessions: if proofs.is_empty() { Vec::new() } else { vec![open] },
        last_sign_in_at: None,
    }
}

fn to(after: Policy) -> Change {
    let lifetime = Lifetime { idle: std::time::Duration::from_hours(1), absolute: std::time::Duration::from_hours(24) };
    Change { organisation: office(1), after, lifetime, now: NOW }
}

const PASSWORD: Proof = Proof::Password { at: Timestamp::from_seconds(990_000) };

fn second(factor: FactorKind) -> Proof {
    Proof::Second { at: Timestamp::from_seconds(990_000), factor, device_bound: false }
}

fn policies() -> Vec<Policy> {
    let kinds = [FactorKinds::ALL, FactorKinds::of(&[FactorKind::Totp, FactorKind::RecoveryCode])];
    (0..36)
        .map(|n| Policy {
            second_factor: [Demand::Optional, FUTURE, PAST][n % 3],
            remembering: [Remembering::Allowed, Remembering::Never][n / 3 % 2],
            new_networks: [NewNetworks::UsersChoice, NewNetworks::ConfirmByMail, NewNetworks::AdministratorOnly]
                [n / 6 % 3],
            kinds: AllowedKinds::new(kinds[n / 18]),
            ..Policy::default()
        })
        .collect()
}

fn enrolled() -> Vec<FactorKinds> {
    use FactorKind::{Email, Passkey, RecoveryCode, SecurityKey, Sms, Totp};
    let all: [&[FactorKind]; 9] = [
        &[],
        &[RecoveryCode],
        &[Totp],
        &[Sms],
        &[Email, RecoveryCode],
        &[Totp, Sms],
        &[Passkey],
        &[Passkey, Totp],
        &[SecurityKey, Sms],
    ];
    all.into_iter().map(FactorKinds::of).collect()
}

/// What the rules of now say about a sign-in that has come so far.
fn decided(person: &Person, policy: Policy, occasion: Use, proofs: &[Proof], network: NetworkStanding) -> Decision {
    let account = AccountFacts { policy: person.policy_under(office(1), policy), ..person.facts.clone() };
    let evidence = Evidence { account_id: account.id, proofs: proofs.to_vec(), network: None };
    decide(&Facts {
        now: NOW,
        occasion,
        wish: Wish::default(),
        issued_at: None,
        evidence: Some(evidence),
        account: Some(account),
        network,
        answers: Answers::default(),
        offer: false,
        app: None,
    })
}

/// A password and the best second step that is enrolled.
fn best(enrolled: FactorKinds) -> Vec<Proof> {
    let kind = enrolled.without(FactorKind::RecoveryCode).iter().next();
    std::iter::once(PASSWORD).chain(kind.map(second)).collect()
}

#[test]
fn over_the_whole_space_the_preview_says_what_is_then_decided() {
    for kinds in enrolled() {
        for before in policies() {
            let mut somebody = person(kinds, before, &best(kinds));
            somebody.remembered = 1;
            for after in policies() {
                let effects = somebody.effects(&to(after));
                let has = |wanted: Effect| effects.contains(&wanted);
                let told = format!("{kinds:?} {before:?} {after:?} {effects:?}");

                // Setting up: compared with what a session of the best proofs is told.
                let due = |policy| {
                    let decision = decided(&somebody, policy, Use::Later, &best(kinds), NetworkStanding::Known);
                    matches!(decision, Decision::Refuse(Refusal::EnrolmentDue))
                };
                let must = has(Effect::EnrolAtOnce) || has(Effect::EnrolNext);
                assert_eq!(must, due(after) && !due(before), "{told}");
                assert!(!has(Effect::EnrolNext) || due(before), "who is signed in is asked at once: {told}");
                let later = effects.iter().any(|effect| matches!(effect, Effect::EnrolBefore { .. }));
                let asked = |policy| {
                    let decision = decided(&somebody, policy, Use::SignIn, &best(kinds), NetworkStanding::Known);
                    matches!(decision, Decision::Ask(Question::Enrol { may_skip: true, .. }))
                };
                assert_eq!(later, asked(after) && !asked(before), "{told}");

                // The code that is left out now.
                let remembered = [PASSWORD, Proof::Remembered { at: NOW, claims_mfa: false }];
                let passes = |policy| {
                    let decision = decided(&somebody, policy, Use::SignIn, &remembered, NetworkStanding::Known);
                    !matches!(decision, Decision::Ask(Question::SecondFactor { .. }))
                };
                assert_eq!(has(Effect::CodeAlways), passes(before) && !passes(after), "{told}");

                // A new network, for whoever does not use a passkey.
                let walk = best(kinds.without(FactorKind::Passkey));
                let mut plain = somebody.clone();
                plain.facts.enrolled = kinds.without(FactorKind::Passkey);
                let waits = |policy| match decided(&plain, policy, Use::SignIn, &walk, NetworkStanding::New) {
                    Decision::Ask(Question::ConfirmNetwork { by_administrator }) => Some(by_administrator),
                    _ => None,
                };
                let administrator = waits(after) == Some(true) && waits(before) != Some(true);
                // A forbidden kind is done once more before the network is asked about.
                let settled = |policy| {
                    !matches!(
                        decided(&plain, policy, Use::SignIn, &walk, NetworkStanding::New),
                        Decision::Ask(Question::SecondFactor { .. })
                    )
                };
                if settled(before) && settled(after) {
                    assert_eq!(has(Effect::WaitsForAdministrator), administrator, "{told}");
                }

                // Whoever nothing is told about notices nothing.
                if effects.is_empty() {
                    for network in [NetworkStanding::Known, NetworkStanding::New] {
                        for proofs in [vec![PASSWORD], best(kinds)] {
                            for occasion in [Use::SignIn, Use::Later] {
                                let say =
                                    |policy| format!("{:?}", decided(&somebody, policy, occasion, &proofs, network));
                                let (was, is) = (say(before), say(after));
                                // Which kinds could be set up is no effect on somebody who sets up nothing.
                                let same = was == is || (was.contains("Enrol") && is.contains("Enrol"));
                                assert!(same || is.contains("may_remember"), "{was} {is} {told}");
                            }
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn nothing_changes_for_anybody_when_no_rule_does() {
    for kinds in enrolled() {
        for policy in policies() {
            let somebody = Person { remembered: 2, ..person(kinds, policy, &best(kinds)) };
            assert_eq!(somebody.effects(&to(policy)), [], "{kinds:?} {policy:?}");
        }
    }
}

#[test]
fn a_rule_of_another_organisation_that_is_as_strict_leaves_nothing_to_tell() {
    for after in policies() {
        let mut guest = person(FactorKinds::NONE, Policy::default(), &[PASSWORD]);
        guest.memberships.push(place(2, after));
        guest.facts.policy = policy_of(&guest.memberships, InstanceRole::None);
        assert_eq!(guest.effects(&to(after)), [], "{after:?}");
    }
}

#[test]
fn shorter_sessions_end_those_that_are_older_at_once() {
    let policy = |idle_minutes, absolute_hours| {
        let sessions = SessionLimits { idle_minutes, absolute_hours };
        Policy { sessions, ..Policy::default() }
    };
    // Twenty minutes idle, and proven 10,000 seconds ago.
    let somebody = person(FactorKinds::NONE, Policy::default(), &[PASSWORD]);
    assert_eq!(somebody.effects(&to(policy(Some(20), None))), [Effect::SignedOut, Effect::SessionsShorter]);
    assert_eq!(somebody.effects(&to(policy(Some(21), None))), [Effect::SessionsShorter]);
    assert_eq!(somebody.effects(&to(policy(None, Some(2)))), [Effect::SignedOut, Effect::SessionsShorter]);
    assert_eq!(somebody.effects(&to(policy(None, Some(3)))), [Effect::SessionsShorter]);
    assert_eq!(somebody.effects(&to(policy(Some(60), Some(24)))), [], "no shorter than the installation");
}

#[test]
fn whoever_has_only_a_passkey_notices_nothing() {
    let passkey =
        Person { has_password: false, ..person(FactorKinds::of(&[FactorKind::Passkey]), Policy::default(), &[]) };
    for after in policies() {
        assert_eq!(passkey.effects(&to(after)), [], "{after:?}");
    }
}

#[test]
fn nobody_saves_what_locks_them_out() {
    let demand = Policy { second_factor: PAST, ..Policy::default() };
    let without = person(FactorKinds::NONE, Policy::default(), &[PASSWORD]);
    assert_eq!(judge_change(&without, &to(demand), 1), Err(Lockout::SetUpFirst));
    let totp = FactorKinds::of(&[FactorKind::Totp]);
    let with = person(totp, Policy::default(), &best(totp));
    assert_eq!(judge_change(&with, &to(demand), 0), Ok(()));
    let strict = Policy { kinds: AllowedKinds::new(FactorKinds::NONE), ..Policy::default() };
    assert_eq!(judge_change(&with, &to(strict), 1), Err(Lockout::SetUpFirst));
    let sessions = SessionLimits { idle_minutes: Some(10), absolute_hours: None };
    assert_eq!(judge_change(&with, &to(Policy { sessions, ..Policy::default() }), 1), Err(Lockout::OwnSession));
    let networks = Policy { new_networks: NewNetworks::AdministratorOnly, ..Policy::default() };
    assert_eq!(judge_change(&with, &to(networks), 0), Err(Lockout::OnlyAdministrator));
    assert_eq!(judge_change(&with, &to(networks), 1), Ok(()));
    let passkey = FactorKinds::of(&[FactorKind::Passkey]);
    assert_eq!(judge_change(&person(passkey, Policy::default(), &[]), &to(networks), 0), Ok(()));
}

#[test]
fn the_summary_counts_people_once() {
    let change = to(Policy { second_factor: PAST, remembering: Remembering::Never, ..Policy::default() });
    let totp = FactorKinds::of(&[FactorKind::Totp]);
    let people = [
        person(FactorKinds::NONE, Policy::default(), &[PASSWORD]),
        person(FactorKinds::NONE, Policy::default(), &[]),
        Person { remembered: 3, ..person(totp, Policy::default(), &[]) },
        person(FactorKinds::of(&[FactorKind::Passkey]), Policy::default(), &[]),
    ];
    let all: Vec<_> = people.into_iter().map(|person| (person.effects(&change), person)).map(|(e, p)| (p, e)).collect();
    let sum = Summary::of(&all);
    assert_eq!((sum.people, sum.affected, sum.enrol, sum.at_once, sum.always), (4, 3, 2, 1, 1));
    assert_eq!((sum.have_second, sum.only_passkey), (1, 1));
}
