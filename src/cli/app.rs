//! `countersign app`.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::{Value, json};

use super::input::read_secret;
use super::{Common, Failure, Installation, Outcome, output, refuse};
use crate::domain::secret::Fingerprint;
use crate::domain::{Algorithm, Scope, Secret};
use crate::features::audit::{Chain, Event, record};
use crate::features::clients::{
    Client, ClientAuthentication, ClientSecret, Metadata, Profile, add_client, check_redirect_uri, list_clients,
    remove_client,
};
use crate::features::oidc::{grant_types, response_type};

#[derive(Debug, Subcommand)]
pub(super) enum App {
    /// Register an app
    Add(Box<Add>),
    /// List all apps
    List(Common),
    /// Remove an app, with all that it was granted
    Remove {
        /// Its identifier
        id: String,
        #[command(flatten)]
        common: Common,
    },
}

#[derive(Debug, Args)]
pub(super) struct Add {
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
    /// Its own front page
    #[arg(long, value_name = "URI")]
    home: Option<String>,
    /// Its rules: oauth21 (PKCE always) or oidc (classic)
    #[arg(long, default_value = "oauth21")]
    profile: Profile,
    /// An app in a browser or on a telephone, which cannot keep a secret
    #[arg(long)]
    public: bool,
    /// How it sends its secret
    #[arg(long, value_enum, default_value_t = AuthArgument::Basic)]
    auth: AuthArgument,
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
    /// It belongs to the operator: people are not asked for consent
    #[arg(long)]
    first_party: bool,
    /// What its ID tokens are signed with
    #[arg(long, default_value = "RS256")]
    id_token_alg: Algorithm,
    /// What its access tokens are signed with
    #[arg(long)]
    access_token_alg: Option<Algorithm>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum AuthArgument {
    Basic,
    Post,
}

impl App {
    pub(super) async fn run(self) -> Outcome {
        match self {
            Self::Add(add) => add.run().await,
            Self::List(common) => list(&common).await,
            Self::Remove { id, common } => remove(&common, &id).await,
        }
    }
}

impl Add {
    async fn run(self) -> Outcome {
        for uri in &self.redirect_uris {
            check_redirect_uri(uri).map_err(|problem| Failure(format!("{uri} cannot be registered: {problem}.")))?;
        }
        let grants = self.grants()?;
        let response_types = self.response_types()?;
        let installation = self.common.open().await?;
        let secret = match (&self.secret_file, self.public) {
            (_, true) => None,
            (Some(file), false) => Some(read_secret(file)?),
            (None, false) => Some(installation.state.random.secret()),
        };
        if secret.as_ref().is_some_and(|secret| secret.expose().len() < 32) {
            return refuse("A secret has at least 32 characters.");
        }
        let mut client = self.client(&installation, grants, secret.as_ref())?;
        client.metadata.response_types = response_types;
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

    fn grants(&self) -> Result<Vec<String>, Failure> {
        let known: Vec<&str> = grant_types().collect();
        if let Some(unknown) = self.grants.iter().find(|grant| !known.contains(&grant.as_str())) {
            return refuse(format!("There is no grant {unknown}. Choose from {}.", known.join(", ")));
        }
        let grants = if self.grants.is_empty() {
            vec!["authorization_code".to_owned(), "refresh_token".to_owned()]
        } else {
            self.grants.clone()
        };
        if grants.iter().any(|grant| grant == "authorization_code") && self.redirect_uris.is_empty() {
            return refuse("An app that people sign in to needs a --redirect-uri.");
        }
        Ok(grants)
    }

    fn response_types(&self) -> Result<Vec<String>, Failure> {
        let mut all = vec!["code".to_owned()];
        for text in &self.response_types {
            let Some(known) = response_type(text) else { return refuse(format!("There is no response type {text}.")) };
            if known != "code" && self.profile != Profile::Oidc {
                return refuse(format!("The response type {known} is for apps with --profile oidc."));
            }
            if !all.contains(&known) {
                all.push(known);
            }
        }
        Ok(all)
    }

    fn client(
        &self,
        installation: &Installation,
        grant_types: Vec<String>,
        secret: Option<&Secret<String>>,
    ) -> Result<Client, Failure> {
        let id = match &self.id {
            Some(id) => id.clone(),
            None => format!("app_{}", &installation.state.random.secret().expose()[..16]),
        };
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if !(2..=100).contains(&id.len()) || !id.bytes().all(plain) {
            return refuse("An identifier has 2 to 100 letters, digits, dots, dashes, underscores or tildes.");
        }
        Ok(Client {
            id,
            name: self.name.trim().to_owned(),
            profile: self.profile,
            authentication: match (self.public, self.auth) {
                (true, _) => ClientAuthentication::None,
                (false, AuthArgument::Basic) => ClientAuthentication::ClientSecretBasic,
                (false, AuthArgument::Post) => ClientAuthentication::ClientSecretPost,
            },
            first_party: self.first_party,
            metadata: Metadata {
                redirect_uris: self.redirect_uris.clone(),
                post_logout_redirect_uris: self.post_logout_redirect_uris.clone(),
                grant_types,
                scope: self.scopes.iter().fold(Scope::default(), |all, scope| all.or(scope)),
                home_uri: self.home.clone(),
                id_token_algorithm: self.id_token_alg,
                access_token_algorithm: self.access_token_alg,
                ..Metadata::default()
            },
            secrets: secret
                .map(|secret| ClientSecret { fingerprint: Fingerprint::of(secret.expose()), expires_at: None })
                .into_iter()
                .collect(),
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

async fn list(common: &Common) -> Outcome {
    let installation = common.open().await?;
    let clients = list_clients(installation.state.db.reading()).await?;
    let rows: Vec<Value> = clients
        .iter()
        .map(|client| {
            json!({
                "client_id": client.id,
                "name": client.name,
                "profile": client.profile,
                "authentication": client.authentication,
                "first_party": client.first_party,
                "metadata": client.metadata,
            })
        })
        .collect();
    output::print_list(common.json, &rows, &["client_id", "name", "profile"], |row| {
        ["client_id", "name", "profile"].iter().map(|name| row[*name].as_str().unwrap_or_default().to_owned()).collect()
    })
}

async fn remove(common: &Common, id: &str) -> Outcome {
    let installation = common.open().await?;
    let mut writer = installation.state.db.writing().await?;
    if !remove_client(&mut writer, id).await? {
        return refuse(format!("There is no app {id}."));
    }
    let event = Event::new(Chain::Instance, "app.remove", "done").through(id).with("by", "command line");
    record(&mut writer, installation.ink(), event).await?;
    writer.commit().await?;
    output::print(common.json, &json!({ "client_id": id }), &format!("Removed {id}."))
}
