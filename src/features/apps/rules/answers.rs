//! The answers of the form, as they were typed, and the app that comes of them.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};
use url::Url;

use super::addresses::{fault, faults, lines};
use crate::domain::Scope;
use crate::domain::ids::OrganisationId;
use crate::domain::sign_in::Acr;
use crate::features::clients::{Access, Client, ClientAuthentication, Metadata, Profile};

/// The scopes of an app that people sign in to, until somebody says otherwise.
const USUAL_SCOPE: &str = "openid profile email organisation offline_access";
/// The shortest and the longest life of an access token, in seconds.
const TOKEN_SECONDS: std::ops::RangeInclusive<u32> = 30..=3600;
/// After how many days people sign in again, at least and at most.
const GRANT_DAYS: std::ops::RangeInclusive<u16> = 1..=365;
/// The longest name, in characters.
const LONGEST_NAME: usize = 100;

/// What an app is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub(in crate::features::apps) enum Kind {
    /// A program on a server that people sign in to: it keeps a secret.
    Server,
    /// A program in a browser or on a telephone: it cannot.
    Browser,
    /// A program that nobody signs in to: it acts for itself.
    Machine,
}

impl Kind {
    /// What a registered app is.
    pub(in crate::features::apps) fn of(client: &Client) -> Self {
        if !client.is_confidential() {
            Self::Browser
        } else if client.may_use("authorization_code") || client.metadata.grant_types.is_empty() {
            Self::Server
        } else {
            Self::Machine
        }
    }
}

/// The answers, as they were typed: also what is wrong is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(in crate::features::apps) struct Answers {
    /// What it is.
    pub(in crate::features::apps) kind: Option<Kind>,
    /// What people call it.
    pub(in crate::features::apps) name: String,
    /// Its front page.
    pub(in crate::features::apps) home: String,
    /// Whether it belongs to the operator.
    pub(in crate::features::apps) own: bool,
    /// Whether it is for chosen organisations only.
    pub(in crate::features::apps) chosen: bool,
    /// Which.
    pub(in crate::features::apps) organisations: BTreeSet<OrganisationId>,
    /// How strong every sign-in to it is; empty means as strong as the rules say.
    pub(in crate::features::apps) acr: String,
    /// How many seconds its access tokens are good; empty means as the configuration says.
    pub(in crate::features::apps) seconds: String,
    /// After how many days people sign in again; empty means as the configuration says.
    pub(in crate::features::apps) days: String,
    /// Whether it cannot do PKCE.
    pub(in crate::features::apps) without_pkce: bool,
    /// Where answers go, one a line.
    pub(in crate::features::apps) redirects: String,
    /// Where browsers go after signing out, one a line.
    pub(in crate::features::apps) logouts: String,
    /// Where it is told that a session ended.
    pub(in crate::features::apps) backchannel: String,
    /// What it may ask for.
    pub(in crate::features::apps) scope: String,
    /// The resources that it may ask tokens for, one a line.
    pub(in crate::features::apps) audiences: String,
}

/// Something that is wrong with an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(in crate::features::apps) struct Fault {
    /// The field.
    pub(in crate::features::apps) field: &'static str,
    /// Its line, from 1, where it has lines.
    pub(in crate::features::apps) line: Option<usize>,
    /// What.
    pub(in crate::features::apps) what: &'static str,
}

const fn wrong(field: &'static str, what: &'static str) -> Fault {
    Fault { field, line: None, what }
}

impl Answers {
    /// The answers of somebody who chose `kind` and nothing else yet.
    pub(in crate::features::apps) fn of_kind(kind: Kind) -> Self {
        let scope = if kind == Kind::Machine { "" } else { USUAL_SCOPE };
        Self { kind: Some(kind), scope: scope.to_owned(), ..Self::default() }
    }

    /// The answers that a registered app would come of.
    pub(in crate::features::apps) fn of(client: &Client) -> Self {
        let metadata = &client.metadata;
        let access = &metadata.access;
        let number = |number: Option<String>| number.unwrap_or_default();
        Self {
            kind: Some(Kind::of(client)),
            name: client.name.clone(),
            home: metadata.home_uri.clone().unwrap_or_default(),
            own: client.first_party,
            chosen: access.organisations.is_some(),
            organisations: access.organisations.clone().unwrap_or_default(),
            acr: access.acr.map(|acr| acr.as_str().to_owned()).unwrap_or_default(),
            seconds: number(access.access_token_seconds.map(|number| number.to_string())),
            days: number(access.refresh_token_days.map(|number| number.to_string())),
            without_pkce: client.profile == Profile::Oidc,
            redirects: metadata.redirect_uris.join("\n"),
            logouts: metadata.post_logout_redirect_uris.join("\n"),
            backchannel: metadata.backchannel_logout_uri.clone().unwrap_or_default(),
            scope: metadata.scope.to_string(),
            audiences: metadata.audiences.join("\n"),
        }
    }

