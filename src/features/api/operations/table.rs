//! The table.

use super::{Operation, Shape};
use crate::features::api::documents::{
    AccountSettings, AccountShown, ApiKeyShown, AppSecretMade, AppShown, EventShown, InvitationShown,
    MembershipSettings, MembershipShown, NetworkSettings, NetworkShown, NewAccount, NewApiKey, NewApp, NewAppSecret,
    NewInvitation, NewMembership, NewOrganisation, OrganisationSettings, OrganisationShown, SigningKeysShown,
};
use crate::features::api::{
    accounts, api_keys, apps, audit, invitations, memberships, networks, organisations, policies, signing_keys,
};
use crate::features::api_keys::Right;
use crate::features::declarations::{AppSettings, PolicySettings};

const ACCOUNT: Shape = Shape::of::<AccountShown>();
const API_KEY: Shape = Shape::of::<ApiKeyShown>();
const APP: Shape = Shape::of::<AppShown>();
const INVITATION: Shape = Shape::of::<InvitationShown>();
const KEYS: Shape = Shape::of::<SigningKeysShown>();
const MEMBERSHIP: Shape = Shape::of::<MembershipShown>();
const NETWORK: Shape = Shape::of::<NetworkShown>();
const ORGANISATION: Shape = Shape::of::<OrganisationShown>();
const POLICY: Shape = Shape::of::<PolicySettings>();

