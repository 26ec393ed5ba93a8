//! The pages behind the link of an invitation.

mod join;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde::Deserialize;

use super::views::{ClosedInvitationPage, InvitationPage, JoinPage};
use crate::domain::sign_in::Proof;
use crate::domain::{FactorKind, Secret};
use crate::features::accounts::{Account, find_account};
use crate::features::factors::find_enrolled;
use crate::features::interactions::{Passage, Purpose, add_interaction, new_interaction, respond};
use crate::features::organisations::{Giver, Invitation, Organisation, find_invitation_by_secret, find_organisation};
use crate::features::passkeys::are_on;
use crate::features::passwords::{Hashing, NewPassword, Surroundings, has_password, hash_new_password, set_password};
use crate::features::sessions::find_standing;
use crate::web::{AppState, Context, Error, Form, PageProblem, Routes, see_other, urls};

/// The routes of invitations.
pub fn routes() -> Routes {
    Router::new()
        .route("/invite/{secret}", get(show).post(choose_password))
        .route("/invite/{secret}/passkey", post(choose_passkey))
        .route("/invite/{secret}/sign-in", post(join::sign_in))
        .route("/invite/{secret}/decline", post(join::decline))
        .route("/account/invitations/{invitation}", get(join::show_own))
        .route("/account/invitations/{invitation}/join", post(join::join))
        .route("/account/invitations/{invitation}/decline", post(join::decline_own))
}

/// An invitation, with what its page names.
struct Opened {
    invitation: Invitation,
    account: Account,
    organisation: Organisation,
    inviter: Option<Account>,
}

/// The invitation behind `secret`, if it still works; otherwise who can invite again.
async fn open(state: &AppState, context: &Context, secret: &str) -> Result<Result<Opened, Option<Account>>, Error> {
    let db = state.db.reading();
    let Some(invitation) = find_invitation_by_secret(db, secret).await? else {
        let asked = join::find(db, context, secret).await?;
        return Ok(Err(asked.and_then(Result::err).flatten()));
    };
    let inviter = match invitation.invited_by.as_ref().and_then(Giver::person) {
        Some(inviter) => find_account(db, inviter).await?,
        None => None,
    };
    let account = find_account(db, invitation.account_id).await?;
    let organisation = find_organisation(db, invitation.organisation_id).await?;
    // Whoever signs in in some way already is not invited to another: the mailbox alone must not get past a factor.
    let is_new = !has_password(db, invitation.account_id).await?
        && find_enrolled(db, invitation.account_id).await?.kinds.is_empty();
    Ok(match account.zip(organisation) {
        Some((account, organisation)) if is_new && invitation.works(context.now) => {
            Ok(Opened { invitation, account, organisation, inviter })
        }
        _ => Err(inviter),
    })
}

/// What the sign-in is for: whoever looks after the instance goes on to the console.
fn purpose_of(opened: &Opened) -> Purpose {
    let next = opened.account.instance_role.looks().then(|| urls::ADMIN.to_owned());
    Purpose { invitation: Some(opened.invitation.id), next, ..Purpose::default() }
}

fn closed(state: &AppState, context: &mut Context, inviter: Option<Account>) -> Result<Response, Error> {
    let page = ClosedInvitationPage { inviter: inviter.map(|account| account.name) };
    context.page(state, StatusCode::NOT_FOUND, &page)
}

fn page(state: &AppState, opened: &Opened, secret: &str) -> InvitationPage {
    InvitationPage {
        action: format!("{}/{secret}", urls::INVITE),
        passkey: are_on(state).then(|| format!("{}/{secret}/passkey", urls::INVITE)),
        inviter: opened.inviter.as_ref().map(|account| account.name.clone()),
        organisation: opened.organisation.name.clone(),
        email: opened.account.email.to_string(),
        decline: None,
        least: state.config.sign_in.password_min_length,
        problem: None,
    }
}