    /// What is wrong with what the app is called and who may use it.
    pub(in crate::features::apps) fn about_faults(&self) -> Vec<Fault> {
        let mut found = Vec::new();
        let name = self.name.trim();
        if name.is_empty() {
            found.push(wrong("name", "missing"));
        } else if name.chars().count() > LONGEST_NAME || name.chars().any(char::is_control) {
            found.push(wrong("name", "long"));
        }
        let home = self.home.trim();
        let is_web = |url: Url| matches!(url.scheme(), "https" | "http") && url.username().is_empty();
        if !home.is_empty() && !Url::parse(home).is_ok_and(is_web) {
            found.push(wrong("home", "not-absolute"));
        }
        if self.chosen && self.organisations.is_empty() {
            found.push(wrong("organisations", "missing"));
        }
        if !self.acr.is_empty() && self.acr.parse::<Acr>().is_err() {
            found.push(wrong("acr", "unknown"));
        }
        let fits = |text: &str, range: &dyn Fn(u32) -> bool| {
            let text = text.trim();
            text.is_empty() || text.parse::<u32>().is_ok_and(range)
        };
        if !fits(&self.seconds, &|number| TOKEN_SECONDS.contains(&number)) {
            found.push(wrong("seconds", "range"));
        }
        if !fits(&self.days, &|number| u16::try_from(number).is_ok_and(|number| GRANT_DAYS.contains(&number))) {
            found.push(wrong("days", "range"));
        }
        found
    }

    /// What is wrong with its addresses and scopes.
    pub(in crate::features::apps) fn address_faults(&self) -> Vec<Fault> {
        let mut found = Vec::new();
        if self.kind == Some(Kind::Machine) {
            for (line, resource) in lines(&self.audiences) {
                if Url::parse(resource).map_or(true, |url| url.fragment().is_some()) {
                    found.push(Fault { field: "audiences", line: Some(line), what: "not-absolute" });
                }
            }
        } else {
            if lines(&self.redirects).next().is_none() {
                found.push(wrong("redirects", "missing"));
            }
            found.extend(faults("redirects", &self.redirects));
            found.extend(faults("logouts", &self.logouts));
            let backchannel = self.backchannel.trim();
            if !backchannel.is_empty() {
                found.extend(fault("backchannel", backchannel));
            }
        }
        if self.scope.trim().parse::<Scope>().is_err() || self.scope.len() > 1024 {
            found.push(wrong("scope", "malformed"));
        }
        found
    }

    /// Whether nothing is wrong.
    pub(in crate::features::apps) fn is_sound(&self) -> bool {
        self.kind.is_some() && self.about_faults().is_empty() && self.address_faults().is_empty()
    }

    /// The app that comes of sound answers, without its secret.
    pub(in crate::features::apps) fn new_client(&self, id: String) -> Client {
        let kind = self.kind.unwrap_or(Kind::Server);
        let authentication = match kind {
            Kind::Server | Kind::Machine => ClientAuthentication::ClientSecretBasic,
            Kind::Browser => ClientAuthentication::None,
        };
        let grant_types = match kind {
            Kind::Machine => vec!["client_credentials".to_owned()],
            Kind::Server | Kind::Browser => Metadata::default().grant_types,
        };
        let mut client = Client {
            id,
            name: String::new(),
            profile: Profile::Oauth21,
            authentication,
            first_party: false,
            metadata: Metadata { grant_types, ..Metadata::default() },
            secrets: Vec::new(),
            disabled_at: None,
        };
        self.apply(&mut client);
        client
    }

