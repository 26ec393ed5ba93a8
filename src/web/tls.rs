//! TLS by the server itself.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::client::danger::HandshakeSignatureValid;
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, UnixTime};
use rustls::server::danger::{ClientCertVerified, ClientCertVerifier};
use rustls::{CipherSuite, DigitallySignedStruct, DistinguishedName, ServerConfig, SignatureScheme};
use tokio_rustls::TlsAcceptor;

use crate::domain::Timestamp;
use crate::keys::Certificate;

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

/// Whether clients are asked for a certificate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asking {
    /// They are not.
    Nothing,
    /// They may show one. Which one is good for what is decided where it is used.
    ForCertificates,
}

/// Prepares TLS with this certificate chain and key.
///
/// # Errors
///
/// When a file cannot be read, or the two do not belong together.
pub fn acceptor((certificate_file, private_key_file): (&Path, &Path), asking: Asking) -> Result<TlsAcceptor, TlsError> {
    let chain: Result<Vec<_>, _> = CertificateDer::pem_file_iter(certificate_file).and_then(Iterator::collect);
    let chain = chain.map_err(|cause| unusable(certificate_file, &cause))?;
    if chain.is_empty() {
        return Err(TlsError::File { file: certificate_file.to_owned(), cause: "it holds no certificate".to_owned() });
    }
    let key = PrivateKeyDer::from_pem_file(private_key_file).map_err(|cause| unusable(private_key_file, &cause))?;
    let provider = Arc::new(provider());
    let builder = ServerConfig::builder_with_provider(Arc::clone(&provider))
        .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
    let builder = match asking {
        Asking::Nothing => builder.with_no_client_auth(),
        Asking::ForCertificates => builder.with_client_cert_verifier(Arc::new(Possession(provider))),
    };
    let mut config = builder.with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(TlsAcceptor::from(Arc::new(config)))
}

/// Proves that a client holds the private key of the certificate that it shows, and nothing more: a certificate that an app
/// signed itself has no authority (RFC 8705, section 2.2), and for the others the authority is asked where an app
/// authenticates.
#[derive(Debug)]
struct Possession(Arc<CryptoProvider>);

impl ClientCertVerifier for Possession {
    fn client_auth_mandatory(&self) -> bool {
        false
    }

    fn root_hint_subjects(&self) -> &[DistinguishedName] {
        &[]
    }

    fn verify_client_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: UnixTime,
    ) -> Result<ClientCertVerified, rustls::Error> {
        Ok(ClientCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls12_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        verify_tls13_signature(message, certificate, signature, &self.0.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// When the certificate in this file ends; none where it cannot be read.
#[must_use]
pub fn certificate_ends_at(file: &Path) -> Option<Timestamp> {
    let certificate = CertificateDer::from_pem_file(file).ok()?;
    Certificate::read([certificate.to_vec()])?.ends_at()
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
        let files = (Path::new("/nonexistent.pem"), Path::new("/nonexistent.key"));
        let error = acceptor(files, Asking::Nothing).err().unwrap();
        assert!(error.to_string().contains("/nonexistent.pem"), "{error}");
    }
}
