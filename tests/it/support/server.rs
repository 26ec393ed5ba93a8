//! The real server, with an office of people and an app.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use countersign::app::{OsRandom, SystemClock, World, bind};
use countersign::config::Config;
use countersign::domain::ids::{AccountId, MembershipId, OrganisationId};
use countersign::domain::network::Network;
use countersign::domain::{Algorithm, Clock, Language, Secret, Timestamp};
use countersign::features::accounts::{Account, InstanceRole, add_account};
use countersign::features::clients::{
    Client, ClientAuthentication, ClientSecret, Clients, Metadata, Profile, add_client,
};
use countersign::features::networks::{How, Owner, Seen, know_network};
use countersign::features::organisations::{Organisation, Role, add_membership, add_organisation};
use countersign::features::passwords::{Hashing, NewPassword, hash_new_password, set_password};

use countersign::storage::Writer;

use super::browser::{Answer, Browser};
use super::engine::Engine;
use super::mailbox::Mailbox;
use super::{CHALLENGE, VERIFIER, query_of};

pub(crate) const PASSWORD: &str = "vier rode fietsen";
pub(crate) const CLIENT: &str = "portal";
pub(crate) const SECRET: &str = "a-secret-of-at-least-32-characters";
pub(crate) const REDIRECT: &str = "https://portal.example/callback";

/// A clock that a test can turn.
#[derive(Clone)]
pub(crate) struct TestClock(Arc<AtomicI64>);

impl TestClock {
    pub(crate) fn new() -> Self {
        // An independent client judges tokens by its own clock, so this one starts at the real time.
        Self(Arc::new(AtomicI64::new(SystemClock.now().millis())))
    }