    /// Changes an app to what sound answers say; what nobody is asked stays as it is.
    pub(in crate::features::apps) fn apply(&self, client: &mut Client) {
        let all = |text: &str| lines(text).map(|(_, line)| line.to_owned()).collect::<Vec<_>>();
        let one = |text: &str| Some(text.trim().to_owned()).filter(|text| !text.is_empty());
        let kind = Kind::of(client);
        name(&self.name).clone_into(&mut client.name);
        client.first_party = self.own;
        // Only where it is asked: an app that registered itself has the rules that it came with.
        if client.profile != Profile::Fapi2 && kind == Kind::Server {
            client.profile = if self.without_pkce { Profile::Oidc } else { Profile::Oauth21 };
        }
        let metadata = &mut client.metadata;
        metadata.home_uri = one(&self.home);
        metadata.scope = self.scope.trim().parse().unwrap_or_default();
        if kind == Kind::Machine {
            metadata.audiences = all(&self.audiences);
        } else {
            metadata.redirect_uris = all(&self.redirects);
            metadata.post_logout_redirect_uris = all(&self.logouts);
            metadata.backchannel_logout_uri = one(&self.backchannel);
        }
        metadata.access = Access {
            organisations: self.chosen.then(|| self.organisations.clone()),
            acr: self.acr.parse().ok(),
            access_token_seconds: self.seconds.trim().parse().ok(),
            refresh_token_days: self.days.trim().parse().ok(),
        };
    }
}

fn name(text: &str) -> &str {
    text.trim()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(kind: Kind) -> Answers {
        Answers {
            name: " Portal ".to_owned(),
            redirects: "https://a.nl/cb\n\n https://b.nl/cb".to_owned(),
            ..Answers::of_kind(kind)
        }
    }

    #[test]
    fn what_an_app_is_sets_how_it_proves_itself_and_what_it_may_do() {
        let server = sound(Kind::Server).new_client("app".to_owned());
        assert!(server.is_confidential() && server.needs_pkce() && server.may_use("refresh_token"));
        assert_eq!((server.name.as_str(), server.metadata.redirect_uris.len()), ("Portal", 2));
        let browser = sound(Kind::Browser).new_client("app".to_owned());
        assert!(!browser.is_confidential() && browser.needs_pkce());
        let machine = sound(Kind::Machine).new_client("app".to_owned());
        assert!(machine.is_confidential() && machine.may_use("client_credentials"));
        assert!(!machine.may_use("authorization_code") && machine.metadata.redirect_uris.is_empty());
        for kind in [Kind::Server, Kind::Browser, Kind::Machine] {
            assert_eq!(Kind::of(&sound(kind).new_client("app".to_owned())), kind);
        }
        let classic = Answers { without_pkce: true, ..sound(Kind::Server) }.new_client("app".to_owned());
        assert!(!classic.needs_pkce());
        let public = Answers { without_pkce: true, ..sound(Kind::Browser) }.new_client("app".to_owned());
        assert!(public.needs_pkce(), "an app without a secret is never let off");
    }

    #[test]
    fn an_app_read_as_answers_and_applied_again_is_the_same() {
        let mut client = sound(Kind::Server).new_client("app".to_owned());
        client.metadata.access.acr = Some(Acr::PhishingResistant);
        client.metadata.access.refresh_token_days = Some(7);
        client.metadata.binds_tokens = true;
        let before = client.clone();
        Answers::of(&client).apply(&mut client);
        assert_eq!(client.metadata, before.metadata);
        assert_eq!((client.name, client.profile), (before.name, before.profile));
    }

    #[test]
    fn every_fault_names_its_field() {
        let fields = |answers: &Answers| -> Vec<&str> {
            let all = answers.about_faults().into_iter().chain(answers.address_faults());
            all.map(|fault| fault.field).collect()
        };
        assert!(sound(Kind::Server).is_sound());
        assert!(!Answers::default().is_sound());
        let bad = Answers {
            name: " ".to_owned(),
            home: "portal".to_owned(),
            chosen: true,
            acr: "strong".to_owned(),
            seconds: "29".to_owned(),
            days: "366".to_owned(),
            redirects: String::new(),
            logouts: "http://a.nl/".to_owned(),
            backchannel: "a".to_owned(),
            scope: "a\"b".to_owned(),
            ..sound(Kind::Server)
        };
        assert_eq!(
            fields(&bad),
            ["name", "home", "organisations", "acr", "seconds", "days", "redirects", "logouts", "backchannel", "scope"]
        );
        let machine = Answers { audiences: "https://a.nl/\napi".to_owned(), ..sound(Kind::Machine) };
        assert_eq!(fields(&machine), ["audiences"]);
    }
}
