//! Password hashes that another program made, so that people keep their passwords when they move here.
//!
//! What such a hash costs stands inside it, so it is bounded when it is taken in, and again before it is computed.

use std::fmt;

use base64::Engine as _;
use base64::alphabet::STANDARD as ALPHABET;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use pbkdf2::pbkdf2_hmac;
use serde::Deserialize;
use sha1::Sha1;
use sha2::{Sha256, Sha512};
use subtle::ConstantTimeEq as _;

use crate::domain::Secret;

/// The most that a bcrypt hash may cost, as a power of two: about a second.
const MOST_COST: u32 = 14;
/// The most rounds of PBKDF2, all blocks of the hash together.
const MOST_ROUNDS: u64 = 2_500_000;
/// The most memory that one hash of scrypt or argon2 may take, in KiB.
const MOST_KIB: u64 = 256 * 1024;
/// The most blocks of 128 bytes that scrypt may mix: N · r · p (RFC 7914, section 2).
const MOST_BLOCKS: u64 = 1 << 21;
/// The most KiB that argon2 may fill, all passes together.
const MOST_FILLED: u64 = 2 * 1024 * 1024;
/// The most lanes of argon2.
const MOST_LANES: u32 = 16;
/// The longest text of a hash, in bytes.
const LONGEST: usize = 4096;
/// The longest salt, in bytes.
const LONGEST_SALT: usize = 512;
/// The shortest and the longest hash, in bytes: of a short one, many passwords are right.
const LENGTHS: std::ops::RangeInclusive<usize> = 16..=128;

/// Base 64 with or without the padding at its end: programs differ.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &ALPHABET,
    GeneralPurposeConfig::new().with_encode_padding(false).with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Why a password hash cannot be taken in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HashProblem {
    /// It is of no kind that is known here.
    #[error("is of an unknown kind; argon2, bcrypt, PBKDF2 and scrypt are known")]
    Unknown,
    /// It is cut off or misspelt.
    #[error("cannot be read")]
    Malformed,
    /// Checking a password against it would take too long or too much memory.
    #[error("costs more than is ever spent on one sign-in")]
    TooExpensive,
    /// So short that a wrong password could be taken for the right one.
    #[error("is too short to tell passwords apart")]
    TooShort,
}

/// The hash function inside PBKDF2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Digest {
    Sha1,
    Sha256,
    Sha512,
}

impl Digest {
    const fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "pbkdf2",
            Self::Sha256 => "pbkdf2-sha256",
            Self::Sha512 => "pbkdf2-sha512",
        }
    }

    /// The work of so many rounds for a hash of so many bytes: all rounds are done for each block (RFC 8018, section 5.2).
    fn work(self, rounds: u32, length: usize) -> u64 {
        let block = match self {
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        };
        u64::from(rounds).saturating_mul(length.div_ceil(block) as u64)
    }

    /// By the names that PHC strings, Django, passlib and Keycloak use.
    fn named(name: &str) -> Option<Self> {
        match name {
            "pbkdf2" | "pbkdf2-sha1" | "pbkdf2_sha1" => Some(Self::Sha1),
            "pbkdf2-sha256" | "pbkdf2_sha256" => Some(Self::Sha256),
            "pbkdf2-sha512" | "pbkdf2_sha512" => Some(Self::Sha512),
            _ => None,
        }
    }
}

/// What a hash is made of.
#[derive(Clone, PartialEq, Eq)]
enum Scheme {
    /// A PHC string that the argon2 crate understands.
    Argon2(String),
    /// In the Modular Crypt Format.
    Bcrypt(String),
    Pbkdf2 {
        digest: Digest,
        rounds: u32,
        salt: Vec<u8>,
        hash: Vec<u8>,
    },
    Scrypt {
        log_n: u8,
        r: u32,
        p: u32,
        salt: Vec<u8>,
        hash: Vec<u8>,
    },
}

/// A password hash of another program that was looked at: it can be read, and checking it costs no more than allowed.
#[derive(Clone)]
pub struct ImportedHash(Scheme);

impl fmt::Debug for ImportedHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ImportedHash").field(&self.kind()).finish()
    }
}

