//! Where a request comes from.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The address of the person's machine, as far as it can be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClientIp {
    /// This address; an IPv4 address written as IPv6 counts as IPv4.
    Known(IpAddr),
    /// It cannot be told. Every rule then asks for everything.
    Unknown,
}

impl ClientIp {
    /// The address, in its one spelling.
    #[must_use]
    pub fn known(address: IpAddr) -> Self {
        Self::Known(address.to_canonical())
    }

    /// The network that it is in.
    #[must_use]
    pub fn network(self) -> Option<Network> {
        match self {
            Self::Known(address) => Some(Network::of(address)),
            Self::Unknown => None,
        }
    }
}

impl fmt::Display for ClientIp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(address) => address.fmt(f),
            Self::Unknown => f.write_str("unknown"),
        }
    }
}

/// What counts as one place: an IPv4 address, or the /64 of an IPv6 address, since a machine picks the rest itself.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Network(IpAddr);

/// The text is not a network in its one spelling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this is not an IPv4 address or an IPv6 /64 network")]
pub struct NotANetwork;

impl Network {
    /// The network that `address` is in.
    #[must_use]
    pub fn of(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self(IpAddr::V4(address)),
            IpAddr::V6(address) => Self(IpAddr::V6(prefix(address, 64))),
        }
    }

    /// The address that it begins with.
    #[must_use]
    pub const fn address(self) -> IpAddr {
        self.0
    }

    /// The wider networks that a limit counts by as well: whoever has an IPv6 /48 has 65,536 networks to hide in.
    #[must_use]
    pub fn limiter_keys(self) -> Vec<String> {
        match self.0 {
            IpAddr::V4(address) => vec![address.to_string()],
            IpAddr::V6(address) => [64, 56, 48].map(|length| format!("{}/{length}", prefix(address, length))).to_vec(),
        }
    }

    /// Whether it is reached over the internet: no loopback, private, shared, link-local, unique-local, multicast or
    /// unspecified address. Only such a network can tell one place from another.
    #[must_use]
    pub fn is_public(self) -> bool {
        match self.0 {
            IpAddr::V4(address) => {
                let shared = Ipv4Addr::new(100, 64, 0, 0).to_bits() >> 22 == address.to_bits() >> 22;
                !(address.is_loopback()
                    || address.is_private()
                    || address.is_link_local()
                    || address.is_multicast()
                    || address.is_broadcast()
                    || address.octets()[0] == 0
                    || shared)
            }
            IpAddr::V6(address) => {
                // `::1` and `::` share the network `::/64`.
                !(address.is_unspecified()
                    || address.is_unique_local()
                    || address.is_unicast_link_local()
                    || address.is_multicast())
            }
        }
    }
}

/// The surroundings of an address or network, which tell a town rather than a household: the /24 of IPv4, the /48 of
/// IPv6. None when `text` is neither.
#[must_use]
pub fn surroundings(text: &str) -> Option<String> {
    let address: IpAddr = text.strip_suffix("/64").unwrap_or(text).parse().ok()?;
    Some(match address.to_canonical() {
        IpAddr::V4(address) => format!("{}/24", Ipv4Addr::from_bits(address.to_bits() & (u32::MAX << 8))),
        IpAddr::V6(address) => format!("{}/48", prefix(address, 48)),
    })
}

/// Whether `text` is what [`surroundings`] gives.
#[must_use]
pub fn are_surroundings(text: &str) -> bool {
    text.rsplit_once('/').and_then(|(address, _)| surroundings(address)).as_deref() == Some(text)
}

fn prefix(address: Ipv6Addr, length: u32) -> Ipv6Addr {
    Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << (128 - length)))
}

impl fmt::Display for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            IpAddr::V4(address) => address.fmt(f),
            IpAddr::V6(address) => write!(f, "{address}/64"),
        }
    }
}

impl fmt::Debug for Network {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Network {
    type Err = NotANetwork;

    fn from_str(text: &str) -> Result<Self, NotANetwork> {
        let address = text.strip_suffix("/64").unwrap_or(text).parse().map_err(|_| NotANetwork)?;
        let network = Self::of(address);
        if network.to_string() == text { Ok(network) } else { Err(NotANetwork) }
    }
}

impl Serialize for Network {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Network {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn surroundings_are_a_24_or_a_48() {
        for (exact, wide) in [
            ("203.0.113.24", Some("203.0.113.0/24")),
            ("::ffff:203.0.113.24", Some("203.0.113.0/24")),
            ("2001:db8:1:2::9", Some("2001:db8:1::/48")),
            ("2001:db8:1:2::/64", Some("2001:db8:1::/48")),
            ("unknown", None),
        ] {
            assert_eq!(surroundings(exact).as_deref(), wide, "{exact}");
            assert!(!are_surroundings(exact));
            assert!(wide.is_none_or(are_surroundings));
        }
        assert!(!are_surroundings("203.0.113.24/24") && !are_surroundings("203.0.113.0/8"));
    }

    fn network(address: &str) -> Network {
        Network::of(address.parse().unwrap())
    }

    #[test]
    fn an_ipv6_network_is_a_64() {
        assert_eq!(network("2001:db8:1:2:3:4:5:6").to_string(), "2001:db8:1:2::/64");
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::"));
        assert_eq!(network("203.0.113.7").to_string(), "203.0.113.7");
    }

    #[test]
    fn an_ipv4_address_written_as_ipv6_is_the_ipv4_address() {
        assert_eq!(network("::ffff:203.0.113.7"), network("203.0.113.7"));
    }

    #[test]
    fn a_network_reads_back_from_its_one_spelling_only() {
        for text in ["203.0.113.7", "2001:db8:1:2::/64"] {
            assert_eq!(text.parse::<Network>().unwrap().to_string(), text);
        }
        for text in ["203.0.113.7/32", "2001:db8:1:2::", "2001:db8:1:2::1/64", "2001:DB8:1:2::/64", "", "x"] {
            assert_eq!(text.parse::<Network>(), Err(NotANetwork), "{text:?}");
        }
    }

    #[test]
    fn only_an_internet_address_is_public() {
        for address in ["203.0.113.7", "8.8.8.8", "2a00:1450::1", "100.128.0.1", "2001:db8::1"] {
            assert!(network(address).is_public(), "{address}");
        }
        for address in [
            "127.0.0.1",
            "10.1.2.3",
            "192.168.1.1",
            "172.16.0.1",
            "100.64.0.1",
            "100.127.255.254",
            "169.254.1.1",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd12::1",
            "ff02::1",
            "::ffff:10.0.0.1",
        ] {
            assert!(!network(address).is_public(), "{address}");
        }
    }

    #[test]
    fn a_limit_also_counts_the_wider_ipv6_networks() {
        assert_eq!(
            network("2001:db8:aaaa:bbcc::1").limiter_keys(),
            ["2001:db8:aaaa:bbcc::/64", "2001:db8:aaaa:bb00::/56", "2001:db8:aaaa::/48"]
        );
    }
}
