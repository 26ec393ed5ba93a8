//! The secrets that apps are given.

use super::{Client, ClientAuthentication, ClientSecret};
use crate::domain::{Random, Secret};
use crate::keys::Vault;
use crate::web::Parts;

impl ClientAuthentication {
    /// Whether the app has a secret that must be read back, because it signs with it; none where it has no secret.
    #[must_use]
    pub const fn signs_with_secret(self) -> Option<bool> {
        if self.has_secret() { Some(matches!(self, Self::ClientSecretJwt)) } else { None }
    }
}

impl ClientSecret {
    /// A secret as it is kept for an app that authenticates so.
    #[must_use]
    pub fn kept(authentication: ClientAuthentication, secret: &str, (vault, random): (&Vault, &dyn Random)) -> Self {
        match authentication.signs_with_secret() {
            Some(true) => Self::signing(secret, vault, random),
            _ => Self::compared(secret),
        }
    }
}

/// Gives an app a new secret in the place of all others, if it authenticates with one.
pub fn new_secret(parts: &Parts, client: &mut Client) -> Option<Secret<String>> {
    client.authentication.signs_with_secret()?;
    let (secret, chance) = (parts.random.secret(), (&parts.vault, parts.random.as_ref()));
    client.secrets = vec![ClientSecret::kept(client.authentication, secret.expose(), chance)];
    Some(secret)
}
