//! Letting somebody back in who lost what they signed in with (M5): one person asks, a second one countersigns, the owner
//! is told at once and can stop it, and a link leads to a new factor. Nobody does it alone, nor for themselves.

mod cases;
mod messages;
mod pages;
mod rules;
mod store;
mod views;

pub use cases::{hand_out_link, send_links};
pub use messages::{RecoveryLinkMail, RecoveryNotice};
pub use pages::routes;
pub use store::remove_old_cases;
pub use views::{
    CasePage, EnrolAgainPage, HelpFormPage, HelpSentPage, LinkClosedPage, NewCasePage, RequestsPage, StopPage,
    StrongPage,
};
