//! What the pages about the ledger show (A5, O4), and the mail to whom something was decided about.

use serde::{Deserialize, Serialize};
use strum::{Display, EnumString};

use crate::features::networks::{How, Status};
use crate::features::organisations::PersonTabs;
use crate::features::outbox::{Message, Particulars};
use crate::web::Page;

/// Something that is done to a network.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, Serialize, Deserialize)]
#[strum(serialize_all = "snake_case")]
#[serde(rename_all = "snake_case")]
pub enum NetworkAct {
    /// Sign-ins may come from it.
    Validate,
    /// Nothing may come from it.
    Block,
    /// It is taken off the ledger.
    Remove,
    /// Everybody of the organisation is known there.
    Office,
    /// Nothing of anybody of the organisation may come from it.
    BlockForAll,
    /// Neither an office nor blocked for all any more.
    Release,
}

impl NetworkAct {
    /// Whether it is only for a network that tells one place from another.
    #[must_use]
    pub const fn needs_a_place(self) -> bool {
        !matches!(self, Self::Remove | Self::Release)
    }
}

/// One network of the ledger.
#[derive(Clone, Debug, Serialize)]
pub struct NetworkRow {
    /// Which.
    pub network: String,
    /// Where it stands.
    pub status: Status,
    /// What that stands on.
    pub proof: How,
    /// The browser that came from it last, and its system.
    pub browser: Option<(String, String)>,
    /// When somebody first came from it, in milliseconds since 1970.
    pub first_seen: i64,
    /// When somebody last came from it, in milliseconds since 1970.
    pub last_seen: i64,
    /// Whether it is the one that the person is in now.
    pub here: bool,
    /// What can be done to it.
    pub acts: Vec<NetworkAct>,
}

impl NetworkRow {
    fn sample(status: Status, here: bool) -> Self {
        Self {
            network: "203.0.113.24".to_owned(),
            status,
            proof: How::Mail,
            browser: Some(("Edge".to_owned(), "Windows".to_owned())),
            first_seen: 1_790_525_500_000,
            last_seen: 1_795_525_500_000,
            here,
            acts: vec![NetworkAct::Validate, NetworkAct::Block, NetworkAct::Remove],
        }
    }

    fn samples() -> Vec<Self> {
        let v6 = "2001:db8:aaaa:bbcc::/64".to_owned();
        vec![
            Self::sample(Status::Known, true),
            Self { network: v6, browser: None, proof: How::None, ..Self::sample(Status::Waiting, false) },
            Self { proof: How::Invitation, ..Self::sample(Status::Known, false) },
            Self { proof: How::Automatic, ..Self::sample(Status::Known, false) },
            Self { proof: How::Owner, ..Self::sample(Status::Known, false) },
            Self { proof: How::Administrator, ..Self::sample(Status::Known, false) },
            Self { proof: How::Operator, ..Self::sample(Status::Known, false) },
            Self::sample(Status::Blocked, false),
        ]
    }
}

/// The networks that somebody signed in from (A5).
#[derive(Clone, Debug, Serialize)]
pub struct OwnNetworksPage {
    /// The networks.
    pub rows: Vec<NetworkRow>,
    /// Whether new ones join by themselves.
    pub automatic: bool,
    /// Whose rule takes that choice away, if one does.
    pub ruled_by: Option<String>,
    /// Whether only an administrator may validate.
    pub by_administrator: bool,
    /// What was done just now.
    pub done: Option<NetworkAct>,
}

impl Page for OwnNetworksPage {
    const TEMPLATE: &'static str = "pages/ip_addresses/own.html";

    fn samples() -> Vec<Self> {
        let plain =
            Self { rows: NetworkRow::samples(), automatic: false, ruled_by: None, by_administrator: false, done: None };
        let ruled = Some("Kantoor De Vries".to_owned());
        let mut all = vec![
            Self { rows: Vec::new(), ..plain.clone() },
            Self { automatic: true, ..plain.clone() },
            Self { ruled_by: ruled.clone(), ..plain.clone() },
            Self { ruled_by: ruled, by_administrator: true, ..plain.clone() },
        ];
        let done = [NetworkAct::Validate, NetworkAct::Block, NetworkAct::Remove];
        all.extend(done.map(|done| Self { done: Some(done), ..plain.clone() }));
        all.push(plain);
        all
    }
}

/// The networks of one of the people, as their administrator sees them.
#[derive(Clone, Debug, Serialize)]
pub struct PersonNetworksPage {
    /// Whose pages these are.
    pub tabs: PersonTabs,
    /// Where the forms go.
    pub action: String,
    /// The networks.
    pub rows: Vec<NetworkRow>,
    /// Whether new ones join by themselves, where no rule says otherwise.
    pub automatic: bool,
    /// What was done just now.
    pub done: Option<NetworkAct>,
}

impl Page for PersonNetworksPage {
    const TEMPLATE: &'static str = "pages/ip_addresses/person.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            tabs: PersonTabs::sample("ip-addresses"),
            action: "/organisation/employees/acc_1/ip-addresses".to_owned(),
            rows: NetworkRow::samples(),
            automatic: false,
            done: None,
        };
        vec![
            Self { rows: Vec::new(), automatic: true, ..plain.clone() },
            Self { done: Some(NetworkAct::Block), ..plain.clone() },
            plain,
        ]
    }
}

