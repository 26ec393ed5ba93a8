//! Certificates that apps show in TLS (RFC 8705).

use std::collections::BTreeSet;
use std::net::IpAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rustls::RootCertStore;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;
use sha2::{Digest as _, Sha256};
use x509_cert::attr::AttributeTypeAndValue;
use x509_cert::der::{Decode as _, Tagged as _};
use x509_cert::ext::pkix::SubjectAltName;
use x509_cert::ext::pkix::name::GeneralName;
use x509_cert::name::Name;

use crate::domain::Timestamp;
use crate::domain::certificate_name::CertificateName;

/// The longest certificate that is looked at, in bytes.
const LONGEST: usize = 16 * 1024;
/// The most certificates in a chain.
const MOST: usize = 6;

/// A certificate whose private key the sender of a request holds, with those that vouch for it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    own: CertificateDer<'static>,
    between: Vec<CertificateDer<'static>>,
}

impl Certificate {
    /// Reads a chain, the own certificate first, as X.690 (DER) encodes each. None when it is no certificate.
    #[must_use]
    pub fn read(chain: impl IntoIterator<Item = Vec<u8>>) -> Option<Self> {
        let mut chain = chain.into_iter().take(MOST).map(CertificateDer::from);
        let own = chain.next().filter(|own| own.len() <= LONGEST)?;
        x509_cert::Certificate::from_der(&own).ok()?;
        Some(Self { own, between: chain.collect() })
    }

    /// Its thumbprint: the `x5t#S256` that tokens are bound to (RFC 8705, section 3.1).
    #[must_use]
    pub fn thumbprint(&self) -> String {
        URL_SAFE_NO_PAD.encode(Sha256::digest(&self.own))
    }

    /// Whether it is exactly this one, as X.690 (DER) encodes it.
    #[must_use]
    pub fn is(&self, der: &[u8]) -> bool {
        self.own.as_ref() == der
    }

    /// When it ends.
    #[must_use]
    pub fn ends_at(&self) -> Option<Timestamp> {
        let read = x509_cert::Certificate::from_der(&self.own).ok()?;
        let seconds = read.tbs_certificate().validity().not_after.to_unix_duration().as_secs();
        Some(Timestamp::from_seconds(i64::try_from(seconds).ok()?))
    }

    /// Whether `now` lies within its validity.
    #[must_use]
    pub fn is_current(&self, now: Timestamp) -> bool {
        let Ok(read) = x509_cert::Certificate::from_der(&self.own) else { return false };
        let validity = read.tbs_certificate().validity();
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let (from, until) = (validity.not_before.to_unix_duration(), validity.not_after.to_unix_duration());
        (from.as_secs()..=until.as_secs()).contains(&seconds)
    }

    /// Whether it bears this name.
    #[must_use]
    pub fn bears(&self, name: &CertificateName) -> bool {
        let Ok(read) = x509_cert::Certificate::from_der(&self.own) else { return false };
        let certificate = read.tbs_certificate();
        if let CertificateName::SubjectDn(text) = name {
            return text.parse::<Name>().is_ok_and(|named| is_same_name(&named, certificate.subject()));
        }
        let Ok(Some((_, SubjectAltName(names)))) = certificate.get_extension::<SubjectAltName>() else { return false };
        names.iter().any(|known| match (name, known) {
            (CertificateName::SanDns(name), GeneralName::DnsName(known)) => known.as_str().eq_ignore_ascii_case(name),
            (CertificateName::SanUri(name), GeneralName::UniformResourceIdentifier(known))
            | (CertificateName::SanEmail(name), GeneralName::Rfc822Name(known)) => known.as_str() == name,
            (CertificateName::SanIp(address), GeneralName::IpAddress(known)) => {
                let bytes = known.as_bytes();
                match address {
                    IpAddr::V4(address) => bytes == address.octets(),
                    IpAddr::V6(address) => bytes == address.octets(),
                }
            }
            _ => false,
        })
    }
}

/// What stands together in a name: kinds of value, and values.
type Part = BTreeSet<(String, Vec<u8>)>;

/// Whether two names are the same but for the kind of text that holds each value.
fn is_same_name(one: &Name, other: &Name) -> bool {
    let parts = |name: &Name| -> Option<Vec<Part>> {
        let part = |value: &AttributeTypeAndValue| {
            // Text of one byte a letter, and UTF-8; the older kinds of text are nobody's choice any more.
            use x509_cert::der::Tag;
            let is_text = matches!(value.value.tag(), Tag::Utf8String | Tag::PrintableString | Tag::Ia5String);
            is_text.then(|| (value.oid.to_string(), value.value.value().to_vec()))
        };
        name.iter_rdn().map(|together| together.iter().map(part).collect()).collect()
    };
    parts(one).zip(parts(other)).is_some_and(|(one, other)| !one.is_empty() && one == other)
}

/// Whether a text is the name of a subject (RFC 4514).
#[must_use]
pub fn is_subject(text: &str) -> bool {
    text.parse::<Name>().is_ok_and(|name| is_same_name(&name, &name))
}

/// The authorities that vouch for the certificates of apps.
#[derive(Clone, Debug, Default)]
pub struct Authorities(Option<Arc<dyn ClientCertVerifier>>);

impl Authorities {
    /// Reads them from a file, PEM. Without a file there are none.
    ///
    /// # Errors
    ///
    /// One sentence that names the file.
    pub fn load(file: Option<&Path>) -> Result<Self, String> {
        let Some(file) = file else { return Ok(Self::default()) };
        let unusable = |cause: String| format!("mtls.ca_file {} cannot be used: {cause}.", file.display());
        let mut roots = RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(file).map_err(|cause| unusable(cause.to_string()))? {
            let certificate = certificate.map_err(|cause| unusable(cause.to_string()))?;
            roots.add(certificate).map_err(|cause| unusable(cause.to_string()))?;
        }
        let provider = Arc::new(ring::default_provider());
        let verifier = WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider).build();
        Ok(Self(Some(verifier.map_err(|_| unusable("it holds no certificate".to_owned()))?)))
    }

    /// Whether one of them vouches for a certificate, as one for clients, at `now` (RFC 5280, section 6).
    #[must_use]
    pub fn vouch_for(&self, certificate: &Certificate, now: Timestamp) -> bool {
        let Some(verifier) = &self.0 else { return false };
        let seconds = u64::try_from(now.seconds()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        verifier.verify_client_cert(&certificate.own, &certificate.between, now).is_ok()
    }
}

#[cfg(test)]
mod tests;
