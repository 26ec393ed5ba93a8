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
    /// How they write it there.
    pub header_format: HeaderFormat,
    /// The networks of the proxies that ask for certificates, and overwrite that header.
    pub proxies: Vec<IpNet>,
    /// What apps call the place that asks for certificates, where it has a name of its own.
    pub public_url: Option<Url>,
    /// The authorities that vouch for the certificates of apps with `tls_client_auth`, PEM.
    pub ca_file: Option<PathBuf>,
}

/// How a proxy writes a certificate into a header.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HeaderFormat {
    /// Base64 between colons (RFC 9440, section 2).
    #[default]
    Rfc9440,
    /// URL-encoded PEM, such as nginx with `$ssl_client_escaped_cert`.
    Pem,
    /// Bare base64, such as `HAProxy` and Caddy; Traefik adds the rest of the chain behind commas.
    Base64,
    /// The element of `x-forwarded-client-cert` that Envoy writes.
    Envoy,
}

impl HeaderFormat {
    /// All there are.
    pub const ALL: [Self; 4] = [Self::Rfc9440, Self::Pem, Self::Base64, Self::Envoy];
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
            self.header.is_none() || server.tls.certificate_file.is_none(),
            "mtls.header",
            "Leave server.tls empty: where our own TLS ends a connection, no proxy passes a certificate on.",
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_format_that_nobody_writes_is_refused() {
        for format in HeaderFormat::ALL {
            let read: Mtls = serde_json::from_value(json!({ "header_format": format })).unwrap();
            assert_eq!(read.header_format, format);
        }
        for odd in ["", "der", "RFC9440", "xfcc"] {
            assert!(serde_json::from_value::<Mtls>(json!({ "header_format": odd })).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_header_needs_proxies_that_end_tls() {
        let header = Mtls {
            header: Some("client-cert".to_owned()),
            proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..Mtls::default()
        };
        let is_fine = |mtls: &Mtls, server: &Server| {
            let mut faults = Faults::default();
            mtls.validate(server, &mut faults);
            faults.is_empty()
        };
        let mut server = Server::default();
        assert!(is_fine(&header, &server));
        assert!(!is_fine(&Mtls { proxies: Vec::new(), ..header.clone() }, &server));
        server.tls.certificate_file = Some("own.pem".into());
        assert!(!is_fine(&header, &server), "nobody could pass a certificate on");
    }
}
