//! Reading what there is, and carrying a plan out.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::rules::{Description, Step, settings_by_name};
use super::{Current, Plan};
use crate::domain::ids::OrganisationId;
use crate::domain::{Secret, Timestamp};
use crate::features::admin::{Doer, Done, switch_organisation};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::{add_client, change_client, list_clients, new_secret, remove_client};
use crate::features::declarations::{FieldFault, PolicySettings, app_field, app_settings};
use crate::features::oidc::{check_registration, find_sector};
use crate::features::organisations::{Organisation, add_organisation, list_organisations, take_turn};
use crate::features::security_center::{RulesNews, tell_rules_changed};
use crate::features::sessions::change_policy;
use crate::storage::{Reader, StorageError, Versioned, Writer, raise_version};
use crate::web::{AppState, Error};

/// What there is at this moment.
///
/// # Errors
///
/// When the database refuses.
pub async fn read_current(db: &Reader) -> Result<Current, StorageError> {
    Ok(Current { organisations: list_organisations(db).await?, apps: list_clients(db).await? })
}

/// The description of what there is, without secrets.
#[must_use]
pub fn describe(current: &Current) -> Value {
    let organisations: BTreeMap<&str, Value> = current
        .organisations
        .iter()
        .map(|organisation| {
            let policy = PolicySettings::of(&organisation.policy);
            let off = organisation.disabled_at.is_some();
            (organisation.name.as_str(), json!({ "disabled": off, "policy": policy }))
        })
        .collect();
    let apps: BTreeMap<&str, Value> = current
        .apps
        .iter()
        .map(|client| (client.id.as_str(), settings_by_name(client, |id| current.name_of(id))))
        .collect();
    json!({ "version": 1, "organisations": organisations, "apps": apps })
}

/// Checks the apps of a description like every other registration, and looks up the sectors of those that are new or
/// other than before.
///
/// # Errors
///
/// Everything that cannot be registered, each with its path.
pub async fn find_sectors(
    state: &AppState,
    description: &mut Description,
    current: &Current,
    now: Timestamp,
) -> Result<(), Vec<FieldFault>> {
    let mut faults = Vec::new();
    for (id, settings) in &mut description.apps {
        let known = current.apps.iter().find(|client| client.id == *id);
        let client = crate::features::declarations::app_client(id, settings.clone(), known, now);
        let place = format!("apps.{id}");
        if let Err(problem) = check_registration(&client) {
            faults.push(FieldFault::new(app_field(problem.member), problem.to_string()).below(&place));
            continue;
        }
        let Some(address) = &client.metadata.sector_identifier_uri else { continue };
        if known.is_some_and(|known| known.metadata == client.metadata) {
            continue;
        }
        match find_sector(&state.outbound, address, &client.metadata.redirect_uris).await {
            Ok(sector) => settings.metadata.sector = Some(sector),
            Err(problem) => {
                faults.push(FieldFault::new(app_field(problem.member), problem.to_string()).below(&place));
            }
        }
    }
    if faults.is_empty() { Ok(()) } else { Err(faults) }
}

/// Makes everybody else who changes apps or roles wait until the commit, so that what is read now stays true.
///
/// # Errors
///
/// When the database refuses.
async fn hold(db: &mut Writer, steps: &[(super::Shown, Step)]) -> Result<(), StorageError> {
    raise_version(db, Versioned::Roles).await?;
    raise_version(db, Versioned::Apps).await?;
    for (_, step) in steps {
        if let Step::ChangeOrganisation { id, .. } = step {
            take_turn(db, *id).await?;
        }
    }
    Ok(())
}

/// Carries a plan out, if what there is still is what it was made for: `again` makes it anew. Gives the secrets of new
/// apps by `client_id`; none when the plan is another one now. Commits nothing.
///
/// # Errors
///
/// When the database refuses.
pub async fn carry_out(
    state: &AppState,
    db: &mut Writer,
    plan: &Plan,
    again: impl Fn(&Current) -> Option<Plan>,
    now: Timestamp,
) -> Result<Result<BTreeMap<String, Secret<String>>, &'static str>, Error> {
    hold(db, &plan.steps).await?;
    let fresh = again(&read_current(db).await?);
    let Some(fresh) = fresh.filter(|fresh| fresh.shown() == plan.shown()) else {
        return Ok(Err("Somebody changed something in the meantime. Look at the plan again."));
    };
    let mut secrets = BTreeMap::new();
    for (shown, step) in fresh.steps {
        let fields: Value = shown
            .fields
            .iter()
            .map(|(field, before, after)| json!({ "field": field, "before": before, "after": after }))
            .collect();
        let event = match step {
            Step::Keep => continue,
            Step::AddOrganisation { id, name, disabled, policy } => {
                let id = id.unwrap_or_else(|| OrganisationId::new(now, state.random.as_ref()));
                let disabled_at = disabled.then_some(now);
                let new = Organisation { id, name: name.clone(), policy, created_at: now, disabled_at };
                add_organisation(db, &new).await?;
                Event::new(Chain::Organisation(id), "organisation.add", "done").with("name", name)
            }
            Step::ChangeOrganisation { id, disabled, policy } => {
                if let Some(off) = disabled
                    && switch_organisation(db, state, &Doer::command_line(now), id, !off).await?
                        == Done::LastAdministrator
                {
                    return Ok(Err(
                        "Nobody else could look after the whole instance: an organisation cannot be switched off.",
                    ));
                }
                let Some((before, after)) = policy else { continue };
                change_policy(db, id, after, (None, None), now).await?;
                let organisation = (id, shown.name.as_str());
                let news = RulesNews { organisation, by: None, own: None, undone: false, reference: None, now };
                tell_rules_changed(db, state, &news).await?;
                Event::new(Chain::Organisation(id), "organisation.policy", "done")
                    .with("before", json!(before))
                    .with("after", json!(after))
            }
            Step::AddApp(mut client) => {
                secrets.extend(new_secret(state, &mut client).map(|secret| (client.id.clone(), secret)));
                add_client(db, &client, now, state.random.as_ref()).await?;
                let event = Event::new(Chain::Instance, "app.add", "done").through(&client.id);
                event.with("after", json!(app_settings(&client)))
            }
            Step::ChangeApp(mut client) => {
                if client.secrets.is_empty() {
                    secrets.extend(new_secret(state, &mut client).map(|secret| (client.id.clone(), secret)));
                }
                change_client(db, &client, now, state.random.as_ref()).await?;
                Event::new(Chain::Instance, "app.change", "done").through(&client.id).with("changes", fields)
            }
            Step::RemoveApp(id) => {
                remove_client(db, &id).await?;
                Event::new(Chain::Instance, "app.remove", "done").through(&id)
            }
        };
        audit::record(db, Ink::of(state, now), event.with("by", "command line")).await?;
    }
    Ok(Ok(secrets))
}
