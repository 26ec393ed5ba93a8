//! Sign-ins from several places: a server behind a proxy that tells the address.

use countersign::config::Config;

use super::{Browser, Engine, Server, TestClock};

pub(crate) const OFFICE: &str = "203.0.113.24";
pub(crate) const HOME: &str = "198.51.100.7";

/// A server behind a proxy.
pub(crate) async fn start(engine: &Engine) -> Server {
    Server::start_with(engine, TestClock::new(), behind_a_proxy).await
}

/// The settings of such a server.
pub(crate) fn behind_a_proxy(config: &mut Config) {
    config.server.trusted_proxies = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    config.server.client_ip_header = Some("x-forwarded-for".to_owned());
    config.sign_in.private_networks = Vec::new();
}

/// A browser at this address.
pub(crate) fn from(server: &Server, address: &str) -> Browser {
    let mut browser = server.browser();
    browser.headers.push(("x-forwarded-for", address.to_owned()));
    browser
}
