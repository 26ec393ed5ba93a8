//! A proxy that passes on the certificate that an app showed to it.

use super::*;

on_both_engines! {
    a_trusted_proxy_passes_a_certificate_on_and_nobody_else
    where_our_own_tls_ends_nobody_passes_a_certificate_on
}

async fn a_trusted_proxy_passes_a_certificate_on_and_nobody_else(engine: Engine) {
    let authority = Authority::new();
    let behind = |network: &'static str, format: HeaderFormat| {
        let file = authority.file("ca.pem");
        move |config: &mut Config| {
            config.mtls.header_format = format;
            config.mtls.proxies = vec![network.parse().unwrap()];
            config.mtls.header = Some("x-client-cert".to_owned());
            config.mtls.ca_file = Some(file);
        }
    };
    let register = async |server: &Server| {
        server
            .register("app", |client| {
                by_certificate(client, ClientAuthentication::TlsClientAuth);
                client.metadata.certificate_name = Some("subject_dn=CN=app,O=Kantoor".parse().unwrap());
                client.metadata.binds_tokens_to_certificate = true;
            })
            .await;
    };
    let own = authority.sign(|_| {});
    let base64 = STANDARD.encode(&own.der);
    let escaped: String = url::form_urlencoded::byte_serialize(own.pem.as_bytes()).collect();
    let escaped = escaped.replace('+', "%20");
    let fields = [("grant_type", "client_credentials"), ("client_id", "app")];
    let lines = [
        (HeaderFormat::Rfc9440, format!(":{base64}:")),
        (HeaderFormat::Pem, escaped.clone()),
        (HeaderFormat::Base64, base64.clone()),
        (HeaderFormat::Envoy, format!("Hash=00;Cert=\"{escaped}\";Subject=\"CN=app,O=Kantoor\"")),
    ];
    for (format, _) in &lines {
        let engine = Engine::sqlite();
        let server = Server::start_with(&engine, TestClock::new(), behind("127.0.0.0/8", *format)).await;
        register(&server).await;
        for (written, line) in &lines {
            let answer = server.browser().post_with("/token", &[("x-client-cert", line)], &fields).await;
            if written != format {
                refused(&answer, "another format than the one that is named");
                continue;
            }
            assert_eq!(answer.status, 200, "{line}: {}", answer.body);
            let claims = server.claims(answer.json()["access_token"].as_str().unwrap(), "at+jwt").await;
            assert_eq!(claims["cnf"], json!({ "x5t#S256": own.thumbprint() }));
        }
    }
    let server = Server::start_with(&engine, TestClock::new(), behind("127.0.0.0/8", HeaderFormat::Base64)).await;
    register(&server).await;
    let foreign = STANDARD.encode(Authority::signed_by(&authority.foreign, &named("app")).der);
    for (headers, why) in [
        (vec![("x-client-cert", foreign)], "another authority"),
        (vec![("x-client-cert", base64.clone()), ("x-client-cert", base64.clone())], "one may be the sender's own"),
        (vec![("client-cert", base64.clone())], "another header than the one that is named"),
        (vec![("x-client-cert", "CN=app,O=Kantoor".to_owned())], "a name is no certificate"),
    ] {
        let headers: Vec<(&str, &str)> = headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        refused(&server.browser().post_with("/token", &headers, &fields).await, why);
    }
    let engine = Engine::sqlite();
    let server = Server::start_with(&engine, TestClock::new(), behind("10.0.0.0/8", HeaderFormat::Base64)).await;
    register(&server).await;
    let forged = server.browser().post_with("/token", &[("x-client-cert", &base64)], &fields).await;
    refused(&forged, "whoever is no proxy says nothing in that header");
}

async fn where_our_own_tls_ends_nobody_passes_a_certificate_on(engine: Engine) {
    let authority = Authority::new();
    let passing = |config: &mut Config| {
        config.mtls.header = Some("client-cert".to_owned());
        config.mtls.proxies = vec!["127.0.0.0/8".parse().unwrap()];
        config.mtls.public_url = None;
    };
    let server = authority.serve(&engine, passing).await;
    server
        .register("app", |client| {
            by_certificate(client, ClientAuthentication::TlsClientAuth);
            client.metadata.certificate_name = Some("subject_dn=CN=app,O=Kantoor".parse().unwrap());
        })
        .await;
    let own = authority.sign(|_| {});
    let line = format!(":{}:", STANDARD.encode(&own.der));
    let fields = [("grant_type", "client_credentials"), ("client_id", "app")];
    for mut sender in [Browser::trusting(&server.issuer, &authority.own()), authority.bare(&server)] {
        let forged = sender.post_with("/token", &[("client-cert", &line)], &fields).await;
        refused(&forged, "whoever speaks TLS with us shows a certificate there or has none");
    }
    let other = authority.sign(|params| params.distinguished_name.push(DnType::CommonName, "other"));
    let forged = authority.app(&server, &other).post_with("/token", &[("client-cert", &line)], &fields).await;
    refused(&forged, "what is shown counts, and not what the header says");
    let shown = authority.app(&server, &own).post_with("/token", &[("client-cert", "x")], &fields).await;
    assert_eq!(shown.status, 200, "{}", shown.body);
}
