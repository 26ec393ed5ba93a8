//! `[server]`: where it listens and what it is called from outside.

use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::{Host, Url};

use super::Faults;

/// Where it listens and what it is called from outside.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The address and port to listen on.
    pub listen: SocketAddr,
    /// What browsers call it; also the issuer. Nothing else ever decides a link.
    pub public_url: Url,
    /// The networks of the reverse proxies in front.
    pub trusted_proxies: Vec<IpNet>,
    /// The one header in which those proxies pass on the client's address.
    pub client_ip_header: Option<String>,
    /// The address and port for Prometheus; off when empty.
    pub metrics_listen: Option<SocketAddr>,
    /// Seconds in which requests may finish after a stop was asked.
    pub shutdown_seconds: u16,
    /// Seconds between "not ready" and refusing new connections, for a load balancer to notice.
    pub drain_seconds: u16,
    /// TLS by the server itself.
    pub tls: Tls,
    /// What one client may take.
    pub limits: Limits,
}

/// TLS by the server itself; off while both are empty.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Tls {
    /// The certificate chain, PEM.
    pub certificate_file: Option<PathBuf>,
    /// The private key, PEM.
    pub private_key_file: Option<PathBuf>,
}

/// What one client may take.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Connections at the same time.
    pub max_connections: usize,
    /// Connections at the same time from one address; does not bind trusted proxies.
    pub max_connections_per_ip: usize,
    /// Seconds in which the headers of a request must arrive.
    pub header_seconds: u16,
    /// Seconds after which a connection without a request ends.
    pub idle_seconds: u16,
    /// Seconds in which a request must be answered.
    pub request_seconds: u16,
    /// The largest request body, in KiB.
    pub body_kib: u32,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            listen: SocketAddr::from((Ipv4Addr::LOCALHOST, 8080)),
            public_url: default_public_url(),
            trusted_proxies: Vec::new(),
            client_ip_header: None,
            metrics_listen: None,
            shutdown_seconds: 25,
            drain_seconds: 5,
            tls: Tls::default(),
            limits: Limits::default(),
        }
    }
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_connections: 2048,
            max_connections_per_ip: 64,
            header_seconds: 10,
            idle_seconds: 75,
            request_seconds: 30,
            body_kib: 64,
        }
    }
}

#[expect(clippy::unwrap_used, reason = "a constant that a test reads")]
fn default_public_url() -> Url {
    Url::parse("http://localhost:8080").unwrap()
}

impl Server {
    /// The issuer identifier: the public address without a trailing slash.
    #[must_use]
    pub fn issuer(&self) -> String {
        self.public_url.as_str().trim_end_matches('/').to_owned()
    }

    /// Whether browsers reach it by https.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    pub(super) fn validate(&self, faults: &mut Faults) {
        let url = &self.public_url;
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
        faults.unless(
            bare && matches!(url.scheme(), "http" | "https") && url.has_host(),
            "server.public_url",
            "Give scheme, host and port only, such as https://id.example.nl.",
        );
        faults.unless(
            self.is_https() || is_loopback(url),
            "server.public_url",
            "Use https. Plain http is only for localhost.",
        );
        faults.unless(
            self.client_ip_header.is_none() || !self.trusted_proxies.is_empty(),
            "server.client_ip_header",
            "Name the proxies in server.trusted_proxies as well; otherwise anybody could forge the header.",
        );
        faults.unless(
            self.client_ip_header.as_ref().is_none_or(|name| is_header_name(name)),
            "server.client_ip_header",
            "This is not the name of a header.",
        );
        faults.unless(
            self.tls.certificate_file.is_some() == self.tls.private_key_file.is_some(),
            "server.tls",
            "Set both certificate_file and private_key_file, or neither.",
        );
        let limits = &self.limits;
        faults.unless(
            limits.max_connections > 0 && limits.max_connections_per_ip > 0,
            "server.limits.max_connections",
            "At least one connection must be allowed.",
        );
        faults.unless(
            limits.header_seconds > 0 && limits.idle_seconds > 0 && limits.request_seconds > 0,
            "server.limits.request_seconds",
            "Give at least one second.",
        );
        faults.unless((1..=1024).contains(&limits.body_kib), "server.limits.body_kib", "Give a number from 1 to 1024.");
    }
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

/// A `token` of RFC 9110, section 5.6.2.
fn is_header_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte))
}
