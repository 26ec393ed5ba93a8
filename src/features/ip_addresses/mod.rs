//! IP addresses as people meet them: waiting for a new one to be confirmed (H9), what is blocked (H12), the own list (A5)
//! and that of an organisation (O4).

mod pages;
mod rules;
mod views;

pub use pages::routes;
pub use views::{
    ActOnNetworkPage, BlockedPage, CodeProblem, Confirms, Done, NetworkAct, NetworkDecided, NetworkProblem, NetworkRow,
    OrganisationNetworksPage, OwnNetworksPage, PersonNetworksPage, PersonsNetworkRow, SendProblem, Suggestion,
    WaitingPage,
};
