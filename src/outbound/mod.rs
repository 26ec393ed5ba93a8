//! Floor 2: calls that the server itself makes, to addresses that an administrator registered.
//!
//! Whoever registers an address must not reach what lies behind the server: a name is resolved once, only public
//! addresses and those of the operator's list are connected to, and no redirect is followed.

mod addresses;
pub mod traces;

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use ipnet::IpNet;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::header::{ACCEPT, CONTENT_TYPE};
use reqwest::redirect::Policy;
use reqwest::{Certificate, Client, RequestBuilder, Response};
use tokio::sync::Semaphore;
use tokio::time::timeout;
use tracing::{Instrument as _, trace_span};
use url::{Host, Url};

use self::addresses::is_public;
use crate::config::{self, TRACE};

/// The largest document that is fetched, in bytes.
const LARGEST: usize = 64 * 1024;
/// Calls to one host at the same time.
const MOST_TO_ONE: usize = 2;

/// Makes calls. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Outbound {
    client: Client,
    allowed: Arc<[IpNet]>,
    patience: Duration,
    hosts: Arc<Mutex<HashMap<String, Arc<Semaphore>>>>,
}

/// Why a call got no answer, in words that say nothing about what lies behind the server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The address may not be called.
    #[error("the address may not be called")]
    Forbidden,
    /// Nobody answered in time.
    #[error("there was no answer in time")]
    TooLate,
    /// Nobody answered.
    #[error("the app cannot be reached")]
    Unreachable,
    /// The answer is no document of the kind that was asked for.
    #[error("the app did not answer with the document")]
    NoDocument,
}

impl Outbound {
    /// Ready to call.
    ///
    /// # Errors
    ///
    /// One sentence, when a setting cannot be used.
    pub fn new(settings: &config::Outbound) -> Result<Self, String> {
        let allowed: Arc<[IpNet]> = settings.allowed_networks.clone().into();
        let patience = Duration::from_secs(settings.timeout_seconds.into());
        let mut builder = Client::builder()
            .timeout(patience)
            .redirect(Policy::none())
            // A proxy would resolve the name itself, to whatever it likes.
            .no_proxy()
            .dns_resolver(Arc::new(Guard(Arc::clone(&allowed))));
        if let Some(file) = &settings.ca_file {
            let unusable = |cause: &dyn std::fmt::Display| format!("outbound.ca_file cannot be used: {cause}.");
            let pem = std::fs::read(file).map_err(|cause| unusable(&cause))?;
            let certificates = Certificate::from_pem_bundle(&pem).map_err(|cause| unusable(&cause))?;
            builder = builder.tls_certs_merge(certificates);
        }
        let client = builder.build().map_err(|cause| format!("Calls cannot be made: {cause}."))?;
        Ok(Self { client, allowed, patience, hosts: Arc::default() })
    }

    /// Posts a form, and returns the status of the answer. The answer itself is not read.
    ///
    /// # Errors
    ///
    /// When the address may not be called, or nobody answers.
    pub async fn post_form(&self, url: &Url, fields: &[(&str, &str)]) -> Result<u16, CallError> {
        let send = async |request: RequestBuilder| Ok(request.form(fields).send().await?.status().as_u16());
        self.call(url, self.client.post(url.clone()), send).await
    }

    /// Posts JSON with these headers, and returns the status of the answer. The answer itself is not read.
    ///
    /// # Errors
    ///
    /// When the address may not be called, or nobody answers.
    pub async fn post_json(&self, url: &Url, headers: &[(&str, &str)], body: String) -> Result<u16, CallError> {
        let mut request = self.client.post(url.clone()).header(CONTENT_TYPE, "application/json").body(body);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let send = async |request: RequestBuilder| Ok(request.send().await?.status().as_u16());
        self.call(url, request, send).await
    }

    /// Whether an address may be called, as far as can be told before its name is resolved.
    #[must_use]
    pub fn may_call(&self, url: &Url) -> bool {
        may_call(url, &self.allowed)
    }

    /// Fetches a document of one of these media types.
    ///
    /// # Errors
    ///
    /// When the address may not be called, nobody answers, or the answer is another or too large.
    pub async fn fetch(&self, url: &Url, kinds: &[&str]) -> Result<Vec<u8>, CallError> {
        let request = self.client.get(url.clone()).header(ACCEPT, kinds.join(", "));
        let read = async |request: RequestBuilder| {
            let response = request.send().await?;
            if response.status() == 200 && is_one_of(&response, kinds) { whole(response).await } else { Ok(None) }
        };
        self.call(url, request, read).await?.ok_or(CallError::NoDocument)
    }

