//! `countersign app add`.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::access::AccessArguments;
use crate::cli::input::read_secret;
use crate::cli::{Common, Failure, Installation, Outcome, output, refuse};
use crate::domain::certificate_name::CertificateName;
use crate::domain::{Algorithm, Scope, Secret};
use crate::features::audit::{Chain, Event, record};
use crate::features::clients::{Client, ClientAuthentication, ClientSecret, Metadata, Profile, add_client};
use crate::features::oidc::{check_registration, find_sector, response_type};

#[expect(clippy::struct_excessive_bools, reason = "switches of the command line")]
#[derive(Debug, Args)]
pub(in crate::cli) struct Add {
    /// What people call it
    name: String,
    /// Its `client_id`; made up when left out
    #[arg(long)]
    id: Option<String>,
    /// An address that answers may go to, to the letter; may be given several times
    #[arg(long = "redirect-uri", value_name = "URI")]
    redirect_uris: Vec<String>,
    /// An address that a browser may go to after signing out; may be given several times
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    post_logout_redirect_uris: Vec<String>,
    /// Where it is told that a session ended
    #[arg(long, value_name = "URI")]
    backchannel_logout_uri: Option<String>,
    /// Its page that is shown in a frame when people sign out
    #[arg(long, value_name = "URI")]
    frontchannel_logout_uri: Option<String>,
    /// Its own front page
    #[arg(long, value_name = "URI")]
    home: Option<String>,
    /// Its rules: oauth21 (PKCE always), oidc (classic) or fapi2 (requests pushed, tokens bound to a key)
    #[arg(long, default_value = "oauth21")]
    profile: Profile,
    /// An app in a browser or on a telephone, which cannot keep a secret
    #[arg(long)]
    public: bool,
    /// How it authenticates; the default is basic
    #[arg(long, value_enum)]
    auth: Option<AuthArgument>,
    /// A file with its public keys, a JWK Set; for --auth private-key-jwt, and for signed requests
    #[arg(long = "jwks", value_name = "FILE")]
    jwks_file: Option<PathBuf>,
    /// Where it publishes them instead, and may change them
    #[arg(long, value_name = "URI", conflicts_with = "jwks_file")]
    jwks_uri: Option<String>,
    /// The only algorithm that its statements may be signed with
    #[arg(long)]
    assertion_alg: Option<Algorithm>,
    /// A file with its secret, or - for standard input; made up and shown once when left out
    #[arg(long, value_name = "FILE")]
    secret_file: Option<PathBuf>,
    /// A grant that it may use; may be given several times
    #[arg(long = "grant", value_name = "TYPE")]
    grants: Vec<String>,
    /// A classic response type, such as "`code id_token`", beside the code; for profile oidc only; may be given several
    /// times
    #[arg(long = "response-type", value_name = "TYPES")]
    response_types: Vec<String>,
    /// Scopes that it may ask for; may be given several times
    #[arg(long = "scope", value_name = "SCOPES", default_value = "openid profile email organisation offline_access")]
    scopes: Vec<Scope>,
    /// A resource that it may ask tokens for, such as `https://api.example.nl/v1`; may be given several times
    #[arg(long = "audience", value_name = "URI")]
    audiences: Vec<String>,
    /// What tokens for it call it, if it takes tokens itself
    #[arg(long, value_name = "URI")]
    resource: Option<String>,
    /// An app whose tokens it may trade for tokens of its own, when it is called with them; may be given several times
    #[arg(long = "exchange", value_name = "CLIENT_ID")]
    exchanges: Vec<String>,
    /// A type of `oidc.authorization_details` that it may ask for; may be given several times
    #[arg(long = "detail", value_name = "TYPE")]
    details: Vec<String>,
    /// Its requests must be signed
    #[arg(long)]
    sign_requests: bool,
    /// An address that its requests may be fetched from; for profile oidc only; may be given several times
    #[arg(long = "request-uri", value_name = "URI")]
    request_uris: Vec<String>,
    /// The only algorithm that its requests may be signed with
    #[arg(long)]
    request_alg: Option<Algorithm>,
    /// Its requests must be pushed
    #[arg(long)]
    push_requests: bool,
    /// Its tokens must be bound to a key that it holds (`DPoP`)
    #[arg(long)]
    bind_tokens: bool,
    /// Its tokens must be bound to the certificate that it shows, unless it proves a key
    #[arg(long)]
    bind_certificate: bool,
    /// The name that its certificate must bear, such as `san_dns=app.example` or `subject_dn=CN=app,O=Kantoor`
    #[arg(long, value_name = "KIND=NAME")]
    certificate: Option<CertificateName>,
    /// People get an identifier that only apps of this host know, usually that of its addresses
    #[arg(long, value_name = "HOST")]
    sector: Option<String>,
    /// The same, for the host that lists its addresses here
    #[arg(long, value_name = "URI", conflicts_with = "sector")]
    sector_uri: Option<String>,
    /// `UserInfo` answers it with a signed token
    #[arg(long)]
    sign_userinfo: bool,
    /// It belongs to the operator: people are not asked for consent
    #[arg(long)]
    first_party: bool,
    /// What its ID tokens, and other texts for it, are signed with; RS256 when left out, PS256 for profile fapi2
    #[arg(long)]
    id_token_alg: Option<Algorithm>,
    /// What its access tokens are signed with
    #[arg(long)]
    access_token_alg: Option<Algorithm>,
    #[command(flatten)]
    access: AccessArguments,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AuthArgument {
    /// Its secret in the header
    Basic,
    /// Its secret in the form
    Post,
    /// A statement that its secret signs
    SecretJwt,
    /// A statement that its private key signs
    PrivateKeyJwt,
    /// A certificate that one of `mtls.ca_file` signed; needs --certificate
    Tls,
    /// A certificate that it signed itself; needs --jwks or --jwks-uri with x5c
    SelfSignedTls,
}

impl Add {
    pub(super) async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let authentication = self.authentication()?;
        let has_secret = authentication.has_secret();
        let secret = match &self.secret_file {
            Some(_) if !has_secret => return refuse("An app that authenticates in this way has no secret."),
            None if !has_secret => None,
            Some(file) => Some(read_secret(file)?),
            None => Some(installation.state.random.secret()),
        };
        if secret.as_ref().is_some_and(|secret| secret.expose().len() < 32) {
            return refuse("A secret has at least 32 characters.");
        }
        let mut client = self.client(&installation, authentication, secret.as_ref())?;
        self.access.apply(&mut client.metadata.access, &installation).await?;
        check_registration(&client)?;
        let known = &installation.state.config.oidc.authorization_details;
        if let Some(name) = self.details.iter().find(|name| !known.iter().any(|kind| kind.name == **name)) {
            return refuse(format!("There is no type {name} in oidc.authorization_details."));
        }
        if let Some(address) = &client.metadata.sector_identifier_uri {
            let outbound = &installation.state.outbound;
            client.metadata.sector = Some(find_sector(outbound, address, &client.metadata.redirect_uris).await?);
        }
        let state = &installation.state;
        let mut writer = state.db.writing().await?;
        if let Err(error) = add_client(&mut writer, &client, installation.now, state.random.as_ref()).await {
            if error.is_duplicate() {
                return refuse(format!("There is an app {} already.", client.id));
            }
            return Err(error.into());
        }
        let event = Event::new(Chain::Instance, "app.add", "done").through(&client.id).with("by", "command line");
        record(&mut writer, installation.ink(), event).await?;
        writer.commit().await?;
        self.show(
            &client,
            secret.as_ref().filter(|_| self.secret_file.is_none()),
            state.config.server.issuer().as_str(),
        )
    }

