//! TLS by the server itself: what it agrees to, what it refuses, and how it ends.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Output;
use std::sync::Arc;
use std::time::Duration;

use countersign::config::Config;
use josekit::jwk::alg::rsa::RsaKeyPair;
use rcgen::{CertificateParams, KeyPair, PKCS_RSA_SHA256};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{CipherSuite, ClientConfig, ProtocolVersion, RootCertStore, SupportedProtocolVersion, version};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::command_line::{countersign, refused};
use crate::support::{Browser, Engine, PASSWORD, Server, TestClock};

/// A certificate for localhost, with its key, in files.
pub(crate) struct Identity {
    folder: tempfile::TempDir,
    key: KeyPair,
}

impl Identity {
    pub(crate) fn ecdsa() -> Self {
        Self::of(KeyPair::generate().unwrap())
    }

    fn rsa() -> Self {
        let pem = String::from_utf8(RsaKeyPair::generate(2048).unwrap().to_pem_private_key()).unwrap();
        Self::of(KeyPair::from_pkcs8_pem_and_sign_algo(&pem, &PKCS_RSA_SHA256).unwrap())
    }

    fn of(key: KeyPair) -> Self {
        let identity = Self { folder: tempfile::tempdir().unwrap(), key };
        let params = CertificateParams::new(vec!["localhost".to_owned()]).unwrap();
        std::fs::write(identity.certificate(), params.self_signed(&identity.key).unwrap().pem()).unwrap();
        std::fs::write(identity.private_key(), identity.key.serialize_pem()).unwrap();
        identity
    }

    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.path().join("certificate.pem")
    }

    fn private_key(&self) -> PathBuf {
        self.folder.path().join("key.pem")
    }

    pub(crate) async fn serve(&self, engine: &Engine) -> Server {
        self.serve_with(engine, |_| {}).await
    }

    /// The same with a changed configuration.
    pub(crate) async fn serve_with(&self, engine: &Engine, change: impl FnOnce(&mut Config)) -> Server {
        Server::start_with(engine, TestClock::new(), |config| {
            let port = config.server.public_url.port().unwrap();
            config.server.public_url = format!("https://localhost:{port}").parse().unwrap();
            config.server.tls.certificate_file = Some(self.certificate());
            config.server.tls.private_key_file = Some(self.private_key());
            change(config);
        })
        .await
    }

    /// A client that trusts this certificate and offers these versions, suites and application protocols.
    fn client(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        offer: &[CipherSuite],
        alpn: &[&str],
    ) -> TlsConnector {
        let mut provider = rustls::crypto::ring::default_provider();
        if !offer.is_empty() {
            provider.cipher_suites.retain(|suite| offer.contains(&suite.suite()));
            assert_eq!(provider.cipher_suites.len(), offer.len(), "the client cannot offer what is tried");
        }
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from_pem_file(self.certificate()).unwrap()).unwrap();
        let mut config = ClientConfig::builder_with_provider(Arc::new(provider))
            .with_protocol_versions(versions)
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        config.alpn_protocols = alpn.iter().map(|name| name.as_bytes().to_vec()).collect();
        TlsConnector::from(Arc::new(config))
    }

    pub(crate) fn browser(&self, server: &Server) -> Browser {
        Browser::trusting(&server.issuer, &std::fs::read(self.certificate()).unwrap())
    }
}

async fn connect(client: &TlsConnector, address: SocketAddr) -> std::io::Result<TlsStream<TcpStream>> {
    let stream = TcpStream::connect(address).await.unwrap();
    client.connect(ServerName::try_from("localhost").unwrap(), stream).await
}