impl ImportedHash {
    /// Reads a hash as a PHC string (argon2, scrypt, PBKDF2), in the Modular Crypt Format (bcrypt), as Django and passlib
    /// write it, or as Keycloak exports a credential (JSON).
    ///
    /// # Errors
    ///
    /// Why it cannot be taken in.
    pub fn parse(text: &str) -> Result<Self, HashProblem> {
        let text = text.trim();
        if text.len() > LONGEST {
            return Err(HashProblem::Malformed);
        }
        let scheme = if text.starts_with('{') { keycloak(text)? } else { crypt(text)? };
        bounded(&scheme)?;
        Ok(Self(scheme))
    }

    /// What kind it is of, for the audit.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match &self.0 {
            Scheme::Argon2(_) => "argon2",
            Scheme::Bcrypt(_) => "bcrypt",
            Scheme::Pbkdf2 { .. } => "pbkdf2",
            Scheme::Scrypt { .. } => "scrypt",
        }
    }

    /// The text that the table keeps; [`Self::parse`] reads it again.
    #[must_use]
    pub fn to_text(&self) -> Secret<String> {
        Secret::new(match &self.0 {
            Scheme::Argon2(text) | Scheme::Bcrypt(text) => text.clone(),
            Scheme::Pbkdf2 { digest, rounds, salt, hash } => {
                format!("${}$i={rounds}${}${}", digest.name(), BASE64.encode(salt), BASE64.encode(hash))
            }
            Scheme::Scrypt { log_n, r, p, salt, hash } => {
                format!("$scrypt$ln={log_n},r={r},p={p}${}${}", BASE64.encode(salt), BASE64.encode(hash))
            }
        })
    }

    /// How much work it is to compute, to tell the costliest of several.
    pub(super) fn work(&self) -> u64 {
        match &self.0 {
            Scheme::Argon2(_) => 0,
            // One of the rounds that bcrypt doubles takes as long as about 150 of PBKDF2.
            Scheme::Bcrypt(text) => {
                let cost = text.get(4..6).and_then(|cost| cost.parse::<u32>().ok()).unwrap_or(0);
                150_u64.saturating_mul(1_u64.checked_shl(cost).unwrap_or(u64::MAX))
            }
            Scheme::Pbkdf2 { digest, rounds, hash, .. } => digest.work(*rounds, hash.len()),
            Scheme::Scrypt { log_n, r, p, .. } => {
                (1_u64 << (*log_n).min(40)).saturating_mul((*r).into()).saturating_mul((*p).into())
            }
        }
    }

    /// Whether it was made of the whole of such a password.
    pub(super) const fn reads_all_of(&self, password: &[u8]) -> bool {
        !matches!(&self.0, Scheme::Bcrypt(_)) || password.len() < 72
    }

    /// Whether `password` is the one that it was made of. Takes long; argon2 is for the pool's own code.
    pub(super) fn is_of(&self, password: &[u8]) -> bool {
        match &self.0 {
            Scheme::Argon2(_) => false,
            Scheme::Bcrypt(text) => bcrypt::verify(password, text).unwrap_or(false),
            Scheme::Pbkdf2 { digest, rounds, salt, hash } => {
                let mut made = vec![0; hash.len()];
                match digest {
                    Digest::Sha1 => pbkdf2_hmac::<Sha1>(password, salt, *rounds, &mut made),
                    Digest::Sha256 => pbkdf2_hmac::<Sha256>(password, salt, *rounds, &mut made),
                    Digest::Sha512 => pbkdf2_hmac::<Sha512>(password, salt, *rounds, &mut made),
                }
                bool::from(made.ct_eq(hash))
            }
            Scheme::Scrypt { log_n, r, p, salt, hash } => {
                let mut made = vec![0; hash.len()];
                scrypt::Params::new(*log_n, *r, *p)
                    .is_ok_and(|params| scrypt::scrypt(password, salt, &params, &mut made).is_ok())
                    && bool::from(made.ct_eq(hash))
            }
        }
    }
}

