//! Signing in: the person in front of the browser proves who they are, first of all with a password.

mod pages;
mod views;

pub use pages::routes;
pub use views::SignInPage;
