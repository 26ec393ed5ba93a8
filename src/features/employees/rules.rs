//! What an administrator may do about whom.

use strum::{Display, EnumIter, EnumString, IntoEnumIterator as _};

use super::Person;
use crate::domain::ids::{AccountId, OrganisationId};
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
    /// Ends everything that they are signed in with.
    SignOut,
    /// Switches them off.
    Disable,
    /// Switches them on again.
    Enable,
}

impl Act {
    /// The word that the audit keeps.
    pub(super) const fn audited(self) -> &'static str {
        match self {
            Self::Invite => "account.invite",
            Self::Role => "membership.role",
            Self::SignOut => "session.end_all",
            Self::Disable => "membership.disable",
            Self::Enable => "membership.enable",
        }
    }
}

impl Person {
    /// Whether they cannot get in.
    pub(super) const fn is_off(&self) -> bool {
        self.membership_disabled_at.is_some() || self.account_disabled_at.is_some()
    }

    /// Whether they count as an administrator who can act.
    pub(super) fn is_acting_administrator(&self) -> bool {
        self.role == Role::Administrator && !self.is_off()
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
            Act::Role => true,
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
            validates_networks: false,
        }
    }

    #[test]
    fn an_employee_can_be_signed_out_and_switched_off() {
        assert_eq!(bram().acts(office(1), account(1)), [Act::Role, Act::SignOut, Act::Disable]);
        let off = Person { membership_disabled_at: Some(Timestamp::from_seconds(3)), ..bram() };
        assert_eq!(off.acts(office(1), account(1)), [Act::Role, Act::SignOut, Act::Enable]);
        let invited = Person { last_sign_in_at: None, ..bram() };
        assert!(invited.allows(Act::Invite, office(1), account(1)));
    }

    #[test]
    fn nobody_switches_themselves_off() {
        assert_eq!(bram().acts(office(1), account(2)), [Act::Role]);
    }

    #[test]
    fn beyond_the_membership_nothing_is_done_about_guests_and_the_powerful() {
        let guest = Person { home: office(9), ..bram() };
        assert_eq!(guest.acts(office(1), account(1)), [Act::Role, Act::Disable]);
        for instance_role in [InstanceRole::Helpdesk, InstanceRole::Administrator] {
            // At home switching the membership off would end everything.
            assert_eq!(Person { instance_role, ..bram() }.acts(office(1), account(1)), [Act::Role]);
            let guest = Person { instance_role, home: office(9), ..bram() };
            assert_eq!(guest.acts(office(1), account(1)), [Act::Role, Act::Disable]);
        }
    }

    #[test]
    fn what_the_operator_switched_off_stays_off() {
        let off = Person { account_disabled_at: Some(Timestamp::from_seconds(3)), ..bram() };
        assert!(off.is_off() && !off.allows(Act::Enable, office(1), account(1)));
        assert!(!Person { role: Role::Administrator, ..off }.is_acting_administrator());
    }
}
