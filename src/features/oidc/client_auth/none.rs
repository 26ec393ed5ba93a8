//! `none`: an app that can keep no secret only says who it is.

use super::{Credentials, Found, Presented, Proof};

pub(super) fn find<'a>(presented: &Presented<'a>) -> Found<'a> {
    let client_id = presented.parameters.get("client_id")?.to_owned();
    let more = ["client_secret", "client_assertion", "client_assertion_type"];
    if presented.authorization.is_some() || more.iter().any(|name| presented.parameters.get(name).is_some()) {
        return None;
    }
    Some(Ok(Credentials { client_id, proof: Proof::Nothing }))
}
