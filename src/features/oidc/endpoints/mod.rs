//! The endpoints of the protocol, a file each.

pub(super) mod discovery;
pub(super) mod end_session;
pub(super) mod token;
pub(super) mod userinfo;
