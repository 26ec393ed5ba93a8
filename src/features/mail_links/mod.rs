//! The link in a mail that confirms a sign-in, or stops it (H10), and the page that waits for it.
//!
//! Opening the link changes nothing, however often and by whomever: mail scanners do. The device that opens it is never
//! signed in; the page that waits in the browser of the sign-in goes on.

mod pages;
mod views;

pub use pages::routes;
pub use views::{LinkPage, LinkPageState};
