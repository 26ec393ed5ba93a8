//! How apps prove who they are, beside sending a secret.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign::domain::Algorithm;
use countersign::features::clients::{ClientAuthentication, ClientSecret, Profile};
use serde_json::{Value, json};

use crate::support::{
    ASSERTION_TYPE, Answer, AppKey, Engine, SECRET, Server, fresh, on_both_engines, statement, with_changes,
};

on_both_engines! {
    a_statement_of_a_private_key_proves_an_app_once
    a_statement_with_any_fault_is_refused
    the_audience_of_a_statement_is_the_issuer_but_for_classic_apps
    a_statement_of_a_secret_proves_an_app_once
    the_registered_algorithm_and_way_count
    discovery_lists_every_way
}

async fn register(server: &Server, id: &str, profile: Profile, key: &AppKey) {
    server
        .register(id, |client| {
            client.profile = profile;
            client.authentication = ClientAuthentication::PrivateKeyJwt;
            client.secrets.clear();
            client.metadata.jwks = Some(key.jwks());
            client.metadata.grant_types = vec!["client_credentials".to_owned()];
            client.metadata.scope = "invoices:read".parse().unwrap();
        })
        .await;
}

async fn token(server: &Server, assertion: &str, more: &[(&str, &str)]) -> Answer {
    let sound = [("grant_type", "client_credentials"), ASSERTION_TYPE, ("client_assertion", assertion)];
    server.browser().post_with("/token", &[], &[sound.as_slice(), more].concat()).await
}

fn now(server: &Server) -> i64 {
    server.inner.state.now().seconds()
}

async fn a_statement_of_a_private_key_proves_an_app_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let keys: Vec<AppKey> = Algorithm::ALL.into_iter().map(AppKey::new).collect();
    for (algorithm, key) in Algorithm::ALL.iter().zip(&keys) {
        register(&server, algorithm.as_str(), Profile::Oauth21, key).await;
    }
    for (algorithm, key) in Algorithm::ALL.iter().zip(&keys) {
        let assertion = key.assertion(algorithm.as_str(), &server.issuer, now(&server), &json!({}));
        let answer = token(&server, &assertion, &[]).await;
        assert_eq!(answer.status, 200, "{algorithm}: {}", answer.body);
        let again = token(&server, &assertion, &[]).await;
        assert_eq!((again.status, again.json()["error"].as_str()), (401, Some("invalid_client")), "{algorithm}");
    }
    let named = keys[0].assertion("RS256", &server.issuer, now(&server), &json!({}));
    assert_eq!(token(&server, &named, &[("client_id", "RS256")]).await.status, 200);
    let foreign = keys[0].assertion("RS256", &server.issuer, now(&server), &json!({}));
    assert_eq!(token(&server, &foreign, &[("client_id", "ES256")]).await.json()["error"], "invalid_client");
}

async fn a_statement_with_any_fault_is_refused(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    register(&server, "app", Profile::Oauth21, &key).await;
    let at = now(&server);
    for changes in [
        json!({ "iss": "portal" }),
        json!({ "iss": null }),
        json!({ "sub": "portal" }),
        json!({ "sub": null }),
        json!({ "aud": null }),
        json!({ "aud": "https://other.example" }),
        json!({ "aud": format!("{}/token", server.issuer) }),
        json!({ "exp": null }),
        json!({ "exp": at }),
        json!({ "exp": at - 300 }),
        json!({ "exp": at + 2 * 86_400 }),
        json!({ "exp": "soon" }),
        json!({ "iat": at + 61 }),
        json!({ "nbf": at + 61 }),
        json!({ "jti": null }),
        json!({ "jti": "" }),
    ] {
        let assertion = key.assertion("app", &server.issuer, at, &changes);
        let answer = token(&server, &assertion, &[]).await;
        assert_eq!((answer.status, answer.json()["error"].as_str()), (401, Some("invalid_client")), "{changes}");
    }
    let fractional: Value = serde_json::from_str(&format!("{}.5", at + 9)).unwrap();
    for changes in [json!({ "nbf": at + 8, "iat": at + 8 }), json!({ "iat": null }), json!({ "exp": fractional })] {
        let assertion = key.assertion("app", &server.issuer, at, &changes);
        assert_eq!(token(&server, &assertion, &[]).await.status, 200, "{changes}");
    }
    let stranger = AppKey::new(Algorithm::ES256).assertion("app", &server.issuer, at, &json!({}));
    assert_eq!(token(&server, &stranger, &[]).await.json()["error"], "invalid_client", "another key");
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let claims = encode(statement("app", &server.issuer, at));
    for unsigned in [format!("{}.{claims}.", encode(json!({ "alg": "none" }))), "x".to_owned(), "a.b.c".to_owned()] {
        assert_eq!(token(&server, &unsigned, &[]).await.json()["error"], "invalid_client", "{unsigned}");
    }
    let sound = key.assertion("app", &server.issuer, at, &json!({}));
    let untyped = [("grant_type", "client_credentials"), ("client_assertion", sound.as_str())];
    assert_eq!(server.browser().post_with("/token", &[], &untyped).await.json()["error"], "invalid_client");
    let twice = token(&server, &sound, &[("client_id", "app"), ("client_secret", SECRET)]).await;
    assert_eq!(twice.json()["error"], "invalid_request", "two ways at once");
    assert_eq!(token(&server, &sound, &[]).await.status, 200, "a refused request used nothing up");
}

