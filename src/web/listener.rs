//! The accept loop.
//!
//! Our own, because axum's gives hyper no timer: a client that never finishes its headers would keep its place for
//! ever, and nothing would bound how many places there are.

use std::collections::HashMap;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use ipnet::IpNet;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_rustls::TlsAcceptor;
use tower::ServiceExt as _;
use tracing::{debug, warn};

mod pace;

use super::client_certificate::Shown;
use crate::keys::Certificate;
use pace::{Pace, Paced, Patience};

/// The most bytes of headers.
const HEADER_BYTES: usize = 16 * 1024;
/// The most requests at the same time on one HTTP/2 connection.
const STREAMS: u32 = 100;

/// Who connected to us: the client, or the proxy in between.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// What one client may take.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Connections at the same time.
    pub max_connections: usize,
    /// Connections at the same time from one address.
    pub max_connections_per_ip: usize,
    /// Those who may have more: our own proxies.
    pub trusted_proxies: Vec<IpNet>,
    /// In which the headers of a request, or a TLS handshake, must be complete.
    pub header_timeout: Duration,
    /// In which the next request must begin, and an answer that waits for its reader must go on.
    pub idle_timeout: Duration,
    /// In which requests may finish after the end was asked for.
    pub shutdown_timeout: Duration,
}

/// Serves until `shutdown`, then lets requests finish.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    settings: Settings,
    tls: Option<TlsAcceptor>,
    shutdown: impl Future<Output = ()>,
) {
    let places = Places::new(&settings);
    let graceful = GracefulShutdown::new();
    let mut shutdown = std::pin::pin!(shutdown);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut shutdown => break,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(cause) => {
                // Out of file handles: those in use will come free, and the listener must outlive that.
                warn!("no connection could be accepted: {cause}");
                sleep(Duration::from_millis(50)).await;
                continue;
            }
        };
        let Some(place) = places.take(peer.ip()) else {
            debug!(%peer, "too many connections");
            continue;
        };
        let connection = Connection {
            router: router.clone(),
            peer,
            patience: Patience { headers: settings.header_timeout, idle: settings.idle_timeout },
            watcher: graceful.watcher(),
        };
        let tls = tls.clone();
        tokio::spawn(async move {
            connection.run(stream, tls).await;
            drop(place);
        });
    }
    drop(listener);
    if timeout(settings.shutdown_timeout, graceful.shutdown()).await.is_err() {
        warn!("some requests did not finish in time");
    }
}

struct Connection {
    router: Router,
    peer: SocketAddr,
    patience: Patience,
    watcher: Watcher,
}

impl Connection {
    async fn run(self, stream: TcpStream, tls: Option<TlsAcceptor>) {
        // Small answers must not wait for more to send.
        let _ = stream.set_nodelay(true);
        match tls {
            None => self.serve(stream, None).await,
            Some(tls) => match timeout(self.patience.headers, tls.accept(stream)).await {
                Ok(Ok(stream)) => {
                    let chain = stream.get_ref().1.peer_certificates().unwrap_or_default();
                    let certificate = Certificate::read(chain.iter().map(|certificate| certificate.to_vec()));
                    self.serve(stream, Some(Shown(certificate.map(Arc::new)))).await;
                }
                Ok(Err(cause)) => debug!(peer = %self.peer, "no TLS: {cause}"),
                Err(_) => debug!(peer = %self.peer, "the TLS handshake took too long"),
            },
        }
    }

    async fn serve(self, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, shown: Option<Shown>) {
        let mut builder = Builder::new(TokioExecutor::new());
        builder.http1().header_read_timeout(None).max_buf_size(HEADER_BYTES);
        builder
            .http2()
            .timer(TokioTimer::new())
            .keep_alive_interval(Duration::from_secs(20))
            .max_concurrent_streams(STREAMS)
            .max_header_list_size(u32::try_from(HEADER_BYTES).unwrap_or(u32::MAX));
        let (router, peer, pace) = (self.router, self.peer, Pace::default());
        let stream = Paced::new(stream, pace.clone(), self.patience);
        let service = service_fn(move |mut request: Request<Incoming>| {
            request.extensions_mut().insert(Peer(peer));
            if let Some(shown) = &shown {
                request.extensions_mut().insert(shown.clone());
            }
            let (router, pace) = (router.clone(), pace.clone());
            pace.begin(request.version());
            async move {
                let response = router.oneshot(request).await.unwrap_or_else(|never| match never {});
                Ok::<Response, Infallible>(pace.follow(response))
            }
        });
        let connection = builder.serve_connection(TokioIo::new(stream), service).into_owned();
        if let Err(cause) = self.watcher.watch(connection).await {
            debug!(%peer, "connection ended: {cause}");
        }
    }
}

/// How many connections there are from each address.
type Counts = Arc<Mutex<HashMap<IpAddr, usize>>>;

/// How many connections there are, in all and from each address.
struct Places {
    all: Arc<Semaphore>,
    by_ip: Counts,
    per_ip: usize,
    unbound: Vec<IpNet>,
}

/// One connection's place; dropping it makes room.
struct Place {
    _permit: OwnedSemaphorePermit,
    counted: Option<(IpAddr, Counts)>,
}

impl Places {
    fn new(settings: &Settings) -> Self {
        Self {
            all: Arc::new(Semaphore::new(settings.max_connections)),
            by_ip: Arc::default(),
            per_ip: settings.max_connections_per_ip,
            unbound: settings.trusted_proxies.clone(),
        }
    }

    fn take(&self, ip: IpAddr) -> Option<Place> {
        let permit = Arc::clone(&self.all).try_acquire_owned().ok()?;
        let ip = ip.to_canonical();
        if self.unbound.iter().any(|network| network.contains(&ip)) {
            return Some(Place { _permit: permit, counted: None });
        }
        let mut counts = self.by_ip.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(ip).or_default();
        if *count >= self.per_ip {
            return None;
        }
        *count += 1;
        Some(Place { _permit: permit, counted: Some((ip, Arc::clone(&self.by_ip))) })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let Some((ip, counts)) = &self.counted else { return };
        let mut counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = counts.get_mut(ip) {
            *count -= 1;
            if *count == 0 {
                counts.remove(ip);
            }
        }
    }
}

#[cfg(test)]
mod tests;
