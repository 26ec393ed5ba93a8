//! The parsers of requests for [`crate::fuzzing`].

use super::Way;
use super::checks::{self, Asked};
use super::request_object::is_for_us;
use crate::features::oidc::fuzzing::{ISSUER, NOW, clients, details};
use crate::features::oidc::parameters::Parameters;
use crate::keys::{Jws, Ring};

pub(in crate::features::oidc) fn query(data: &[u8]) {
    let parameters = Parameters::parse(data);
    let _ = (checks::client_id(&parameters), checks::mode_of_refusal(&parameters));
    for client in clients() {
        let registered = checks::redirect_uri(&parameters, &client);
        let asked = Asked {
            sent: &parameters,
            parameters: &parameters,
            client: &client,
            redirect_uri: registered.unwrap_or("https://app.example/cb"),
            ring: &Ring::default(),
            issuer: ISSUER,
            details: &details(),
            way: Way::Pushed(None),
            now: NOW,
        };
        if let Ok(request) = checks::run(&asked) {
            assert!(request.scope.is_within(&client.metadata.scope), "more than the app may ask for");
        }
    }
}

pub(in crate::features::oidc) fn object(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(jws) = Jws::parse(text) else { return };
    for client in clients() {
        let _ = is_for_us(&jws, &client, ISSUER, NOW);
    }
}
