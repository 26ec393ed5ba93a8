use super::*;

const PASSWORD: &[u8] = b"vier rode fietsen";

/// Made by other programs: Python's hashlib (OpenSSL) and libxcrypt.
const HASHES: &[(&str, &str)] = &[
    ("pbkdf2", "pbkdf2_sha256$1000$NaCl for Django$cpkwnfyYUSTi360Dexu26KJXJq6jl2u8iJSj7FT743A="),
    ("pbkdf2", "pbkdf2_sha1$1000$saltsaltsalt$EwCfB1EnR1/ZUl9F0czmE8JiAcI="),
    (
        "pbkdf2",
        "$pbkdf2-sha512$i=1000,l=64$AAECAwQFBgcICQoLDA0ODw$WqpXzNU09sIoHLTXQM61Ne1u0QF2ykxY/mNv6lCRyc4M+AIJMPYAsGkEuTb4IHOig2Vqyp8/kinvQPDLxYQHqw",
    ),
    ("pbkdf2", "$pbkdf2-sha256$1000$../77/vv../77/vv../77w$.nKnJMfNxWFwjDfUGmUVi4SgurNralm5hhpGxhqyP1I"),
    (
        "pbkdf2",
        r#"{"type": "password", "secretData": "{\"value\": \"bqJsNmSFWWe/oe4Rur7JwCWcoHXJT87iS/ohStk57eCjLDuIhSubZjC33if/0BZvvXxP51T3t6v+jNiBp1/G2Q==\", \"salt\": \"AAECAwQFBgcICQoLDA0ODw==\", \"additionalParameters\": {}}", "credentialData": "{\"hashIterations\": 2750, \"algorithm\": \"pbkdf2-sha256\", \"additionalParameters\": {}}"}"#,
    ),
    (
        "scrypt",
        "scrypt$1024$djangosalt$8$1$4KG7ax4SXd9XcIn6S3/DDz9xMHymWHBBdGD2gCJnCeNFVb1NHExK3FwpLNQiV+iSBizrcqWmXR8laUY+jvC08w==",
    ),
    ("scrypt", "$scrypt$ln=10,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE"),
    ("bcrypt", "$2b$04$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS"),
    ("bcrypt", "$2y$04$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS"),
    ("bcrypt", "bcrypt$$2b$04$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS"),
];

#[test]
fn the_hashes_of_other_programs_know_their_password_and_no_other() {
    for (kind, text) in HASHES {
        let hash = ImportedHash::parse(text).unwrap_or_else(|problem| panic!("{text}: {problem}"));
        assert_eq!(hash.kind(), *kind, "{text}");
        assert!(hash.is_of(PASSWORD), "{text}");
        for wrong in [b"vier rode fietsem".as_slice(), b"", b"vier rode fietsen "] {
            assert!(!hash.is_of(wrong), "{text}");
        }
        let kept = ImportedHash::parse(hash.to_text().expose()).unwrap();
        assert!(kept.0 == hash.0, "{text}: what the table keeps is read as the same");
    }
}

#[test]
fn keycloaks_argon2_and_djangos_are_argon2() {
    let plain = "$argon2id$v=19$m=1024,t=1,p=2$AAECAwQFBgcICQoLDA0ODw$zWC574Yj/XEjm4pBZH8bGW5HW1xbFhE2ql+S5ZaOYXA";
    let (salt, hash) = plain.rsplit_once('$').map(|(head, hash)| (head.rsplit('$').next().unwrap(), hash)).unwrap();
    let keycloak = serde_json::json!({
        "credentialData": serde_json::json!({ "hashIterations": 1, "algorithm": "argon2", "additionalParameters": {
            "type": ["id"], "version": ["1.3"], "memory": ["1024"], "parallelism": ["2"], "hashLength": ["32"] } }).to_string(),
        "secretData": serde_json::json!({ "value": format!("{hash}="), "salt": format!("{salt}==") }).to_string(),
    });
    for text in [plain.to_owned(), format!("argon2{plain}"), keycloak.to_string()] {
        assert_eq!(ImportedHash::parse(&text).unwrap().to_text().expose(), plain, "{text}");
    }
}

