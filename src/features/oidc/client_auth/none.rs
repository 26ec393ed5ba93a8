//! `none`: an app that can keep no secret only says who it is.

use super::{Credentials, Found, PARAMETERS, Presented, Proof};

pub(super) fn find<'a>(presented: &Presented<'a>) -> Found<'a> {
    let client_id = presented.parameters.get("client_id")?.to_owned();
    if presented.authorization.is_some() || PARAMETERS.iter().any(|name| presented.parameters.get(name).is_some()) {
        return None;
    }
    Some(Ok(Credentials { client_id, proof: Proof::Nothing }))
}
