//! In what an address differs from those that are registered.

use serde::Serialize;
use url::Url;

/// One way in which an address differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Difference {
    /// It is no address at all.
    NoAddress,
    /// The host: nothing of it need belong to the app.
    Host {
        /// The host that was asked for.
        sent: String,
        /// The host that is registered.
        registered: String,
    },
    /// http and https, or another scheme.
    Scheme {
        /// The scheme that was asked for.
        sent: String,
        /// The scheme that is registered.
        registered: String,
    },
    /// The port.
    Port,
    /// A slash more at the end.
    SlashMore,
    /// A slash less at the end.
    SlashLess,
    /// Capital and small letters.
    Case,
    /// Another path.
    Path,
    /// Another query.
    Query,
    /// A part from `#` on.
    Fragment,
    /// A user name.
    UserInfo,
    /// The same address, spelled in another way.
    Spelling,
}

impl Difference {
    /// How far it is from what was meant.
    const fn weight(&self) -> u32 {
        match self {
            Self::NoAddress => 1000,
            Self::Host { .. } => 100,
            Self::Scheme { .. } | Self::UserInfo => 10,
            Self::Path => 20,
            Self::Port | Self::Query | Self::Fragment => 5,
            Self::SlashMore | Self::SlashLess | Self::Case | Self::Spelling => 1,
        }
    }
}

/// What comparing found.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// The registered address that is nearest; none where none is registered.
    pub nearest: Option<String>,
    /// In what the address differs from it.
    pub differences: Vec<Difference>,
    /// The place that was asked for (scheme, host and port), where no registered address is there: whoever owns it would
    /// get the answers.
    pub foreign_place: Option<String>,
}

/// Compares an address that was asked for with those that are registered.
#[must_use]
pub fn compare(registered: &[String], sent: &str) -> Comparison {
    let foreign_place = place(sent).filter(|own| !registered.iter().any(|known| place(known).as_ref() == Some(own)));
    let distances = registered.iter().map(|known| (known, differences(known, sent)));
    let nearest = distances.min_by_key(|(_, found)| found.iter().map(Difference::weight).sum::<u32>());
    match nearest {
        Some((known, differences)) => Comparison { nearest: Some(known.clone()), differences, foreign_place },
        None => Comparison { nearest: None, differences: Vec::new(), foreign_place },
    }
}

/// Who owns an address: its origin, or the scheme of an app on a telephone.
fn place(text: &str) -> Option<String> {
    let url = Url::parse(text).ok()?;
    let origin = url.origin();
    Some(if origin.is_tuple() { origin.ascii_serialization() } else { format!("{}:", url.scheme()) })
}

fn differences(known: &str, sent: &str) -> Vec<Difference> {
    if known == sent {
        return Vec::new();
    }
    let (Ok(right), Ok(wrong)) = (Url::parse(known), Url::parse(sent)) else { return vec![Difference::NoAddress] };
    let mut found = Vec::new();
    let host = |url: &Url| url.host_str().unwrap_or_default().to_owned();
    if host(&right) != host(&wrong) {
        found.push(Difference::Host { sent: host(&wrong), registered: host(&right) });
    }
    if right.scheme() != wrong.scheme() {
        let (sent, registered) = (wrong.scheme().to_owned(), right.scheme().to_owned());
        found.push(Difference::Scheme { sent, registered });
    }
    // Where the schemes differ their own ports differ as well, which says nothing new.
    if right.port() != wrong.port() {
        found.push(Difference::Port);
    }
    if !wrong.username().is_empty() || wrong.password().is_some() {
        found.push(Difference::UserInfo);
    }
    let (path, other) = (right.path(), wrong.path());
    if path != other {
        found.push(if other.strip_suffix('/') == Some(path) {
            Difference::SlashMore
        } else if path.strip_suffix('/') == Some(other) {
            Difference::SlashLess
        } else if path.eq_ignore_ascii_case(other) {
            Difference::Case
        } else {
            Difference::Path
        });
    }
    if right.query() != wrong.query() {
        found.push(Difference::Query);
    }
    if right.fragment() != wrong.fragment() {
        found.push(Difference::Fragment);
    }
    if found.is_empty() {
        found.push(if known.eq_ignore_ascii_case(sent) { Difference::Case } else { Difference::Spelling });
    }
    found
}

#[cfg(test)]
mod tests {
    use super::Difference as D;
    use super::*;

    fn found(sent: &str) -> Vec<D> {
        compare(&["https://a.nl/cb".to_owned()], sent).differences
    }

    #[test]
    fn it_is_said_exactly_what_differs() {
        let host = |sent: &str| D::Host { sent: sent.to_owned(), registered: "a.nl".to_owned() };
        let scheme = |sent: &str| D::Scheme { sent: sent.to_owned(), registered: "https".to_owned() };
        assert_eq!(found("https://a.nl/cb"), []);
        assert_eq!(found("https://a.nl/cb/"), [D::SlashMore]);
        assert_eq!(found("http://a.nl/cb"), [scheme("http")]);
        assert_eq!(found("https://a.nl:8443/cb"), [D::Port]);
        assert_eq!(found("https://a.nl/CB"), [D::Case]);
        assert_eq!(found("HTTPS://A.nl/cb"), [D::Case]);
        assert_eq!(found("https://a.nl:443/cb"), [D::Spelling]);
        assert_eq!(found("https://a.nl/cb?x=1"), [D::Query]);
        assert_eq!(found("https://a.nl/cb#x"), [D::Fragment]);
        assert_eq!(found("https://a.nl/other"), [D::Path]);
        assert_eq!(found("https://u@a.nl/cb"), [D::UserInfo]);
        assert_eq!(found("https://evil.example/cb"), [host("evil.example")]);
        assert_eq!(found("http://localhost:3000/cb/"), [host("localhost"), scheme("http"), D::Port, D::SlashMore]);
        assert_eq!(found("cb"), [D::NoAddress]);
        assert_eq!(compare(&["https://a.nl/cb/".to_owned()], "https://a.nl/cb").differences, [D::SlashLess]);
    }

    #[test]
    fn the_nearest_registered_address_is_the_one_that_is_compared() {
        let registered = ["https://b.nl/cb", "https://a.nl/other", "https://a.nl/cb"].map(str::to_owned);
        let near = compare(&registered, "https://a.nl/cb/");
        assert_eq!((near.nearest.as_deref(), near.foreign_place), (Some("https://a.nl/cb"), None));
        assert_eq!(compare(&[], "https://a.nl/cb").nearest, None);
    }

    #[test]
    fn a_place_that_looks_like_a_registered_one_is_a_foreign_one() {
        let registered = ["https://portal.example/cb".to_owned()];
        for (sent, host) in [
            ("https://portal.example.evil.nl/cb", "https://portal.example.evil.nl"),
            ("https://portal.example@evil.nl/cb", "https://evil.nl"),
            ("https://pоrtal.example/cb", "https://xn--prtal-jye.example"),
            ("https://evil.nl#https://portal.example/cb", "https://evil.nl"),
            ("https://portal.example:8443/cb", "https://portal.example:8443"),
            ("http://portal.example:8080/x", "http://portal.example:8080"),
            ("com.evil.app:/cb", "com.evil.app:"),
        ] {
            assert_eq!(compare(&registered, sent).foreign_place.as_deref(), Some(host), "{sent}");
        }
        assert_eq!(compare(&registered, "https://portal.example/x").foreign_place, None);
    }
}
