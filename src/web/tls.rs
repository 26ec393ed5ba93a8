//! TLS by the server itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::crypto::{CryptoProvider, ring};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{CipherSuite, ServerConfig};
use tokio_rustls::TlsAcceptor;

use crate::domain::Timestamp;

/// TLS 1.3, and for TLS 1.2 the suites that FAPI 2.0 (section 5.2.2) leaves.
const SUITES: [CipherSuite; 7] = [
    CipherSuite::TLS13_AES_256_GCM_SHA384,
    CipherSuite::TLS13_AES_128_GCM_SHA256,
    CipherSuite::TLS13_CHACHA20_POLY1305_SHA256,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,
    CipherSuite::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
];

/// TLS cannot be set up; each is one sentence that names the file.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// A file cannot be read as PEM.
    #[error("The TLS file {file} cannot be used: {cause}. Check server.tls.")]
    File {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        cause: String,
    },
    /// Certificate and key do not fit.
    #[error("The TLS certificate and key cannot be used together: {0}. Check server.tls.")]
    Mismatch(#[from] rustls::Error),
}

/// Prepares TLS with this certificate chain and key.
///
/// # Errors
///
/// When a file cannot be read, or the two do not belong together.
pub fn acceptor(certificate_file: &Path, private_key_file: &Path) -> Result<TlsAcceptor, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate_file).and_then(Iterator::collect);
    let chain = chain.map_err(|cause| unusable(certificate_file, &cause))?;
    if chain.is_empty() {
        return Err(TlsError::File { file: certificate_file.to_owned(), cause: "it holds no certificate".to_owned() });
    }
    let key = PrivateKeyDer::from_pem_file(private_key_file).map_err(|cause| unusable(private_key_file, &cause))?;
    let mut config = ServerConfig::builder_with_provider(Arc::new(provider()))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?
        .with_no_client_auth()
        .with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// When the certificate in this file ends; none where it cannot be read.
#[must_use]
pub fn certificate_ends_at(file: &Path) -> Option<Timestamp> {
    let certificate = CertificateDer::from_pem_file(file).ok()?;
    let (_, certificate) = x509_parser::parse_x509_certificate(&certificate).ok()?;
    Some(Timestamp::from_seconds(certificate.validity().not_after.timestamp()))
}

fn provider() -> CryptoProvider {
    let mut provider = ring::default_provider();
    provider.cipher_suites.retain(|suite| SUITES.contains(&suite.suite()));
    provider
}

fn unusable(file: &Path, cause: &rustls::pki_types::pem::Error) -> TlsError {
    TlsError::File { file: file.to_owned(), cause: cause.to_string() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tls_1_2_is_left_with_forward_secret_aes_gcm() {
        let names: Vec<String> = provider().cipher_suites.iter().map(|suite| format!("{:?}", suite.suite())).collect();
        assert_eq!(names.len(), 7);
        for name in names.iter().filter(|name| !name.starts_with("TLS13")) {
            assert!(name.contains("ECDHE") && name.contains("GCM"), "{name}");
        }
    }

    #[test]
    fn a_file_that_is_missing_is_named() {
        let error = acceptor(Path::new("/nonexistent.pem"), Path::new("/nonexistent.key")).err().unwrap();
        assert!(error.to_string().contains("/nonexistent.pem"), "{error}");
    }
}
