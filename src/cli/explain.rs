//! `countersign explain`: what a sign-in would be asked, rule by rule, and whose rule it is.

use std::fmt::Write as _;
use std::net::IpAddr;

use clap::Args;
use serde_json::{Value, json};

use super::{Common, Outcome, output, refuse};
use crate::domain::network::Network;
use crate::domain::policy::{Demand, NewNetworks, PolicyInForce, Remembering, RuleMaker};
use crate::domain::sign_in::{
    Answers, EnrolmentReason, Facts, First, Journey, NetworkStanding, Question, RULES, Refusal, Use, Wish,
};
use crate::domain::{FactorKind, FactorKinds, Timestamp};
use crate::features::accounts::find_account_by_login;
use crate::features::networks::{Owner, can_be_known};
use crate::features::sessions::{Standing, find_standing};

#[derive(Debug, Args)]
pub(super) struct Explain {
    /// E-mail address or user name
    #[arg(long, value_name = "USER")]
    user: String,
    /// The address that they come from; without it, one that is on their list
    #[arg(long, value_name = "ADDRESS")]
    ip: Option<IpAddr>,
    #[command(flatten)]
    common: Common,
}

impl Explain {
    pub(super) async fn run(self) -> Outcome {
        let installation = self.common.open().await?;
        let (db, now) = (installation.state.db.reading(), installation.now);
        let Some(account) = find_account_by_login(db, &self.user).await? else {
            return refuse(format!("There is no account {}.", self.user));
        };
        let network = self.ip.map(Network::of);
        let Some(standing) = find_standing(db, account.id, [network]).await? else {
            return refuse(format!("There is no account {}.", self.user));
        };
        let place = Place {
            network,
            standing: network.map_or(NetworkStanding::Known, |_| standing.places.standing(network, now)),
            can_be_known: network.is_none_or(|network| can_be_known(&installation.state.config, network)),
        };
        let explained = Explained { standing: &standing, place, now };
        output::print(self.common.json, &explained.as_json(), explained.as_text().trim_end())
    }
}

/// Where the sign-in comes from.
struct Place {
    network: Option<Network>,
    standing: NetworkStanding,
    /// Whether it tells one place from another.
    can_be_known: bool,
}

struct Explained<'a> {
    standing: &'a Standing,
    place: Place,
    now: Timestamp,
}

/// What one rule says.
struct Line {
    rule: &'static str,
    /// `asks`, `refuses`, `passes`, or `not_reached` after a refusal.
    says: &'static str,
    what: String,
    /// Whose rule it is, where somebody made it.
    by: Option<String>,
}

const fn word_of(first: First) -> &'static str {
    match first {
        First::Password => "password",
        First::PasswordRemembered => "password, second step remembered",
        First::Passkey => "passkey",
    }
}