/// One network of one of the people.
#[derive(Clone, Debug, Serialize)]
pub struct PersonsNetworkRow {
    /// The account.
    pub account: String,
    /// The full name.
    pub name: String,
    /// The network.
    #[serde(flatten)]
    pub row: NetworkRow,
}

/// A network that many of the people confirmed.
#[derive(Clone, Debug, Serialize)]
pub struct Suggestion {
    /// Which.
    pub network: String,
    /// How many of them know it.
    pub known_by: usize,
    /// How many there are.
    pub people: usize,
}

/// What is wrong with an address that was typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkProblem {
    /// It is no IP address.
    Shape,
    /// It does not tell one place from another.
    NoPlace,
}

/// The networks of everybody, and the offices (O4).
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationNetworksPage {
    /// The name of the organisation.
    pub organisation: String,
    /// Those of its people; what waits first.
    pub people: Vec<PersonsNetworkRow>,
    /// Offices, and what is blocked for all.
    pub own: Vec<NetworkRow>,
    /// What many of them confirmed.
    pub suggestions: Vec<Suggestion>,
    /// The address that was typed.
    pub typed: String,
    /// What is wrong with it.
    pub problem: Option<NetworkProblem>,
    /// What was done just now.
    pub done: Option<NetworkAct>,
}

impl Page for OrganisationNetworksPage {
    const TEMPLATE: &'static str = "pages/ip_addresses/organisation.html";

    fn samples() -> Vec<Self> {
        use NetworkAct::{Block, BlockForAll, Office, Release, Remove, Validate};
        let person = |row: NetworkRow| PersonsNetworkRow {
            account: "acc_1".to_owned(),
            name: "Anna de Vries-van Heemstra".to_owned(),
            row: NetworkRow { acts: vec![Validate, Block, Remove], ..row },
        };
        let own = |status, here| NetworkRow {
            browser: None,
            proof: How::Administrator,
            acts: vec![Release],
            ..NetworkRow::sample(status, here)
        };
        let plain = Self {
            organisation: "Kantoor De Vries".to_owned(),
            people: NetworkRow::samples().into_iter().map(person).collect(),
            own: vec![own(Status::Known, true), own(Status::Blocked, false)],
            suggestions: vec![Suggestion { network: "198.51.100.7".to_owned(), known_by: 8, people: 9 }],
            typed: String::new(),
            problem: None,
            done: None,
        };
        let mut all = vec![Self { people: Vec::new(), own: Vec::new(), suggestions: Vec::new(), ..plain.clone() }];
        all.extend([NetworkProblem::Shape, NetworkProblem::NoPlace].map(|problem| Self {
            typed: "10.1.2".to_owned(),
            problem: Some(problem),
            ..plain.clone()
        }));
        let done = [Validate, Block, Remove, Office, BlockForAll, Release];
        all.extend(done.map(|done| Self { done: Some(done), ..plain.clone() }));
        all.push(plain);
        all
    }
}

/// Something is about to be done to a network, and what that means.
#[derive(Clone, Debug, Serialize)]
pub struct ActOnNetworkPage {
    /// What.
    pub act: NetworkAct,
    /// Where the form goes.
    pub action: String,
    /// Where somebody goes who thinks better of it.
    pub back: String,
    /// Which network.
    pub network: String,
    /// Whose account, where it is one of the people.
    pub account: Option<String>,
    /// The name of that person.
    pub name: Option<String>,
    /// The organisation.
    pub organisation: String,
    /// Whether whoever asks is in that network now: it ends their own session.
    pub here: bool,
    /// Who is signed in from there now.
    pub signed_in: Vec<String>,
}

impl Page for ActOnNetworkPage {
    const TEMPLATE: &'static str = "pages/ip_addresses/act.html";

    fn samples() -> Vec<Self> {
        use NetworkAct::{Block, BlockForAll, Office};
        let plain = Self {
            act: Block,
            action: "/account/ip-addresses".to_owned(),
            back: "/account/ip-addresses".to_owned(),
            network: "203.0.113.24".to_owned(),
            account: None,
            name: None,
            organisation: "Kantoor De Vries".to_owned(),
            here: false,
            signed_in: Vec::new(),
        };
        let people = vec!["Anna de Vries".to_owned(), "Bram Bakker".to_owned()];
        vec![
            Self { here: true, ..plain.clone() },
            Self { account: Some("acc_1".to_owned()), name: Some("Bram Bakker".to_owned()), ..plain.clone() },
            Self { act: BlockForAll, signed_in: people.clone(), here: true, ..plain.clone() },
            Self { act: BlockForAll, ..plain.clone() },
            Self { act: Office, signed_in: people, ..plain.clone() },
            plain,
        ]
    }
}

/// An administrator decided about a network of somebody.
#[derive(Clone, Debug, Serialize)]
pub struct NetworkDecided {
    /// Whom it greets.
    pub name: String,
    /// Who decided.
    pub by: String,
    /// What.
    pub act: NetworkAct,
    /// About which network.
    pub network: String,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for NetworkDecided {
    const TEMPLATE: &'static str = "network_decided";

    fn samples() -> Vec<Self> {
        let with = |act| Self {
            name: "Bram Bakker".to_owned(),
            by: "Anna de Vries".to_owned(),
            act,
            network: "198.51.100.7".to_owned(),
            particulars: Particulars { app: None, ..Particulars::sample() },
        };
        [NetworkAct::Validate, NetworkAct::Block, NetworkAct::Remove].map(with).into()
    }
}
