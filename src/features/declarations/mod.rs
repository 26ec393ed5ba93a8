//! What an installation holds, as machines read and write it: the same description for the admin API, for
//! `countersign apply` and for `countersign export`, so that the three cannot differ.

mod rules;

use crate::domain::Secret;
use crate::features::clients::{Client, ClientSecret};
use crate::web::Parts;

pub use rules::{
    AppSettings, FieldFault, PolicySettings, app_client, app_field, app_settings, beyond_an_organisation,
    changed_fields, instant, instant_of, keeps_secret, merge, read_whole,
};

/// Gives an app a new secret in the place of all others, if it authenticates with one.
pub fn new_secret(parts: &Parts, client: &mut Client) -> Option<Secret<String>> {
    let signs = keeps_secret(client.authentication)?;
    let secret = parts.random.secret();
    client.secrets = vec![if signs {
        ClientSecret::signing(secret.expose(), &parts.vault, parts.random.as_ref())
    } else {
        ClientSecret::compared(secret.expose())
    }];
    Some(secret)
}
