//! The name by which the certificate of an app is known (RFC 8705, section 2.1.2).

use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The one name that the certificate of an app must bear. Which of its names counts is registered, so that a
/// certificate that happens to hold another one opens nothing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CertificateName {
    /// The whole subject, as text (RFC 4514).
    SubjectDn(String),
    /// A DNS name among its alternative names.
    SanDns(String),
    /// An address (URI) among its alternative names.
    SanUri(String),
    /// An IP address among its alternative names.
    SanIp(IpAddr),
    /// An e-mail address among its alternative names.
    SanEmail(String),
}

/// A name cannot be understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("write it as subject_dn=CN=app or san_dns=app.example; the others are san_uri, san_ip and san_email")]
pub struct NotACertificateName;

impl CertificateName {
    /// The name of this kind: what registrations call it after `tls_client_auth_`.
    ///
    /// # Errors
    ///
    /// When there is no such kind, or the name is empty or no IP address.
    pub fn new(kind: &str, name: &str) -> Result<Self, NotACertificateName> {
        let text = name.to_owned();
        if name.trim().is_empty() || name.len() > 512 {
            return Err(NotACertificateName);
        }
        Ok(match kind {
            "subject_dn" => Self::SubjectDn(text),
            "san_dns" => Self::SanDns(text),
            "san_uri" => Self::SanUri(text),
            "san_ip" => Self::SanIp(name.parse().map_err(|_| NotACertificateName)?),
            "san_email" => Self::SanEmail(text),
            _ => return Err(NotACertificateName),
        })
    }

    /// Its kind and the name, as they are registered.
    #[must_use]
    pub fn parts(&self) -> (&'static str, String) {
        match self {
            Self::SubjectDn(name) => ("subject_dn", name.clone()),
            Self::SanDns(name) => ("san_dns", name.clone()),
            Self::SanUri(name) => ("san_uri", name.clone()),
            Self::SanIp(address) => ("san_ip", address.to_string()),
            Self::SanEmail(name) => ("san_email", name.clone()),
        }
    }
}

impl FromStr for CertificateName {
    type Err = NotACertificateName;

    fn from_str(text: &str) -> Result<Self, NotACertificateName> {
        let (kind, name) = text.split_once('=').ok_or(NotACertificateName)?;
        Self::new(kind, name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_of_five_kinds_and_never_empty() {
        for text in ["subject_dn=CN=app,O=Kantoor", "san_dns=a.example", "san_uri=urn:a", "san_ip=::1", "san_email=a@b"]
        {
            let (kind, name) = text.parse::<CertificateName>().unwrap().parts();
            assert_eq!(format!("{kind}={name}"), text);
        }
        for text in ["", "a.example", "san_dns=", "san_dns= ", "san_ip=a.example", "cn=app", "SAN_DNS=a.example"] {
            assert_eq!(text.parse::<CertificateName>(), Err(NotACertificateName), "{text}");
        }
    }
}
