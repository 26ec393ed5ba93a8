//! What verifiers proved about the person in front of the browser.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::domain::Timestamp;
use crate::domain::ids::AccountId;
use crate::domain::network::Network;

/// One thing that a verifier saw proven. Only verifiers write it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Proof {
    /// The right password.
    Password {
        /// When it was verified.
        at: Timestamp,
    },
}

impl Proof {
    /// When it was proven.
    #[must_use]
    pub const fn at(&self) -> Timestamp {
        match self {
            Self::Password { at } => *at,
        }
    }

    /// The Authentication Method Reference (RFC 8176, section 2).
    #[must_use]
    pub const fn amr(&self) -> &'static str {
        match self {
            Self::Password { .. } => "pwd",
        }
    }
}

/// Who was proven, how, when and from where, in one sign-in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    /// Whom the proofs are about.
    pub account_id: AccountId,
    /// The proofs, in the order in which they were given; never empty.
    pub proofs: Vec<Proof>,
    /// The network the person signed in from; none where the address could not be told.
    pub network: Option<Network>,
}

impl Evidence {
    /// When the person last proved who they are: the `auth_time` claim (OpenID Connect Core, section 2).
    #[must_use]
    pub fn auth_time(&self) -> Timestamp {
        self.proofs.iter().map(Proof::at).max().unwrap_or(Timestamp::from_millis(0))
    }

    /// The `amr` claim: each method that was used in this sign-in, once (RFC 8176).
    #[must_use]
    pub fn amr(&self) -> Vec<&'static str> {
        let mut methods: Vec<&'static str> = Vec::new();
        for proof in &self.proofs {
            if !methods.contains(&proof.amr()) {
                methods.push(proof.amr());
            }
        }
        methods
    }

    /// The `acr` claim that the proofs reach.
    #[must_use]
    pub const fn acr(&self) -> Acr {
        Acr::Password
    }
}

/// How strong an authentication was: the values of the `acr` claim, weakest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Acr {
    /// A password alone.
    #[serde(rename = "pwd")]
    Password,
}

impl Acr {
    /// Every value that can be reached, as discovery advertises them.
    pub const ALL: &[Self] = &[Self::Password];
}

impl fmt::Display for Acr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Password => "pwd",
        })
    }
}
