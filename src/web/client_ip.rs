//! Where a request comes from, when proxies stand in between.

use std::net::{IpAddr, SocketAddr};

use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;

use crate::domain::network::ClientIp;

/// More proxies than this in a row are no honest chain.
const MOST_HOPS: usize = 20;

/// The address of the person's machine.
///
/// The header counts only when a trusted proxy sent it. Its addresses are walked from the right, where our own proxy
/// wrote: the first that is no trusted proxy is the client. Anything odd makes the address unknown, never a guess.
#[must_use]
pub(super) fn client_ip(peer: IpAddr, headers: &HeaderMap, trusted: &[IpNet], header: Option<&HeaderName>) -> ClientIp {
    let is_trusted = |address: IpAddr| trusted.iter().any(|network| network.contains(&address.to_canonical()));
    let Some(header) = header.filter(|_| is_trusted(peer)) else { return ClientIp::known(peer) };
    let lines: Option<Vec<&str>> = headers.get_all(header).iter().map(|line| line.to_str().ok()).collect();
    let Some(lines) = lines else { return ClientIp::Unknown };
    let hops: Vec<&str> = lines.iter().flat_map(|line| line.split(',')).collect();
    if hops.is_empty() || hops.len() > MOST_HOPS {
        return ClientIp::Unknown;
    }
    let mut nearest = None;
    for hop in hops.iter().rev() {
        let Some(address) = parse_hop(hop) else { return ClientIp::Unknown };
        nearest = Some(address);
        if !is_trusted(address) {
            break;
        }
    }
    nearest.map_or(ClientIp::Unknown, ClientIp::known)
}

/// An address as proxies write it: bare, with a port, in brackets, with a zone.
fn parse_hop(hop: &str) -> Option<IpAddr> {
    let hop = hop.trim();
    if let Ok(address) = hop.parse::<SocketAddr>() {
        return Some(address.ip());
    }
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let bare = bare.split_once('%').map_or(bare, |(address, _)| address);
    bare.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: HeaderName = HeaderName::from_static("x-forwarded-for");

    fn resolve(peer: &str, lines: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(HEADER, line.parse().unwrap());
        }
        let trusted = ["10.0.0.0/8".parse().unwrap(), "fd00::/8".parse().unwrap()];
        client_ip(peer.parse().unwrap(), &headers, &trusted, Some(&HEADER)).to_string()
    }

    #[test]
    fn a_client_that_connects_itself_cannot_forge_its_address() {
        for forged in ["1.2.3.4", "127.0.0.1", "10.0.0.1", "", "a", "1.2.3.4, 10.0.0.1"] {
            assert_eq!(resolve("203.0.113.9", &[forged]), "203.0.113.9", "{forged}");
        }
    }

    #[test]
    fn the_first_hop_that_is_no_proxy_is_the_client() {
        assert_eq!(resolve("10.0.0.1", &["203.0.113.7"]), "203.0.113.7");
        assert_eq!(resolve("10.0.0.1", &["6.6.6.6, 203.0.113.7, 10.0.0.2"]), "203.0.113.7");
        assert_eq!(resolve("10.0.0.1", &["6.6.6.6", "203.0.113.7, 10.0.0.2"]), "203.0.113.7");
        assert_eq!(resolve("fd00::1", &["2001:db8::7"]), "2001:db8::7");
        assert_eq!(resolve("10.0.0.1", &["10.0.0.3, 10.0.0.2"]), "10.0.0.3", "all of them ours");
    }

    #[test]
    fn every_spelling_of_an_address_is_understood() {
        for (hop, address) in [
            ("203.0.113.7:4711", "203.0.113.7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("::ffff:203.0.113.7", "203.0.113.7"),
            ("2001:db8::7%eth0", "2001:db8::7"),
            ("  203.0.113.7  ", "203.0.113.7"),
        ] {
            assert_eq!(resolve("10.0.0.1", &[hop]), address, "{hop}");
        }
    }

    #[test]
    fn anything_odd_makes_the_address_unknown() {
        let long = vec!["10.0.0.1"; 21].join(",");
        for lines in [vec![], vec![""], vec!["a"], vec!["1.2.3.4, "], vec!["203.0.113.7, b, 10.0.0.2"], vec![&long]] {
            assert_eq!(resolve("10.0.0.1", &lines), "unknown", "{lines:?}");
        }
    }

    #[test]
    fn a_proxy_that_writes_ipv4_as_ipv6_is_still_trusted() {
        assert_eq!(resolve("::ffff:10.0.0.1", &["203.0.113.7"]), "203.0.113.7");
    }
}
