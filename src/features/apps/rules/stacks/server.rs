//! Programs on a server that people sign in to.

use super::Settings;

pub(super) fn env(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "OIDC_ISSUER={issuer}
OIDC_CLIENT_ID={client_id}
OIDC_CLIENT_SECRET={secret}
OIDC_REDIRECT_URI={redirect_uri}
OIDC_SCOPES=\"{scope}\""
    )
}

pub(super) fn aspnet(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    let path = url::Url::parse(redirect_uri).map_or_else(|_| "/signin-oidc".to_owned(), |url| url.path().to_owned());
    let scopes: Vec<String> =
        scope.split(' ').map(|scope| format!("\n        options.Scope.Add(\"{scope}\");")).collect();
    let scopes = scopes.concat();
    format!(
        "// {redirect_uri}
builder.Services
    .AddAuthentication(options =>
    {{
        options.DefaultScheme = CookieAuthenticationDefaults.AuthenticationScheme;
        options.DefaultChallengeScheme = OpenIdConnectDefaults.AuthenticationScheme;
    }})
    .AddCookie()
    .AddOpenIdConnect(options =>
    {{
        options.Authority = \"{issuer}\";
        options.ClientId = \"{client_id}\";
        options.ClientSecret = \"{secret}\";
        options.ResponseType = \"code\";
        options.UsePkce = true;
        options.CallbackPath = \"{path}\";
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = true;
        options.Scope.Clear();{scopes}
    }});"
    )
}

pub(super) fn spring(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "# For PKCE: OAuth2AuthorizationRequestCustomizers.withPkce() on the authorization request resolver.
spring:
  security:
    oauth2:
      client:
        registration:
          countersign:
            client-id: \"{client_id}\"
            client-secret: \"{secret}\"
            client-authentication-method: client_secret_basic
            authorization-grant-type: authorization_code
            redirect-uri: \"{redirect_uri}\"
            scope: \"{}\"
        provider:
          countersign:
            issuer-uri: \"{issuer}\"",
        scope.replace(' ', ",")
    )
}

pub(super) fn authjs(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "// {redirect_uri}
import NextAuth from \"next-auth\";

export const {{ handlers, auth, signIn, signOut }} = NextAuth({{
  providers: [{{
    id: \"countersign\",
    name: \"Countersign\",
    type: \"oidc\",
    issuer: \"{issuer}\",
    clientId: \"{client_id}\",
    clientSecret: \"{secret}\",
    authorization: {{ params: {{ scope: \"{scope}\" }} }},
    checks: [\"pkce\", \"state\", \"nonce\"],
  }}],
}});"
    )
}

pub(super) fn django(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "from authlib.integrations.django_client import OAuth

oauth = OAuth()
oauth.register(
    name=\"countersign\",
    server_metadata_url=\"{issuer}/.well-known/openid-configuration\",
    client_id=\"{client_id}\",
    client_secret=\"{secret}\",
    client_kwargs={{\"scope\": \"{scope}\", \"code_challenge_method\": \"S256\"}},
)


def login(request):
    return oauth.countersign.authorize_redirect(request, \"{redirect_uri}\")"
    )
}

pub(super) fn laravel(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "// composer require socialiteproviders/openidconnect
// Socialite::driver('openidconnect')->enablePKCE()->redirect()
'openidconnect' => [
    'base_url' => '{issuer}',
    'client_id' => '{client_id}',
    'client_secret' => '{secret}',
    'redirect' => '{redirect_uri}',
    'scopes' => '{scope}',
    'verify_jwt' => true,
],"
    )
}

pub(super) fn go(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    let scopes = scope.split(' ').map(|scope| format!("\"{scope}\"")).collect::<Vec<_>>().join(", ");
    format!(
        "provider, err := oidc.NewProvider(ctx, \"{issuer}\")
if err != nil {{
	log.Fatal(err)
}}
config := oauth2.Config{{
	ClientID:     \"{client_id}\",
	ClientSecret: \"{secret}\",
	Endpoint:     provider.Endpoint(),
	RedirectURL:  \"{redirect_uri}\",
	Scopes:       []string{{{scopes}}},
}}
verifier := oauth2.GenerateVerifier()
url := config.AuthCodeURL(state, oidc.Nonce(nonce), oauth2.S256ChallengeOption(verifier))"
    )
}

pub(super) fn rust(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    let scopes: Vec<String> = scope
        .split(' ')
        .filter(|scope| *scope != "openid")
        .map(|scope| format!("\n    .add_scope(Scope::new(\"{scope}\".to_owned()))"))
        .collect();
    let scopes = scopes.concat();
    format!(
        "// The scope openid is added by the crate.
use openidconnect::core::CoreProviderMetadata as Provider;

let issuer = IssuerUrl::new(\"{issuer}\".to_owned())?;
let provider = Provider::discover_async(issuer, &http).await?;
let client = CoreClient::from_provider_metadata(
    provider,
    ClientId::new(\"{client_id}\".to_owned()),
    Some(ClientSecret::new(\"{secret}\".to_owned())),
)
.set_redirect_uri(RedirectUrl::new(\"{redirect_uri}\".to_owned())?);
let (challenge, verifier) = PkceCodeChallenge::new_random_sha256();
let (url, state, nonce) = client
    .authorize_url(CoreAuthenticationFlow::AuthorizationCode, CsrfToken::new_random, Nonce::new_random){scopes}
    .set_pkce_challenge(challenge)
    .url();"
    )
}

pub(super) fn apache(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "OIDCProviderMetadataURL {issuer}/.well-known/openid-configuration
OIDCClientID {client_id}
OIDCClientSecret {secret}
OIDCRedirectURI {redirect_uri}
OIDCScope \"{scope}\"
OIDCPKCEMethod S256
OIDCCryptoPassphrase exec:/etc/apache2/oidc-passphrase

<Location />
    AuthType openid-connect
    Require valid-user
</Location>"
    )
}

pub(super) fn oauth2_proxy(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "# cookie_secret: openssl rand -base64 32 | tr -- '+/' '-_'
provider = \"oidc\"
oidc_issuer_url = \"{issuer}\"
client_id = \"{client_id}\"
client_secret = \"{secret}\"
redirect_url = \"{redirect_uri}\"
scope = \"{scope}\"
code_challenge_method = \"S256\"
email_domains = [\"*\"]"
    )
}

pub(super) fn grafana(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "; {redirect_uri} is root_url with /login/generic_oauth behind it
[auth.generic_oauth]
enabled = true
name = Countersign
client_id = {client_id}
client_secret = {secret}
scopes = {scope}
auth_url = {issuer}/authorize
token_url = {issuer}/token
api_url = {issuer}/userinfo
use_pkce = true
use_refresh_token = true
groups_attribute_path = groups"
    )
}