impl Explained<'_> {
    /// The ways to begin that make sense for this account.
    fn ways(&self) -> Vec<First> {
        let enrolled = self.standing.enrolled.kinds;
        let mut ways = vec![First::Password];
        if !enrolled.without(FactorKind::RecoveryCode).is_empty() {
            ways.push(First::PasswordRemembered);
        }
        if enrolled.contains(FactorKind::Passkey) {
            ways.push(First::Passkey);
        }
        ways
    }

    fn journey(&self, first: First) -> Journey {
        let facts = Facts {
            now: self.now,
            occasion: Use::SignIn,
            wish: Wish::default(),
            issued_at: None,
            evidence: None,
            account: Some(self.standing.facts()),
            network: self.place.standing,
            answers: Answers::default(),
            offer: false,
            app: None,
        };
        Journey::of(facts, first, self.place.network)
    }

    fn lines(&self, journey: &Journey) -> Vec<Line> {
        let refused = journey.refusal.and_then(|(rule, _)| RULES.iter().position(|known| known.name == rule));
        let mut lines = Vec::new();
        for (number, rule) in RULES.iter().enumerate() {
            let line = |says, what, by| Line { rule: rule.name, says, what, by };
            let asked = journey.asked.iter().find(|(by, _)| *by == rule.name);
            lines.push(match (asked, journey.refusal) {
                (_, Some((_, refusal))) if refused == Some(number) => {
                    line("refuses", refusal.as_str().replace('_', " "), self.refuser(refusal))
                }
                (Some((_, question)), _) => line("asks", Self::told(question), self.asker(question)),
                _ if refused.is_some_and(|refused| number > refused) => line("not_reached", String::new(), None),
                _ => line("passes", String::new(), None),
            });
        }
        lines
    }

    fn told(question: &Question) -> String {
        match question {
            Question::Authenticate => "who it is".to_owned(),
            Question::SecondFactor { kinds, may_remember, .. } => {
                let rest = if *may_remember { "may be left out for 30 days" } else { "every time" };
                format!("a second step: {}; {rest}", listed(*kinds))
            }
            Question::ConfirmNetwork { by_administrator: true } => {
                "an administrator to validate the network".to_owned()
            }
            Question::ConfirmNetwork { .. } => "to confirm the network by e-mail".to_owned(),
            Question::Enrol { kinds, why, may_skip } => {
                let why = match why {
                    EnrolmentReason::Demanded => "demanded".to_owned(),
                    EnrolmentReason::Announced { from } => format!("demanded from {}", written(*from)),
                    EnrolmentReason::RecoveryCodeUsed => "a recovery code was used".to_owned(),
                };
                let skip = if *may_skip { "; may be skipped" } else { "" };
                format!("to set up a second factor ({why}): {}{skip}", listed(*kinds))
            }
            Question::NewPassword => "a new password".to_owned(),
            Question::Organisation => "which organisation".to_owned(),
            Question::Consent { .. } => "consent".to_owned(),
            Question::OfferPasskey => "whether a passkey is wanted".to_owned(),
        }
    }

    /// Whose rule a question comes from.
    fn asker(&self, question: &Question) -> Option<String> {
        let policy = self.standing.policy();
        match question {
            Question::SecondFactor { may_remember: false, .. } => self.maker(policy.remembering.maker),
            Question::ConfirmNetwork { .. } => self.maker(policy.new_networks.maker),
            Question::Enrol { .. } if policy.second_factor.rule != Demand::Optional => {
                self.maker(policy.second_factor.maker)
            }
            Question::Enrol { .. } => self.maker(policy.kinds.maker),
            _ => None,
        }
    }

    /// Who is behind a refusal.
    fn refuser(&self, refusal: Refusal) -> Option<String> {
        let home = || self.standing.home().map(|place| place.organisation_name.clone());
        match refusal {
            Refusal::MembershipDisabled | Refusal::OrganisationDisabled => home(),
            Refusal::NetworkBlocked => match self.standing.places.blocked(self.place.network)?.owner {
                Owner::Organisation(id) => self.maker(RuleMaker::Organisation(id)),
                Owner::Account(_) => Some("their own list".to_owned()),
            },
            _ => None,
        }
    }

    fn maker(&self, maker: RuleMaker) -> Option<String> {
        match maker {
            RuleMaker::Nobody => None,
            RuleMaker::Instance => Some("this installation".to_owned()),
            RuleMaker::Organisation(_) => self.standing.name_of(maker).map(str::to_owned),
        }
    }

    /// The rules that hold, each with whoever made it.
    fn policy(&self) -> Vec<(&'static str, String, Option<String>)> {
        let PolicyInForce {
            second_factor,
            remembering,
            new_networks,
            kinds,
            session_idle_minutes,
            session_absolute_hours,
            ..
        } = self.standing.policy();
        let limit = |limit: Option<u32>, unit: &str| {
            limit.map_or_else(|| "as configured".to_owned(), |limit| format!("{limit} {unit}"))
        };
        let demand = match second_factor.rule {
            Demand::Optional => "optional".to_owned(),
            Demand::Required { from } => format!("required from {}", written(from)),
        };
        let remembered = match remembering.rule {
            Remembering::Allowed => "allowed",
            Remembering::Never => "never",
        };
        let networks = match new_networks.rule {
            NewNetworks::UsersChoice if self.standing.account.validates_networks => "join by themselves",
            NewNetworks::UsersChoice | NewNetworks::ConfirmByMail => "confirmed by e-mail",
            NewNetworks::AdministratorOnly => "validated by an administrator",
        };
        vec![
            ("second_factor", demand, self.maker(second_factor.maker)),
            ("remembering", remembered.to_owned(), self.maker(remembering.maker)),
            ("new_networks", networks.to_owned(), self.maker(new_networks.maker)),
            ("kinds", listed(kinds.rule.kinds()), self.maker(kinds.maker)),
            ("session_idle", limit(session_idle_minutes.rule, "minutes"), self.maker(session_idle_minutes.maker)),
            ("session_absolute", limit(session_absolute_hours.rule, "hours"), self.maker(session_absolute_hours.maker)),
        ]
    }

    fn place_word(&self) -> &'static str {
        match self.place.standing {
            NetworkStanding::Known => "known",
            NetworkStanding::Blocked => "blocked",
            NetworkStanding::New if self.place.can_be_known => "new",
            NetworkStanding::New => "never known",
        }
    }

    fn as_json(&self) -> Value {
        let ways = self.ways().into_iter().map(|first| {
            let journey = self.journey(first);
            let lines = self.lines(&journey);
            let rules = lines
                .iter()
                .map(|line| json!({ "rule": line.rule, "says": line.says, "what": line.what, "made_by": line.by }));
            json!({
                "begins_with": word_of(first),
                "outcome": journey.refusal.map_or("issue", |(_, refusal)| refusal.as_str()),
                "rules": rules.collect::<Vec<_>>(),
            })
        });
        let policy =
            self.policy().into_iter().map(|(rule, holds, by)| json!({ "rule": rule, "holds": holds, "made_by": by }));
        json!({
            "account": self.standing.account.id,
            "email": self.standing.account.email.to_string(),
            "enrolled": self.standing.enrolled.kinds,
            "network": self.place.network.map(|network| network.to_string()),
            "network_is": self.place_word(),
            "policy": policy.collect::<Vec<_>>(),
            "sign_ins": ways.collect::<Vec<_>>(),
        })
    }

    fn as_text(&self) -> String {
        let account = &self.standing.account;
        let by = |by: Option<String>| by.map(|by| format!("  [{by}]")).unwrap_or_default();
        let mut text = format!("{} <{}>\n", account.name, account.email);
        let places: Vec<String> = self
            .standing
            .memberships
            .iter()
            .map(|place| format!("{} of {}", place.role, place.organisation_name))
            .collect();
        // Writing to a text cannot fail.
        let _ = writeln!(text, "  {}", places.join(", "));
        let _ = writeln!(text, "  set up: {}", listed(self.standing.enrolled.kinds));
        let _ = writeln!(text, "\nThe rules that hold");
        for (rule, holds, made) in self.policy() {
            let _ = writeln!(text, "  {rule:<17} {holds}{}", by(made));
        }
        let place = self.place.network.map_or_else(
            || "from a network on the list".to_owned(),
            |network| format!("from {network}, which is {}", self.place_word()),
        );
        for first in self.ways() {
            let journey = self.journey(first);
            let _ = writeln!(text, "\nA sign-in with {} {place}", word_of(first));
            for line in self.lines(&journey) {
                let says = line.says.replace('_', " ");
                let told = if line.what.is_empty() { says } else { format!("{says} {}", line.what) };
                let _ = writeln!(text, "  {:<17} {told}{}", line.rule, by(line.by));
            }
            let end = match journey.refusal {
                None => "signed in, once all of this is done".to_owned(),
                Some((_, refusal)) => format!("not signed in: {}", refusal.as_str().replace('_', " ")),
            };
            let _ = writeln!(text, "  = {end}");
        }
        text
    }
}

fn listed(kinds: FactorKinds) -> String {
    if kinds.is_empty() {
        return "nothing".to_owned();
    }
    kinds.iter().map(|kind| kind.to_string()).collect::<Vec<_>>().join(", ")
}

fn written(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map_or_else(|_| at.millis().to_string(), |at| at.to_string())
}
