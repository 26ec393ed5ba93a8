//! Inviting somebody. Whether there is an account with the address, whoever invites does not learn: the list shows what was
//! typed, until somebody accepts.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::not_found;
use crate::domain::Email;
use crate::domain::names::is_name_of_a_stranger;
use crate::features::accounts::find_account_by_login;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::employees::store::find_person;
use crate::features::employees::views::InvitePage;
use crate::features::interactions::FreshAdmin;
use crate::features::invitations::{Wanted, count_invitation, count_invitation_to, invite_member};
use crate::features::organisations::{
    Role, find_member_invitation, find_organisation, take_turn_as, withdraw_member_invitation,
};
use crate::features::sessions::OrgAdmin;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

fn page(admin: &OrgAdmin) -> InvitePage {
    InvitePage {
        name: String::new(),
        email: String::new(),
        role: Role::Employee,
        roles: [Role::Employee, Role::Accountant, Role::Administrator],
        problem: None,
        organisation: admin.member.standing.home().map(|place| place.organisation_name.clone()).unwrap_or_default(),
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    FreshAdmin(admin): FreshAdmin,
) -> Result<Response, Error> {
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page(&admin))
}

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    name: String,
    #[serde(default)]
    email: String,
    role: Option<Role>,
}

pub(super) async fn invite_somebody(
    State(state): State<AppState>,
    mut context: Context,
    FreshAdmin(admin): FreshAdmin,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let role = filled.role.unwrap_or(Role::Employee);
    let name = filled.name.trim();
    let typed = InvitePage { name: name.to_owned(), email: filled.email.clone(), role, ..page(&admin) };
    context.signed_in = Some(admin.member.shown());
    let problem = if !is_name_of_a_stranger(name) {
        ("name", "wrong")
    } else if let Ok(email) = filled.email.parse::<Email>() {
        match add(&state, &context, &admin, Wanted::new(name, email, role)).await? {
            Added::Invited => return Ok(see_other(&format!("{}?done=invited", urls::EMPLOYEES))),
            Added::NotAllowed => return Ok(not_found()),
            Added::Here => ("email", "here"),
            Added::TooMany => ("email", "many"),
            Added::TooManyToOne => ("email", "often"),
        }
    } else {
        ("email", "wrong")
    };
    let page = InvitePage { problem: Some(problem), ..typed };
    context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What became of an invitation.
enum Added {
    Invited,
    /// Whoever invites looks after nobody any more.
    NotAllowed,
    /// The address belongs to one of the people already.
    Here,
    /// The organisation invited too many.
    TooMany,
    /// This address was invited too often, by whomever.
    TooManyToOne,
}

async fn add(state: &AppState, context: &Context, admin: &OrgAdmin, wanted: Wanted) -> Result<Added, Error> {
    if count_invitation(state, admin.organisation, context.now).await?.is_some() {
        return Ok(Added::TooMany);
    }
    if count_invitation_to(state, &wanted.email, context.now).await?.is_some() {
        return Ok(Added::TooManyToOne);
    }
    let by = &admin.member.standing.account;
    let mut writer = state.db.writing().await?;
    let still = take_turn_as(&mut writer, admin.organisation, by.id).await?;
    let Some(organisation) = find_organisation(&writer, admin.organisation).await?.filter(|_| still) else {
        return Ok(Added::NotAllowed);
    };
    // Only about the own people it is told whether somebody has an account.
    if let Some(known) = find_account_by_login(&writer, wanted.email.as_str()).await?
        && find_person(&writer, admin.organisation, known.id).await?.is_some()
    {
        return Ok(Added::Here);
    }
    let invited = invite_member(&mut writer, state, (wanted, None), (&organisation, by.into()), context.now).await?;
    let event = about(context, admin, "membership.invite")
        .with("role", invited.role.to_string())
        .with_personal("subject_name", invited.name)
        .with_personal("email", invited.email.to_string());
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    Ok(Added::Invited)
}

/// Mails an invitation again, or withdraws it.
pub(super) async fn change(
    State(state): State<AppState>,
    context: Context,
    FreshAdmin(admin): FreshAdmin,
    Path((id, act)): Path<(String, String)>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let again = act == "again";
    let Some(id) = id.parse().ok().filter(|_| again || act == "withdraw") else { return Ok(not_found()) };
    let found = find_member_invitation(state.db.reading(), id).await?;
    let Some(invitation) = found.filter(|found| found.organisation_id == admin.organisation) else {
        return Ok(not_found());
    };
    if again {
        return Ok(match add(&state, &context, &admin, Wanted::again(&invitation)).await? {
            Added::NotAllowed => not_found(),
            Added::Invited => see_other(&format!("{}?done=invited", urls::EMPLOYEES)),
            Added::Here => see_other(urls::EMPLOYEES),
            Added::TooMany => see_other(&format!("{}?done=many", urls::EMPLOYEES)),
            Added::TooManyToOne => see_other(&format!("{}?done=often", urls::EMPLOYEES)),
        });
    }
    let mut writer = state.db.writing().await?;
    if !take_turn_as(&mut writer, admin.organisation, admin.member.session.account_id).await? {
        return Ok(not_found());
    }
    if withdraw_member_invitation(&mut writer, invitation.id, context.now).await? {
        let event = about(&context, &admin, "membership.withdraw").with_personal("subject_name", invitation.name);
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(see_other(&format!("{}?done=withdrawn", urls::EMPLOYEES)))
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Something about an invitation: about nobody's account, as far as this organisation knows.
fn about(context: &Context, admin: &OrgAdmin, kind: &'static str) -> Event {
    let account = &admin.member.standing.account;
    Event::new(Chain::Organisation(admin.organisation), kind, "done")
        .by(account.id)
        .referred_to(context.reference)
        .with_personal("actor_name", account.name.clone())
        .with_personal("ip", context.client_ip.to_string())
}