/// Everything that the API can do.
pub(in crate::features::api) const OPERATIONS: &[Operation] = &[
    Operation::new("list_apps", "/apps", Right::ReadApps, |call| Box::pin(apps::list(call)))
        .about("List the apps, by identifier.")
        .list(APP),
    Operation::new("add_app", "/apps", Right::WriteApps, |call| Box::pin(apps::add(call)))
        .about("Register an app. Its secret is shown this once.")
        .post(Shape::of::<NewApp>(), APP),
    Operation::new("show_app", "/apps/{app}", Right::ReadApps, |call| Box::pin(apps::show(call)))
        .about("Show an app.")
        .one(APP),
    Operation::new("change_app", "/apps/{app}", Right::WriteApps, |call| Box::pin(apps::change(call)))
        .about("Change what is named of an app; the rest stays.")
        .patch(Shape::of::<AppSettings>(), APP),
    Operation::new("remove_app", "/apps/{app}", Right::WriteApps, |call| Box::pin(apps::remove(call)))
        .about("Remove an app, with all that it was granted.")
        .delete(),
    Operation::new("add_app_secret", "/apps/{app}/secrets", Right::WriteApps, |call| Box::pin(apps::add_secret(call)))
        .about("Make a second secret for an app. It is shown this once.")
        .post(Shape::of::<NewAppSecret>(), Shape::of::<AppSecretMade>())
        .matching(),
    Operation::new("remove_app_secret", "/apps/{app}/secrets/{secret}", Right::WriteApps, |call| {
        Box::pin(apps::remove_secret(call))
    })
    .about("End a secret of an app at once.")
    .delete(),
    Operation::new("list_organisations", "/organisations", Right::ReadOrganisations, |call| {
        Box::pin(organisations::list(call))
    })
    .about("List the organisations, oldest first.")
    .list(ORGANISATION),
    Operation::new("add_organisation", "/organisations", Right::WriteOrganisations, |call| {
        Box::pin(organisations::add(call))
    })
    .about("Add an organisation.")
    .post(Shape::of::<NewOrganisation>(), ORGANISATION),
    Operation::new("show_organisation", "/organisations/{organisation}", Right::ReadOrganisations, |call| {
        Box::pin(organisations::show(call))
    })
    .about("Show an organisation.")
    .one(ORGANISATION),
    Operation::new("change_organisation", "/organisations/{organisation}", Right::WriteOrganisations, |call| {
        Box::pin(organisations::change(call))
    })
    .about("Rename an organisation, or switch it off or on.")
    .patch(Shape::of::<OrganisationSettings>(), ORGANISATION),
    Operation::new("show_policy", "/organisations/{organisation}/policy", Right::ReadPolicies, |call| {
        Box::pin(policies::show(call))
    })
    .about("Show the rules of an organisation.")
    .one(POLICY),
    Operation::new("change_policy", "/organisations/{organisation}/policy", Right::WritePolicies, |call| {
        Box::pin(policies::change(call))
    })
    .about("Change rules of an organisation. They hold at once, and its administrators are told.")
    .patch(POLICY, POLICY),
    Operation::new("list_memberships", "/organisations/{organisation}/memberships", Right::ReadMemberships, |call| {
        Box::pin(memberships::list(call))
    })
    .about("List who belongs to an organisation.")
    .list(MEMBERSHIP),
    Operation::new("add_membership", "/organisations/{organisation}/memberships", Right::WriteMemberships, |call| {
        Box::pin(memberships::add(call))
    })
    .about("Make somebody who has an account a member as well.")
    .post(Shape::of::<NewMembership>(), MEMBERSHIP),
    Operation::new(
        "show_membership",
        "/organisations/{organisation}/memberships/{account}",
        Right::ReadMemberships,
        |call| Box::pin(memberships::show(call)),
    )
    .about("Show what somebody is in an organisation.")
    .one(MEMBERSHIP),
    Operation::new(
        "change_membership",
        "/organisations/{organisation}/memberships/{account}",
        Right::WriteMemberships,
        |call| Box::pin(memberships::change(call)),
    )
    .about("Change role or groups of a member, or switch the membership off or on. The person is told.")
    .patch(Shape::of::<MembershipSettings>(), MEMBERSHIP),
    Operation::new(
        "remove_membership",
        "/organisations/{organisation}/memberships/{account}",
        Right::WriteMemberships,
        |call| Box::pin(memberships::remove(call)),
    )
    .about("End the membership of somebody whose home is elsewhere.")
    .delete(),
    Operation::new("list_invitations", "/organisations/{organisation}/invitations", Right::ReadAccounts, |call| {
        Box::pin(invitations::list(call))
    })
    .about("List who was asked into an organisation and has not accepted, oldest first.")
    .list(INVITATION),
    Operation::new("add_invitation", "/organisations/{organisation}/invitations", Right::WriteAccounts, |call| {
        Box::pin(invitations::add(call))
    })
    .about("Ask somebody into an organisation by mail, with an account or without. Whoever accepts becomes a member.")
    .post(Shape::of::<NewInvitation>(), INVITATION),
    Operation::new(
        "show_invitation",
        "/organisations/{organisation}/invitations/{invitation}",
        Right::ReadAccounts,
        |call| Box::pin(invitations::show(call)),
    )
    .about("Show an invitation that nobody accepted.")
    .one(INVITATION),
    Operation::new(
        "withdraw_invitation",
        "/organisations/{organisation}/invitations/{invitation}",
        Right::WriteAccounts,
        |call| Box::pin(invitations::withdraw(call)),
    )
    .about("Withdraw an invitation.")
    .delete(),
    Operation::new("list_accounts", "/accounts", Right::ReadAccounts, |call| Box::pin(accounts::list(call)))
        .about("List accounts by their home, oldest first.")
        .list(ACCOUNT)
        .asking(&[
            ("organisation", "Only those whose home this is."),
            ("email", "Only the one with this e-mail address."),
        ]),
    Operation::new("add_account", "/accounts", Right::WriteAccounts, |call| Box::pin(accounts::add(call)))
        .about(
            "Add somebody, and invite them by mail to choose how they will sign in. Not for keys of one organisation.",
        )
        .post(Shape::of::<NewAccount>(), ACCOUNT),
    Operation::new("show_account", "/accounts/{account}", Right::ReadAccounts, |call| Box::pin(accounts::show(call)))
        .about("Show an account.")
        .one(ACCOUNT),
    Operation::new("change_account", "/accounts/{account}", Right::WriteAccounts, |call| {
        Box::pin(accounts::change(call))
    })
    .about("Correct names and language of somebody, or switch the account off or on.")
    .patch(Shape::of::<AccountSettings>(), ACCOUNT),
    Operation::new("invite_account", "/accounts/{account}/invitation", Right::WriteAccounts, |call| {
        Box::pin(accounts::invite_again(call))
    })
    .about("Mail the invitation again.")
    .act(),
    Operation::new("sign_out_account", "/accounts/{account}/sign-out", Right::WriteAccounts, |call| {
        Box::pin(accounts::sign_out(call))
    })
    .about("End everything that somebody is signed in with.")
    .act(),
    Operation::new(
        "list_organisation_networks",
        "/organisations/{organisation}/networks",
        Right::ReadNetworks,
        |call| Box::pin(networks::list_of_organisation(call)),
    )
    .about("List the networks that an organisation decided about for all its people.")
    .list(NETWORK),
    Operation::new(
        "show_organisation_network",
        "/organisations/{organisation}/networks/{network}",
        Right::ReadNetworks,
        |call| Box::pin(networks::show_of_organisation(call)),
    )
    .about("Show what an organisation decided about a network.")
    .one(NETWORK),
    Operation::new(
        "decide_organisation_network",
        "/organisations/{organisation}/networks/{network}",
        Right::WriteNetworks,
        |call| Box::pin(networks::decide_of_organisation(call)),
    )
    .about("Make a network an office of the organisation, or block it for all its people.")
    .put(Shape::of::<NetworkSettings>(), NETWORK),
    Operation::new(
        "remove_organisation_network",
        "/organisations/{organisation}/networks/{network}",
        Right::WriteNetworks,
        |call| Box::pin(networks::remove_of_organisation(call)),
    )
    .about("Take a network off the list of an organisation.")
    .delete(),
    Operation::new("list_account_networks", "/accounts/{account}/networks", Right::ReadNetworks, |call| {
        Box::pin(networks::list_of_account(call))
    })
    .about("List the networks that somebody came from.")
    .list(NETWORK),
    Operation::new("show_account_network", "/accounts/{account}/networks/{network}", Right::ReadNetworks, |call| {
        Box::pin(networks::show_of_account(call))
    })
    .about("Show where a network of somebody stands.")
    .one(NETWORK),
    Operation::new("decide_account_network", "/accounts/{account}/networks/{network}", Right::WriteNetworks, |call| {
        Box::pin(networks::decide_of_account(call))
    })
    .about("Validate or block a network for somebody. The person is told.")
    .put(Shape::of::<NetworkSettings>(), NETWORK),
    Operation::new("remove_account_network", "/accounts/{account}/networks/{network}", Right::WriteNetworks, |call| {
        Box::pin(networks::remove_of_account(call))
    })
    .about("Take a network off the list of somebody.")
    .delete(),
    Operation::new("show_keys", "/keys", Right::ReadKeys, |call| Box::pin(signing_keys::show(call)))
        .about("Show the signing keys, oldest first.")
        .one(KEYS),
    Operation::new("rotate_keys", "/keys/rotate", Right::WriteKeys, |call| Box::pin(signing_keys::rotate(call)))
        .about("Replace every signing key at once, on all nodes.")
        .act()
        .returning(KEYS),
    Operation::new("list_audit", "/audit", Right::ReadAudit, |call| Box::pin(audit::list(call)))
        .about("List what happened, the newest first.")
        .list(Shape::of::<EventShown>())
        .asking(&[
            ("organisation", "Only the chain of this organisation."),
            ("account", "Only what was done to this account."),
            ("kind", "Only kinds that begin so, such as sign_in."),
            ("since", "Only from this point in time on (RFC 3339)."),
        ]),
    Operation::new("list_api_keys", "/api-keys", Right::ReadApiKeys, |call| Box::pin(api_keys::list(call)))
        .about("List the API keys, oldest first.")
        .list(API_KEY),
    Operation::new("add_api_key", "/api-keys", Right::WriteApiKeys, |call| Box::pin(api_keys::add(call)))
        .about("Make an API key with no more rights than one's own. It is shown this once.")
        .post(Shape::of::<NewApiKey>(), API_KEY),
    Operation::new("show_api_key", "/api-keys/{key}", Right::ReadApiKeys, |call| Box::pin(api_keys::show(call)))
        .about("Show an API key, never the key itself.")
        .one(API_KEY),
    Operation::new("remove_api_key", "/api-keys/{key}", Right::WriteApiKeys, |call| Box::pin(api_keys::remove(call)))
        .about("End an API key at once.")
        .delete(),
];
