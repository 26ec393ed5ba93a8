//! Programs in a browser or on a telephone, and programs that nobody signs in to.

use super::Settings;

pub(super) fn public_env(settings: &Settings<'_>, _: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "VITE_OIDC_ISSUER={issuer}
VITE_OIDC_CLIENT_ID={client_id}
VITE_OIDC_REDIRECT_URI={redirect_uri}
VITE_OIDC_SCOPES=\"{scope}\""
    )
}

pub(super) fn oidc_client_ts(settings: &Settings<'_>, _: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "import {{ UserManager }} from \"oidc-client-ts\";

export const users = new UserManager({{
  authority: \"{issuer}\",
  client_id: \"{client_id}\",
  redirect_uri: \"{redirect_uri}\",
  scope: \"{scope}\",
}});"
    )
}

pub(super) fn angular(settings: &Settings<'_>, _: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    format!(
        "provideAuth({{
  config: {{
    authority: \"{issuer}\",
    clientId: \"{client_id}\",
    redirectUrl: \"{redirect_uri}\",
    scope: \"{scope}\",
    responseType: \"code\",
    useRefreshToken: true,
    silentRenew: true,
  }},
}})"
    )
}

pub(super) fn appauth(settings: &Settings<'_>, _: &str) -> String {
    let Settings { issuer, client_id, redirect_uri, scope, .. } = settings;
    let scopes = scope.split(' ').map(|scope| format!("\"{scope}\"")).collect::<Vec<_>>().join(", ");
    format!(
        "import {{ authorize }} from \"react-native-app-auth\";

const result = await authorize({{
  issuer: \"{issuer}\",
  clientId: \"{client_id}\",
  redirectUrl: \"{redirect_uri}\",
  scopes: [{scopes}],
  usePKCE: true,
}});"
    )
}

pub(super) fn machine_env(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, scope, .. } = settings;
    format!(
        "OIDC_ISSUER={issuer}
OIDC_TOKEN_URL={issuer}/token
OIDC_CLIENT_ID={client_id}
OIDC_CLIENT_SECRET={secret}
OIDC_SCOPES=\"{scope}\""
    )
}

pub(super) fn curl(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, scope, .. } = settings;
    format!(
        "curl --user '{client_id}:{secret}' \\
  --data 'grant_type=client_credentials' \\
  --data-urlencode 'scope={scope}' \\
  {issuer}/token"
    )
}

pub(super) fn machine_python(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, scope, .. } = settings;
    format!(
        "from authlib.integrations.requests_client import OAuth2Session

session = OAuth2Session(\"{client_id}\", \"{secret}\", scope=\"{scope}\")
token = session.fetch_token(\"{issuer}/token\", grant_type=\"client_credentials\")"
    )
}

pub(super) fn machine_spring(settings: &Settings<'_>, secret: &str) -> String {
    let Settings { issuer, client_id, scope, .. } = settings;
    format!(
        "spring:
  security:
    oauth2:
      client:
        registration:
          countersign:
            client-id: \"{client_id}\"
            client-secret: \"{secret}\"
            authorization-grant-type: client_credentials
            scope: \"{}\"
        provider:
          countersign:
            issuer-uri: \"{issuer}\"",
        scope.replace(' ', ",")
    )
}
