//! The form for the new password, after everything that a sign-in would ask was proven.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::{closed_page, demanded};
use crate::domain::Secret;
use crate::domain::ids::InteractionId;
use crate::domain::sign_in::{Decision, Evidence, Proof, Question};
use crate::features::accounts::{Account, hold_unchanged, tell_owner};
use crate::features::audit::{self, Ink};
use crate::features::interactions::{Passage, Purpose, complete_interaction, expired_page, respond};
use crate::features::outbox::Particulars;
use crate::features::passwords::{
    Hashing, NewPassword, PasswordChanged, Surroundings, forget_guesses, hash_new_password, least_length, set_password,
};
use crate::features::recovery::rules::Reset;
use crate::features::recovery::store;
use crate::features::recovery::views::NewPasswordPage;
use crate::features::sessions::{Standing, end_everything_else, find_standing};
use crate::storage::Writer;
use crate::web::{AppState, Context, Error, Form, PageProblem, see_other, urls};

/// A password that may be chosen.
struct Due {
    passage: Passage,
    standing: Standing,
    evidence: Evidence,
    reset: Reset,
}

/// What is due in this interaction, if it is the choice of a password; otherwise where to go instead.
async fn due(state: &AppState, context: &mut Context, id: &str) -> Result<Result<Due, Response>, Error> {
    let Some(passage) = Passage::find(state, context, id).await? else {
        return Ok(Err(expired_page(state, context, None)?));
    };
    if !matches!(passage.decision(context.now), Decision::Ask(Question::NewPassword)) {
        return Ok(Err(see_other(&passage.next_page(context.now))));
    }
    let reset = match passage.interaction.purpose.resets {
        Some(reset) => store::find_reset(state.db.reading(), reset).await?,
        None => None,
    };
    let account = passage.standing.as_ref().map(|standing| standing.account.id);
    let reset = reset.filter(|reset| reset.takes_password(context.now) && reset.account == account);
    let (Some(standing), Some(evidence), Some(reset)) =
        (passage.standing.clone(), passage.interaction.evidence.clone(), reset)
    else {
        return Ok(Err(closed_page(state, context)?));
    };
    Ok(Ok(Due { passage, standing, evidence, reset }))
}

fn page(state: &AppState, due: &Due, problem: Option<&'static str>) -> NewPasswordPage {
    NewPasswordPage {
        action: urls::new_password(due.passage.interaction.id),
        email: due.standing.account.email.to_string(),
        least: least_length(&state.config.sign_in, &due.standing),
        demanded: false,
        problem,
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    if let Some(demanded) = demanded::find(&state, &context, &id).await? {
        return demanded.show(&state, &mut context);
    }
    match due(&state, &mut context, &id).await? {
        Ok(due) => context.page(&state, StatusCode::OK, &page(&state, &due, None)),
        Err(response) => Ok(response),
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    password: Secret<String>,
}

pub(super) async fn choose(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    if let Some(demanded) = demanded::find(&state, &context, &id).await? {
        return Box::pin(demanded.choose(&state, context, filled.password)).await;
    }
    let due = match due(&state, &mut context, &id).await? {
        Ok(due) => due,
        Err(response) => return Ok(response),
    };
    let account = &due.standing.account;
    let near = Surroundings {
        product: &state.config.branding.name,
        organisation: due.standing.home().map_or("", |home| &home.organisation_name),
        name: &account.name,
        email: &account.email,
    };
    let least = least_length(&state.config.sign_in, &due.standing);
    let password = match NewPassword::parse(&filled.password, least, near) {
        Ok(password) => password,
        Err(problem) => {
            let page = page(&state, &due, Some(problem.as_str()));
            return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
        }
    };
    let hashing = state.service::<Hashing>();
    let Ok(phc) = hash_new_password(&hashing, password, state.random.as_ref()).await else {
        return Ok(PageProblem::Busy.into_response_with(StatusCode::SERVICE_UNAVAILABLE));
    };
    let mut writer = state.db.writing().await?;
    // Judged by what the account was a moment ago: a factor that came since is asked for first.
    if !hold_unchanged(&mut writer, account.id, account.credentials_changed_at).await?
        || !store::use_reset(&mut writer, due.reset.id, context.now).await?
    {
        drop(writer);
        return closed_page(&state, &mut context);
    }
    set_password(&mut writer, account.id, &phc, context.now).await?;
    store::end_resets_of(&mut writer, account.id, context.now).await?;
    end_everything_else(&mut writer, account.id, None, context.now).await?;
    forget_guesses(&mut writer, account.id).await?;
    complete_interaction(&mut writer, due.passage.interaction.id, context.now).await?;
    tell(&mut writer, &state, &context, account).await?;
    let event = due.passage.event(&context, "password.reset", "done").by(account.id);
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    // Boxed: a sign-in that goes on is large, and most requests end before it.
    Box::pin(sign_in(&state, context, due, writer)).await
}

pub(super) async fn tell(
    writer: &mut Writer,
    state: &AppState,
    context: &Context,
    account: &Account,
) -> Result<(), Error> {
    let particulars = Particulars::of(context, account.email.as_str(), None);
    let message = PasswordChanged { name: account.name.clone(), removed: false, particulars };
    tell_owner(writer, state, account, &message, context.now).await
}

/// Goes on after the change. Whoever did a second step has given what a sign-in asks, and the sign-in goes on with just
/// that; a mailbox alone signs nobody in.
async fn sign_in(state: &AppState, mut context: Context, due: Due, writer: Writer) -> Result<Response, Error> {
    let account = due.standing.account.id;
    let before = origin(state, &context, due.reset.interaction).await?;
    let stepped = due.evidence.proofs.iter().any(|proof| matches!(proof, Proof::Passkey { .. } | Proof::Second { .. }));
    let wanted = before.as_ref().and_then(|before| before.interaction.purpose.confirms);
    if !stepped || wanted.is_some_and(|wanted| wanted != account) {
        writer.commit().await?;
        let form = before.map_or_else(|| urls::SIGN_IN.to_owned(), |before| urls::sign_in(before.interaction.id));
        return Ok(see_other(&format!("{form}?anew=1&done=new-password")));
    }
    let mut passage = match before {
        Some(before) => before,
        None => Passage::begin(state, &mut context, Purpose::default()).await?,
    };
    let network = due.evidence.network;
    passage.interaction.prove_first(account, Proof::Password { at: context.now }, network);
    for proof in due.evidence.proofs {
        passage.interaction.prove(proof);
    }
    passage.standing = find_standing(&writer, account, [network, context.client_ip.network()]).await?;
    let onward = passage.finish(state, &context, writer, "sign_in.new_password").await?;
    respond(state, &mut context, onward)
}

/// The sign-in that the person came from, if it is still open in this browser.
async fn origin(state: &AppState, context: &Context, id: Option<InteractionId>) -> Result<Option<Passage>, Error> {
    match id {
        Some(id) => Passage::find(state, context, &id.to_string()).await,
        None => Ok(None),
    }
}
