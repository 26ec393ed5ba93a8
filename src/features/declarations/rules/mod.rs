//! Descriptions, and what they mean.

mod apps;
mod merge;
mod policies;

pub use apps::{AppSettings, app_client, app_field, app_settings};
pub use merge::{FieldFault, changed_fields, merge, read_whole};
pub use policies::{PolicySettings, beyond_an_organisation, instant, instant_of};
