//! What an app may change about its registration, and what stays as the operator left it (RFC 7592).

use super::*;

on_both_engines! {
    an_app_reads_changes_and_removes_its_registration
    what_the_operator_did_a_moment_ago_survives_an_update
    nothing_that_the_operator_tightened_is_loosened_by_an_update
    an_update_widens_no_scope
}

/// What an app was told of its registration, as far as it may say it.
fn sayable(told: &Value) -> Value {
    let ours =
        ["registration_access_token", "registration_client_uri", "client_secret_expires_at", "client_id_issued_at"];
    let mut said = told.clone();
    said.as_object_mut().unwrap().retain(|name, _| !ours.contains(&name.as_str()));
    said
}

/// Changes an app as an operator does.
async fn operate(server: &Server, id: &str, change: impl FnOnce(&mut Client)) {
    let state = &server.inner.state;
    let mut writer = state.db.writing().await.unwrap();
    let mut client = hold_client(&mut writer, id).await.unwrap().unwrap();
    change(&mut client);
    assert!(change_client(&mut writer, &client, state.now(), state.random.as_ref()).await.unwrap());
    writer.commit().await.unwrap();
    Clients::forget(state);
}

async fn an_app_reads_changes_and_removes_its_registration(engine: Engine) {
    use reqwest::Method;
    let (server, _) = start(&engine, Registration::Token).await;
    let told = registered(&server, &json!({})).await;
    let (id, secret) = (text(&told, "client_id"), text(&told, "client_secret"));
    let key = text(&told, "registration_access_token");
    let read = own(&server, &told, Method::GET, key, None).await;
    assert_eq!((read.status, read.header("cache-control")), (200, "no-store"));
    let mut same = told.clone();
    same.as_object_mut().unwrap().remove("client_secret");
    assert_eq!(read.json(), same, "all of it but the secret, which nobody knows any more");

    let mut browser = signed_in(&server).await;
    let back = sign_in(&mut browser, id, &[("scope", "openid profile")]).await;
    let access_token = redeem(&server, (id, secret), &query_of(&back)["code"]).await.json()["access_token"].clone();
    let other = "https://other.example/cb";
    let wanted =
        json!({ "client_id": id, "client_secret": secret, "redirect_uris": [other], "contacts": ["a@b.example"] });
    let changed = own(&server, &told, Method::PUT, key, Some(&wanted)).await;
    assert_eq!(changed.status, 200, "{}", changed.body);
    assert_eq!(
        (&changed.json()["redirect_uris"], &changed.json()["contacts"]),
        (&json!([other]), &json!(["a@b.example"]))
    );
    assert_eq!(changed.json()["client_name"], "other.example", "what is left out is gone");
    let old = browser.get(&Server::authorize(&[("client_id", id)])).await;
    assert_eq!((old.status, old.headers.get("location")), (400, None));
    assert_eq!(query_of(&sign_in(&mut browser, id, &[("redirect_uri", other)]).await)["state"], "the-state");
    for wrong in [
        json!({ "client_id": "portal", "redirect_uris": [other] }),
        json!({ "redirect_uris": [other] }),
        json!({ "client_id": id, "client_secret": "chosen", "redirect_uris": [other] }),
        json!({ "client_id": id, "registration_access_token": key, "redirect_uris": [other] }),
    ] {
        let refused = own(&server, &told, Method::PUT, key, Some(&wrong)).await;
        assert_eq!((refused.status, text(&refused.json(), "error")), (400, "invalid_client_metadata"), "{wrong}");
    }

    let removed = own(&server, &told, Method::DELETE, key, None).await;
    assert_eq!((removed.status, removed.body.as_str()), (204, ""));
    assert_eq!(own(&server, &told, Method::GET, key, None).await.status, 401);
    assert_eq!(own(&server, &told, Method::DELETE, key, None).await.status, 401);
    assert_eq!(browser.get(&Server::authorize(&[("client_id", id), ("redirect_uri", other)])).await.status, 400);
    assert_eq!(server.userinfo(access_token.as_str().unwrap()).await.status, 401, "its tokens died with it");
}

async fn what_the_operator_did_a_moment_ago_survives_an_update(engine: Engine) {
    use reqwest::Method;
    let (server, _) = start(&engine, Registration::Token).await;
    let state = &server.inner.state;
    let told = registered(&server, &json!({})).await;
    let (id, key) = (text(&told, "client_id").to_owned(), text(&told, "registration_access_token").to_owned());
    let document = with_changes(sound(), &json!({ "client_id": id, "client_name": "Anders" }));
    // On another node, so that this one still has the app in its memory as it was.
    let mut writer = state.db.writing().await.unwrap();
    let mut client = hold_client(&mut writer, &id).await.unwrap().unwrap();
    client.disabled_at = Some(state.now());
    client.first_party = true;
    client.metadata.audiences = vec!["https://api.example/".to_owned()];
    client.metadata.grant_types.push("client_credentials".to_owned());
    client.secrets = vec![ClientSecret::compared("a-secret-of-the-operator-of-32-chars")];
    assert!(change_client(&mut writer, &client, state.now(), state.random.as_ref()).await.unwrap());
    let path = own_path(&server, &told);
    let mut browser = server.browser();
    let updating = tokio::spawn({
        let (key, document) = (key.clone(), document.clone());
        async move { browser.call(Method::PUT, &path, &key, Some(&document)).await }
    });
    tokio::time::sleep(std::time::Duration::from_millis(300)).await;
    assert!(!updating.is_finished(), "whoever was first is waited for");
    writer.commit().await.unwrap();
    let updated = updating.await.unwrap();
    assert_eq!((updated.status, &updated.json()["client_name"]), (200, &json!("Anders")), "{}", updated.body);
    let now = Clients::find(state, &id).await.unwrap().unwrap();
    assert!(now.disabled_at.is_some() && now.first_party, "it does not switch itself on again");
    assert_eq!(now.metadata.audiences, ["https://api.example/"]);
    let knows = |secret: &str| now.find_secret(secret, state.now()).is_some();
    assert!(knows("a-secret-of-the-operator-of-32-chars"));
    assert!(!knows(text(&told, "client_secret")), "the old secret does not come back");
    assert!(!now.may_use("client_credentials"), "what is left out is gone");
    let moved = with_changes(document, &json!({ "redirect_uris": ["https://other.example/cb"] }));
    let refused = own(&server, &told, Method::PUT, &key, Some(&moved)).await;
    assert_eq!((refused.status, text(&refused.json(), "error")), (400, "invalid_client_metadata"));
    assert!(refused.body.contains("The operator trusts this app"), "{}", refused.body);
}

