//! "I cannot sign in" (H17): a forgotten password is chosen anew by whoever reads the mail of the account and does its
//! second step.
//!
//! The mailbox never signs anybody in. It stands in for the old password in an interaction that opens no session, in
//! which the second step is asked as in any sign-in; only then the form comes. The password changes in the transaction
//! that uses the proof of the mailbox up.

mod pages;
mod rules;
mod store;
mod views;

pub use pages::routes;
pub use store::remove_old_resets;
pub use views::{
    AdvicePage, ClosedPage, ForgottenPage, LinkPage, NewPasswordPage, ProblemPage, ResetMail, WaitingPage,
};
