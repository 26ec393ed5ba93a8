//! What the model of an authenticator is called (its AAGUID; WebAuthn, section 6.5.1).

use ciborium::Value;
use webauthn_rs::prelude::Uuid;

/// A public list, bundled: identifier, tab, name. Many models are not in it, and that is fine.
const LIST: &str = include_str!("aaguids.tsv");

/// Where the AAGUID lies in the authenticator data: behind the hash of the relying party, the flags and the counter
/// (WebAuthn, section 6.1).
const AT: std::ops::Range<usize> = 37..53;
const FLAGS: usize = 32;
/// The flag that says that there is a credential, and so an AAGUID.
const ATTESTED: u8 = 0x40;

/// The AAGUID in an attestation object, as a UUID; none where the authenticator tells none.
///
/// The library gives it only for attestation with a certificate, and we ask for no attestation.
pub(super) fn read_aaguid(attestation_object: &[u8]) -> Option<String> {
    let Value::Map(pairs) = ciborium::from_reader::<Value, _>(attestation_object).ok()? else { return None };
    let data = pairs.iter().find(|(key, _)| key.as_text() == Some("authData"))?.1.as_bytes()?;
    if data.get(FLAGS)? & ATTESTED == 0 {
        return None;
    }
    let bytes: [u8; 16] = data.get(AT)?.try_into().ok()?;
    (bytes != [0; 16]).then(|| Uuid::from_bytes(bytes).to_string())
}

/// What the model with this AAGUID is called, if the list knows it.
pub(super) fn provider(aaguid: &str) -> Option<&'static str> {
    let lines = LIST.lines().filter(|line| !line.starts_with('#'));
    lines.filter_map(|line| line.split_once('\t')).find(|(id, _)| *id == aaguid).map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attestation_object(flags: u8, aaguid: &[u8]) -> Vec<u8> {
        let data = [&[7; 32], [flags].as_slice(), &[0; 4], aaguid, &[0, 1, 9]].concat();
        let pairs = vec![
            (Value::Text("fmt".to_owned()), Value::Text("none".to_owned())),
            (Value::Text("authData".to_owned()), Value::Bytes(data)),
        ];
        let mut bytes = Vec::new();
        ciborium::into_writer(&Value::Map(pairs), &mut bytes).unwrap();
        bytes
    }

    #[test]
    fn the_aaguid_is_read_from_the_authenticator_data() {
        let uuid = Uuid::parse_str("bada5566-a7aa-401f-bd96-45619a55120d").unwrap();
        let object = attestation_object(0x45, uuid.as_bytes());
        let aaguid = read_aaguid(&object).unwrap();
        assert_eq!(provider(&aaguid), Some("1Password"));
        assert_eq!(read_aaguid(&attestation_object(0x05, uuid.as_bytes())), None, "no credential, no model");
        assert_eq!(read_aaguid(&attestation_object(0x45, &[0; 16])), None, "zeros tell nothing");
        assert_eq!(read_aaguid(&attestation_object(0x45, &[1; 3])), None);
        for length in 0..object.len() {
            read_aaguid(&object[..length]);
        }
    }

    #[test]
    fn every_line_of_the_list_is_an_identifier_and_a_name() {
        let mut lines = LIST.lines().filter(|line| !line.starts_with('#') && !line.is_empty()).collect::<Vec<_>>();
        assert!(lines.len() > 300);
        for line in &lines {
            let (id, name) = line.split_once('\t').unwrap();
            assert_eq!(Uuid::parse_str(id).unwrap().to_string(), id);
            assert!((1..=80).contains(&name.len()), "{line}");
        }
        let all = lines.len();
        lines.dedup_by_key(|line| line[..36].to_owned());
        assert_eq!(lines.len(), all);
        assert_eq!(provider("00000000-0000-0000-0000-000000000001"), None);
    }
}