async fn nothing_that_the_operator_tightened_is_loosened_by_an_update(engine: Engine) {
    use reqwest::Method;
    type Tighten = fn(&mut Client);
    let (server, _) = start(&engine, Registration::Token).await;
    let changes = json!({
        "redirect_uris": [REDIRECT, "https://old.example/cb"],
        "grant_types": ["authorization_code", "refresh_token"],
        "jwks": AppKey::new(Algorithm::ES256).jwks(),
    });
    let tightened: [(&str, Tighten); 9] = [
        ("scope", |app| app.metadata.scope = "openid".parse().unwrap()),
        ("dpop_bound_access_tokens", |app| app.metadata.binds_tokens = true),
        ("tls_client_certificate_bound_access_tokens", |app| app.metadata.binds_tokens_to_certificate = true),
        ("require_signed_request_object", |app| app.metadata.signs_requests = true),
        ("require_pushed_authorization_requests", |app| app.metadata.pushes_requests = true),
        ("request_object_signing_alg", |app| app.metadata.request_object_algorithm = Some(Algorithm::ES256)),
        ("token_endpoint_auth_method", |app| app.authentication = ClientAuthentication::PrivateKeyJwt),
        ("grant_types", |app| app.metadata.grant_types.retain(|grant| grant != "refresh_token")),
        ("redirect_uris", |app| app.metadata.redirect_uris.truncate(1)),
    ];
    for (member, tighten) in tightened {
        let told = registered(&server, &changes).await;
        let (id, key) = (text(&told, "client_id"), text(&told, "registration_access_token"));
        let before = sayable(&told);
        let unchanged = own(&server, &told, Method::PUT, key, Some(&before)).await;
        assert_eq!(unchanged.status, 200, "{member}: {}", unchanged.body);
        operate(&server, id, tighten).await;
        let as_it_is = sayable(&own(&server, &told, Method::GET, key, None).await.json());
        for _ in 0..2 {
            let refused = own(&server, &told, Method::PUT, key, Some(&before)).await;
            let error = if member == "redirect_uris" { "invalid_redirect_uri" } else { "invalid_client_metadata" };
            assert_eq!((refused.status, text(&refused.json(), "error")), (400, error), "{member}");
            assert!(text(&refused.json(), "error_description").starts_with(member), "{member}: {}", refused.body);
            if member == "tls_client_certificate_bound_access_tokens" {
                // No app says this where nobody is asked for a certificate; it stays all the same.
                break;
            }
            let kept = own(&server, &told, Method::PUT, key, Some(&as_it_is)).await;
            assert_eq!(kept.status, 200, "{member}: what stays as it is may be said: {}", kept.body);
        }
        operate(&server, id, |app| "Operator".clone_into(&mut app.name)).await;
        let state = &server.inner.state;
        let app = Clients::find(state, id).await.unwrap().unwrap().as_ref().clone();
        let mut again = app.clone();
        tighten(&mut again);
        assert_eq!((app.metadata, app.authentication), (again.metadata, again.authentication), "{member}");
    }
}

async fn an_update_widens_no_scope(engine: Engine) {
    use reqwest::Method;
    let (server, _) = start(&engine, Registration::Token).await;
    let told = registered(&server, &json!({ "scope": "openid email" })).await;
    let (id, key) = (text(&told, "client_id"), text(&told, "registration_access_token"));
    let put = async |changes: Value| {
        let body = with_changes(with_changes(sound(), &json!({ "client_id": id })), &changes);
        let answer = own(&server, &told, Method::PUT, key, Some(&body)).await;
        (answer.status, answer.json()["scope"].as_str().unwrap_or_default().to_owned())
    };
    assert_eq!(put(json!({ "scope": "openid profile" })).await.0, 400);
    assert_eq!(put(json!({ "scope": "openid" })).await, (200, "openid".to_owned()));
    assert_eq!(put(json!({ "scope": "email openid" })).await, (200, "email openid".to_owned()), "what it had at first");
    assert_eq!(put(json!({})).await, (200, "email openid".to_owned()), "all that it may have");
    operate(&server, id, |app| app.metadata.scope = "openid profile".parse().unwrap()).await;
    assert_eq!(put(json!({ "scope": "openid email" })).await.0, 400);
    assert_eq!(put(json!({ "scope": "openid" })).await.0, 200);
    assert_eq!(put(json!({ "scope": "profile openid" })).await.0, 200, "what the operator allows");
    // Registered before bounds were kept.
    let state = &server.inner.state;
    let writer = state.db.writing().await.unwrap();
    let forget = "UPDATE registrations SET bounds = NULL";
    sea_orm::ConnectionTrait::execute_unprepared(&writer, forget).await.unwrap();
    writer.commit().await.unwrap();
    assert_eq!(put(json!({ "scope": "openid email" })).await.0, 400);
    assert_eq!(put(json!({ "scope": "openid profile" })).await.0, 200);
}