async fn agreed(client: &TlsConnector, address: SocketAddr) -> Option<(ProtocolVersion, CipherSuite)> {
    let stream = connect(client, address).await.ok()?;
    let session = stream.get_ref().1;
    Some((session.protocol_version()?, session.negotiated_cipher_suite()?.suite()))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tls_1_2_has_four_suites_and_tls_1_3_its_own() {
    use CipherSuite as S;
    let newest = [S::TLS13_AES_256_GCM_SHA384, S::TLS13_AES_128_GCM_SHA256, S::TLS13_CHACHA20_POLY1305_SHA256];
    let ecdsa = (
        Identity::ecdsa(),
        [S::TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384, S::TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256],
        S::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,
    );
    let rsa = (
        Identity::rsa(),
        [S::TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384, S::TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256],
        S::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,
    );
    for (identity, allowed, refused) in [ecdsa, rsa] {
        let engine = Engine::sqlite();
        let server = identity.serve(&engine).await;
        let address = server.inner.address;
        for suite in newest {
            let client = identity.client(&[&version::TLS13], &[suite], &[]);
            assert_eq!(agreed(&client, address).await, Some((ProtocolVersion::TLSv1_3, suite)));
        }
        for suite in allowed {
            let client = identity.client(&[&version::TLS12], &[suite], &[]);
            assert_eq!(agreed(&client, address).await, Some((ProtocolVersion::TLSv1_2, suite)));
        }
        let client = identity.client(&[&version::TLS12], &[refused], &[]);
        assert_eq!(agreed(&client, address).await, None, "{refused:?}");
        let client = identity.client(&[&version::TLS12, &version::TLS13], &[], &[]);
        assert_eq!(agreed(&client, address).await.unwrap().0, ProtocolVersion::TLSv1_3, "the newer one is preferred");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_application_protocol_is_http_2_or_1_1_and_nothing_else() {
    let (identity, engine) = (Identity::ecdsa(), Engine::sqlite());
    let server = identity.serve(&engine).await;
    let address = server.inner.address;
    let both = [&version::TLS12, &version::TLS13];
    for (offer, chosen) in [
        (&["h2", "http/1.1"][..], Some("h2")),
        (&["http/1.1", "h2"], Some("h2")),
        (&["http/1.1"], Some("http/1.1")),
        (&[], None),
    ] {
        let stream = connect(&identity.client(&both, &[], offer), address).await.unwrap();
        assert_eq!(stream.get_ref().1.alpn_protocol(), chosen.map(str::as_bytes), "{offer:?}");
    }
    let refused = connect(&identity.client(&both, &[], &["smtp"]), address).await.unwrap_err();
    assert!(refused.to_string().contains("NoApplicationProtocol"), "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_browser_signs_in_with_cookies_that_only_https_carries() {
    let (identity, engine) = (Identity::ecdsa(), Engine::sqlite());
    let server = identity.serve(&engine).await;
    let mut browser = identity.browser(&server);
    let discovery = browser.get("/.well-known/openid-configuration").await;
    assert_eq!(discovery.json()["issuer"], server.issuer.as_str());
    assert!(discovery.json()["token_endpoint"].as_str().unwrap().starts_with("https://localhost:"));
    let form = browser.get("/sign-in").await;
    let done = browser.sign_in_at("/sign-in", "anna@kantoor.nl", PASSWORD).await;
    assert_eq!(done.location(), "/account");
    let account = browser.get("/account").await;
    assert!(account.body.contains("Anna de Vries"), "{}", account.body);
    for answer in [&discovery, &form, &done, &account, &browser.get("/no-such-page").await] {
        assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
        for cookie in answer.headers.get_all("set-cookie") {
            let cookie = cookie.to_str().unwrap();
            assert!(cookie.starts_with("__Host-"), "{cookie}");
            assert!(
                cookie.contains("; Secure") && cookie.contains("; Path=/") && !cookie.contains("Domain"),
                "{cookie}"
            );
        }
    }
    assert!(browser.cookies.keys().any(|name| name == "__Host-countersign-session"), "{:?}", browser.cookies);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn plain_http_and_garbage_end_calmly() {
    let (identity, engine) = (Identity::ecdsa(), Engine::sqlite());
    let server = identity.serve(&engine).await;
    for sent in [&b"GET /sign-in HTTP/1.1\r\nhost: localhost\r\n\r\n"[..], &[0; 600], b"\x16\x03\x01\xff\xff"] {
        let mut stream = TcpStream::connect(server.inner.address).await.unwrap();
        stream.write_all(sent).await.unwrap();
        stream.shutdown().await.unwrap();
        let mut answer = Vec::new();
        // A reset is an end as well.
        let _ = timeout(Duration::from_secs(5), stream.read_to_end(&mut answer)).await.expect("the connection ends");
        assert!(!answer.starts_with(b"HTTP"), "nothing is answered in the clear");
    }
    assert_eq!(identity.browser(&server).get("/sign-in").await.status, 200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_that_runs_is_answered_before_the_end() {
    let (identity, engine) = (Identity::ecdsa(), Engine::sqlite());
    let server = identity.serve(&engine).await;
    let address = server.inner.address;
    let client = identity.client(&[&version::TLS13], &[], &["http/1.1"]);
    let mut idle = connect(&client, address).await.unwrap();
    idle.write_all(b"GET /livez HTTP/1.1\r\nhost: localhost\r\n\r\n").await.unwrap();
    let mut buffer = [0; 4096];
    let read = idle.read(&mut buffer).await.unwrap();
    assert!(String::from_utf8_lossy(&buffer[..read]).starts_with("HTTP/1.1 200"));
    let mut running = connect(&client, address).await.unwrap();
    running.write_all(b"POST /token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\n\r\na").await.unwrap();
    // The server must have read the first half before it is asked to stop.
    tokio::time::sleep(Duration::from_millis(200)).await;
    let stopping = tokio::spawn(server.inner.stop());
    let ended = timeout(Duration::from_secs(5), idle.read(&mut buffer)).await.expect("an idle connection is closed");
    assert_eq!(ended.unwrap(), 0, "and says so: close_notify");
    assert!(!stopping.is_finished(), "the running request is waited for");
    running.write_all(b"b").await.unwrap();
    let mut answer = Vec::new();
    timeout(Duration::from_secs(5), running.read_to_end(&mut answer)).await.unwrap().unwrap();
    let answer = String::from_utf8_lossy(&answer);
    assert!(answer.starts_with("HTTP/1.1 4") && answer.contains("invalid_"), "{answer}");
    timeout(Duration::from_secs(5), stopping).await.expect("then the server ends").unwrap();
    assert!(TcpStream::connect(address).await.is_err());
}

fn serve_with(folder: &Path, certificate: &Path, key: &Path) -> Output {
    countersign(folder, &["serve"])
        .env("COUNTERSIGN__SERVER__LISTEN", "127.0.0.1:0")
        .env("COUNTERSIGN__SERVER__TLS__CERTIFICATE_FILE", certificate)
        .env("COUNTERSIGN__SERVER__TLS__PRIVATE_KEY_FILE", key)
        .output()
        .unwrap()
}

#[test]
fn files_that_do_not_fit_are_one_sentence() {
    let (own, other) = (Identity::ecdsa(), Identity::ecdsa());
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    let missing = folder.join("missing.pem");
    let text = folder.join("text.pem");
    std::fs::write(&text, "not a certificate").unwrap();
    let (certificate, key) = (own.certificate(), own.private_key());
    for (certificate, key, says) in [
        (&missing, &key, "missing.pem cannot be used"),
        (&certificate, &missing, "missing.pem cannot be used"),
        (&text, &key, "text.pem cannot be used: it holds no certificate"),
        (&certificate, &text, "text.pem"),
        (&certificate, &other.private_key(), "cannot be used together"),
    ] {
        let sentence = refused(&serve_with(folder, certificate, key));
        assert!(sentence.contains(says) && sentence.contains("server.tls"), "{sentence}");
    }
    let only_one = countersign(folder, &["serve"])
        .env("COUNTERSIGN__SERVER__TLS__CERTIFICATE_FILE", &certificate)
        .output()
        .unwrap();
    assert!(refused(&only_one).contains("Set both"));
    assert!(!folder.join("data").exists() && !folder.join("keys").exists(), "nothing was made");
}
