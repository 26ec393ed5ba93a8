//! The account area: what people see and change of their own account.

mod pages;
mod rules;
mod store;
mod views;

pub use pages::routes;
pub use store::remove_old_email_changes;
pub use views::{
    ActivityPage, AppsPage, EmailChanged, EmailConfirm, EmailLinkPage, EmailPage, EmailTaken, LeavePage, NotYouPage,
    OverviewPage, PasswordPage, ProfilePage, RemoveAppPage, RemovePasswordPage, SecurityPage, SessionsPage,
};
