//! What an installation holds, as machines read and write it: the same description for the admin API, for
//! `countersign apply` and for `countersign export`, so that the three cannot differ.

mod rules;

pub use rules::{
    AppSettings, FieldFault, PolicySettings, app_client, app_field, app_settings, changed_fields, instant, instant_of,
    keeps_secret, merge, read_whole,
};
