//! The certificate that an app shows in TLS (RFC 8705): to us, or to a proxy that passes it on.

use std::net::IpAddr;
use std::sync::Arc;

use axum::http::{HeaderMap, HeaderName};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::config::{HeaderFormat, Mtls};
use crate::keys::Certificate;

/// The longest header that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;

/// What was shown on a connection whose TLS ends here. There no proxy speaks for anybody: whoever is at the other end shows
/// a certificate itself, or none.
#[derive(Clone, Debug)]
pub(super) struct Shown(pub(super) Option<Arc<Certificate>>);

/// The certificate that one of the proxies passes on which ask for certificates. From anybody else the header says nothing,
/// nor under another name of ours, where nobody may overwrite it, nor when it came twice: then one of the two may be the
/// sender's own.
pub(super) fn passed_on(
    peer: IpAddr,
    headers: &HeaderMap,
    called: Option<&str>,
    settings: &Mtls,
) -> Option<Arc<Certificate>> {
    let header = HeaderName::try_from(settings.header.as_deref()?).ok()?;
    let is_proxy = settings.proxies.iter().any(|network| network.contains(&peer.to_canonical()));
    let place = settings.alias();
    let named = place.as_deref().and_then(|place| place.strip_prefix("https://"));
    let is_here = named.is_none_or(|named| called.is_some_and(|called| called.eq_ignore_ascii_case(named)));
    if !is_proxy || !is_here {
        return None;
    }
    let mut lines = headers.get_all(header).iter();
    let (Some(line), None) = (lines.next(), lines.next()) else { return None };
    read_header(settings.header_format, line.to_str().ok()?).map(Arc::new)
}

/// A certificate as the proxies write it, and in no other way.
#[must_use]
pub(super) fn read_header(format: HeaderFormat, text: &str) -> Option<Certificate> {
    let text = text.trim();
    if text.is_empty() || text.len() > LONGEST {
        return None;
    }
    match format {
        HeaderFormat::Rfc9440 => {
            let bytes = text.strip_prefix(':').and_then(|rest| rest.strip_suffix(':'))?;
            Certificate::read([STANDARD.decode(bytes).ok()?])
        }
        HeaderFormat::Pem => Certificate::read([of_pem(&url_decoded(text)?)?]),
        HeaderFormat::Base64 => {
            let plain = url_decoded(text)?;
            let chain: Option<Vec<Vec<u8>>> = plain.split(',').map(of_base64).collect();
            Certificate::read(chain?)
        }
        HeaderFormat::Envoy => of_envoy(text),
    }
}

/// The certificate in the one element that our own proxy wrote: with two, a proxy further out vouches for the first, and
/// nobody knows for whom that one speaks.
fn of_envoy(text: &str) -> Option<Certificate> {
    let mut quoted = false;
    let is_several = text.chars().any(|letter| {
        quoted ^= letter == '"';
        letter == ',' && !quoted
    });
    let (_, rest) = text.split_once("Cert=\"").filter(|(before, _)| before.is_empty() || before.ends_with(';'))?;
    let (value, after) = rest.split_once('"')?;
    if is_several || after.contains("Cert=") {
        return None;
    }
    Certificate::read([of_pem(&url_decoded(value)?)?])
}

/// What percent signs hide; a plus stays one, since it is a digit of base64.
fn url_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte == b'%' {
            let digit = |byte: Option<u8>| char::from(byte?).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
            bytes.push(digit(rest.next())? << 4 | digit(rest.next())?);
        } else {
            bytes.push(byte);
        }
    }
    String::from_utf8(bytes).ok()
}

/// The bytes in the lines that PEM puts around them. A second certificate behind the first would be text that is no base64.
fn of_pem(text: &str) -> Option<Vec<u8>> {
    let rest = text.trim().strip_prefix("-----BEGIN CERTIFICATE-----")?;
    of_base64(rest.strip_suffix("-----END CERTIFICATE-----")?)
}

fn of_base64(text: &str) -> Option<Vec<u8>> {
    let digits: String = text.chars().filter(|letter| !letter.is_ascii_whitespace()).collect();
    STANDARD.decode(digits).ok()
}

#[cfg(test)]
mod tests {
    use rcgen::{CertificateParams, KeyPair};

