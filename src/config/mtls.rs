//! `[mtls]`: apps that show a certificate (RFC 8705).

use std::net::SocketAddr;
use std::path::PathBuf;

use ipnet::IpNet;
use serde::{Deserialize, Serialize};
use url::Url;

use super::server::is_header_name;
use super::{Faults, Server};

/// Apps that show a certificate; off while neither `listen` nor `header` is set.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Mtls {
    /// A second address and port, where our own TLS asks for certificates. People keep the usual one, since a browser that
    /// is asked for a certificate asks its user.
    pub listen: Option<SocketAddr>,
    /// The one header in which `proxies` pass on a certificate.
    pub header: Option<String>,
    /// The networks of the proxies that ask for certificates, and overwrite that header.
    pub proxies: Vec<IpNet>,
    /// What apps call the place that asks for certificates, where it has a name of its own.
    pub public_url: Option<Url>,
    /// The authorities that vouch for the certificates of apps with `tls_client_auth`, PEM.
    pub ca_file: Option<PathBuf>,
}

impl Mtls {
    /// Whether apps can show a certificate at all.
    #[must_use]
    pub const fn is_on(&self) -> bool {
        self.listen.is_some() || self.header.is_some()
    }

    /// The address of the place that asks for certificates, without a trailing slash, where it is another one.
    #[must_use]
    pub fn alias(&self) -> Option<String> {
        let url = self.public_url.as_ref().filter(|_| self.is_on())?;
        Some(url.as_str().trim_end_matches('/').to_owned())
    }

    pub(super) fn validate(&self, server: &Server, faults: &mut Faults) {
        faults.unless(
            self.listen.is_none() || server.tls.certificate_file.is_some(),
            "mtls.listen",
            "Set server.tls as well: certificates are shown in TLS.",
        );
        faults.unless(
            self.header.is_none() || !self.proxies.is_empty(),
            "mtls.header",
            "Name the proxies in mtls.proxies as well; otherwise anybody could forge the header.",
        );
        faults.unless(
            self.header.is_none() || self.listen.is_none(),
            "mtls.header",
            "Set listen or header, not both: certificates come in one way.",
        );
        faults.unless(
            self.listen.is_none() || self.public_url.is_some(),
            "mtls.public_url",
            "Say what apps call the port that asks for certificates.",
        );
        faults.unless(
            self.header.as_ref().is_none_or(|name| is_header_name(name)),
            "mtls.header",
            "This is not the name of a header.",
        );
        faults.unless(
            self.public_url.as_ref().is_none_or(|url| {
                url.scheme() == "https" && url.has_host() && url.path() == "/" && url.query().is_none()
            }),
            "mtls.public_url",
            "Give scheme, host and port only, such as https://mtls.id.example.nl.",
        );
        faults.unless(
            self.is_on() || (self.public_url.is_none() && self.ca_file.is_none()),
            "mtls.listen",
            "Set listen or header; otherwise no app can show a certificate.",
        );
    }
}