    fn grants(&self) -> Vec<String> {
        if self.grants.is_empty() { Metadata::default().grant_types } else { self.grants.clone() }
    }

    fn authentication(&self) -> Result<ClientAuthentication, Failure> {
        Ok(match (self.public, self.auth) {
            (true, None) => ClientAuthentication::None,
            (true, Some(_)) => return refuse("A public app does not authenticate: leave out --auth or --public."),
            (false, None | Some(AuthArgument::Basic)) => ClientAuthentication::ClientSecretBasic,
            (false, Some(AuthArgument::Post)) => ClientAuthentication::ClientSecretPost,
            (false, Some(AuthArgument::SecretJwt)) => ClientAuthentication::ClientSecretJwt,
            (false, Some(AuthArgument::PrivateKeyJwt)) => ClientAuthentication::PrivateKeyJwt,
            (false, Some(AuthArgument::Tls)) => ClientAuthentication::TlsClientAuth,
            (false, Some(AuthArgument::SelfSignedTls)) => ClientAuthentication::SelfSignedTlsClientAuth,
        })
    }

    fn jwks(&self) -> Result<Option<Value>, Failure> {
        let Some(file) = &self.jwks_file else { return Ok(None) };
        let unusable = |why: &str| Failure(format!("{} cannot be used: {why}.", file.display()));
        let text = std::fs::read_to_string(file).map_err(|cause| unusable(&cause.to_string()))?;
        serde_json::from_str(&text).map(Some).map_err(|_| unusable("it is no JSON"))
    }

