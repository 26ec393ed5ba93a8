//! The organisations of the instance (M4).

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{WasDone, doer, not_found};
use crate::domain::ids::{MembershipId, OrganisationId};
use crate::domain::names::is_name;
use crate::domain::policy::{Demand, NewNetworks, Remembering};
use crate::domain::{Email, FactorKinds, Policy, Timestamp};
use crate::features::accounts::{Account, add_account, find_account, find_account_by_login};
use crate::features::admin::acts::{Done, switch_organisation};
use crate::features::admin::store::{OrganisationRow, find_organisation_row, list_organisation_rows};
use crate::features::admin::views::{
    NewOrganisationPage, OrganisationActPage, OrganisationLine, OrganisationPage, OrganisationsPage,
};
use crate::features::audit::{self, Chain, Ink};
use crate::features::console::{Administrator, Auditor, InstanceAdmin, Kept};
use crate::features::invitations::invite;
use crate::features::organisations::{
    Organisation, Role, add_membership, add_organisation, administrators_of, find_organisation_by_name,
};
use crate::features::sessions::{Lifetime, list_sessions_of_members};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// The most organisations that are listed.
const MOST: u64 = 1000;

/// The rules that are on, as the keys of their words.
fn rules(policy: &Policy) -> Vec<&'static str> {
    let limits = policy.sessions.idle_minutes.is_some() || policy.sessions.absolute_hours.is_some();
    let on = [
        (policy.second_factor != Demand::Optional, "second-factor"),
        (policy.remembering == Remembering::Never, "remembering"),
        (policy.new_networks == NewNetworks::ConfirmByMail, "confirm"),
        (policy.new_networks == NewNetworks::AdministratorOnly, "administrator"),
        (policy.kinds.kinds() != FactorKinds::ALL, "kinds"),
        (limits, "sessions"),
    ];
    on.into_iter().filter(|(on, _)| *on).map(|(_, rule)| rule).collect()
}

fn line(row: &OrganisationRow) -> OrganisationLine {
    OrganisationLine {
        to: urls::admin_organisation(row.id),
        name: row.name.clone(),
        people: row.people,
        with_passkey: row.with_passkey,
        with_second: row.with_second,
        rules: rules(&row.policy.0),
        last_login: row.last_sign_in_at.map(Timestamp::millis),
        off: row.disabled_at.is_some(),
    }
}

