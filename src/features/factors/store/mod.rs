//! The tables `factors`, `recovery_codes`, `factor_preferences` and `remembered_devices`.

pub(super) mod devices;
pub(super) mod factors;
pub(super) mod preferences;
pub(super) mod recovery_codes;
