//! The account area: what people see and change of their own account.

mod pages;
mod views;

pub use pages::routes;
pub use views::{OverviewPage, PasswordChanged, PasswordPage, SecurityPage, SessionsPage};