/// Refuses what would cost too much, or tell too little.
fn bounded(scheme: &Scheme) -> Result<(), HashProblem> {
    let lengths = |salt: &[u8], hash: &[u8]| {
        if salt.len() > LONGEST_SALT || hash.len() > *LENGTHS.end() {
            return Err(HashProblem::Malformed);
        }
        if hash.len() < *LENGTHS.start() { Err(HashProblem::TooShort) } else { Ok(()) }
    };
    match scheme {
        Scheme::Argon2(_) | Scheme::Bcrypt(_) => Ok(()),
        Scheme::Pbkdf2 { rounds: 0, .. } | Scheme::Scrypt { log_n: 0, .. } => Err(HashProblem::Malformed),
        Scheme::Pbkdf2 { digest, rounds, hash, .. } if digest.work(*rounds, hash.len()) > MOST_ROUNDS => {
            Err(HashProblem::TooExpensive)
        }
        Scheme::Pbkdf2 { salt, hash, .. } => lengths(salt, hash),
        Scheme::Scrypt { log_n, r, p, salt, hash } => {
            let n = 1_u64.checked_shl((*log_n).into()).unwrap_or(u64::MAX);
            let (r, p) = (u64::from(*r), u64::from(*p));
            if n.saturating_mul(r) > MOST_KIB * 8 || n.saturating_mul(r).saturating_mul(p) > MOST_BLOCKS {
                return Err(HashProblem::TooExpensive);
            }
            if r == 0 || p == 0 {
                return Err(HashProblem::Malformed);
            }
            lengths(salt, hash)
        }
    }
}

/// The forms that begin with the name of the scheme.
fn crypt(text: &str) -> Result<Scheme, HashProblem> {
    // Django writes its own name of the scheme before what others begin with.
    let text = text.strip_prefix("argon2").or_else(|| text.strip_prefix("bcrypt$")).unwrap_or(text);
    let parts: Vec<&str> = text.trim_start_matches('$').split('$').collect();
    let (scheme, rest) = parts.split_first().ok_or(HashProblem::Unknown)?;
    match (*scheme, rest) {
        ("argon2id" | "argon2i" | "argon2d", rest) => argon2(text, rest),
        ("2a" | "2b" | "2x" | "2y", [cost, salted]) => bcrypt(scheme, cost, salted),
        // Django's: the salt is text, and the cost is its number.
        ("scrypt", [n, salt, r, p, hash]) => {
            let n: u64 = number(n)?;
            if !n.is_power_of_two() {
                return Err(HashProblem::Malformed);
            }
            let log_n = u8::try_from(n.trailing_zeros()).map_err(|_| HashProblem::Malformed)?;
            let (r, p) = (number(r)?, number(p)?);
            Ok(Scheme::Scrypt { log_n, r, p, salt: salt.as_bytes().to_vec(), hash: bytes(hash)? })
        }
        ("scrypt", [params, salt, hash]) => {
            let [log_n, r, p] = named(params, ["ln", "r", "p"])?;
            let log_n = u8::try_from(log_n).map_err(|_| HashProblem::TooExpensive)?;
            Ok(Scheme::Scrypt { log_n, r, p, salt: bytes(salt)?, hash: bytes(hash)? })
        }
        (name, [rounds, salt, hash]) => {
            let digest = Digest::named(name).ok_or(HashProblem::Unknown)?;
            // Django separates by an underscore, and its salt is text.
            if name.contains('_') {
                let salt = salt.as_bytes().to_vec();
                return Ok(Scheme::Pbkdf2 { digest, rounds: number(rounds)?, salt, hash: bytes(hash)? });
            }
            let rounds = match rounds.split(',').find_map(|pair| pair.strip_prefix("i=")) {
                Some(rounds) => number(rounds)?,
                None => number(rounds)?,
            };
            Ok(Scheme::Pbkdf2 { digest, rounds, salt: bytes(salt)?, hash: bytes(hash)? })
        }
        ("pbkdf2" | "pbkdf2-sha1" | "pbkdf2-sha256" | "pbkdf2-sha512" | "pbkdf2_sha1" | "pbkdf2_sha256", _) => {
            Err(HashProblem::Malformed)
        }
        ("scrypt" | "2a" | "2b" | "2x" | "2y", _) => Err(HashProblem::Malformed),
        _ => Err(HashProblem::Unknown),
    }
}

