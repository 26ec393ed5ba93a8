//! The headers that come from anywhere, for [`crate::fuzzing`].

use std::net::{IpAddr, Ipv4Addr};

use axum::http::header::{COOKIE, FORWARDED};
use axum::http::{HeaderMap, HeaderValue};

use super::client_certificate::read_header;
use super::client_ip::client_ip;
use super::cookies::{CookieKind, CookieNames};
use crate::config::HeaderFormat;

/// Takes any bytes.
type Parser = fn(&[u8]);

/// The parsers, by name.
pub(crate) const TARGETS: &[(&str, Parser)] =
    &[("forwarded_header", forwarded_header), ("cookies", cookies), ("certificate_header", certificate_header)];

/// A proxy that is trusted.
const PROXY: IpAddr = IpAddr::V4(Ipv4Addr::new(10, 0, 0, 1));

fn lines(data: &[u8], name: &axum::http::HeaderName) -> HeaderMap {
    let mut headers = HeaderMap::new();
    for line in data.split(|byte| *byte == b'\n').filter_map(|line| HeaderValue::from_bytes(line).ok()) {
        headers.append(name, line);
    }
    headers
}

/// The header in which a proxy passes on where a request came from.
fn forwarded_header(data: &[u8]) {
    let headers = lines(data, &FORWARDED);
    let trusted = "10.0.0.0/8".parse().ok();
    let trusted = trusted.as_slice();
    let _ = client_ip(PROXY, &headers, trusted, Some(&FORWARDED));
    let stranger = IpAddr::V4(Ipv4Addr::new(203, 0, 113, 7));
    let found = client_ip(stranger, &headers, trusted, Some(&FORWARDED));
    assert_eq!(found.to_string(), stranger.to_string(), "a stranger wrote its own address");
}

/// The cookies of a request.
fn cookies(data: &[u8]) {
    let headers = lines(data, &COOKIE);
    for https in [true, false] {
        let names = CookieNames::new(https);
        for kind in [CookieKind::Session, CookieKind::Browser, CookieKind::Language, CookieKind::Remembered] {
            let read = names.read(&headers, kind);
            assert!(read.is_none_or(|value| !value.is_empty() && value.len() <= 200));
        }
    }
}

/// The header in which a proxy passes on a certificate.
fn certificate_header(data: &[u8]) {
    let Ok(text) = std::str::from_utf8(data) else { return };
    for certificate in HeaderFormat::ALL.into_iter().filter_map(|format| read_header(format, text)) {
        let _ = certificate.thumbprint();
        for name in ["subject_dn=CN=app", "san_dns=app.example", "san_ip=192.0.2.1"] {
            let _ = name.parse().is_ok_and(|name| certificate.bears(&name));
        }
    }
    if let Ok(name) = text.parse() {
        let name: crate::domain::certificate_name::CertificateName = name;
        let _ = crate::keys::is_subject(&name.parts().1);
    }
}
