//! What the Security center shows.
pub struct SecurityCenterPage;