async fn the_audience_of_a_statement_is_the_issuer_but_for_classic_apps(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::ES256);
    register(&server, "modern", Profile::Oauth21, &key).await;
    register(&server, "classic", Profile::Oidc, &key).await;
    let endpoint = format!("{}/token", server.issuer);
    for (app, audience, status) in [
        ("modern", json!(server.issuer), 200),
        ("modern", json!([server.issuer]), 200),
        ("modern", json!(endpoint), 401),
        ("classic", json!(server.issuer), 200),
        ("classic", json!(endpoint), 200),
        ("classic", json!(["https://other.example", endpoint]), 200),
        ("classic", json!(format!("{}/par", server.issuer)), 401),
    ] {
        let assertion = key.assertion(app, "", now(&server), &json!({ "aud": audience }));
        assert_eq!(token(&server, &assertion, &[]).await.status, status, "{app} {audience}");
    }
}

async fn a_statement_of_a_secret_proves_an_app_once(engine: Engine) {
    let server = Server::start(&engine).await;
    let state = &server.inner.state;
    server
        .register("signer", |client| {
            client.authentication = ClientAuthentication::ClientSecretJwt;
            client.secrets = vec![ClientSecret::signing(SECRET, &state.vault, state.random.as_ref())];
            client.metadata.grant_types = vec!["client_credentials".to_owned()];
            client.metadata.scope = "invoices:read".parse().unwrap();
        })
        .await;
    let signed = |secret: &str, alg: &str, changes: &Value| {
        use hmac::{Hmac, KeyInit as _, Mac as _};
        let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let claims = with_changes(statement("signer", &server.issuer, now(&server)), changes);
        let message = format!("{}.{}", encode(json!({ "alg": alg })), encode(claims));
        let mut mac = Hmac::<sha2::Sha256>::new_from_slice(secret.as_bytes()).unwrap();
        mac.update(message.as_bytes());
        format!("{message}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    };
    let assertion = signed(SECRET, "HS256", &json!({}));
    assert_eq!(token(&server, &assertion, &[]).await.status, 200);
    assert_eq!(token(&server, &assertion, &[]).await.status, 401, "once");
    assert_eq!(token(&server, &signed("another secret", "HS256", &json!({})), &[]).await.status, 401);
    assert_eq!(token(&server, &signed(SECRET, "HS512", &json!({})), &[]).await.status, 401);
    assert_eq!(token(&server, &signed(SECRET, "HS256", &json!({ "exp": 1 })), &[]).await.status, 401);
    let plain = server.token_as("signer", &[("grant_type", "client_credentials")]).await;
    assert_eq!(plain.json()["error"], "invalid_client", "the secret itself is the wrong way");
    // An app whose secret is only compared has none to sign with.
    let foreign = signed(SECRET, "HS256", &json!({ "iss": "machine", "sub": "machine", "jti": fresh() }));
    assert_eq!(token(&server, &foreign, &[]).await.status, 401);
}

async fn the_registered_algorithm_and_way_count(engine: Engine) {
    let server = Server::start(&engine).await;
    let key = AppKey::new(Algorithm::RS256);
    register(&server, "app", Profile::Oauth21, &key).await;
    server
        .register("picky", |client| {
            client.authentication = ClientAuthentication::PrivateKeyJwt;
            client.metadata.jwks = Some(key.jwks());
            client.metadata.assertion_algorithm = Some(Algorithm::PS256);
            client.metadata.grant_types = vec!["client_credentials".to_owned()];
        })
        .await;
    let assertion = key.assertion("picky", &server.issuer, now(&server), &json!({}));
    assert_eq!(token(&server, &assertion, &[]).await.status, 401, "another algorithm than registered");
    let secret = server.token_as("picky", &[("grant_type", "client_credentials")]).await;
    assert_eq!(secret.status, 401, "another way than registered");
    let bare = [("grant_type", "client_credentials"), ("client_id", "app")];
    assert_eq!(server.browser().post_with("/token", &[], &bare).await.status, 401, "no proof at all");
}

async fn discovery_lists_every_way(engine: Engine) {
    let server = Server::start(&engine).await;
    let document = server.browser().get("/.well-known/openid-configuration").await.json();
    let methods = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "none"];
    assert_eq!(document["token_endpoint_auth_methods_supported"], json!(methods));
    let algorithms = ["RS256", "ES256", "EdDSA", "PS256", "HS256"];
    assert_eq!(document["token_endpoint_auth_signing_alg_values_supported"], json!(algorithms));
}

/// What the command line says to `app add` with these words.
fn add(folder: &std::path::Path, words: &[&str]) -> Result<Value, String> {
    let address = ["--redirect-uri", "https://app.example/cb", "--json"];
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
        .current_dir(folder)
        .env_clear()
        .args(["app", "add", "App"].iter().chain(words).chain(&address))
        .output()
        .unwrap();
    if output.status.success() {
        return Ok(serde_json::from_slice(&output.stdout).unwrap());
    }
    Err(String::from_utf8(output.stderr).unwrap())
}

#[test]
fn the_command_line_registers_every_way_and_refuses_what_cannot_work() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let key = AppKey::new(Algorithm::PS256);
    std::fs::write(folder.join("jwks.json"), key.jwks().to_string()).unwrap();
    std::fs::write(folder.join("private.json"), json!({ "keys": [key.private_jwk()] }).to_string()).unwrap();
    std::fs::write(folder.join("empty.json"), json!({ "keys": [] }).to_string()).unwrap();
    let migrate = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
        .current_dir(folder)
        .env_clear()
        .arg("migrate")
        .status();
    assert!(migrate.unwrap().success());

    let signing = ["--auth", "private-key-jwt", "--jwks", "jwks.json"];
    let bank = add(folder, &[&["--id", "bank", "--profile", "fapi2"], signing.as_slice()].concat()).unwrap();
    assert_eq!(bank["client_secret"], Value::Null, "its key is its own");
    assert!(add(folder, &["--auth", "secret-jwt"]).unwrap()["client_secret"].is_string());
    add(
        folder,
        &[
            "--profile",
            "oidc",
            "--response-type",
            "id_token code",
            "--audience",
            "https://api.example/v1",
            "--resource",
            "https://own.example",
            "--push-requests",
            "--bind-tokens",
            "--sector",
            "app.example",
            "--sign-userinfo",
            "--backchannel-logout-uri",
            "https://app.example/logout",
            "--jwks-uri",
            "https://app.example/keys",
            "--request-uri",
            "https://app.example/request",
        ],
    )
    .unwrap();
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
        .current_dir(folder)
        .env_clear()
        .args(["app", "list", "--json"])
        .output()
        .unwrap();
    let apps: Value = serde_json::from_slice(&output.stdout).unwrap();
    let of = |id: &str| apps.as_array().unwrap().iter().find(|app| app["client_id"] == id).unwrap()["metadata"].clone();
    assert_eq!(of("bank")["id_token_algorithm"], "PS256");
    assert_eq!(of("bank")["access_token_algorithm"], "PS256");
    assert_eq!(of("bank")["jwks"], key.jwks());
    let classic = apps.as_array().unwrap().iter().find(|app| app["profile"] == "oidc").unwrap();
    assert_eq!(classic["metadata"]["response_types"], json!(["code", "code id_token"]));
    assert_eq!(classic["metadata"]["sector"], "app.example");
    assert_eq!(classic["metadata"]["jwks_uri"], "https://app.example/keys");
    assert_eq!(classic["metadata"]["request_uris"], json!(["https://app.example/request"]));
    let token = |registration: &str| {
        std::process::Command::new(env!("CARGO_BIN_EXE_countersign"))
            .current_dir(folder)
            .env_clear()
            .env("COUNTERSIGN__OIDC__REGISTRATION", registration)
            .args(["app", "registration-token", "--uses", "3", "--json"])
            .output()
            .unwrap()
    };
    let made: Value = serde_json::from_slice(&token("token").stdout).unwrap();
    assert!(made["token"].as_str().unwrap().len() >= 43 && made["endpoint"] == "http://localhost:8080/register");
    assert_eq!(token("off").status.code(), Some(1), "nobody could use it");

    for (words, says) in [
        (vec!["--profile", "fapi2"], "private_key_jwt"),
        (vec!["--auth", "private-key-jwt"], "public keys"),
        (vec!["--auth", "private-key-jwt", "--jwks", "private.json"], "private part"),
        (vec!["--auth", "private-key-jwt", "--jwks", "empty.json"], "RSA key of 2048"),
        (vec!["--auth", "private-key-jwt", "--jwks", "nowhere.json"], "nowhere.json"),
        (vec!["--public", "--auth", "post"], "--public"),
        (vec!["--sign-requests"], "public keys"),
        (vec!["--response-type", "code token"], "profile oidc"),
        (vec!["--response-type", "telepathy"], "no response type"),
        (vec!["--audience", "api"], "no resource"),
        (vec!["--backchannel-logout-uri", "http://app.example/"], "cannot be registered"),
        (vec!["--post-logout-redirect-uri", "http://app.example/"], "cannot be registered"),
        (vec!["--jwks-uri", "com.example.app:/keys"], "use https"),
        (vec!["--request-uri", "https://app.example/request"], "profile oidc"),
        (vec!["--sector-uri", "http://localhost:1/sector"], "cannot be fetched"),
        (vec!["--home", "javascript:alert(1)"], "use https"),
        ([&["--profile", "fapi2", "--id-token-alg", "RS256"], signing.as_slice()].concat(), "RS256"),
    ] {
        let refused = add(folder, &words).unwrap_err();
        assert!(refused.contains(says), "{words:?}: {refused}");
    }
}
