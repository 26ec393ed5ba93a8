//! Waiting until a new network is confirmed (H9): by the code of the mail typed here, by its link on any device, or by
//! an administrator. Each is looked at anew when the page goes on.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use crate::domain::sign_in::{Decision, Proof, Question};
use crate::domain::{FactorKind, Secret};
use crate::features::accounts::mark_email_verified;
use crate::features::audit::{self, Ink};
use crate::features::challenges::{Checked, NotSent, check, six_digits, take_confirmed, waiting};
use crate::features::interactions::{Passage, expired_page, respond, update_interaction};
use crate::features::ip_addresses::views::{CodeProblem, Confirms, Done, SendProblem, WaitingPage};
use crate::features::networks::can_be_known;
use crate::web::{AppState, Context, Error, Form, browser_name, metrics, see_other, urls};

const STEP: &str = "sign_in.network";

#[derive(Debug, thiserror::Error)]
#[error("a place is confirmed for nobody")]
struct NobodyYet;

/// A sign-in that waits for its place to be confirmed.
struct Due {
    passage: Passage,
    by_administrator: bool,
}

/// The sign-in `id`, if its place is to be confirmed now; otherwise where to go instead.
async fn due(state: &AppState, context: &mut Context, id: &str) -> Result<Result<Due, Response>, Error> {
    let Some(passage) = Passage::find(state, context, id).await? else {
        return Ok(Err(expired_page(state, context, None)?));
    };
    context.prefer(passage.interaction.purpose.languages());
    match passage.decision(context.now) {
        Decision::Ask(Question::ConfirmNetwork { by_administrator }) if passage.standing.is_some() => {
            Ok(Ok(Due { passage, by_administrator }))
        }
        // Somebody else confirmed it meanwhile: the form of the page opens the session.
        Decision::Issue(_) if passage.standing.is_some() && passage.interaction.session_id.is_none() => {
            let page = WaitingPage { who: Confirms::Done, ..page(state, context, &passage, false).await? };
            Ok(Err(context.page(state, StatusCode::OK, &page)?))
        }
        _ => Ok(Err(see_other(&passage.next_page(context.now)))),
    }
}

async fn page(
    state: &AppState,
    context: &Context,
    passage: &Passage,
    by_administrator: bool,
) -> Result<WaitingPage, Error> {
    let id = passage.interaction.id;
    // Who is asked about the place is known by then.
    let Some(standing) = &passage.standing else { return Err(Error::new(NobodyYet)) };
    let account = &standing.account;
    let found = waiting(state.db.reading(), state, &passage.place_bond(account), context.now).await?;
    let own = urls::confirm_network(id);
    let network = passage.network();
    let browser = browser_name(context.user_agent.as_deref());
    let who = match network {
        _ if !by_administrator => Confirms::Person,
        Some(network) if can_be_known(&state.config, network) => Confirms::Administrator,
        _ => Confirms::Nobody,
    };
    Ok(WaitingPage {
        send: format!("{own}/send"),
        ask: format!("{own}/ask"),
        go_on: format!("{own}/continue"),
        action: own,
        waits: urls::waiting(id),
        anew: urls::sign_in_anew(id),
        to: account.email.masked(),
        from: state.config.mail.from.clone(),
        network: network.map(|network| network.to_string()),
        browser: browser.map(|(name, system)| (name.to_owned(), system.to_owned())),
        app: passage.interaction.purpose.app_name().map(str::to_owned),
        organisation: standing.home().map(|home| home.organisation_name.clone()).unwrap_or_default(),
        who,
        sent_at: found.as_ref().map(|found| found.sent_at.millis()),
        matching_number: found.and_then(|found| found.matching_number),
        moved: passage.has_moved(),
        done: None,
        has_passkey: standing.enrolled.kinds.contains(FactorKind::Passkey),
        problem: None,
        sending: None,
    })
}

/// What was done just now.
#[derive(Debug, Deserialize)]
pub(super) struct WasDone {
    sent: Option<String>,
    asked: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    query: Query<WasDone>,
) -> Result<Response, Error> {
    match due(&state, &mut context, &id).await? {
        Ok(due) => {
            let page = page(&state, &context, &due.passage, due.by_administrator).await?;
            let done = match query {
                Query(WasDone { sent: Some(_), .. }) => Some(Done::Sent),
                Query(WasDone { asked: Some(_), .. }) => Some(Done::Asked),
                Query(_) => None,
            };
            context.page(&state, StatusCode::OK, &WaitingPage { done, ..page })
        }
        Err(response) => Ok(response),
    }
}

/// The browser is somewhere else by now: that place is what waits from here on, and its own mail is sent.
async fn follow(state: &AppState, context: &mut Context, mut passage: Passage) -> Result<Response, Error> {
    passage.move_here(state).await?;
    let here = see_other(&urls::confirm_network(passage.interaction.id));
    let mut writer = state.db.writing().await?;
    if !update_interaction(&mut writer, &passage.interaction, context.now).await? {
        return Ok(here);
    }
    // Judged anew: the other place may be known, or blocked.
    let Decision::Ask(question @ Question::ConfirmNetwork { by_administrator }) = passage.decision(context.now) else {
        writer.commit().await?;
        return Ok(here);
    };
    passage.note_place(state, context, &mut writer).await?;
    writer.commit().await?;
    let sent = passage.ask_about_place(state, context, &question).await?;
    let moved = page(state, context, &passage, by_administrator).await?;
    let moved = WaitingPage { moved: true, sending: sent.err().map(sending), ..moved };
    context.page(state, StatusCode::CONFLICT, &moved)
}

