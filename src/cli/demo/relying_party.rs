//! The portal's side of the protocol, on the `openidconnect` crate.

use std::pin::Pin;

use openidconnect::core::{
    CoreAuthDisplay, CoreAuthenticationFlow, CoreClaimName, CoreClaimType, CoreClient, CoreClientAuthMethod,
    CoreGenderClaim, CoreGrantType, CoreIdToken, CoreJsonWebKey, CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm, CoreResponseMode, CoreResponseType, CoreSubjectIdentifierType,
};
use openidconnect::{
    AdditionalProviderMetadata, AsyncHttpClient, AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest,
    HttpResponse, IssuerUrl, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, ProviderMetadata,
    RedirectUrl, Scope, TokenResponse as _, UserInfoClaims,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::people::PORTAL;
use crate::cli::Failure;
use crate::domain::Secret;

/// What discovery says beside what the crate knows.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct EndSession {
    end_session_endpoint: String,
}

impl AdditionalProviderMetadata for EndSession {}

type Metadata = ProviderMetadata<
    EndSession,
    CoreAuthDisplay,
    CoreClientAuthMethod,
    CoreClaimName,
    CoreClaimType,
    CoreGrantType,
    CoreJweContentEncryptionAlgorithm,
    CoreJweKeyManagementAlgorithm,
    CoreJsonWebKey,
    CoreResponseMode,
    CoreResponseType,
    CoreSubjectIdentifierType,
>;

/// What the portal was told about the provider.
pub(super) struct RelyingParty {
    pub(super) issuer: String,
    portal: String,
    secret: Secret<String>,
    http: Http,
}

/// The HTTP client, as the crate wants it.
struct Http(reqwest::Client);

impl<'c> AsyncHttpClient<'c> for Http {
    type Error = reqwest::Error;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, reqwest::Error>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(async move {
            let response = self.0.execute(request.try_into()?).await?;
            let mut answer = HttpResponse::new(Vec::new());
            *answer.status_mut() = response.status();
            *answer.headers_mut() = response.headers().clone();
            *answer.body_mut() = response.bytes().await?.to_vec();
            Ok(answer)
        })
    }
}

/// A sign-in that the portal began.
pub(super) struct Begun {
    pub(super) url: String,
    pub(super) state: String,
    nonce: Nonce,
    verifier: PkceCodeVerifier,
}

/// Who signed in, verified.
pub(super) struct Verified {
    pub(super) claims: Vec<(String, Value)>,
    pub(super) id_token: String,
}

impl RelyingParty {
    pub(super) fn new(issuer: &str, portal: &str, secret: Secret<String>) -> Result<Self, Failure> {
        // A redirect must never carry a code or a secret to somewhere else.
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build()?;
        Ok(Self { issuer: issuer.to_owned(), portal: portal.to_owned(), secret, http: Http(http) })
    }

    async fn discover(&self) -> Result<Metadata, Failure> {
        let issuer = IssuerUrl::new(self.issuer.clone())?;
        Ok(Metadata::discover_async(issuer, &self.http).await?)
    }

    /// Begins a sign-in: where to send the browser, and what to remember.
    pub(super) async fn begin(&self) -> Result<Begun, Failure> {
        let client = CoreClient::from_provider_metadata(
            self.discover().await?,
            ClientId::new(PORTAL.to_owned()),
            Some(ClientSecret::new(self.secret.expose().clone())),
        )
        .set_redirect_uri(RedirectUrl::new(format!("{}/callback", self.portal))?);
        let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
        let flow = CoreAuthenticationFlow::AuthorizationCode;
        let (url, state, nonce) = client
            .authorize_url(flow, CsrfToken::new_random, Nonce::new_random)
            .add_scopes(["profile", "email", "organisation"].map(|scope| Scope::new(scope.to_owned())))
            .set_pkce_challenge(challenge)
            .url();
        Ok(Begun { url: url.into(), state: state.into_secret(), nonce, verifier })
    }

    /// Redeems the code, and checks the ID token and what `UserInfo` says.
    pub(super) async fn finish(&self, begun: Begun, code: String) -> Result<Verified, Failure> {
        let client = CoreClient::from_provider_metadata(
            self.discover().await?,
            ClientId::new(PORTAL.to_owned()),
            Some(ClientSecret::new(self.secret.expose().clone())),
        )
        .set_redirect_uri(RedirectUrl::new(format!("{}/callback", self.portal))?);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code))?
            .set_pkce_verifier(begun.verifier)
            .request_async(&self.http)
            .await?;
        let id_token: &CoreIdToken =
            tokens.id_token().ok_or_else(|| Failure("The answer holds no ID token.".to_owned()))?;
        let verified = id_token.claims(&client.id_token_verifier(), &begun.nonce)?;
        let told: UserInfoClaims<Anything, CoreGenderClaim> = client
            .user_info(tokens.access_token().clone(), Some(verified.subject().clone()))?
            .request_async(&self.http)
            .await?;
        let mut claims: Vec<(String, Value)> = Vec::new();
        for source in [serde_json::to_value(verified)?, serde_json::to_value(&told)?] {
            for (name, value) in source.as_object().into_iter().flatten() {
                if !value.is_null() && !claims.iter().any(|(known, _)| known == name) {
                    claims.push((name.clone(), value.clone()));
                }
            }
        }
        Ok(Verified { claims, id_token: id_token.to_string() })
    }

    /// Where to send the browser to sign out.
    pub(super) async fn sign_out_url(&self, id_token: &str) -> Result<String, Failure> {
        let metadata = self.discover().await?;
        let mut url = url::Url::parse(&metadata.additional_metadata().end_session_endpoint)?;
        url.query_pairs_mut()
            .append_pair("id_token_hint", id_token)
            .append_pair("post_logout_redirect_uri", &format!("{}/", self.portal));
        Ok(url.into())
    }
}

/// The claims that the crate has no name for.
#[derive(Clone, Debug, Deserialize, Serialize)]
pub(super) struct Anything(serde_json::Map<String, Value>);

impl openidconnect::AdditionalClaims for Anything {}
