//! The ways to authenticate for [`crate::fuzzing`].

use super::assertion::holds;
use super::{METHODS, Presented};
use crate::features::oidc::fuzzing::{ISSUER, NOW, clients};
use crate::features::oidc::parameters::Parameters;
use crate::keys::Jws;

pub(in crate::features::oidc) fn find(authorization: Option<&str>, body: &[u8]) {
    let parameters = Parameters::parse(body);
    let presented = Presented { authorization, parameters: &parameters, certificate: None, endpoint: "/token" };
    let _ = parameters.refuse_doubled();
    let found = METHODS.iter().filter_map(|method| (method.find)(&presented)).flatten().count();
    assert!(found <= METHODS.len());
}

pub(in crate::features::oidc) fn holds_text(text: &str) {
    let Ok(jws) = Jws::parse(text) else { return };
    for client in clients() {
        let endpoints = [format!("{ISSUER}/token")];
        if let Some(end) = holds(&jws, &client, (ISSUER, &endpoints), NOW) {
            assert!(end > NOW, "a statement that is over");
        }
    }
}
