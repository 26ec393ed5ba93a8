//! Apps of the profile `fapi2` (FAPI 2.0 Security Profile and Message Signing).

use countersign::domain::Algorithm;
use countersign::features::clients::{ClientAuthentication, Profile};
use serde_json::{Value, json};

use crate::support::{
    ASSERTION_TYPE, Answer, AppKey, Browser, Engine, PASSWORD, Proving, REDIRECT, Server, VERIFIER, on_both_engines,
    query_of,
};

on_both_engines! {
    happy_flow
    ensure_unsigned_authorization_request_without_using_par_fails
    signed_client_assertion_with_rs256_fails
    par_with_an_audience_other_than_the_issuer_string_fails
    ensure_holder_of_key_required
    par_ensure_pkce_required
    refresh_token_works_with_a_new_key_and_is_not_replaced
    ensure_token_endpoint_fails_with_expired_auth_code
    ensure_authorization_code_is_bound_to_client
    ensure_request_object_faults_are_found_when_it_is_pushed
    signed_answers_come_in_one_parameter
}

const APP: &str = "bank";

/// An app with its keys: one that it authenticates with, one that its tokens are bound to.
struct App {
    server: Server,
    key: AppKey,
    proof: AppKey,
}

impl App {
    async fn start(engine: &Engine) -> Self {
        let server = Server::start(engine).await;
        let key = AppKey::new(Algorithm::PS256);
        for id in [APP, "other"] {
            server
                .register(id, |client| {
                    client.profile = Profile::Fapi2;
                    client.authentication = ClientAuthentication::PrivateKeyJwt;
                    client.secrets.clear();
                    client.metadata.jwks = Some(key.jwks());
                    client.metadata.id_token_algorithm = Algorithm::PS256;
                    client.metadata.access_token_algorithm = Some(Algorithm::PS256);
                })
                .await;
        }
        Self { server, key, proof: AppKey::new(Algorithm::ES256) }
    }

    fn now(&self) -> i64 {
        self.server.inner.state.now().seconds()
    }

    async fn send(
        &self,
        path: &str,
        app: &str,
        changes: Value,
        fields: &[(&str, &str)],
        proof: Option<&AppKey>,
    ) -> Answer {
        let assertion = self.key.assertion(app, &self.server.issuer, self.now(), &changes);
        let fields = [fields, &[ASSERTION_TYPE, ("client_assertion", &assertion)]].concat();
        let url = format!("{}{path}", self.server.issuer);
        let proof = proof.map(|key| self.proof_for(key, "POST", &url, None));
        let headers: Vec<(&str, &str)> = proof.iter().map(|proof| ("dpop", proof.as_str())).collect();
        self.server.browser().post_with(path, &headers, &fields).await
    }

    fn proof_for(&self, key: &AppKey, method: &str, url: &str, token: Option<&str>) -> String {
        key.proof(&Proving { method, url, now: self.now(), token, header: json!({}), claims: json!({}) })
    }

    async fn push(&self, changes: &[(&str, &str)]) -> Answer {
        let request = Server::request(&[&[("client_id", APP)], changes].concat());
        self.send("/par", APP, json!({}), &request, None).await
    }

    async fn signed_in(&self) -> Browser {
        let mut browser = self.server.browser();
        browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
        browser
    }

    /// Opens a pushed request, and returns where the app gets the browser back.
    async fn open(&self, pushed: &Answer) -> String {
        let uri = pushed.json()["request_uri"].as_str().unwrap_or_else(|| panic!("{}", pushed.body)).to_owned();
        let mut browser = self.signed_in().await;
        browser.get(&format!("/authorize?client_id={APP}&request_uri={uri}")).await.location().to_owned()
    }

    async fn code(&self) -> String {
        query_of(&self.open(&self.push(&[]).await).await)["code"].clone()
    }

    async fn redeem(&self, app: &str, code: &str, proof: Option<&AppKey>) -> Answer {
        let fields = [
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ];
        self.send("/token", app, json!({}), &fields, proof).await
    }
}

