//! Floor 4: what people and apps can do, a folder each.
//!
//! The audit, the counters and the outbox serve all others. Records (accounts, organisations, what people enrolled, the
//! ledger of networks, codes that were sent) carry sessions and the sign-ins in progress; on those stand the proofs
//! (passwords, and above them passkeys, second steps, IP addresses and mailed links), the flows (sign-in, recovery, set-up,
//! invitations), the protocol with its keys, the descriptions that machines read and write, what happened, and the areas
//! that people and their administrators look after things in. The areas of the instance (`admin`, `apps`) share the door
//! `console`: who may look, who may change, and the frame around their pages. Programs (`api`, and files
//! by way of `provisioning`) do by other doors what the
//! areas do. A feature uses the groups below it, through their `mod.rs`.

pub mod account;
pub mod accounts;
pub mod activity;
pub mod admin;
pub mod api;
pub mod api_keys;
pub mod apps;
pub mod audit;
pub mod backup;
pub mod challenges;
pub mod clients;
pub mod console;
pub mod declarations;
pub mod employees;
pub mod factors;
pub mod failed_requests;
pub mod helpdesk;
pub mod import;
pub mod interactions;
pub mod invitations;
pub mod ip_addresses;
pub mod mail_links;
pub mod networks;
pub mod oidc;
pub mod organisations;
pub mod outbox;
pub mod passkeys;
pub mod passwords;
pub mod privacy;
pub mod provisioning;
pub mod recovery;
pub mod security_center;
pub mod sessions;
pub mod setup;
pub mod sign_in;
pub mod signing;
pub mod throttles;
pub mod two_factor;
pub mod webhooks;

use crate::features::outbox::{MessageSample, samples_of_message};
use crate::web::{PageSample, Routes, samples_of};

/// A feature that has pages: its routes, and samples of its pages for the test that renders them all.
pub struct Feature {
    /// What the folder is called.
    pub name: &'static str,
    /// What it answers.
    pub routes: fn() -> Routes,
    /// Samples of its pages.
    pub pages: fn() -> Vec<PageSample>,
}

