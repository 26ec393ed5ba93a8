//! `countersign org show|set`: the rules of an organisation.

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use crate::cli::{Common, Failure, Outcome, output, refuse};
use crate::domain::policy::{AllowedKinds, Demand, NewNetworks, Remembering};
use crate::domain::{FactorKind, FactorKinds, Policy, Timestamp};
use crate::features::audit::{Chain, Event, record};
use crate::features::organisations::{Organisation, find_organisation, find_organisation_by_name};
use crate::features::security_center::{RulesNews, tell_rules_changed};
use crate::features::sessions::change_policy;
use crate::storage::Reader;

#[derive(Debug, Args)]
pub(in crate::cli) struct Set {
    /// Its identifier or name
    organisation: String,
    /// Whether everybody must set up a second factor
    #[arg(long, value_enum)]
    second_factor: Option<DemandArgument>,
    /// From which day on, such as 2026-12-01; without it from now on
    #[arg(long, value_name = "DATE", requires = "second_factor")]
    from: Option<String>,
    /// Whether people may leave the second step out for thirty days
    #[arg(long, value_enum)]
    remembering: Option<RememberingArgument>,
    /// What a sign-in by password from a new network waits for
    #[arg(long, value_enum)]
    new_networks: Option<NetworksArgument>,
    /// Minutes after which a session that nobody uses ends; 0 for as long as the configuration says
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(0..=1440))]
    session_idle_minutes: Option<u32>,
    /// Hours after which everybody signs in anew; 0 for as long as the configuration says
    #[arg(long, value_name = "HOURS", value_parser = clap::value_parser!(u32).range(0..=720))]
    session_hours: Option<u32>,
    /// The kinds of second factor that count, separated by commas; passkeys always do
    #[arg(long, value_name = "KINDS", value_delimiter = ',')]
    kinds: Vec<FactorKind>,
    /// Whether apps are told "mfa" when the second step was remembered
    #[arg(long, value_name = "BOOL")]
    remembered_claims_mfa: Option<bool>,
    #[command(flatten)]
    common: Common,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum DemandArgument {
    Optional,
    Required,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum NetworksArgument {
    UsersChoice,
    ConfirmByMail,
    AdministratorOnly,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum RememberingArgument {
    Allowed,
    Never,
}

async fn find(db: &Reader, organisation: &str) -> Result<Organisation, Failure> {
    let by_id = match organisation.parse() {
        Ok(id) => find_organisation(db, id).await?,
        Err(_) => None,
    };
    let found = match by_id {
        Some(found) => Some(found),
        None => find_organisation_by_name(db, organisation).await?,
    };
    found.ok_or_else(|| Failure(format!("There is no organisation {organisation}.")))
}

pub(super) async fn show(common: &Common, organisation: &str) -> Outcome {
    let installation = common.open().await?;
    let found = find(installation.state.db.reading(), organisation).await?;
    output::print(common.json, &described(&found, found.policy), &told(&found.name, found.policy))
}

impl Set {
    pub(super) async fn run(self) -> Outcome {
        let from = self.from.as_deref().map(day).transpose()?;
        if from.is_some() && self.second_factor != Some(DemandArgument::Required) {
            return refuse("--from goes with --second-factor required.");
        }
        let installation = self.common.open().await?;
        let state = &installation.state;
        let found = find(state.db.reading(), &self.organisation).await?;
        let mut policy = found.policy;
        match self.second_factor {
            Some(DemandArgument::Optional) => policy.second_factor = Demand::Optional,
            Some(DemandArgument::Required) => {
                policy.second_factor = Demand::Required { from: from.unwrap_or(installation.now) };
            }
            None => {}
        }
        match self.remembering {
            Some(RememberingArgument::Allowed) => policy.remembering = Remembering::Allowed,
            Some(RememberingArgument::Never) => policy.remembering = Remembering::Never,
            None => {}
        }
        match self.new_networks {
            Some(NetworksArgument::UsersChoice) => policy.new_networks = NewNetworks::UsersChoice,
            Some(NetworksArgument::ConfirmByMail) => policy.new_networks = NewNetworks::ConfirmByMail,
            Some(NetworksArgument::AdministratorOnly) => policy.new_networks = NewNetworks::AdministratorOnly,
            None => {}
        }
        if let Some(minutes) = self.session_idle_minutes {
            policy.sessions.idle_minutes = (minutes > 0).then_some(minutes);
        }
        if let Some(hours) = self.session_hours {
            policy.sessions.absolute_hours = (hours > 0).then_some(hours);
        }
        if !self.kinds.is_empty() {
            policy.kinds = AllowedKinds::new(self.kinds.iter().copied().collect());
        }
        if let Some(claims) = self.remembered_claims_mfa {
            policy.remembered_claims_mfa = claims;
        }
        let mut writer = state.db.writing().await?;
        change_policy(&mut writer, found.id, policy, (None, None), installation.now).await?;
        if policy != found.policy {
            let (organisation, now) = ((found.id, found.name.as_str()), installation.now);
            let news = RulesNews { organisation, by: None, own: None, undone: false, reference: None, now };
            tell_rules_changed(&mut writer, state, &news).await?;
        }
        let event = Event::new(Chain::Organisation(found.id), "organisation.policy", "done")
            .with("by", "command line")
            .with("before", json!(found.policy))
            .with("after", json!(policy));
        record(&mut writer, installation.ink(), event).await?;
        writer.commit().await?;
        output::print(self.common.json, &described(&found, policy), &told(&found.name, policy))
    }
}

/// The beginning of a day in UTC.
fn day(text: &str) -> Result<Timestamp, Failure> {
    let date: jiff::civil::Date =
        text.parse().map_err(|_| Failure(format!("{text} is no day. Write it as 2026-12-01.")))?;
    let start = date.to_zoned(jiff::tz::TimeZone::UTC)?;
    Ok(Timestamp::from_millis(start.timestamp().as_millisecond()))
}

fn written(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.millis()).map_or_else(|_| at.millis().to_string(), |at| at.to_string())
}

fn described(organisation: &Organisation, policy: Policy) -> Value {
    json!({ "id": organisation.id, "name": organisation.name, "policy": policy })
}

fn told(name: &str, policy: Policy) -> String {
    let second = match policy.second_factor {
        Demand::Optional => "everybody decides for themselves".to_owned(),
        Demand::Required { from } => format!("required from {}", written(from)),
    };
    let remembering = match policy.remembering {
        Remembering::Allowed => "may be left out for 30 days by whoever ticks it",
        Remembering::Never => "asked at every sign-in",
    };
    let networks = match policy.new_networks {
        NewNetworks::UsersChoice => "as everybody chooses",
        NewNetworks::ConfirmByMail => "confirmed by e-mail",
        NewNetworks::AdministratorOnly => "validated by an administrator",
    };
    let limit = |limit: Option<u32>, unit: &str| {
        limit.map_or_else(|| "as configured".to_owned(), |limit| format!("{limit} {unit}"))
    };
    let idle = limit(policy.sessions.idle_minutes, "minutes without use");
    let absolute = limit(policy.sessions.absolute_hours, "hours in all");
    let kinds = policy.kinds.kinds();
    let kinds = if kinds == FactorKinds::ALL {
        "all".to_owned()
    } else {
        kinds.iter().map(|kind| kind.to_string()).collect::<Vec<_>>().join(", ")
    };
    let claims = if policy.remembered_claims_mfa { "yes" } else { "no" };
    format!(
        "{name}\n  second factor                {second}\n  second step                  {remembering}\n  new networks                 {networks}\n  \
         kinds that count             {kinds}\n  sessions                     {idle}, {absolute}\n  \
         remembered counts as mfa     {claims}"
    )
}