async fn happy_flow(engine: Engine) {
    let app = App::start(&engine).await;
    let back = query_of(&app.open(&app.push(&[("state", "s"), ("nonce", "n")]).await).await);
    assert_eq!((back["state"].as_str(), back["iss"].as_str()), ("s", app.server.issuer.as_str()));
    let tokens = app.redeem(APP, &back["code"], Some(&app.proof)).await.json();
    assert_eq!(tokens["token_type"], "DPoP");
    assert!(tokens["expires_in"].is_i64() && tokens["scope"].is_string());
    let id_token = tokens["id_token"].as_str().unwrap();
    assert_eq!(app.server.claims(id_token, "JWT").await["nonce"], "n");
    assert!(id_token.starts_with("eyJhbGciOiJQUzI1NiI"), "PS256: {id_token}");
    let access = tokens["access_token"].as_str().unwrap();
    let url = format!("{}/userinfo", app.server.issuer);
    let proof = app.proof_for(&app.proof, "GET", &url, Some(access));
    let headers = [("authorization", format!("DPoP {access}")), ("dpop", proof)];
    let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let told = app.server.browser().get_with("/userinfo", &headers).await;
    assert_eq!((told.status, told.json()["sub"].as_str()), (200, Some(app.server.account.to_string().as_str())));
}

async fn ensure_unsigned_authorization_request_without_using_par_fails(engine: Engine) {
    let app = App::start(&engine).await;
    let mut browser = app.signed_in().await;
    let plain = browser.get(&Server::authorize(&[("client_id", APP)])).await;
    assert_eq!(query_of(plain.location())["error"], "invalid_request");
    let signed = app.key.sign("JWT", json!({ "client_id": APP, "aud": app.server.issuer }), &json!({}));
    let direct = browser.get(&Server::authorize(&[("client_id", APP), ("request", &signed)])).await;
    assert!(query_of(direct.location())["error"].starts_with("invalid_request"));
}

async fn signed_client_assertion_with_rs256_fails(engine: Engine) {
    let app = App::start(&engine).await;
    let weak = AppKey::new(Algorithm::RS256);
    app.server
        .register("weak", |client| {
            client.profile = Profile::Fapi2;
            client.authentication = ClientAuthentication::PrivateKeyJwt;
            client.metadata.jwks = Some(weak.jwks());
        })
        .await;
    let assertion = weak.assertion("weak", &app.server.issuer, app.now(), &json!({}));
    let fields = [Server::request(&[("client_id", "weak")]), vec![ASSERTION_TYPE, ("client_assertion", &assertion)]];
    let refused = app.server.browser().post_with("/par", &[], &fields.concat()).await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("invalid_client")));
}

async fn par_with_an_audience_other_than_the_issuer_string_fails(engine: Engine) {
    let app = App::start(&engine).await;
    let issuer = app.server.issuer.clone();
    let request = Server::request(&[("client_id", APP)]);
    for audience in
        [json!([issuer]), json!(format!("{issuer}/par")), json!(format!("{issuer}/token")), json!(format!("{issuer}/"))]
    {
        let refused = app.send("/par", APP, json!({ "aud": audience }), &request, None).await;
        assert_eq!((refused.status, refused.json()["error"].as_str()), (401, Some("invalid_client")), "{audience}");
    }
    for (changes, status) in [
        (json!({ "nbf": app.now() + 8 }), 201),
        (json!({ "iat": app.now() + 8 }), 201),
        (json!({ "nbf": app.now() + 61 }), 401),
        (json!({ "exp": app.now() - 300 }), 401),
        (json!({ "sub": null }), 401),
    ] {
        let answer = app.send("/par", APP, changes.clone(), &request, None).await;
        assert_eq!(answer.status, status, "{changes}: {}", answer.body);
    }
}

async fn ensure_holder_of_key_required(engine: Engine) {
    let app = App::start(&engine).await;
    let code = app.code().await;
    let refused = app.redeem(APP, &code, None).await;
    assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("invalid_dpop_proof")));
}

async fn par_ensure_pkce_required(engine: Engine) {
    let app = App::start(&engine).await;
    for changes in [
        vec![("code_challenge", ""), ("code_challenge_method", "")],
        vec![("code_challenge_method", "plain")],
        vec![("request_uri", "urn:x")],
        vec![("redirect_uri", "")],
    ] {
        let refused = app.push(&changes).await;
        assert_eq!((refused.status, refused.json()["error"].as_str()), (400, Some("invalid_request")), "{changes:?}");
    }
    let hybrid = app.push(&[("response_type", "code id_token")]).await;
    assert_eq!(hybrid.json()["error"], "unauthorized_client");
    for (name, length) in [("nonce", 384), ("state", 1024)] {
        let long = "x".repeat(length);
        let pushed = app.push(&[(name, &long)]).await;
        assert_eq!(pushed.status, 201, "{name}");
    }
}

