//! A software authenticator, with the browser around it: what a page's script would send, and what it should not.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ciborium::Value as Cbor;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use webauthn_authenticator_rs::AuthenticatorBackendHashedClientData as _;
use webauthn_authenticator_rs::softpasskey::SoftPasskey;
use webauthn_rs_proto::{
    AllowCredentials, PublicKeyCredentialCreationOptions, PublicKeyCredentialRequestOptions,
    RegisterPublicKeyCredential, UserVerificationPolicy,
};

use super::{Answer, Browser, Server};

/// How the browser and the authenticator behave.
#[derive(Clone)]
pub(crate) struct Manners {
    /// The origin in the client data; none for the right one.
    pub(crate) origin: Option<String>,
    /// What else is in the client data.
    pub(crate) more: Value,
    /// Whether the person is verified.
    pub(crate) verifies: bool,
    /// Whether the user handle is told.
    pub(crate) tells_user: bool,
}

impl Default for Manners {
    fn default() -> Self {
        Self { origin: None, more: json!({}), verifies: true, tells_user: true }
    }
}

/// A passkey or security key in software, which remembers whose it is.
pub(crate) struct Authenticator {
    soft: SoftPasskey,
    /// The credentials that it made: identifier and user handle.
    pub(crate) credentials: Vec<(Vec<u8>, Vec<u8>)>,
    pub(crate) manners: Manners,
    last: Option<RegisterPublicKeyCredential>,
}

impl Authenticator {
    pub(crate) fn new() -> Self {
        Self { soft: SoftPasskey::new(true), credentials: Vec::new(), manners: Manners::default(), last: None }
    }

    fn client_data(&self, kind: &str, challenge: &[u8], server: &Server) -> Vec<u8> {
        let origin = self.manners.origin.clone().unwrap_or_else(|| server.issuer.clone());
        let mut data = json!({ "type": kind, "challenge": URL_SAFE_NO_PAD.encode(challenge), "origin": origin });
        for (key, value) in self.manners.more.as_object().unwrap() {
            data[key] = value.clone();
        }
        data.to_string().into_bytes()
    }

    fn verification(&self) -> UserVerificationPolicy {
        if self.manners.verifies { UserVerificationPolicy::Required } else { UserVerificationPolicy::Preferred }
    }

    /// Makes a credential as the options ask.
    pub(crate) fn create(&mut self, options: &Value, server: &Server) -> Value {
        let mut options: PublicKeyCredentialCreationOptions = serde_json::from_value(options.clone()).unwrap();
        let data = self.client_data("webauthn.create", &options.challenge, server);
        let verification = self.verification();
        if let Some(selection) = &mut options.authenticator_selection {
            selection.require_resident_key = false;
            selection.user_verification = verification;
        }
        let user = options.user.id.clone();
        let mut made = self.soft.perform_register(Sha256::digest(&data).to_vec(), options, 1000).unwrap();
        made.response.client_data_json = data;
        self.credentials.push((made.raw_id.clone(), user));
        self.last = Some(made.clone());
        serde_json::to_value(&made).unwrap()
    }

    /// Claims once more to have made the credential that was made last, for whoever asks: without attestation nothing
    /// stands in the way.
    pub(crate) fn claim_again(&self, options: &Value, server: &Server) -> Value {
        let options: PublicKeyCredentialCreationOptions = serde_json::from_value(options.clone()).unwrap();
        let mut made = self.last.clone().unwrap();
        made.response.client_data_json = self.client_data("webauthn.create", &options.challenge, server);
        let Cbor::Map(pairs) = ciborium::from_reader(made.response.attestation_object.as_slice()).unwrap() else {
            panic!("no attestation object");
        };
        let data = pairs.into_iter().find(|(key, _)| key.as_text() == Some("authData")).unwrap();
        let none = vec![
            (Cbor::Text("fmt".to_owned()), Cbor::Text("none".to_owned())),
            (Cbor::Text("attStmt".to_owned()), Cbor::Map(Vec::new())),
            data,
        ];
        made.response.attestation_object.clear();
        ciborium::into_writer(&Cbor::Map(none), &mut made.response.attestation_object).unwrap();
        serde_json::to_value(&made).unwrap()
    }

