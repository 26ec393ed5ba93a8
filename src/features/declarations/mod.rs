//! What an installation holds, as machines read and write it: the same description for the admin API, for
//! `countersign apply` and for `countersign export`, so that the three cannot differ.

mod rules;

pub use rules::{
    AppSettings, FieldFault, PolicySettings, app_client, app_field, app_settings, beyond_an_organisation,
    changed_fields, instant, instant_of, merge, read_whole,
};