async fn refresh_token_works_with_a_new_key_and_is_not_replaced(engine: Engine) {
    let app = App::start(&engine).await;
    let tokens = app.redeem(APP, &app.code().await, Some(&app.proof)).await.json();
    let token = tokens["refresh_token"].as_str().unwrap();
    let fields = [("grant_type", "refresh_token"), ("refresh_token", token)];
    let new = AppKey::new(Algorithm::ES256);
    for _ in 0..2 {
        let next = app.send("/token", APP, json!({}), &fields, Some(&new)).await.json();
        assert_eq!(next["refresh_token"], token);
        let access = next["access_token"].as_str().unwrap();
        assert_eq!(app.server.claims(access, "at+jwt").await["cnf"]["jkt"], new.thumbprint());
    }
    assert_eq!(app.send("/token", APP, json!({}), &fields, None).await.status, 400, "without a proof");
    let foreign = app.send("/token", "other", json!({}), &fields, Some(&new)).await;
    assert_eq!(foreign.json()["error"], "invalid_grant");
}

async fn ensure_token_endpoint_fails_with_expired_auth_code(engine: Engine) {
    let app = App::start(&engine).await;
    let code = app.code().await;
    app.server.clock.advance(62);
    assert_eq!(app.redeem(APP, &code, Some(&app.proof)).await.json()["error"], "invalid_grant");
}

async fn ensure_authorization_code_is_bound_to_client(engine: Engine) {
    let app = App::start(&engine).await;
    let code = app.code().await;
    assert_eq!(app.redeem("other", &code, Some(&app.proof)).await.json()["error"], "invalid_grant");
    let fields = [("grant_type", "authorization_code"), ("code", &code), ("client_id", "other")];
    let confused = app.send("/token", APP, json!({}), &fields, Some(&app.proof)).await;
    assert_eq!(confused.json()["error"], "invalid_client", "client_id of another app");
    assert_eq!(app.redeem(APP, &code, Some(&app.proof)).await.status, 200);
}

async fn ensure_request_object_faults_are_found_when_it_is_pushed(engine: Engine) {
    let app = App::start(&engine).await;
    let now = app.now();
    let mut sound =
        json!({ "iss": APP, "aud": [app.server.issuer, "https://other.example"], "nbf": now, "exp": now + 300 });
    for (name, value) in Server::request(&[("client_id", APP)]) {
        sound[name] = json!(value);
    }
    let push = async |changes: Value| {
        let signed = app.key.sign("oauth-authz-req+jwt", sound.clone(), &changes);
        app.send("/par", APP, json!({}), &[("request", &signed)], None).await
    };
    for fine in [json!({}), json!({ "nbf": now + 8 })] {
        assert_eq!(push(fine).await.status, 201);
    }
    for changes in [
        json!({ "exp": null }),
        json!({ "nbf": null }),
        json!({ "exp": now - 1 }),
        json!({ "exp": now + 70 * 60 }),
        json!({ "nbf": now - 70 * 60 }),
        json!({ "aud": "https://other.example" }),
        json!({ "request_uri": "urn:x" }),
    ] {
        let refused = push(changes.clone()).await;
        let told = (refused.status, refused.json()["error"].as_str().unwrap().to_owned());
        assert_eq!(told, (400, "invalid_request_object".to_owned()), "{changes}");
    }
    assert_eq!(push(json!({ "redirect_uri": null })).await.json()["error"], "invalid_request");
}

async fn signed_answers_come_in_one_parameter(engine: Engine) {
    let app = App::start(&engine).await;
    let back = query_of(&app.open(&app.push(&[("response_mode", "jwt"), ("state", "s")]).await).await);
    assert_eq!(back.len(), 1, "{back:?}");
    let told = app.server.claims(&back["response"], "jarm+jwt").await;
    assert_eq!((told["state"].as_str(), told["aud"].as_str()), (Some("s"), Some(APP)));
    let code = told["code"].as_str().unwrap();
    assert_eq!(app.redeem(APP, code, Some(&app.proof)).await.status, 200);
}