    pub(crate) fn advance(&self, seconds: i64) {
        self.0.fetch_add(seconds * 1000, Ordering::SeqCst);
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// A server that is running.
pub(crate) struct Server {
    pub(crate) inner: countersign::app::Server,
    pub(crate) issuer: String,
    pub(crate) clock: TestClock,
    pub(crate) account: AccountId,
    pub(crate) organisation: OrganisationId,
    mailbox: Mailbox,
}

impl Server {
    /// Starts a server on this database.
    pub(crate) async fn start(engine: &Engine) -> Self {
        Self::start_with(engine, TestClock::new(), |_| {}).await
    }

    /// Starts a server with a changed configuration.
    pub(crate) async fn start_with(engine: &Engine, clock: TestClock, change: impl FnOnce(&mut Config)) -> Self {
        let listener = bind(SocketAddr::from(([127, 0, 0, 1], 0)), "server.listen").await.unwrap();
        let issuer = format!("http://localhost:{}", listener.local_addr().unwrap().port());
        let mut config = Config { database: engine.database(), ..Config::default() };
        config.keys.directory = engine.folder.path().join("keys");
        config.server.public_url = issuer.parse().unwrap();
        config.server.drain_seconds = 0;
        config.server.limits.max_connections_per_ip = 500;
        config.sign_in.recovery_signer_days = 0;
        config.branding.default_language = Language::English;
        config.sign_in.private_networks = vec!["127.0.0.0/8".parse().unwrap()];
        let world = World { clock: Arc::new(clock.clone()), random: Arc::new(OsRandom) };
        let mailbox = Mailbox::open(world.clone()).await;
        mailbox.receive_from(&mut config);
        change(&mut config);
        let issuer = config.server.issuer();
        let inner = Box::pin(countersign::app::Server::start(config, world, listener)).await.unwrap();
        let (organisation, account) = Self::seed(&inner).await;
        Self { inner, issuer, clock, account, organisation, mailbox }
    }

    /// Where its mails and text messages arrive.
    pub(crate) fn mailbox(&self) -> &Mailbox {
        &self.mailbox
    }

    /// The address that it listens on, which may not be what it is called.
    pub(crate) fn origin(&self) -> String {
        format!("http://localhost:{}", self.inner.address.port())
    }

    pub(crate) fn browser(&self) -> Browser {
        Browser::new(&self.origin())
    }

    async fn seed(server: &countersign::app::Server) -> (OrganisationId, AccountId) {
        let state = &server.state;
        let found = countersign::features::accounts::find_account_by_login(state.db.reading(), "anna@kantoor.nl").await;
        if let Some(account) = found.unwrap() {
            return (account.home_organisation_id, account.id);
        }
        let (now, random) = (state.now(), state.random.as_ref());
        let organisation = Organisation {
            id: OrganisationId::new(now, random),
            name: "Kantoor De Vries".to_owned(),
            created_at: now,
            policy: countersign::domain::Policy::default(),
            disabled_at: None,
        };
        let account = Account {
            id: AccountId::new(now, random),
            home_organisation_id: organisation.id,
            email: "anna@kantoor.nl".parse().unwrap(),
            email_verified: true,
            username: Some("anna".to_owned()),
            name: "Anna de Vries".to_owned(),
            given_name: Some("Anna".to_owned()),
            family_name: Some("de Vries".to_owned()),
            language: Language::English,
            instance_role: InstanceRole::None,
            created_at: now,
            updated_at: now,
            disabled_at: None,
            credentials_changed_at: None,
            last_sign_in_at: None,
            validates_networks: false,
            new_password_due: false,
        };
        let password = NewPassword::parse(&Secret::new(PASSWORD.to_owned()), 15, &account.email).unwrap();
        let phc = hash_new_password(&state.service::<Hashing>(), password, random).await.unwrap();
        let mut writer = state.db.writing().await.unwrap();
        add_organisation(&mut writer, &organisation).await.unwrap();
        add_account(&mut writer, &account).await.unwrap();
        let who = (organisation.id, account.id);
        let place = MembershipId::new(now, random);
        add_membership(&mut writer, place, who, Role::Administrator, vec!["owners".to_owned()], now).await.unwrap();
        set_password(&mut writer, account.id, &phc, now).await.unwrap();
        know(&mut writer, account.id, "127.0.0.1", now).await;
        for client in [Self::client(), Self::public_client(), Self::foreign_client(), Self::machine()] {
            add_client(&mut writer, &client, now, random).await.unwrap();
        }
        writer.commit().await.unwrap();
        Clients::forget(state);
        (organisation.id, account.id)
    }

    fn client() -> Client {
        Client {
            id: CLIENT.to_owned(),
            name: "Kantoorportaal".to_owned(),
            profile: Profile::Oauth21,
            authentication: ClientAuthentication::ClientSecretBasic,
            first_party: true,
            metadata: Metadata {
                redirect_uris: vec![REDIRECT.to_owned()],
                post_logout_redirect_uris: vec!["https://portal.example/bye".to_owned()],
                grant_types: vec!["authorization_code".to_owned(), "refresh_token".to_owned()],
                scope: "openid profile email organisation offline_access".parse().unwrap(),
                home_uri: Some("https://portal.example".to_owned()),
                id_token_algorithm: Algorithm::RS256,
                access_token_algorithm: Some(Algorithm::EdDSA),
                ..Metadata::default()
            },
            secrets: vec![ClientSecret::compared(SECRET)],
            disabled_at: None,
        }
    }

    fn public_client() -> Client {
        Client {
            id: "spa".to_owned(),
            authentication: ClientAuthentication::None,
            secrets: Vec::new(),
            ..Self::client()
        }
    }

    fn foreign_client() -> Client {
        Client {
            id: "foreign".to_owned(),
            name: "Declaraties".to_owned(),
            authentication: ClientAuthentication::ClientSecretPost,
            first_party: false,
            profile: Profile::Oidc,
            ..Self::client()
        }
    }

    fn machine() -> Client {
        let client = Self::client();
        let metadata = Metadata {
            grant_types: vec!["client_credentials".to_owned()],
            scope: "invoices:read invoices:write".parse().unwrap(),
            ..client.metadata.clone()
        };
        Client { id: "machine".to_owned(), metadata, ..client }
    }

    /// Registers one more app: the one that has a secret, changed.
    pub(crate) async fn register(&self, id: &str, change: impl FnOnce(&mut Client)) {
        let state = &self.inner.state;
        let mut client = Client { id: id.to_owned(), ..Self::client() };
        change(&mut client);
        let mut writer = state.db.writing().await.unwrap();
        add_client(&mut writer, &client, state.now(), state.random.as_ref()).await.unwrap();
        writer.commit().await.unwrap();
        Clients::forget(state);
    }

    /// The claims of a token that this server signed as this type.
    pub(crate) async fn claims(&self, token: &str, typ: &str) -> countersign::keys::Claims {
        let state = &self.inner.state;
        let ring = countersign::features::signing::Signing::ring(state).await.unwrap();
        countersign::keys::verify(token, typ, &ring, state.now()).unwrap_or_else(|fault| panic!("{fault}: {token}"))
    }

    /// An authorization request with changes: an empty value leaves a parameter out.
    pub(crate) fn authorize(changes: &[(&str, &str)]) -> String {
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(Self::request(changes)).finish();
        format!("/authorize?{query}")
    }

    /// The parameters of such a request.
    pub(crate) fn request<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut pairs = vec![
            ("response_type", "code"),
            ("client_id", CLIENT),
            ("redirect_uri", REDIRECT),
            ("scope", "openid profile email organisation"),
            ("state", "the-state"),
            ("nonce", "the-nonce"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for change in changes {
            pairs.retain(|(name, _)| *name != change.0);
            if !change.1.is_empty() {
                pairs.push(*change);
            }
        }
        pairs
    }

    /// Signs in through an app, and returns where the app gets the browser back.
    pub(crate) async fn sign_in_through(&self, browser: &mut Browser, request: &str) -> String {
        let to_form = browser.get(request).await.location().to_owned();
        let done = browser.sign_in_at(&to_form, "anna@kantoor.nl", PASSWORD).await;
        assert_eq!(done.status, 303, "{}", done.body);
        let returning = browser.get(done.location()).await;
        assert_eq!(returning.status, 200, "{}", returning.body);
        let next = to_form.replace("/sign-in/", "/authorize/");
        browser.get(&next).await.location().to_owned()
    }

    /// A code for the app that has a secret.
    pub(crate) async fn code(&self, browser: &mut Browser) -> String {
        query_of(&self.sign_in_through(browser, &Self::authorize(&[])).await)["code"].clone()
    }

    /// Redeems a code for the app that has a secret.
    pub(crate) async fn redeem(&self, code: &str) -> Answer {
        self.token(&[
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", REDIRECT),
            ("code_verifier", VERIFIER),
        ])
        .await
    }

    /// A token request of the app that has a secret.
    pub(crate) async fn token(&self, fields: &[(&str, &str)]) -> Answer {
        self.token_as(CLIENT, fields).await
    }

    /// A token request of an app that sends its secret in the header.
    pub(crate) async fn token_as(&self, client: &str, fields: &[(&str, &str)]) -> Answer {
        use base64::Engine as _;
        let credentials = base64::engine::general_purpose::STANDARD.encode(format!("{client}:{SECRET}"));
        let header = format!("Basic {credentials}");
        self.browser().post_with("/token", &[("authorization", &header)], fields).await
    }

    /// What `UserInfo` says to a token.
    pub(crate) async fn userinfo(&self, token: &str) -> Answer {
        self.browser().get_with("/userinfo", &[("authorization", &format!("Bearer {token}"))]).await
    }
}

impl Server {
    /// Puts an address on the ledger of somebody.
    pub(crate) async fn know(&self, account: AccountId, address: &str) {
        let mut writer = self.inner.state.db.writing().await.unwrap();
        know(&mut writer, account, address, self.inner.state.now()).await;
        writer.commit().await.unwrap();
    }
}

/// An address from which somebody may sign in with a password at once.
pub(crate) async fn know(writer: &mut Writer, account: AccountId, address: &str, now: Timestamp) {
    let seen = Seen { network: Network::of(address.parse().unwrap()), user_agent: None, at: now };
    know_network(writer, Owner::Account(account), &seen, How::Operator, None).await.unwrap();
}
