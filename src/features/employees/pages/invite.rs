//! Inviting somebody.

use std::time::Duration;

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{event, not_found};
use crate::domain::Email;
use crate::domain::ids::{AccountId, MembershipId};
use crate::features::accounts::{Account, InstanceRole, add_account, find_account_by_login};
use crate::features::audit::{self, Ink};
use crate::features::employees::rules::Act;
use crate::features::employees::store::find_person;
use crate::features::employees::views::InvitePage;
use crate::features::interactions::FreshAdmin;
use crate::features::invitations::invite;
use crate::features::organisations::{Role, add_membership, find_organisation, take_turn};
use crate::features::sessions::OrgAdmin;
use crate::features::throttles::{Counter, Limit, reserve};
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// The most invitations of one organisation in a day: an office that grows needs fewer, and whoever floods strangers
/// with our mail needs more.
const A_DAY: Limit = Limit::quota(200, Duration::from_hours(24));

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
    let problem = if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        ("name", "wrong")
    } else if let Ok(email) = filled.email.parse::<Email>() {
        match add(&state, &context, &admin, (name, email, role)).await? {
            Added::Invited(account) => return Ok(see_other(&format!("{}?done=invite", urls::employee(account)))),
            Added::NotAllowed => return Ok(not_found()),
            Added::Here => ("email", "here"),
            Added::Elsewhere => ("email", "elsewhere"),
            Added::TooMany => ("email", "many"),
        }
    } else {
        ("email", "wrong")
    };
    let page = InvitePage { problem: Some(problem), ..typed };
    context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// What became of an invitation.
enum Added {
    Invited(AccountId),
    /// Whoever invites looks after nobody any more.
    NotAllowed,
    /// The address belongs to one of the people already.
    Here,
    /// The address has an account that is no business of this organisation.
    Elsewhere,
    TooMany,
}

async fn add(
    state: &AppState,
    context: &Context,
    admin: &OrgAdmin,
    (name, email, role): (&str, Email, Role),
) -> Result<Added, Error> {
    let counter = Counter { key: format!("invite:{}", admin.organisation), limit: A_DAY };
    if reserve(&state.db, &[counter], context.now).await?.is_some() {
        return Ok(Added::TooMany);
    }
    let by = &admin.member.standing.account;
    let mut writer = state.db.writing().await?;
    take_turn(&mut writer, admin.organisation).await?;
    let still = find_person(&writer, admin.organisation, by.id)
        .await?
        .is_some_and(|by| by.is_acting_administrator(admin.organisation));
    let Some(organisation) = find_organisation(&writer, admin.organisation).await?.filter(|_| still) else {
        return Ok(Added::NotAllowed);
    };
    if let Some(known) = find_account_by_login(&writer, email.as_str()).await? {
        let is_here = find_person(&writer, admin.organisation, known.id).await?.is_some();
        return Ok(if is_here { Added::Here } else { Added::Elsewhere });
    }
    let (now, random) = (context.now, state.random.as_ref());
    let account = Account {
        id: AccountId::new(now, random),
        home_organisation_id: admin.organisation,
        email,
        email_verified: false,
        username: None,
        name: name.to_owned(),
        given_name: None,
        family_name: None,
        language: by.language,
        instance_role: InstanceRole::None,
        created_at: now,
        updated_at: now,
        disabled_at: None,
        credentials_changed_at: None,
        last_sign_in_at: None,
        validates_networks: false,
        new_password_due: false,
    };
    if let Err(error) = add_account(&mut writer, &account).await {
        // Another office took the address a moment ago.
        return if error.is_duplicate() { Ok(Added::Elsewhere) } else { Err(error.into()) };
    }
    let place = MembershipId::new(now, random);
    add_membership(&mut writer, place, (admin.organisation, account.id), role, Vec::new(), now).await?;
    invite(&mut writer, state, &account, &organisation, Some(by), now).await?;
    let event = event(context, admin, Act::Invite.audited(), (account.id, &account.name))
        .with("role", role.to_string())
        .with_personal("email", account.email.to_string());
    audit::record(&mut writer, Ink::of(state, now), event).await?;
    writer.commit().await?;
    Ok(Added::Invited(account.id))
}
