//! The ledger of networks: from where the sign-ins of an account may come.
//!
//! A network joins the ledger only with a proof: the person confirmed it by mail, came by an invitation, lets new ones
//! join by themselves, or an administrator or the operator says so. Rows of an organisation hold for all its people: an
//! office, or a block.

mod rules;
mod store;

pub use rules::{Entry, How, Owner, Places, Status, can_be_known};
pub use store::{
    Seen, block_network, find_entry, know_network, list_networks_of, list_networks_of_members, list_networks_of_people,
    look_up_places, note_network, remove_network, remove_old_networks, touch_network,
};
