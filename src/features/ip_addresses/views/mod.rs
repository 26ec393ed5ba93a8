//! What the pages about IP addresses show.

mod ledger;
mod sign_in;

pub use ledger::{
    ActOnNetworkPage, NetworkAct, NetworkDecided, NetworkProblem, NetworkRow, OrganisationNetworksPage,
    OwnNetworksPage, PersonNetworksPage, PersonsNetworkRow, Suggestion,
};
pub use sign_in::{BlockedPage, CodeProblem, Confirms, Done, SendProblem, WaitingPage};
