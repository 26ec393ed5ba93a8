//! What an administrator may do about whom.

use strum::{Display, EnumIter, EnumString, IntoEnumIterator as _};

use super::Person;
use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::names::parse_groups;
use crate::domain::{FactorKind, FactorKinds};
use crate::features::accounts::InstanceRole;
use crate::features::organisations::Role;

/// Something that an administrator does about somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, EnumIter, serde::Serialize)]
#[strum(serialize_all = "kebab-case")]
#[serde(rename_all = "kebab-case")]
pub(super) enum Act {
    /// Mails the invitation again.
    Invite,
    /// Makes them something else in the organisation.
    Role,
    /// Puts them into other groups, which apps are told of.
    Groups,
    /// Demands that the password is chosen anew.
    Password,
    /// Ends everything that they are signed in with.
    SignOut,
    /// Switches them off.
    Disable,
    /// Switches them on again.
    Enable,
    /// Ends the membership of somebody who is at home elsewhere.
    Remove,
}

impl Act {
    /// The word that the audit keeps.
    pub(super) const fn audited(self) -> &'static str {
        match self {
            Self::Invite => "account.invite",
            Self::Role => "membership.role",
            Self::Groups => "membership.groups",
            Self::Password => "password.demand",
            Self::SignOut => "session.end_all",
            Self::Disable => "membership.disable",
            Self::Enable => "membership.enable",
            Self::Remove => "membership.leave",
        }
    }
}

/// The groups that were typed, one on a line or with commas between; none where one is too long or there are too many.
pub(super) fn groups_of(typed: &str) -> Option<Vec<String>> {
    parse_groups(typed.split(['\n', ',']).filter(|group| !group.trim().is_empty()))
}

/// Whether an administrator may take one method away from somebody: what is left must be a second step that counts, and
/// a way in. Everything at once is for two people (O2).
pub(super) fn may_remove(left: FactorKinds, allowed: FactorKinds, has_password: bool) -> bool {
    let steps = left.without(FactorKind::RecoveryCode).and(allowed);
    !steps.is_empty() && (has_password || left.contains(FactorKind::Passkey))
}

impl Person {
    /// Whether they cannot get in.
    pub(super) const fn is_off(&self) -> bool {
        self.membership_disabled_at.is_some() || self.account_disabled_at.is_some()
    }

    /// Whether they count as an administrator who can act: at home, and not switched off.
    pub(super) fn is_acting_administrator(&self, organisation: OrganisationId) -> bool {
        self.role == Role::Administrator && !self.is_off() && self.home == organisation
    }

    /// Whether the security of the account is for this organisation. It is not for somebody who only works along, nor
    /// for somebody who may do something for the whole instance: an office must not gain power over everybody.
    pub(super) fn is_looked_after_by(&self, organisation: OrganisationId) -> bool {
        self.home == organisation && self.instance_role == InstanceRole::None
    }

    /// What an administrator `by` of `organisation` may do.
    pub(super) fn acts(&self, organisation: OrganisationId, by: AccountId) -> Vec<Act> {
        Act::iter().filter(|act| self.allows(*act, organisation, by)).collect()
    }