/// The same page, for somebody whose account begins with its answer.
fn stranger_page(state: &AppState, asked: &join::Asked, secret: &str) -> InvitationPage {
    InvitationPage {
        action: format!("{}/{secret}", urls::INVITE),
        passkey: are_on(state).then(|| format!("{}/{secret}/passkey", urls::INVITE)),
        inviter: asked.inviter.as_ref().map(|inviter| inviter.name.clone()),
        organisation: asked.organisation.name.clone(),
        email: asked.invitation.email.to_string(),
        decline: Some(join::decline_address(secret)),
        least: state.config.sign_in.password_min_length,
        problem: None,
    }
}

async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
) -> Result<Response, Error> {
    match join::find(state.db.reading(), &context, &secret).await? {
        Some(Ok(asked)) if asked.account.is_some() => {
            let page: JoinPage = asked.page_of_link(&state, &context, &secret).await?;
            return context.page(&state, StatusCode::OK, &page);
        }
        Some(Ok(asked)) => return context.page(&state, StatusCode::OK, &stranger_page(&state, &asked, &secret)),
        Some(Err(inviter)) => return closed(&state, &mut context, inviter),
        None => {}
    }
    match open(&state, &context, &secret).await? {
        Ok(opened) => context.page(&state, StatusCode::OK, &page(&state, &opened, &secret)),
        Err(inviter) => closed(&state, &mut context, inviter),
    }
}

#[derive(Debug, Deserialize)]
struct Filled {
    #[serde(default)]
    password: Secret<String>,
}

async fn choose_password(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    // An account begins here for whoever was asked in without one.
    let secret = join::begin(&state, &context, &secret).await?.map_or(secret, |begun| begun.expose().clone());
    let opened = match open(&state, &context, &secret).await? {
        Ok(opened) => opened,
        Err(inviter) => return closed(&state, &mut context, inviter),
    };
    let mut page = page(&state, &opened, &secret);
    let account = &opened.account;
    let near = Surroundings {
        product: &state.config.branding.name,
        organisation: &opened.organisation.name,
        name: &account.name,
        email: &account.email,
    };
    let password = match NewPassword::parse(&filled.password, page.least, near) {
        Ok(password) => password,
        Err(problem) => {
            page.problem = Some(match problem {
                _ if filled.password.expose().is_empty() => "empty",
                problem => problem.as_str(),
            });
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let hashing = state.service::<Hashing>();
    let Ok(phc) = hash_new_password(&hashing, password, state.random.as_ref()).await else {
        return Ok(PageProblem::Busy.into_response_with(StatusCode::SERVICE_UNAVAILABLE));
    };
    let purpose = purpose_of(&opened);
    let mut passage = Passage::begin(&state, &mut context, purpose).await?;
    let network = context.client_ip.network();
    passage.standing = find_standing(state.db.reading(), account.id, [network]).await?;
    passage.interaction.prove_first(account.id, Proof::Password { at: context.now }, network);
    let at = context.now;
    // Whoever has a link that came by mail reads the mailbox.
    let proof = if opened.invitation.handed { Proof::Handed { at } } else { Proof::Mailbox { at } };
    passage.interaction.prove(proof);
    let mut writer = state.db.writing().await?;
    set_password(&mut writer, account.id, &phc, context.now).await?;
    let onward = passage.finish(&state, &context, writer, "invitation.accept").await?;
    respond(&state, &mut context, onward)
}

#[derive(Debug, Deserialize)]
struct Nothing {}

/// Begins a sign-in whose first step is to make a passkey.
async fn choose_passkey(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    // An account begins here for whoever was asked in without one.
    let secret = join::begin(&state, &context, &secret).await?.map_or(secret, |begun| begun.expose().clone());
    let opened = match open(&state, &context, &secret).await? {
        Ok(opened) => opened,
        Err(inviter) => return closed(&state, &mut context, inviter),
    };
    let purpose = purpose_of(&opened);
    let interaction = new_interaction(&state, &mut context, purpose);
    let mut writer = state.db.writing().await?;
    add_interaction(&mut writer, &interaction).await?;
    writer.commit().await?;
    Ok(see_other(&urls::enrol_kind(interaction.id, FactorKind::Passkey)))
}