    use super::*;

    fn made() -> (Vec<u8>, String) {
        let certificate = CertificateParams::default().self_signed(&KeyPair::generate().unwrap()).unwrap();
        (certificate.der().to_vec(), certificate.pem())
    }

    fn escaped(text: &str) -> String {
        url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20")
    }

    #[test]
    fn a_certificate_is_read_as_the_proxy_writes_it_and_in_no_other_way() {
        use HeaderFormat::{Base64, Envoy, Pem, Rfc9440};
        let (der, pem) = made();
        let (base64, pem) = (STANDARD.encode(&der), pem.trim().to_owned());
        for (right, written) in [
            (Rfc9440, format!(":{base64}:")),
            (Pem, escaped(&pem)),
            (Pem, pem.replace('\n', " ")),
            (Pem, pem.replace('\n', "\t")),
            (Base64, base64.clone()),
            (Base64, escaped(&base64)),
            (Base64, format!("{base64},{base64}")),
            (Envoy, format!("Hash=00;Cert=\"{}\";Subject=\"CN=app, O=x\";URI=", escaped(&pem))),
            (Envoy, format!("By=spiffe://x;Hash=00;Cert=\"{}\"", escaped(&pem))),
            (Envoy, format!("Cert=\"{}\"", escaped(&pem))),
        ] {
            for format in HeaderFormat::ALL {
                let read = read_header(format, &written);
                assert_eq!(read.map(|read| read.is(&der)), (format == right).then_some(true), "{format:?} {written}");
            }
        }
    }

    #[test]
    fn what_is_broken_or_says_two_things_is_read_in_no_way() {
        let (der, pem) = made();
        let (base64, pem) = (STANDARD.encode(&der), pem.trim().to_owned());
        let (_, other) = made();
        let one = format!("Hash=00;Cert=\"{}\"", escaped(&pem));
        for odd in [
            String::new(),
            "x".to_owned(),
            ":".to_owned(),
            "::".to_owned(),
            "%".to_owned(),
            "%zz".to_owned(),
            format!(":{base64}"),
            base64[..base64.len() - 4].to_owned(),
            format!("{pem}{other}"),
            format!("{one},{one}"),
            format!("Hash=00;Subject=\"Cert={}\"", escaped(&pem)),
            format!("{one};Cert=\"{}\"", escaped(&other)),
            "a".repeat(LONGEST + 1),
        ] {
            for format in HeaderFormat::ALL {
                assert!(read_header(format, &odd).is_none(), "{format:?} {odd}");
            }
        }
    }

    #[test]
    fn only_a_proxy_that_asks_passes_a_certificate_on_and_only_one_and_under_its_name() {
        let (der, _) = made();
        let line = format!(":{}:", STANDARD.encode(&der));
        let settings = Mtls {
            header: Some("client-cert".to_owned()),
            proxies: vec!["10.0.0.0/8".parse().unwrap()],
            ..Mtls::default()
        };
        let mut headers = HeaderMap::new();
        headers.append("client-cert", line.parse().unwrap());
        let read = |peer: &str, headers: &HeaderMap, called: Option<&str>, settings: &Mtls| {
            passed_on(peer.parse().unwrap(), headers, called, settings).is_some()
        };
        assert!(read("10.0.0.1", &headers, None, &settings) && read("::ffff:10.0.0.1", &headers, None, &settings));
        assert!(!read("203.0.113.7", &headers, None, &settings), "anybody can write a header");
        assert!(!read("10.0.0.1", &headers, None, &Mtls { header: None, ..settings.clone() }), "unless one is named");
        let named = Mtls { public_url: Some("https://mtls.example".parse().unwrap()), ..settings.clone() };
        assert!(read("10.0.0.1", &headers, Some("MTLS.example"), &named));
        for elsewhere in [None, Some("id.example"), Some("mtls.example:8443"), Some("mtls.example.evil.example")] {
            assert!(!read("10.0.0.1", &headers, elsewhere, &named), "{elsewhere:?}");
        }
        headers.append("client-cert", line.parse().unwrap());
        assert!(!read("10.0.0.1", &headers, None, &settings), "one of the two may be the sender's own");
    }
}
