use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, SanType};

use super::*;

fn named(change: impl FnOnce(&mut CertificateParams)) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.distinguished_name = rcgen::DistinguishedName::new();
    params.distinguished_name.push(DnType::CountryName, "NL");
    params.distinguished_name.push(DnType::OrganizationName, "Kantoor, De Vries");
    params.distinguished_name.push(DnType::CommonName, "app");
    change(&mut params);
    params
}

fn self_signed(change: impl FnOnce(&mut CertificateParams)) -> Certificate {
    let key = KeyPair::generate().unwrap();
    Certificate::read([named(change).self_signed(&key).unwrap().der().to_vec()]).unwrap()
}

fn name(text: &str) -> CertificateName {
    text.parse().unwrap()
}

#[test]
fn a_subject_is_the_same_however_its_text_is_kept_and_in_no_other_order() {
    let certificate = self_signed(|_| {});
    for same in ["CN=app,O=Kantoor\\, De Vries,C=NL", "cn=app,o=Kantoor\\, De Vries,c=NL"] {
        assert!(certificate.bears(&name(&format!("subject_dn={same}"))), "{same}");
    }
    for other in [
        "CN=app",
        "CN=app,O=Kantoor\\, De Vries",
        "C=NL,O=Kantoor\\, De Vries,CN=app",
        "CN=App,O=Kantoor\\, De Vries,C=NL",
        "CN=app,O=Kantoor\\, De Vries,C=NL,DC=x",
        "CN=app+O=Kantoor\\, De Vries,C=NL",
        "app",
    ] {
        assert!(!certificate.bears(&name(&format!("subject_dn={other}"))), "{other}");
    }
    assert!(is_subject("CN=app,O=Kantoor,C=NL") && !is_subject("app") && !is_subject("=") && !is_subject(""));
}

#[test]
fn an_alternative_name_counts_only_as_its_kind() {
    let certificate = self_signed(|params| {
        params.subject_alt_names = vec![
            SanType::DnsName("app.example".try_into().unwrap()),
            SanType::URI("urn:app".try_into().unwrap()),
            SanType::Rfc822Name("app@kantoor.nl".try_into().unwrap()),
            SanType::IpAddress("192.0.2.1".parse().unwrap()),
        ];
    });
    for right in ["san_dns=APP.example", "san_uri=urn:app", "san_email=app@kantoor.nl", "san_ip=192.0.2.1"] {
        assert!(certificate.bears(&name(right)), "{right}");
    }
    for wrong in [
        "san_dns=app",
        "san_dns=*.example",
        "san_dns=x.app.example",
        "san_dns=urn:app",
        "san_uri=app.example",
        "san_uri=URN:app",
        "san_email=App@kantoor.nl",
        "san_ip=192.0.2.2",
        "san_ip=::ffff:192.0.2.1",
        "subject_dn=CN=app.example",
    ] {
        assert!(!certificate.bears(&name(wrong)), "{wrong}");
    }
    assert!(!self_signed(|_| {}).bears(&name("san_dns=app")), "one without alternative names");
}

#[test]
fn only_what_a_known_authority_signed_for_clients_is_vouched_for() {
    let folder = tempfile::tempdir().unwrap();
    let now = Timestamp::from_seconds(1_800_000_000);
    let authority = || {
        let mut params = named(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained));
        params.distinguished_name.push(DnType::CommonName, "authority");
        let key = KeyPair::generate().unwrap();
        (params.self_signed(&key).unwrap().pem(), Issuer::new(params, key))
    };
    let (pem, ours) = authority();
    let (_, foreign) = authority();
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, pem).unwrap();
    let authorities = Authorities::load(Some(&file)).unwrap();
    let signed = |issuer: &Issuer<'_, KeyPair>, change: fn(&mut CertificateParams)| {
        let key = KeyPair::generate().unwrap();
        Certificate::read([named(change).signed_by(&key, issuer).unwrap().der().to_vec()]).unwrap()
    };
    assert!(authorities.vouch_for(&signed(&ours, |_| {}), now));
    let for_clients = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    };
    assert!(authorities.vouch_for(&signed(&ours, for_clients), now));
    let for_servers = |params: &mut CertificateParams| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    };
    assert!(!authorities.vouch_for(&signed(&ours, for_servers), now));
    let over = |params: &mut CertificateParams| params.not_after = rcgen::date_time_ymd(2020, 1, 1);
    assert!(!authorities.vouch_for(&signed(&ours, over), now) && !signed(&ours, over).is_current(now));
    assert!(signed(&ours, |_| {}).is_current(now));
    assert!(!authorities.vouch_for(&signed(&foreign, |_| {}), now), "the same name is not the same key");
    assert!(!authorities.vouch_for(&self_signed(|_| {}), now));
    assert!(!Authorities::default().vouch_for(&signed(&ours, |_| {}), now), "nobody vouches where nobody is named");
    std::fs::write(&file, "nothing").unwrap();
    assert!(Authorities::load(Some(&file)).unwrap_err().contains("ca.pem"));
}

#[test]
fn what_is_no_certificate_is_not_read() {
    let whole = named(|_| {}).self_signed(&KeyPair::generate().unwrap()).unwrap().der().to_vec();
    for length in 0..whole.len() {
        assert!(Certificate::read([whole[..length].to_vec()]).is_none(), "{length}");
    }
    assert!(Certificate::read([[whole.clone(), vec![0]].concat()]).is_none());
    assert!(Certificate::read([]).is_none() && Certificate::read([vec![0; 20_000]]).is_none());
    assert!(Certificate::read([whole.clone()]).unwrap().is(&whole));
}
