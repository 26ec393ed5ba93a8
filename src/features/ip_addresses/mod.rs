//! IP addresses as people meet them: waiting for a new one to be confirmed (H9), and what is blocked (H12).

mod pages;
mod views;

pub use pages::routes;
pub use views::{BlockedPage, CodeProblem, Confirms, Done, SendProblem, WaitingPage};
