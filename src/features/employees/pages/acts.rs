//! Doing something about one of the employees: ask first, then do it.

use std::time::Duration;

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{event, find, not_found};
use crate::domain::FactorKind;
use crate::features::accounts::{demand_new_password, find_account};
use crate::features::audit::{self, Ink};
use crate::features::employees::Person;
use crate::features::employees::rules::{Act, groups_of};
use crate::features::employees::store::{count_other_administrators, find_person};
use crate::features::employees::views::{ActPage, EmployeeChanged};
use crate::features::interactions::FreshAdmin;
use crate::features::invitations::invite;
use crate::features::organisations::{
    Giver, Role, find_organisation, remove_membership, set_groups, set_membership_disabled, set_role, take_turn,
};
use crate::features::outbox::{Letter, Particulars, Recipient, post};
use crate::features::sessions::{OrgAdmin, end_everything_else};
use crate::storage::Writer;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// How long the mail about it is worth sending.
const NOTICE: Duration = Duration::from_hours(48);

fn page(person: &Person, act: Act, last: bool) -> ActPage {
    ActPage {
        act: act.to_string(),
        action: urls::employee_act(person.account_id, act),
        back: urls::employee(person.account_id),
        name: person.name.clone(),
        email: person.email.clone(),
        role: person.role,
        roles: [Role::Employee, Role::Accountant, Role::Administrator],
        groups: person.groups.join("\n"),
        faulty: false,
        last,
    }
}

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    FreshAdmin(admin): FreshAdmin,
    Path((account, act)): Path<(String, String)>,
) -> Result<Response, Error> {
    let person = find(&state, &admin, &account).await?;
    let Some((person, act)) = person.zip(act.parse::<Act>().ok()) else { return Ok(not_found()) };
    if !person.allows(act, admin.organisation, admin.member.session.account_id) {
        return Ok(see_other(&urls::employee(person.account_id)));
    }
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page(&person, act, false))
}

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    role: Option<Role>,
    #[serde(default)]
    groups: String,
}

pub(super) async fn act(
    State(state): State<AppState>,
    mut context: Context,
    FreshAdmin(admin): FreshAdmin,
    Path((account, act)): Path<(String, String)>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let (Ok(account), Ok(act)) = (account.parse(), act.parse::<Act>()) else { return Ok(not_found()) };
    let (organisation, by) = (admin.organisation, admin.member.session.account_id);
    let mut writer = state.db.writing().await?;
    // From here on nobody else changes who looks after this organisation, so what is read now stays true.
    take_turn(&mut writer, organisation).await?;
    let still =
        find_person(&writer, organisation, by).await?.is_some_and(|by| by.is_acting_administrator(organisation));
    let Some(person) = find_person(&writer, organisation, account).await?.filter(|_| still) else {
        return Ok(not_found());
    };
    let to = urls::employee(account);
    let role = filled.role.unwrap_or(person.role);
    if !person.allows(act, organisation, by) || (act == Act::Role && role == person.role) {
        // Somebody else did it in the meantime, or there is nothing to do.
        return Ok(see_other(&to));
    }
    let groups = groups_of(&filled.groups);
    let Some(groups) = groups.or((act != Act::Groups).then(Vec::new)) else {
        context.signed_in = Some(admin.member.shown());
        let page = ActPage { groups: filled.groups, faulty: true, ..page(&person, act, false) };
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let gives_up = act == Act::Disable || (act == Act::Role && role != Role::Administrator);
    if gives_up
        && person.is_acting_administrator(organisation)
        && count_other_administrators(&writer, organisation, account).await? == 0
    {
        context.signed_in = Some(admin.member.shown());
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page(&person, act, true));
    }
    let who = (organisation, account);
    let mut event = event(&context, &admin, act.audited(), (account, &person.name));
    match act {
        Act::Role => {
            set_role(&mut writer, who, role, (Some(Giver::Person(by)), context.now)).await?;
            event = event.with("before", person.role.to_string()).with("after", role.to_string());
        }
        Act::Groups => {
            event = event.with("before", person.groups.join(", ")).with("after", groups.join(", "));
            set_groups(&mut writer, who, groups).await?;
        }
        Act::Password => _ = demand_new_password(&mut writer, account, true).await?,
        Act::Remove => _ = remove_membership(&mut writer, who).await?,
        Act::Enable => _ = set_membership_disabled(&mut writer, who, false, context.now).await?,
        Act::Disable => {
            set_membership_disabled(&mut writer, who, true, context.now).await?;
            if person.is_looked_after_by(organisation) {
                end_everything_else(&mut writer, account, None, context.now).await?;
            }
        }
        Act::SignOut => end_everything_else(&mut writer, account, None, context.now).await?,
        Act::Invite => {}
    }
    tell(&state, &context, &mut writer, &admin, (&person, Did::Act(act, role))).await?;
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    // Whoever gave up looking after the others does not see their pages any more, and who left has none.
    let gone = (gives_up && account == by) || act == Act::Remove;
    Ok(see_other(&if gone { urls::EMPLOYEES.to_owned() } else { format!("{to}?done={act}") }))
}

/// What was done, as the mail about it needs to know.
#[derive(Clone, Copy)]
pub(super) enum Did {
    /// This; they are that from now on.
    Act(Act, Role),
    /// A method of this kind was taken away.
    Removed(FactorKind),
}

/// Mails the person what was done.
pub(super) async fn tell(
    state: &AppState,
    context: &Context,
    writer: &mut Writer,
    admin: &OrgAdmin,
    (person, did): (&Person, Did),
) -> Result<(), Error> {
    let account = find_account(writer, person.account_id).await?;
    let organisation = find_organisation(writer, admin.organisation).await?;
    let Some((account, organisation)) = account.zip(organisation) else { return Ok(()) };
    let by = &admin.member.standing.account;
    let (act, role, method) = match did {
        Did::Act(act, role) => (act.to_string(), role, None),
        Did::Removed(kind) => ("method".to_owned(), person.role, Some(kind)),
    };
    if matches!(did, Did::Act(Act::Invite, _)) {
        invite(writer, state, &account, &organisation, Some(by.into()), context.now).await?;
        return Ok(());
    }
    let message = EmployeeChanged {
        name: account.name.clone(),
        act,
        by: by.name.clone(),
        organisation: organisation.name,
        role,
        method,
        // Browser and address are the administrator's, and no business of the person.
        particulars: Particulars { browser: None, ip: None, ..Particulars::of(context, account.email.as_str(), None) },
    };
    let letter = Letter {
        to: Recipient::Mail(account.email.clone()),
        language: account.language,
        account: Some(account.id),
        expires_at: context.now.after(NOTICE),
        message: &message,
    };
    post(writer, state, letter, context.now).await?;
    Ok(())
}