fn sending(problem: NotSent) -> SendProblem {
    match problem {
        // To the minute, as the pages tell it.
        NotSent::TooMany(blocked) => SendProblem::Wait { until: (blocked.until.millis() + 59_999) / 60_000 * 60_000 },
        NotSent::Unavailable | NotSent::Refused(_) => SendProblem::Unavailable,
    }
}

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: Secret<String>,
}

/// The code of the mail, typed in the browser that waits.
pub(super) async fn type_code(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    let due = match due(&state, &mut context, &id).await? {
        Ok(due) => due,
        Err(response) => return Ok(response),
    };
    if due.by_administrator {
        return Ok(see_other(&urls::confirm_network(&id)));
    }
    if due.passage.has_moved() {
        return follow(&state, &mut context, due.passage).await;
    }
    let Some(code) = six_digits(typed.code.expose()) else {
        let page = WaitingPage {
            problem: Some(CodeProblem::Shape),
            ..page(&state, &context, &due.passage, due.by_administrator).await?
        };
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    };
    let Some(account) = due.passage.standing.as_ref().map(|standing| standing.account.clone()) else {
        return expired_page(&state, &mut context, None);
    };
    let bond = due.passage.place_bond(&account);
    let mut writer = state.db.writing().await?;
    let problem = match check(&mut writer, &state, &bond, (account.email.as_str(), &code), context.now).await? {
        Checked::Right => None,
        Checked::Wrong => Some(CodeProblem::Wrong),
        Checked::Spent => Some(CodeProblem::Spent),
        Checked::Expired => Some(CodeProblem::Expired),
    };
    if let Some(problem) = problem {
        let event = due.passage.event(&context, STEP, "wrong");
        audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
        writer.commit().await?;
        metrics::count("sign_ins_total", "wrong_network_code");
        let page =
            WaitingPage { problem: Some(problem), ..page(&state, &context, &due.passage, due.by_administrator).await? };
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    mark_email_verified(&mut writer, account.id).await?;
    let mut passage = due.passage;
    passage.interaction.prove(Proof::Mailbox { at: context.now });
    let onward = passage.finish(&state, &context, writer, STEP).await?;
    respond(&state, &mut context, onward)
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Goes on with what was confirmed elsewhere: by the link of the mail, or by an administrator.
pub(super) async fn go_on(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let Some(mut passage) = Passage::find(&state, &context, &id).await? else {
        return expired_page(&state, &mut context, None);
    };
    context.prefer(passage.interaction.purpose.languages());
    let by_administrator = match passage.decision(context.now) {
        // What was confirmed is where the password was typed; another place is judged by itself.
        Decision::Issue(_) | Decision::Ask(Question::ConfirmNetwork { .. })
            if passage.has_moved() && passage.interaction.session_id.is_none() =>
        {
            return follow(&state, &mut context, passage).await;
        }
        Decision::Issue(_) => {
            let writer = state.db.writing().await?;
            let onward = passage.finish(&state, &context, writer, STEP).await?;
            return respond(&state, &mut context, onward);
        }
        Decision::Ask(Question::ConfirmNetwork { by_administrator }) => by_administrator,
        _ => return Ok(see_other(&passage.next_page(context.now))),
    };
    let Some(account) = passage.standing.as_ref().map(|standing| standing.account.clone()) else {
        return expired_page(&state, &mut context, None);
    };
    let bond = passage.place_bond(&account);
    let mut writer = state.db.writing().await?;
    if by_administrator || !take_confirmed(&mut writer, &bond, context.now).await? {
        drop(writer);
        let page = page(&state, &context, &passage, by_administrator).await?;
        let page = WaitingPage { problem: Some(CodeProblem::Unconfirmed), ..page };
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    mark_email_verified(&mut writer, account.id).await?;
    passage.interaction.prove(Proof::Mailbox { at: context.now });
    let onward = passage.finish(&state, &context, writer, STEP).await?;
    respond(&state, &mut context, onward)
}

pub(super) async fn send_again(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let due = match due(&state, &mut context, &id).await? {
        Ok(due) => due,
        Err(response) => return Ok(response),
    };
    if due.by_administrator {
        return Ok(see_other(&urls::confirm_network(&id)));
    }
    if due.passage.has_moved() {
        return follow(&state, &mut context, due.passage).await;
    }
    let question = Question::ConfirmNetwork { by_administrator: false };
    let problem = match due.passage.ask_about_place(&state, &context, &question).await?.map_err(sending) {
        Ok(()) => return Ok(see_other(&format!("{}?sent=1", urls::confirm_network(&id)))),
        Err(problem) => problem,
    };
    let status = match problem {
        SendProblem::Wait { .. } => StatusCode::TOO_MANY_REQUESTS,
        _ => StatusCode::SERVICE_UNAVAILABLE,
    };
    let page = page(&state, &context, &due.passage, due.by_administrator).await?;
    context.page(&state, status, &WaitingPage { sending: Some(problem), ..page })
}

/// Asks the administrators, who may validate it whatever the rule about new networks is.
pub(super) async fn ask_administrators(
    State(state): State<AppState>,
    mut context: Context,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let due = match due(&state, &mut context, &id).await? {
        Ok(due) => due,
        Err(response) => return Ok(response),
    };
    if due.passage.has_moved() {
        return follow(&state, &mut context, due.passage).await;
    }
    if due.passage.ask_administrators(&state, &context, false).await? {
        return Ok(see_other(&format!("{}?asked=1", urls::confirm_network(&id))));
    }
    let page = page(&state, &context, &due.passage, due.by_administrator).await?;
    context.page(&state, StatusCode::TOO_MANY_REQUESTS, &WaitingPage { sending: Some(SendProblem::Told), ..page })
}