fn argon2(text: &str, rest: &[&str]) -> Result<Scheme, HashProblem> {
    let params = rest.iter().find(|part| part.contains("m=")).ok_or(HashProblem::Malformed)?;
    let [kib, passes, lanes] = named(params, ["m", "t", "p"])?;
    let filled = u64::from(kib).saturating_mul(passes.into());
    if u64::from(kib) > MOST_KIB || filled > MOST_FILLED || lanes > MOST_LANES {
        return Err(HashProblem::TooExpensive);
    }
    let hash = rest.last().map_or(Ok(Vec::new()), |hash| bytes(hash))?;
    if hash.len() < *LENGTHS.start() {
        return Err(HashProblem::TooShort);
    }
    // A PHC string has no padding.
    let text = text.trim_end_matches('=');
    let parsed = argon2::password_hash::phc::PasswordHash::new(text).map_err(|_| HashProblem::Malformed)?;
    argon2::Params::try_from(&parsed).map_err(|_| HashProblem::Malformed)?;
    Ok(Scheme::Argon2(text.to_owned()))
}

fn bcrypt(version: &str, cost: &str, salted: &str) -> Result<Scheme, HashProblem> {
    let is_known = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'.' || byte == b'/';
    let number: u32 = number(cost)?;
    if cost.len() != 2 || salted.len() != 53 || !salted.bytes().all(is_known) || number < 4 {
        return Err(HashProblem::Malformed);
    }
    if number > MOST_COST {
        return Err(HashProblem::TooExpensive);
    }
    Ok(Scheme::Bcrypt(format!("${version}${cost}${salted}")))
}

fn number<T: std::str::FromStr>(text: &str) -> Result<T, HashProblem> {
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    // What does not fit is a number all the same, and a cost that nobody pays.
    if is_number { text.parse().map_err(|_| HashProblem::TooExpensive) } else { Err(HashProblem::Malformed) }
}

/// The values of `a=1,b=2,c=3` by name.
fn named(text: &str, names: [&str; 3]) -> Result<[u32; 3], HashProblem> {
    let mut values = [0; 3];
    for (name, value) in names.iter().zip(&mut values) {
        let mut pairs = text.split(',').filter_map(|pair| pair.split_once('='));
        let (_, found) = pairs.find(|(known, _)| known == name).ok_or(HashProblem::Malformed)?;
        *value = number(found)?;
    }
    Ok(values)
}

/// Base 64, in the alphabet of the standard or with passlib's dot in the place of the plus.
fn bytes(text: &str) -> Result<Vec<u8>, HashProblem> {
    BASE64.decode(text.replace('.', "+")).map_err(|_| HashProblem::Malformed)
}

/// A credential as Keycloak exports it: two pieces of JSON inside JSON.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Credential {
    credential_data: String,
    secret_data: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct CredentialData {
    algorithm: String,
    hash_iterations: u32,
    #[serde(default)]
    additional_parameters: AdditionalParameters,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct AdditionalParameters {
    #[serde(rename = "type")]
    kind: Vec<String>,
    memory: Vec<String>,
    parallelism: Vec<String>,
    version: Vec<String>,
}

#[derive(Deserialize)]
struct SecretData {
    value: String,
    salt: String,
}

fn keycloak(text: &str) -> Result<Scheme, HashProblem> {
    let malformed = |_| HashProblem::Malformed;
    let credential: Credential = serde_json::from_str(text).map_err(malformed)?;
    let data: CredentialData = serde_json::from_str(&credential.credential_data).map_err(malformed)?;
    let secret: SecretData = serde_json::from_str(&credential.secret_data).map_err(malformed)?;
    if data.algorithm == "argon2" {
        let more = &data.additional_parameters;
        let first = |values: &[String], otherwise: &str| values.first().map_or(otherwise, String::as_str).to_owned();
        let version = if first(&more.version, "1.3") == "1.0" { 16 } else { 19 };
        let (kind, kib) = (first(&more.kind, "id"), first(&more.memory, ""));
        let (lanes, passes) = (first(&more.parallelism, ""), data.hash_iterations);
        let plain = |text: &str| text.trim_end_matches('=').to_owned();
        let (salt, hash) = (plain(&secret.salt), plain(&secret.value));
        return crypt(&format!("$argon2{kind}$v={version}$m={kib},t={passes},p={lanes}${salt}${hash}"));
    }
    let digest = Digest::named(&data.algorithm).ok_or(HashProblem::Unknown)?;
    Ok(Scheme::Pbkdf2 { digest, rounds: data.hash_iterations, salt: bytes(&secret.salt)?, hash: bytes(&secret.value)? })
}

#[cfg(test)]
mod tests;