/// The features that have pages.
pub const FEATURES: &[Feature] = &[
    Feature { name: "sign_in", routes: sign_in::routes, pages: || samples_of::<sign_in::SignInPage>() },
    Feature {
        name: "passkeys",
        routes: passkeys::routes,
        pages: || {
            let mut all = samples_of::<passkeys::CreatePage>();
            all.extend(samples_of::<passkeys::SecondStepPage>());
            all.extend(samples_of::<passkeys::OfferPage>());
            all.extend(samples_of::<passkeys::PasskeysPage>());
            all.extend(samples_of::<passkeys::RenamePage>());
            all.extend(samples_of::<passkeys::RemovePage>());
            all
        },
    },
    Feature {
        name: "interactions",
        routes: crate::web::Routes::new,
        pages: || {
            let mut all = samples_of::<interactions::ExpiredPage>();
            all.extend(samples_of::<interactions::NoAccessPage>());
            all
        },
    },
    Feature {
        name: "oidc",
        routes: oidc::routes,
        pages: || {
            let mut all = samples_of::<oidc::ConsentPage>();
            all.extend(samples_of::<oidc::AccountsPage>());
            all.extend(samples_of::<oidc::OrganisationPage>());
            all.extend(samples_of::<oidc::NotAdmittedPage>());
            all.extend(samples_of::<oidc::DevicePage>());
            all.extend(samples_of::<oidc::ApproveDevicePage>());
            all.extend(samples_of::<oidc::DoneDevicePage>());
            all.extend(samples_of::<oidc::ReturningPage>());
            all.extend(samples_of::<oidc::FormPostPage>());
            all.extend(samples_of::<oidc::CheckSessionPage>());
            all.extend(samples_of::<oidc::SignOutPage>());
            all.extend(samples_of::<oidc::SignedOutPage>());
            all.extend(samples_of::<oidc::LeavingPage>());
            all
        },
    },
    Feature {
        name: "setup",
        routes: setup::routes,
        pages: || {
            let mut all = samples_of::<setup::SetupPage>();
            all.extend(samples_of::<setup::SetupResumePage>());
            all.extend(samples_of::<setup::SetupClosedPage>());
            all
        },
    },
    Feature {
        name: "two_factor",
        routes: two_factor::routes,
        pages: || {
            let mut all = samples_of::<two_factor::TotpPage>();
            all.extend(samples_of::<two_factor::RecoveryCodePage>());
            all.extend(samples_of::<two_factor::SentCodePage>());
            all.extend(samples_of::<two_factor::ChoosePage>());
            all.extend(samples_of::<two_factor::EnrolPage>());
            all.extend(samples_of::<two_factor::TotpEnrolPage>());
            all.extend(samples_of::<two_factor::EnrolSentPage>());
            all.extend(samples_of::<two_factor::NewCodesPage>());
            all.extend(samples_of::<two_factor::RemovePage>());
            all
        },
    },
    Feature {
        name: "ip_addresses",
        routes: ip_addresses::routes,
        pages: || {
            let mut all = samples_of::<ip_addresses::WaitingPage>();
            all.extend(samples_of::<ip_addresses::BlockedPage>());
            all.extend(samples_of::<ip_addresses::OwnNetworksPage>());
            all.extend(samples_of::<ip_addresses::OrganisationNetworksPage>());
            all.extend(samples_of::<ip_addresses::PersonNetworksPage>());
            all.extend(samples_of::<ip_addresses::ActOnNetworkPage>());
            all
        },
    },
    Feature { name: "mail_links", routes: mail_links::routes, pages: || samples_of::<mail_links::LinkPage>() },
    Feature {
        name: "invitations",
        routes: invitations::routes,
        pages: || {
            let mut all = samples_of::<invitations::InvitationPage>();
            all.extend(samples_of::<invitations::JoinPage>());
            all.extend(samples_of::<invitations::ClosedInvitationPage>());
            all
        },
    },
    Feature {
        name: "recovery",
        routes: recovery::routes,
        pages: || {
            let mut all = samples_of::<recovery::ProblemPage>();
            all.extend(samples_of::<recovery::AdvicePage>());
            all.extend(samples_of::<recovery::ForgottenPage>());
            all.extend(samples_of::<recovery::WaitingPage>());
            all.extend(samples_of::<recovery::LinkPage>());
            all.extend(samples_of::<recovery::NewPasswordPage>());
            all.extend(samples_of::<recovery::ClosedPage>());
            all
        },
    },
    Feature {
        name: "security_center",
        routes: security_center::routes,
        pages: || samples_of::<security_center::SecurityCenterPage>(),
    },
    Feature {
        name: "helpdesk",
        routes: helpdesk::routes,
        pages: || {
            let mut all = samples_of::<helpdesk::RequestsPage>();
            all.extend(samples_of::<helpdesk::NewCasePage>());
            all.extend(samples_of::<helpdesk::CasePage>());
            all.extend(samples_of::<helpdesk::StrongPage>());
            all.extend(samples_of::<helpdesk::HelpFormPage>());
            all.extend(samples_of::<helpdesk::HelpSentPage>());
            all.extend(samples_of::<helpdesk::StopPage>());
            all.extend(samples_of::<helpdesk::EnrolAgainPage>());
            all.extend(samples_of::<helpdesk::LinkClosedPage>());
            all
        },
    },
    Feature {
        name: "activity",
        routes: activity::routes,
        pages: || {
            let mut all = samples_of::<activity::OrganisationActivityPage>();
            all.extend(samples_of::<activity::PersonActivityPage>());
            all
        },
    },
    Feature {
        name: "apps",
        routes: apps::routes,
        pages: || {
            let mut all = samples_of::<apps::AppsPage>();
            all.extend(samples_of::<apps::StartPage>());
            all.extend(samples_of::<apps::AboutPage>());
            all.extend(samples_of::<apps::AddressesPage>());
            all.extend(samples_of::<apps::ReadyPage>());
            all.extend(samples_of::<apps::AppPage>());
            all.extend(samples_of::<apps::ChangePage>());
            all.extend(samples_of::<apps::AppActPage>());
            all.extend(samples_of::<apps::AddAddressPage>());
            all.extend(samples_of::<apps::PreviewPage>());
            all.extend(samples_of::<apps::TrialPage>());
            all
        },
    },
    Feature { name: "admin", routes: admin::routes, pages: admin::samples },
    Feature {
        name: "account",
        routes: account::routes,
        pages: || {
            let mut all = samples_of::<account::OverviewPage>();
            all.extend(samples_of::<account::SessionsPage>());
            all.extend(samples_of::<account::SecurityPage>());
            all.extend(samples_of::<account::PasswordPage>());
            all.extend(samples_of::<account::RemovePasswordPage>());
            all.extend(samples_of::<account::AppsPage>());
            all.extend(samples_of::<account::RemoveAppPage>());
            all.extend(samples_of::<account::ActivityPage>());
            all.extend(samples_of::<account::NotYouPage>());
            all.extend(samples_of::<account::ProfilePage>());
            all.extend(samples_of::<account::LeavePage>());
            all.extend(samples_of::<account::EmailPage>());
            all.extend(samples_of::<account::EmailLinkPage>());
            all
        },
    },
    Feature { name: "api", routes: api::routes, pages: Vec::new },
    Feature {
        name: "employees",
        routes: employees::routes,
        pages: || {
            let mut all = samples_of::<employees::EmployeesPage>();
            all.extend(samples_of::<employees::EmployeePage>());
            all.extend(samples_of::<employees::EmployeeSecurityPage>());
            all.extend(samples_of::<employees::RemoveMethodPage>());
            all.extend(samples_of::<employees::ActPage>());
            all.extend(samples_of::<employees::InvitePage>());
            all
        },
    },
];

/// The mails and text messages, for the test that renders them all.
pub const MESSAGES: &[fn() -> Vec<MessageSample>] = &[
    samples_of_message::<outbox::TestMessage>,
    samples_of_message::<outbox::PasswordGuessed>,
    samples_of_message::<interactions::NetworkCode>,
    samples_of_message::<interactions::NetworkAdded>,
    samples_of_message::<interactions::NetworkWaits>,
    samples_of_message::<ip_addresses::NetworkDecided>,
    samples_of_message::<passkeys::PasskeyAdded>,
    samples_of_message::<passkeys::PasskeyRemoved>,
    samples_of_message::<passkeys::PasskeyCopied>,
    samples_of_message::<invitations::InvitationMail>,
    samples_of_message::<passwords::PasswordChanged>,
    samples_of_message::<recovery::ResetMail>,
    samples_of_message::<helpdesk::RecoveryNotice>,
    samples_of_message::<helpdesk::RecoveryLinkMail>,
    samples_of_message::<account::EmailConfirm>,
    samples_of_message::<account::EmailTaken>,
    samples_of_message::<account::EmailChanged>,
    samples_of_message::<two_factor::CodeMessage>,
    samples_of_message::<employees::EmployeeChanged>,
    samples_of_message::<admin::InstanceChanged>,
    samples_of_message::<security_center::RulesChanged>,
    samples_of_message::<security_center::RulesConcernYou>,
    samples_of_message::<two_factor::FactorAdded>,
    samples_of_message::<two_factor::FactorRemoved>,
    samples_of_message::<two_factor::RecoveryCodeUsed>,
    samples_of_message::<webhooks::WebhookOff>,
];