    /// The code, and what was named beside it; what exists is written in one way.
    fn response_types(&self) -> Vec<String> {
        let mut all = vec!["code".to_owned()];
        for text in &self.response_types {
            let known = response_type(text).unwrap_or_else(|| text.clone());
            if !all.contains(&known) {
                all.push(known);
            }
        }
        all
    }

    fn client(
        &self,
        installation: &Installation,
        authentication: ClientAuthentication,
        secret: Option<&Secret<String>>,
    ) -> Result<Client, Failure> {
        let id = match &self.id {
            Some(id) => id.clone(),
            None => format!("app_{}", &installation.state.random.secret().expose()[..16]),
        };
        let chance = (&installation.state.vault, installation.state.random.as_ref());
        let kept = secret.map(|secret| ClientSecret::kept(authentication, secret.expose(), chance));
        let usual = if self.profile == Profile::Fapi2 { Algorithm::PS256 } else { Algorithm::RS256 };
        Ok(Client {
            id,
            name: self.name.trim().to_owned(),
            profile: self.profile,
            authentication,
            first_party: self.first_party,
            metadata: Metadata {
                redirect_uris: self.redirect_uris.clone(),
                post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
                grant_types: self.grants(),
                response_types: self.response_types(),
                jwks: self.jwks()?,
                jwks_uri: self.jwks_uri.clone(),
                request_uris: self.request_uris.clone(),
                sector_identifier_uri: self.sector_uri.clone(),
                scope: self.scopes.iter().fold(Scope::default(), |all, scope| all.or(scope)),
                home_uri: self.home.clone(),
                id_token_algorithm: self.id_token_alg.unwrap_or(usual),
                access_token_algorithm: self.access_token_alg.or((usual != Algorithm::RS256).then_some(usual)),
                audiences: self.audiences.clone(),
                resource: self.resource.clone(),
                exchanges: self.exchanges.clone(),
                detail_types: self.details.clone(),
                signs_requests: self.sign_requests,
                request_object_algorithm: self.request_alg,
                pushes_requests: self.push_requests,
                binds_tokens: self.bind_tokens,
                binds_tokens_to_certificate: self.bind_certificate,
                certificate_name: self.certificate.clone(),
                sector: self.sector.clone(),
                backchannel_logout_uri: self.backchannel_logout_uri.clone(),
                frontchannel_logout_uri: self.frontchannel_logout_uri.clone(),
                signs_userinfo: self.sign_userinfo,
                assertion_algorithm: self.assertion_alg,
                ..Metadata::default()
            },
            secrets: kept.into_iter().collect(),
            disabled_at: None,
        })
    }

    fn show(&self, client: &Client, secret: Option<&Secret<String>>, issuer: &str) -> Outcome {
        let shown = secret.map(|secret| secret.expose().as_str());
        let value = json!({ "client_id": client.id, "client_secret": shown, "issuer": issuer });
        let mut text = format!("Added {}.\nissuer         {issuer}\nclient_id      {}", client.name, client.id);
        if let Some(secret) = shown {
            text.push_str("\nclient_secret  ");
            text.push_str(secret);
            text.push_str("\nStore the secret now: only a fingerprint of it is kept.");
        }
        output::print(self.common.json, &value, &text)
    }
}
