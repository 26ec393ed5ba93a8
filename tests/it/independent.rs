//! The client library `openidconnect`, by itself: it finds the provider, checks what it is given, refreshes, signs out.

use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreUserInfoClaims};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, HttpResponse, IssuerUrl, LogoutRequest, Nonce,
    OAuth2TokenResponse as _, PkceCodeChallenge, PostLogoutRedirectUrl, ProviderMetadataWithLogout, RedirectUrl, Scope,
    TokenResponse as _,
};

use crate::support::{Browser, CLIENT, Engine, REDIRECT, SECRET, Server, on_both_engines, query_of};
use crate::tls::Identity;

on_both_engines! {
    an_independent_client_verifies_the_tokens
    the_same_client_comes_by_tls
}

/// What the library fetches with: its own connections, no redirects.
async fn send(client: &reqwest::Client, request: HttpRequest) -> Result<HttpResponse, reqwest::Error> {
    let response = client.execute(request.try_into()?).await?;
    let mut answer = HttpResponse::new(Vec::new());
    *answer.status_mut() = response.status();
    *answer.headers_mut() = response.headers().clone();
    *answer.body_mut() = response.bytes().await?.to_vec();
    Ok(answer)
}

async fn an_independent_client_verifies_the_tokens(engine: Engine) {
    let server = Server::start(&engine).await;
    let client = reqwest::Client::builder();
    signs_in_and_out(&server, server.browser(), client).await;
}

async fn the_same_client_comes_by_tls(engine: Engine) {
    let identity = Identity::ecdsa();
    let server = identity.serve(&engine).await;
    let certificate = std::fs::read(identity.certificate()).unwrap();
    let client = reqwest::Client::builder().tls_certs_only([reqwest::Certificate::from_pem(&certificate).unwrap()]);
    signs_in_and_out(&server, identity.browser(&server), client).await;
}

async fn signs_in_and_out(server: &Server, mut browser: Browser, client: reqwest::ClientBuilder) {
    let client = client.redirect(reqwest::redirect::Policy::none()).build().unwrap();
    let http = async |request: HttpRequest| send(&client, request).await;
    let issuer = IssuerUrl::new(server.issuer.clone()).unwrap();
    let metadata = ProviderMetadataWithLogout::discover_async(issuer, &http).await.unwrap();
    let ends_at = metadata.additional_metadata().end_session_endpoint.clone().unwrap();
    let secret = Some(ClientSecret::new(SECRET.to_owned()));
    let app = CoreClient::from_provider_metadata(metadata, ClientId::new(CLIENT.to_owned()), secret)
        .set_redirect_uri(RedirectUrl::new(REDIRECT.to_owned()).unwrap());

    let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
    let (url, state, nonce) = app
        .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random)
        .add_scopes(["profile", "email", "offline_access"].map(|scope| Scope::new(scope.to_owned())))
        .set_pkce_challenge(challenge)
        .url();
    let back = server.sign_in_through(&mut browser, url.as_str()).await;
    assert!(back.starts_with(REDIRECT));
    let answer = query_of(&back);
    assert_eq!(answer["state"], *state.secret());
    assert_eq!(answer["iss"], server.issuer);

    let code = AuthorizationCode::new(answer["code"].clone());
    let exchange = app.exchange_code(code).unwrap().set_pkce_verifier(verifier);
    let tokens = exchange.request_async(&http).await.unwrap();
    let claims = tokens.id_token().unwrap().claims(&app.id_token_verifier(), &nonce).unwrap();
    assert_eq!(claims.subject().as_str(), server.account.to_string());
    let asks = app.user_info(tokens.access_token().clone(), Some(claims.subject().clone())).unwrap();
    let told: CoreUserInfoClaims = asks.request_async(&http).await.unwrap();
    assert_eq!(told.email().unwrap().as_str(), "anna@kantoor.nl");
    assert_eq!(told.email_verified(), Some(true));
    assert_eq!(told.name().unwrap().get(None).unwrap().as_str(), "Anna de Vries");

    let refreshes = app.exchange_refresh_token(tokens.refresh_token().unwrap()).unwrap();
    let renewed = refreshes.request_async(&http).await.unwrap();
    let id_token = renewed.id_token().unwrap();
    let without_nonce = |_: Option<&Nonce>| Ok(());
    let again = id_token.claims(&app.id_token_verifier(), without_nonce).unwrap();
    assert_eq!(again.subject(), claims.subject());

    let bye = "https://portal.example/bye";
    let url = LogoutRequest::from(ends_at)
        .set_id_token_hint(id_token)
        .set_post_logout_redirect_uri(PostLogoutRedirectUrl::new(bye.to_owned()).unwrap())
        .set_state(CsrfToken::new("bye".to_owned()))
        .http_get_url();
    assert_eq!(browser.get(url.as_str()).await.location(), format!("{bye}?state=bye"));
    let silent = Server::authorize(&[("prompt", "none")]);
    assert_eq!(query_of(browser.get(&silent).await.location())["error"], "login_required");
}