    /// Makes a call once there is room for one more to the host.
    async fn call<T>(
        &self,
        url: &Url,
        request: RequestBuilder,
        send: impl AsyncFnOnce(RequestBuilder) -> Result<T, reqwest::Error>,
    ) -> Result<T, CallError> {
        if !may_call(url, &self.allowed) {
            return Err(CallError::Forbidden);
        }
        let room = self.room(url.host_str().unwrap_or_default());
        let waited = timeout(self.patience, room.acquire()).await;
        let Ok(Ok(_permit)) = waited else { return Err(CallError::TooLate) };
        send(request)
            .instrument(trace_span!(target: TRACE, "call"))
            .await
            .map_err(|cause| if cause.is_timeout() { CallError::TooLate } else { CallError::Unreachable })
    }

    fn room(&self, host: &str) -> Arc<Semaphore> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(hosts.entry(host.to_owned()).or_insert_with(|| Arc::new(Semaphore::new(MOST_TO_ONE))))
    }
}

fn is_one_of(response: &Response, kinds: &[&str]) -> bool {
    let kind = response.headers().get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim();
    kinds.iter().any(|known| kind.eq_ignore_ascii_case(known))
}

/// The body, unless it is too large.
async fn whole(mut response: Response) -> Result<Option<Vec<u8>>, reqwest::Error> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await? {
        if body.len() + chunk.len() > LARGEST {
            return Ok(None);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Some(body))
}

/// Whether an address may be called, as far as can be told before its name is resolved.
fn may_call(url: &Url, allowed: &[IpNet]) -> bool {
    let literal = match url.host() {
        Some(Host::Ipv4(address)) => Some(IpAddr::V4(address)),
        Some(Host::Ipv6(address)) => Some(IpAddr::V6(address)),
        Some(Host::Domain(_)) => None,
        None => return false,
    };
    let is_loopback = url.host_str() == Some("localhost") || literal.is_some_and(|address| address.is_loopback());
    let is_plain_to_us = url.scheme() == "http" && is_loopback;
    let is_bare = url.username().is_empty() && url.password().is_none();
    // What is no literal is checked when it is resolved.
    is_bare
        && (url.scheme() == "https" || is_plain_to_us)
        && literal.is_none_or(|address| may_connect(address, allowed))
}

fn may_connect(address: IpAddr, allowed: &[IpNet]) -> bool {
    is_public(address) || allowed.iter().any(|network| network.contains(&address))
}

/// Resolves names to addresses that may be connected to, so that what was checked is what is called.
struct Guard(Arc<[IpNet]>);

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let allowed = Arc::clone(&self.0);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let fine: Vec<SocketAddr> = found.filter(|address| may_connect(address.ip(), &allowed)).collect();
            if fine.is_empty() {
                return Err(CallError::Forbidden.into());
            }
            Ok(Box::new(fine.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_https_to_public_addresses_may_be_called_unless_the_operator_lists_more() {
        let may = |url: &str, allowed: &[IpNet]| may_call(&url.parse().unwrap(), allowed);
        for url in ["https://app.example/logout", "https://app.example:8443/", "https://93.184.215.14/"] {
            assert!(may(url, &[]), "{url}");
        }
        for url in [
            "http://app.example/",
            "https://10.0.0.1/",
            "https://0x7f.1/",
            "https://2130706433/",
            "https://[::1]/",
            "https://[::ffff:10.0.0.1]/",
            "https://user@app.example/",
            "http://localhost/",
            "http://127.0.0.1/",
            "ftp://app.example/",
            "file:///etc/passwd",
            "gopher://app.example/",
        ] {
            assert!(!may(url, &[]) || url == "http://localhost/", "{url}");
        }
        let intranet = ["10.0.0.0/8".parse().unwrap()];
        assert!(may("https://10.0.0.1/", &intranet) && !may("http://10.0.0.1/", &intranet));
        assert!(may("http://127.0.0.1:8080/", &["127.0.0.0/8".parse().unwrap()]));
    }

    #[tokio::test]
    async fn a_name_that_means_this_machine_is_not_called() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let outbound = Outbound::new(&config::Outbound::default()).unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://localhost:{}/", listener.local_addr().unwrap().port()).parse().unwrap();
        assert_eq!(outbound.post_form(&url, &[]).await, Err(CallError::Unreachable));
        let nobody = tokio::time::timeout(Duration::from_millis(50), listener.accept()).await;
        assert!(nobody.is_err(), "nobody connected");
    }
}
