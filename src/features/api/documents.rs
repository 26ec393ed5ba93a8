//! What is sent and what comes back.

mod apps;
mod people;
mod things;

pub(super) use apps::{ApiKeyShown, AppSecretMade, AppShown, NewApiKey, NewApp, NewAppSecret, secret_id};
pub(super) use people::{
    AccountSettings, AccountShown, InvitationShown, MembershipSettings, MembershipShown, NewAccount, NewInvitation,
    NewMembership, NewOrganisation, OrganisationSettings, OrganisationShown,
};
pub(super) use things::{EventShown, NetworkSettings, NetworkShown, NetworkStatus, SigningKeyShown, SigningKeysShown};
