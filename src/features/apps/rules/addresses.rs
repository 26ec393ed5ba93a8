//! Addresses, one a line: what is wrong with each, and what is better looked at once more.

use serde::Serialize;
use url::{Host, Url};

use super::Fault;
use crate::features::clients::{RedirectProblem, check_redirect_uri};

/// The most addresses of a list, and the longest of them, as registrations have it.
const MOST: usize = 100;
const LONGEST: usize = 2000;

/// Something about an address that works, and may not be what was meant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::features::apps) struct Hint {
    /// The line, from 1.
    pub(in crate::features::apps) line: usize,
    /// The address.
    pub(in crate::features::apps) address: String,
    /// What about it.
    pub(in crate::features::apps) what: &'static str,
}

/// The addresses of a text, one a line; empty lines are passed over.
pub(in crate::features::apps) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.lines().enumerate().map(|(number, line)| (number + 1, line.trim())).filter(|(_, line)| !line.is_empty())
}

/// What is wrong with the addresses of the field `field`.
pub(super) fn faults(field: &'static str, text: &str) -> Vec<Fault> {
    let mut found = Vec::new();
    let mut known: Vec<&str> = Vec::new();
    for (line, address) in lines(text) {
        let what = if address.len() > LONGEST {
            Some("long")
        } else if known.contains(&address) {
            Some("twice")
        } else {
            check_redirect_uri(address).err().map(word)
        };
        if let Some(what) = what {
            found.push(Fault { field, line: Some(line), what });
        }
        known.push(address);
    }
    if known.len() > MOST {
        found.push(Fault { field, line: None, what: "many" });
    }
    found
}

/// What is wrong with the one address of the field `field`, to which the server itself or a browser is sent.
pub(super) fn fault(field: &'static str, address: &str) -> Option<Fault> {
    let what = if address.len() > LONGEST {
        Some("long")
    } else if let Err(problem) = check_redirect_uri(address) {
        Some(word(problem))
    } else {
        let is_web = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
        (!is_web).then_some("scheme")
    };
    what.map(|what| Fault { field, line: None, what })
}

const fn word(problem: RedirectProblem) -> &'static str {
    match problem {
        RedirectProblem::NotAbsolute => "not-absolute",
        RedirectProblem::Fragment => "fragment",
        RedirectProblem::UserInfo => "user-info",
        RedirectProblem::PlainHttp => "plain-http",
        RedirectProblem::Scheme => "scheme",
        RedirectProblem::Wildcard => "wildcard",
    }
}

/// What is better looked at once more.
pub(in crate::features::apps) fn hints(text: &str) -> Vec<Hint> {
    let mut found = Vec::new();
    for (line, address) in lines(text) {
        let Ok(url) = Url::parse(address) else { continue };
        if check_redirect_uri(address).is_err() {
            continue;
        }
        let near = match url.host() {
            Some(Host::Domain(name)) => name == "localhost",
            Some(Host::Ipv4(ip)) => ip.is_loopback(),
            Some(Host::Ipv6(ip)) => ip.is_loopback(),
            None => false,
        };
        let odd = url.as_str() != address && url.as_str().strip_suffix('/') != Some(address);
        let all = [
            (near, "localhost"),
            (url.path().len() > 1 && url.path().ends_with('/'), "slash"),
            (!matches!(url.scheme(), "https" | "http"), "own-scheme"),
            (odd, "spelling"),
        ];
        found.extend(all.into_iter().filter(|(holds, _)| *holds).map(|(_, what)| Hint {
            line,
            address: address.to_owned(),
            what,
        }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_fault_is_named_with_its_line() {
        let text = "https://a.nl/cb\n\n http://a.nl/cb \nhttps://*.a.nl/cb\nhttps://a.nl/cb\ncb\nhttps://a.nl/#x";
        let found: Vec<_> = faults("redirects", text).into_iter().map(|fault| (fault.line, fault.what)).collect();
        assert_eq!(
            found,
            [
                (Some(3), "plain-http"),
                (Some(4), "wildcard"),
                (Some(5), "twice"),
                (Some(6), "not-absolute"),
                (Some(7), "fragment"),
            ]
        );
        assert_eq!(faults("redirects", &"https://a.nl/cb\n".repeat(101)).last().map(|fault| fault.what), Some("many"));
        let long = format!("https://a.nl/{}", "x".repeat(2000));
        assert_eq!(faults("redirects", &long).first().map(|fault| fault.what), Some("long"));
    }

    #[test]
    fn what_works_and_may_be_a_slip_is_pointed_out() {
        let text = "https://a.nl/cb\nhttp://localhost:3000/cb\nhttps://a.nl/cb/\ncom.example.app:/cb\nHTTPS://A.nl/x\nhttps://a.nl";
        let found: Vec<_> = hints(text).into_iter().map(|hint| (hint.line, hint.what)).collect();
        assert_eq!(found, [(2, "localhost"), (3, "slash"), (4, "own-scheme"), (5, "spelling")]);
    }

    #[test]
    fn an_address_that_is_called_is_a_web_address() {
        assert_eq!(fault("backchannel", "https://a.nl/out"), None);
        assert_eq!(fault("backchannel", "com.example.app:/out").map(|fault| fault.what), Some("scheme"));
        assert_eq!(fault("backchannel", "http://a.nl/out").map(|fault| fault.what), Some("plain-http"));
    }
}