pub(super) async fn list(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
) -> Result<Response, Error> {
    let mut rows = list_organisation_rows(state.db.reading(), MOST).await?;
    // Where the fewest people have a passkey, there is the most to do.
    rows.sort_by_key(|row| (row.people == 0, row.with_passkey * 1000 / row.people.max(1)));
    let page = OrganisationsPage { may_change: auditor.administers(), rows: rows.iter().map(line).collect() };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

async fn find(state: &AppState, organisation: &str) -> Result<Option<OrganisationRow>, Error> {
    let Ok(id) = organisation.parse::<OrganisationId>() else { return Ok(None) };
    Ok(find_organisation_row(state.db.reading(), id).await?)
}

fn known(act: &str) -> Option<&'static str> {
    ["add", "disable", "enable"].into_iter().find(|known| *known == act)
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Path(organisation): Path<String>,
    Query(was): Query<WasDone>,
) -> Result<Response, Error> {
    let Some(row) = find(&state, &organisation).await? else { return Ok(not_found()) };
    let db = state.db.reading();
    let all = administrators_of(db, row.id).await?;
    // Without a grant nobody of the instance is told who these are and what they did.
    let helpdesk_until = row.helpdesk_until.filter(|until| *until > context.now);
    let mut administrators = Vec::new();
    for id in all.iter().copied().filter(|_| helpdesk_until.is_some()) {
        if let Some(account) = find_account(db, id).await? {
            administrators.push((account.name, urls::admin_person(id)));
        }
    }
    let act = if row.disabled_at.is_some() { "enable" } else { "disable" };
    let acts = if auditor.administers() { vec![(act, urls::admin_organisation_act(row.id, act))] } else { Vec::new() };
    let page = OrganisationPage {
        id: row.id.to_string(),
        created: row.created_at.millis(),
        helpdesk_until: helpdesk_until.map(Timestamp::millis),
        administrator_count: all.len(),
        administrators,
        acts,
        activity: helpdesk_until.map(|_| urls::admin_audit_about(&row.id.to_string())),
        done: was.done.as_deref().and_then(known),
        line: line(&row),
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

async fn form(
    state: &AppState,
    context: &Context,
    admin: &InstanceAdmin,
    (row, act): (&OrganisationRow, &'static str),
    last: bool,
) -> Result<OrganisationActPage, Error> {
    let lifetime = Lifetime::of(&state.config.sign_in);
    let sessions = list_sessions_of_members(state.db.reading(), row.id, context.now, lifetime).await?;
    Ok(OrganisationActPage {
        act,
        action: urls::admin_organisation_act(row.id, act),
        back: urls::admin_organisation(row.id),
        name: row.name.clone(),
        people: row.people,
        sessions: sessions.len(),
        own: admin.member.standing.account.home_organisation_id == row.id,
        last,
    })
}

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path((organisation, act)): Path<(String, String)>,
) -> Result<Response, Error> {
    let row = find(&state, &organisation).await?;
    let Some((row, act)) = row.zip(known(&act).filter(|act| *act != "add")) else { return Ok(not_found()) };
    if row.disabled_at.is_some() != (act == "enable") {
        return Ok(see_other(&urls::admin_organisation(row.id)));
    }
    let page = form(&state, &context, &admin, (&row, act), false).await?;
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn act(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Path((organisation, act)): Path<(String, String)>,
    Form(_): Form<Nothing>,
) -> Result<Response, Error> {
    let row = find(&state, &organisation).await?;
    let Some((row, act)) = row.zip(known(&act).filter(|act| *act != "add")) else { return Ok(not_found()) };
    let by = doer(&admin, &context);
    let mut writer = state.db.writing().await?;
    match switch_organisation(&mut writer, &state, &by, row.id, act == "enable").await? {
        Done::Changed => {
            writer.commit().await?;
            Ok(see_other(&format!("{}?done={act}", urls::admin_organisation(row.id))))
        }
        Done::Same => Ok(see_other(&urls::admin_organisation(row.id))),
        Done::LastAdministrator => {
            drop(writer);
            let page = form(&state, &context, &admin, (&row, act), true).await?;
            context.signed_in = Some(admin.member.shown());
            context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page)
        }
        // Somebody took away, a moment ago, what the person did it with.
        Done::Unknown | Done::NotAllowed | Done::NoStrongFactor => Ok(not_found()),
    }
}

pub(super) async fn new(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    kept: Kept,
) -> Result<Response, Error> {
    let page = NewOrganisationPage {
        organisation: kept.field("organisation"),
        name: kept.field("name"),
        email: kept.field("email"),
        problem: None,
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn add(
    State(state): State<AppState>,
    mut context: Context,
    admin: Administrator,
    Form(typed): Form<Vec<(String, String)>>,
) -> Result<Response, Error> {
    let admin = match admin.prove(&state, &context, &typed) {
        Ok(admin) => admin,
        Err(to) => return Ok(see_other(&to)),
    };
    let typed = Kept(typed);
    let field = |name| typed.field(name).trim().to_owned();
    let mut page = NewOrganisationPage {
        organisation: field("organisation"),
        name: field("name"),
        email: field("email"),
        problem: None,
    };
    context.signed_in = Some(admin.member.shown());
    let email = match check(&page) {
        Ok(email) => email,
        Err(problem) => {
            page.problem = Some(problem);
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let mut writer = state.db.writing().await?;
    if find_organisation_by_name(&writer, &page.organisation).await?.is_some() {
        page.problem = Some(("organisation", "taken"));
    } else if find_account_by_login(&writer, email.as_str()).await?.is_some() {
        page.problem = Some(("email", "taken"));
    }
    if page.problem.is_some() {
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    let (organisation, account) = first_of(&state, &context, &page, email);
    add_organisation(&mut writer, &organisation).await?;
    if let Err(error) = add_account(&mut writer, &account).await {
        if error.is_duplicate() {
            page.problem = Some(("email", "taken"));
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
        return Err(error.into());
    }
    let place = MembershipId::new(context.now, state.random.as_ref());
    let who = (organisation.id, account.id);
    add_membership(&mut writer, place, who, Role::Administrator, Vec::new(), context.now).await?;
    let by = &admin.member.standing.account;
    invite(&mut writer, &state, &account, &organisation, Some(by.into()), context.now).await?;
    let event = doer(&admin, &context)
        .event(Chain::Organisation(organisation.id), "organisation.add")
        .about(account.id)
        .with_personal("subject_name", account.name.clone())
        .with_personal("email", account.email.to_string());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Ok(see_other(&format!("{}?done=add", urls::admin_organisation(organisation.id))))
}

fn check(page: &NewOrganisationPage) -> Result<Email, (&'static str, &'static str)> {
    if !is_name(&page.organisation) {
        return Err(("organisation", "wrong"));
    }
    if !is_name(&page.name) {
        return Err(("name", "wrong"));
    }
    page.email.parse().map_err(|_| ("email", "wrong"))
}

fn first_of(state: &AppState, context: &Context, page: &NewOrganisationPage, email: Email) -> (Organisation, Account) {
    let chance = (context.now, state.random.as_ref());
    let organisation = Organisation::new(page.organisation.clone(), chance);
    let account =
        Account::new(organisation.id, (email, page.name.clone()), state.config.branding.default_language, chance);
    (organisation, account)
}
