//! Floor 5: builds the shared state once, and hands the router to a listener.

mod health;
mod housekeeping;
mod system;

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::middleware::{Next, from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tracing::info;

use crate::atlas::Atlas;
use crate::config::Config;
use crate::domain::{Clock, Random};
use crate::features::FEATURES;
use crate::features::helpdesk::send_links;
use crate::features::oidc::tell_logouts;
use crate::features::outbox::deliver;
use crate::features::passwords::look_for_foreign_hashes;
use crate::features::signing::{holds_sealed_rows, keep_keys};
use crate::features::webhooks::deliver_webhooks;
use crate::keys::{Authorities, KeyFileError, KeyFiles};
use crate::mail::Senders;
use crate::outbound::Outbound;
use crate::storage::{ConnectError, Database, MigrateError, StorageError};
use crate::web::listener::{self, Settings};
use crate::web::tls::{self, Asking, TlsError};
use crate::web::{AppState, CookieNames, Error, Parts, TemplateError, Templates, around, metrics, urls};

use housekeeping::keep_house;
pub use system::{OsRandom, SystemClock};

/// The server cannot start; each is one sentence that says what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The database cannot be used.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The schema cannot be brought up to date.
    #[error(transparent)]
    Migrate(#[from] MigrateError),
    /// The database has steps to take first.
    #[error("The database is {0} steps behind. Run `countersign migrate` first.")]
    Behind(usize),
    /// A key file cannot be used.
    #[error(transparent)]
    KeyFile(#[from] KeyFileError),
    /// The database refuses.
    #[error("The database cannot be used: {0}")]
    Storage(#[from] StorageError),
    /// A page is wrong.
    #[error("The pages cannot be loaded: {0}")]
    Template(#[from] TemplateError),
    /// The signing keys cannot be used.
    #[error("The signing keys cannot be used: {0}.")]
    Keys(Error),
    /// Mail, text messages or calls cannot leave, certificates cannot come, or places are not known, with these settings.
    #[error("{0}")]
    Senders(String),
    /// TLS cannot be set up.
    #[error(transparent)]
    Tls(#[from] TlsError),
    /// The port is taken, or may not be listened on.
    #[error("{address} cannot be listened on: {cause}. Choose another with {key}.")]
    Listen {
        /// Where.
        address: SocketAddr,
        /// What the operating system says.
        cause: std::io::Error,
        /// The configuration key.
        key: &'static str,
    },
}

/// Where time and chance come from.
#[derive(Clone)]
pub struct World {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Chance.
    pub random: Arc<dyn Random>,
}

impl World {
    /// The real one.
    #[must_use]
    pub fn real() -> Self {
        Self { clock: Arc::new(SystemClock), random: Arc::new(OsRandom) }
    }
}

/// Opens database and keys, and builds what all requests share. Brings the schema up to date when `migrate` is set.
///
/// # Errors
///
/// When something is missing or does not fit.
pub async fn build_state(config: Config, world: World, migrate: bool) -> Result<AppState, StartError> {
    let db = Database::connect(&config.database).await?;
    if migrate {
        let steps = db.migrate().await?;
        if steps > 0 {
            info!(steps, "the database was brought up to date");
        }
    } else {
        match db.pending_migrations().await? {
            0 => {}
            behind => return Err(StartError::Behind(behind)),
        }
    }
    // A key that was lost must not be replaced silently: what it sealed could never be read again.
    let may_create = !holds_sealed_rows(db.reading()).await?;
    Ok(AppState::new(assemble(config, world, db, may_create)?))
}

/// Opens database and keys for restoring a backup: the schema is left as it is, and the keys must be there.
///
/// # Errors
///
/// When something is missing or does not fit.
pub async fn build_parts(config: Config, world: World) -> Result<Parts, StartError> {
    let db = Database::connect(&config.database).await?;
    assemble(config, world, db, false)
}

fn assemble(config: Config, world: World, db: Database, may_create: bool) -> Result<Parts, StartError> {
    let KeyFiles { vault, mac } = KeyFiles::open(&config.keys.directory, may_create, world.random.as_ref())?;
    let atlas = Atlas::open(&config).map_err(StartError::Senders)?;
    let templates = Templates::new(&config.branding, &atlas)?;
    let outbound = Outbound::new(&config.outbound).map_err(StartError::Senders)?;
    let authorities = Authorities::load(config.mtls.ca_file.as_deref()).map_err(StartError::Senders)?;
    let mut cookies = CookieNames::new(config.server.is_https());
    if config.offers_session_management() {
        cookies = cookies.showing_login_state(mac.clone());
    }
    let World { clock, random } = world;
    let outbox_bell = Arc::default();
    Ok(Parts { config, db, vault, mac, clock, random, atlas, templates, cookies, authorities, outbound, outbox_bell })
}

/// A server that is running.
pub struct Server {
    /// Where it listens.
    pub address: SocketAddr,
    /// Where it asks apps for certificates.
    pub mtls_address: Option<SocketAddr>,
    /// Where it shows its figures.
    pub metrics_address: Option<SocketAddr>,
    /// What its requests share.
    pub state: AppState,
    ready: Arc<AtomicBool>,
    stop: watch::Sender<bool>,
    tasks: Vec<JoinHandle<()>>,
    housekeeping: JoinHandle<()>,
}

/// Binds the address that the configuration names. Done first, so that a port 0 is known before the issuer is.
///
/// # Errors
///
/// When it cannot be listened on.
pub async fn bind(address: SocketAddr, key: &'static str) -> Result<TcpListener, StartError> {
    TcpListener::bind(address).await.map_err(|cause| StartError::Listen { address, cause, key })
}

impl Server {
    /// Starts to serve on `listener`.
    ///
    /// # Errors
    ///
    /// When database, keys or TLS cannot be used.
    pub async fn start(config: Config, world: World, listener: TcpListener) -> Result<Self, StartError> {
        metrics::install();
        let tls = match (&config.server.tls.certificate_file, &config.server.tls.private_key_file) {
            (Some(certificate), Some(key)) => Some((
                tls::acceptor((certificate, key), Asking::Nothing)?,
                tls::acceptor((certificate, key), Asking::ForCertificates)?,
            )),
            _ => None,
        };
        let (tls, mtls) = tls.unzip();
        let mtls_listener = match config.mtls.listen.filter(|_| mtls.is_some()) {
            Some(address) => Some(bind(address, "mtls.listen").await?),
            None => None,
        };
        let metrics_listener = match config.server.metrics_listen {
            Some(address) => Some(bind(address, "server.metrics_listen").await?),
            None => None,
        };
        let senders = Senders::new(&config.mail, &config.sms).map_err(StartError::Senders)?;
        let lock = Database::claim(&config.database)?;
        let state = build_state(config, world, true).await?;
        keep_keys(&state).await.map_err(StartError::Keys)?;
        look_for_foreign_hashes(&state).await?;
        // Opened now, so that a foreign vault key is told at the start and not to the first who signs in.
        crate::features::signing::Signing::ring(&state).await.map_err(StartError::Keys)?;

        let ready = Arc::new(AtomicBool::new(true));
        let (stop, stopped) = watch::channel(false);
        let settings = settings(&state.config);
        let address = local_address(&listener);
        let router = router(state.clone(), Arc::clone(&ready));
        let mtls_address = mtls_listener.as_ref().map(local_address);
        let mut tasks = Vec::new();
        if let Some(listener) = mtls_listener {
            let router = router.clone().layer(from_fn(for_apps_only));
            tasks.push(tokio::spawn(listener::serve(listener, router, settings.clone(), mtls, wait(&stopped))));
        }
        tasks.push(tokio::spawn(listener::serve(listener, router, settings.clone(), tls, wait(&stopped))));
        let metrics_address = metrics_listener.as_ref().map(local_address);
        if let Some(listener) = metrics_listener {
            tasks.push(tokio::spawn(listener::serve(listener, metrics::router(), settings, None, wait(&stopped))));
        }
        tasks.push(tokio::spawn(deliver(state.clone(), senders, wait(&stopped))));
        tasks.push(tokio::spawn(tell_logouts(state.clone(), wait(&stopped))));
        tasks.push(tokio::spawn(send_links(state.clone(), wait(&stopped))));
        tasks.push(tokio::spawn(deliver_webhooks(state.clone(), wait(&stopped))));
        let housekeeping = tokio::spawn({
            let state = state.clone();
            async move {
                let _lock = lock;
                keep_house(state).await;
            }
        });
        Ok(Self { address, mtls_address, metrics_address, state, ready, stop, tasks, housekeeping })
    }

    /// Says "not ready", waits for load balancers to notice, lets requests finish, and ends.
    pub async fn stop(self) {
        self.ready.store(false, Ordering::Release);
        tokio::time::sleep(Duration::from_secs(self.state.config.server.drain_seconds.into())).await;
        self.end().await;
    }

    async fn end(self) {
        let _ = self.stop.send(true);
        for task in self.tasks {
            let _ = task.await;
        }
        self.housekeeping.abort();
    }
}

fn local_address(listener: &TcpListener) -> SocketAddr {
    // A listener that is bound has an address.
    listener.local_addr().unwrap_or_else(|_| SocketAddr::from(([0, 0, 0, 0], 0)))
}

fn wait(stopped: &watch::Receiver<bool>) -> impl Future<Output = ()> + use<> {
    let mut stopped = stopped.clone();
    async move {
        let _ = stopped.wait_for(|stopped| *stopped).await;
    }
}

fn settings(config: &Config) -> Settings {
    let limits = &config.server.limits;
    Settings {
        max_connections: limits.max_connections,
        max_connections_per_ip: limits.max_connections_per_ip,
        trusted_proxies: config.server.trusted_proxies.clone(),
        header_timeout: Duration::from_secs(limits.header_seconds.into()),
        idle_timeout: Duration::from_secs(limits.idle_seconds.into()),
        shutdown_timeout: Duration::from_secs(config.server.shutdown_seconds.into()),
    }
}

/// Where certificates are asked for there is nothing for people: no page of ours is to be found under a second name.
async fn for_apps_only(request: Request, next: Next) -> Response {
    if urls::FOR_APPS.contains(&request.uri().path()) {
        next.run(request).await
    } else {
        StatusCode::NOT_FOUND.into_response()
    }
}

/// Everything that is answered.
fn router(state: AppState, ready: Arc<AtomicBool>) -> Router {
    let limit = state.config.server.limits.body_kib as usize * 1024;
    let pages = FEATURES.iter().fold(Router::new(), |router, feature| router.merge((feature.routes)()));
    let pages = pages
        .route(urls::HOME, get(|| async { crate::web::see_other(urls::ACCOUNT) }))
        .route(urls::LANGUAGE, post(crate::web::switch_language))
        .route("/assets/{name}", get(crate::web::asset))
        .fallback(|| async { StatusCode::NOT_FOUND })
        .layer(CatchPanicLayer::new())
        .layer(axum::extract::DefaultBodyLimit::max(limit))
        .layer(CompressionLayer::new())
        .layer(from_fn_with_state(state.clone(), around))
        .with_state(state.clone());
    health::routes(state, ready).merge(pages)
}