#[test]
fn what_would_cost_too_much_is_refused() {
    for text in [
        "$2b$31$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS",
        "$2b$15$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS",
        "pbkdf2_sha256$1000000000$salt$cpkwnfyYUSTi360Dexu26KJXJq6jl2u8iJSj7FT743A=",
        "pbkdf2_sha256$99999999999999999999$salt$cpkwnfyYUSTi360Dexu26KJXJq6jl2u8iJSj7FT743A=",
        "$scrypt$ln=30,r=8,p=1$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE",
        "$scrypt$ln=255,r=4294967295,p=4294967295$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE",
        "$scrypt$ln=1,r=1,p=4294967295$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE",
        "scrypt$1073741824$salt$8$1$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE",
        "$argon2id$v=19$m=4194304,t=3,p=1$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE",
        "$argon2id$v=19$m=65536,t=4294967295,p=1$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE",
        "$argon2id$v=19$m=1048576,t=1,p=255$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE",
    ] {
        assert_eq!(ImportedHash::parse(text).unwrap_err(), HashProblem::TooExpensive, "{text}");
    }
}

#[test]
fn what_is_no_hash_says_why() {
    use HashProblem::{Malformed, TooShort, Unknown};
    for (problem, text) in [
        (Unknown, ""),
        (Unknown, "geheim"),
        (Unknown, "5f4dcc3b5aa765d61d8327deb882cf99"),
        (Unknown, "$1$salt$qJH7.N4xYta3aEG/dfqo/0"),
        (Unknown, "$6$salt$x"),
        (Unknown, "md5$salt$x"),
        (Malformed, "$2b$04$tooshort"),
        (Malformed, "$2b$4$abcdefghijklmnopqrstuuuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFS"),
        (Malformed, "$2b$04$abcdefghijklmnopqrst!uuzn8PSA2dNSMM4AmOPSXpi1XRXTqLFSx"),
        (Malformed, "$argon2id$v=19$t=1"),
        (Malformed, "pbkdf2_sha256$-1$salt$cpkwnfyYUSTi360Dexu26KJXJq6jl2u8iJSj7FT743A="),
        (Malformed, "pbkdf2_sha256$0$salt$cpkwnfyYUSTi360Dexu26KJXJq6jl2u8iJSj7FT743A="),
        (Malformed, "pbkdf2_sha256$1000$salt$no base64!"),
        (TooShort, "pbkdf2_sha256$1000$salt$cpkwnfw="),
        (TooShort, "pbkdf2_sha256$1000$salt$"),
        (TooShort, "$argon2id$v=19$m=1024,t=1,p=1$AAECAwQFBgcICQoLDA0ODw$"),
        (Malformed, "scrypt$1000$salt$8$1$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE"),
        (Malformed, "$scrypt$ln=10,r=0,p=1$AAECAwQFBgcICQoLDA0ODw$D4nYx/1zUUdC90kiQmSwsl59Lox5je391kjjT9LVmiE"),
        (Malformed, "{"),
        (Malformed, r#"{"credentialData":"{}","secretData":"{}"}"#),
    ] {
        assert_eq!(ImportedHash::parse(text).unwrap_err(), problem, "{text}");
    }
}

#[test]
fn no_text_makes_it_panic() {
    for (_, text) in HASHES {
        for place in (0..text.len()).filter(|place| text.is_char_boundary(*place)) {
            let (head, tail) = text.split_at(place);
            for changed in [
                head.to_owned(),
                format!("{head}é{tail}"),
                format!("{head}${tail}"),
                format!("{head}9{tail}"),
                tail.to_owned(),
            ] {
                let _ = ImportedHash::parse(&changed).map(|hash| hash.to_text());
            }
        }
    }
}