    /// Uses the first credential that the options allow; the first of all, where they allow any.
    pub(crate) fn get(&mut self, options: &Value, server: &Server) -> Value {
        let mut options: PublicKeyCredentialRequestOptions = serde_json::from_value(options.clone()).unwrap();
        let allowed = |id: &[u8]| {
            options.allow_credentials.is_empty() || options.allow_credentials.iter().any(|allowed| allowed.id == id)
        };
        let (id, user) = self.credentials.iter().find(|(id, _)| allowed(id)).expect("no credential fits").clone();
        let data = self.client_data("webauthn.get", &options.challenge, server);
        let discoverable = options.allow_credentials.is_empty();
        options.user_verification = self.verification();
        options.allow_credentials = vec![AllowCredentials { type_: "public-key".to_owned(), id, transports: None }];
        let mut signed = self.soft.perform_auth(Sha256::digest(&data).to_vec(), options, 1000).unwrap();
        signed.response.client_data_json = data;
        signed.response.user_handle = (discoverable && self.manners.tells_user).then_some(user);
        serde_json::to_value(&signed).unwrap()
    }
}

impl Browser {
    /// Sends JSON as the script of a page would, with the token that the page gave.
    pub(crate) async fn send_json(&mut self, path: &str, csrf: &str, mut body: Value) -> Answer {
        body["csrf"] = csrf.into();
        self.post_json(path, &[("sec-fetch-site", "same-origin")], &body.to_string()).await
    }

    /// The token of the forms in this browser.
    pub(crate) async fn csrf(&mut self) -> String {
        let page = self.get("/sign-in").await;
        if page.status == 200 { page.field("csrf") } else { self.get("/account/sessions").await.field("csrf") }
    }

    /// Goes through a ceremony that makes a credential on the page at `path`, and gives what the server says of it.
    pub(crate) async fn create_at(&mut self, path: &str, authenticator: &mut Authenticator, server: &Server) -> Answer {
        let csrf = self.csrf().await;
        let begun = self.send_json(&format!("{path}/begin"), &csrf, json!({})).await;
        if begun.status != 200 {
            return begun;
        }
        let begun = begun.json();
        let credential = authenticator.create(&begun["options"], server);
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.send_json(&format!("{path}/finish"), &csrf, body).await
    }

    /// Begins a sign-in with a passkey in `place`.
    pub(crate) async fn begin_passkey(&mut self, place: &str) -> Value {
        let csrf = self.csrf().await;
        let begun = self.send_json("/passkeys/begin", &csrf, json!({ "place": place })).await;
        assert_eq!(begun.status, 200, "{}", begun.body);
        begun.json()
    }

    /// Finishes it with this credential.
    pub(crate) async fn finish_passkey(&mut self, place: &str, ceremony: &Value, credential: &Value) -> Answer {
        let csrf = self.csrf().await;
        let body = json!({ "place": place, "ceremony": ceremony, "credential": credential });
        self.send_json("/passkeys/finish", &csrf, body).await
    }

    /// Signs in with a passkey in `place`.
    pub(crate) async fn sign_in_with(
        &mut self,
        place: &str,
        authenticator: &mut Authenticator,
        server: &Server,
    ) -> Answer {
        let begun = self.begin_passkey(place).await;
        let credential = authenticator.get(&begun["options"], server);
        self.finish_passkey(place, &begun["ceremony"], &credential).await
    }

    /// Goes through a ceremony that uses a credential on the page at `path`.
    pub(crate) async fn use_at(&mut self, path: &str, authenticator: &mut Authenticator, server: &Server) -> Answer {
        let csrf = self.csrf().await;
        let begun = self.send_json(&format!("{path}/begin"), &csrf, json!({})).await;
        if begun.status != 200 {
            return begun;
        }
        let begun = begun.json();
        let credential = authenticator.get(&begun["options"], server);
        let body = json!({ "ceremony": begun["ceremony"], "credential": credential });
        self.send_json(&format!("{path}/finish"), &csrf, body).await
    }
}