    /// Whether an administrator `by` of `organisation` may do this.
    pub(super) fn allows(&self, act: Act, organisation: OrganisationId, by: AccountId) -> bool {
        let is_other = self.account_id != by;
        match act {
            Act::Role | Act::Groups => true,
            Act::Password => {
                is_other && self.is_looked_after_by(organisation) && self.has_password && !self.new_password_due
            }
            Act::Remove => is_other && self.home != organisation,
            Act::Invite => self.last_sign_in_at.is_none() && !self.is_off() && self.home == organisation && is_other,
            Act::SignOut => is_other && self.is_looked_after_by(organisation),
            // At home that ends everything, so it is not for those who have a say over everybody.
            Act::Disable => {
                let is_guest = self.home != organisation;
                is_other && self.membership_disabled_at.is_none() && (is_guest || self.is_looked_after_by(organisation))
            }
            Act::Enable => is_other && self.membership_disabled_at.is_some(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Random, Timestamp};

    struct Fixed(u8);
    impl Random for Fixed {
        fn fill(&self, bytes: &mut [u8]) {
            bytes.fill(self.0);
        }
    }

    fn account(seed: u8) -> AccountId {
        AccountId::new(Timestamp::from_seconds(1), &Fixed(seed))
    }

    fn office(seed: u8) -> OrganisationId {
        OrganisationId::new(Timestamp::from_seconds(1), &Fixed(seed))
    }

    fn bram() -> Person {
        Person {
            account_id: account(2),
            home: office(1),
            name: "Bram Bakker".to_owned(),
            email: "bram@kantoor.nl".to_owned(),
            role: Role::Employee,
            instance_role: InstanceRole::None,
            created_at: Timestamp::from_seconds(1),
            last_sign_in_at: Some(Timestamp::from_seconds(2)),
            membership_disabled_at: None,
            account_disabled_at: None,
            has_second: false,
            has_passkey: false,
            has_password: true,
            new_password_due: false,
            groups: Vec::new(),
            validates_networks: false,
        }
    }

    #[test]
    fn an_employee_can_be_signed_out_and_switched_off() {
        assert_eq!(
            bram().acts(office(1), account(1)),
            [Act::Role, Act::Groups, Act::Password, Act::SignOut, Act::Disable]
        );
        let off = Person { membership_disabled_at: Some(Timestamp::from_seconds(3)), ..bram() };
        assert_eq!(off.acts(office(1), account(1)), [Act::Role, Act::Groups, Act::Password, Act::SignOut, Act::Enable]);
        let invited = Person { last_sign_in_at: None, ..bram() };
        assert!(invited.allows(Act::Invite, office(1), account(1)));
    }

    #[test]
    fn one_method_is_taken_away_only_where_another_does_and_lets_in() {
        use FactorKind::{Passkey, RecoveryCode, Sms, Totp};
        let left = |kinds: &[FactorKind], has_password| {
            may_remove(FactorKinds::of(kinds), FactorKinds::of(&[Passkey, Totp]), has_password)
        };
        assert!(left(&[Totp], true) && left(&[Passkey], false) && left(&[Passkey, RecoveryCode], true));
        assert!(!left(&[], true) && !left(&[RecoveryCode], true), "nothing but codes is left");
        assert!(!left(&[Sms], true), "what is left is forbidden");
        assert!(!left(&[Totp], false), "an app alone lets nobody in");
    }

    #[test]
    fn groups_are_typed_one_on_a_line_or_with_commas() {
        assert_eq!(groups_of(" Loon \r\nBTW, Loon\n\n").unwrap(), ["Loon", "BTW"]);
        assert_eq!(groups_of("").unwrap(), Vec::<String>::new());
        assert_eq!(groups_of("a\u{7}b"), None);
    }

    #[test]
    fn nobody_switches_themselves_off() {
        assert_eq!(bram().acts(office(1), account(2)), [Act::Role, Act::Groups]);
    }

    #[test]
    fn beyond_the_membership_nothing_is_done_about_guests_and_the_powerful() {
        let guest = Person { home: office(9), ..bram() };
        assert_eq!(guest.acts(office(1), account(1)), [Act::Role, Act::Groups, Act::Disable, Act::Remove]);
        for instance_role in [InstanceRole::Helpdesk, InstanceRole::Administrator] {
            // At home switching the membership off would end everything.
            assert_eq!(Person { instance_role, ..bram() }.acts(office(1), account(1)), [Act::Role, Act::Groups]);
            let guest = Person { instance_role, home: office(9), ..bram() };
            assert_eq!(guest.acts(office(1), account(1)), [Act::Role, Act::Groups, Act::Disable, Act::Remove]);
        }
    }

    #[test]
    fn what_the_operator_switched_off_stays_off() {
        let off = Person { account_disabled_at: Some(Timestamp::from_seconds(3)), ..bram() };
        assert!(off.is_off() && !off.allows(Act::Enable, office(1), account(1)));
        assert!(!Person { role: Role::Administrator, ..off }.is_acting_administrator(office(1)));
        let guest = Person { role: Role::Administrator, home: office(9), ..bram() };
        assert!(!guest.is_acting_administrator(office(1)), "a guest looks after nobody");
    }
}
