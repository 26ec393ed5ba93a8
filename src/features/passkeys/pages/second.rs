//! A passkey or security key as the second step (H8).

use axum::http::StatusCode;
use axum::response::Response;

use super::sign_in::refuse;
use super::{Used, answers};
use crate::domain::FactorKind;
use crate::domain::sign_in::{Acr, Question};
use crate::features::factors::{Factor, list_factors};
use crate::features::interactions::{Passage, expired_page};
use crate::features::passkeys::ceremony::{self, Purpose, Refused, RelyingParty};
use crate::features::passkeys::{Ceremony, SecondStepPage, assertion};
use crate::web::{AppState, Context, Error, see_other, urls};

/// A second step of `kind` that is due.
struct Due {
    passage: Box<Passage>,
    /// The strength that the app wishes, if that is why.
    for_app: Option<Acr>,
}

/// The second step of `kind` in the sign-in `id`, if it would do now; otherwise the page that is due.
async fn open(
    state: &AppState,
    context: &Context,
    id: &str,
    kind: FactorKind,
) -> Result<Option<Result<Due, String>>, Error> {
    let Some(passage) = Passage::find(state, context, id).await? else { return Ok(None) };
    Ok(Some(match passage.second_steps(context.now) {
        Some(Question::SecondFactor { kinds, for_app, .. }) if kinds.contains(kind) => {
            Ok(Due { passage: Box::new(passage), for_app })
        }
        _ => Err(passage.next_page(context.now)),
    }))
}

pub(super) async fn show(
    state: AppState,
    mut context: Context,
    id: String,
    kind: FactorKind,
) -> Result<Response, Error> {
    let due = match open(&state, &context, &id, kind).await? {
        Some(Ok(due)) => due,
        Some(Err(to)) => return Ok(see_other(&to)),
        None => return expired_page(&state, &mut context, None),
    };
    let purpose = &due.passage.interaction.purpose;
    context.prefer(purpose.languages());
    let path = urls::second_step_by(&id, kind);
    let page = SecondStepPage {
        kind,
        ceremony: Ceremony {
            creates: false,
            begin: urls::begin(&path),
            finish: urls::finish(&path),
            place: String::new(),
            next: String::new(),
            autofill: false,
            first: true,
        },
        app: purpose.app_name().map(str::to_owned),
        for_app: due.for_app.is_some(),
        other_ways: format!("{}?choose=1", urls::second_step(&id)),
    };
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn begin(state: AppState, context: Context, id: String, kind: FactorKind) -> Result<Response, Error> {
    let due = match open(&state, &context, &id, kind).await? {
        Some(Ok(due)) => due,
        Some(Err(to)) => return Ok(answers::elsewhere(&to)),
        None => return Ok(answers::elsewhere(&urls::second_step_by(&id, kind))),
    };
    let party = state.service::<RelyingParty>();
    let (Some(webauthn), Some(standing)) = (&party.webauthn, &due.passage.standing) else {
        return Ok(answers::refused(&state, Refused::Stopped));
    };
    let account = standing.account.id;
    let factors = list_factors(state.db.reading(), account).await?;
    let strong = |factor: &&Factor| due.for_app != Some(Acr::DeviceBound) || factor.device_bound;
    let usable: Vec<&Factor> = factors.iter().filter(|factor| factor.kind == kind).filter(strong).collect();
    let (options, ceremony) = assertion::start_second(&state, webauthn, &usable, kind)?;
    let bound = (Purpose::Second(kind, due.passage.interaction.id), Some(account));
    Ok(match ceremony::begin(&state, &context, bound, &ceremony).await? {
        Ok(id) => answers::begun(id, &options.public_key),
        Err(blocked) => answers::too_many(blocked, context.now),
    })
}

pub(super) async fn finish(
    state: AppState,
    context: Context,
    id: String,
    kind: FactorKind,
    used: Used,
) -> Result<Response, Error> {
    let mut passage = match open(&state, &context, &id, kind).await? {
        Some(Ok(due)) => due.passage,
        Some(Err(to)) => return Ok(answers::elsewhere(&to)),
        None => return Ok(answers::elsewhere(&urls::second_step_by(&id, kind))),
    };
    let Some(owner) = passage.standing.as_ref().map(|standing| standing.account.clone()) else {
        return Ok(answers::refused(&state, Refused::Stopped));
    };
    let step = if kind == FactorKind::SecurityKey { "sign_in.security_key" } else { "sign_in.passkey" };
    let bound = (Purpose::Second(kind, passage.interaction.id), Some(owner.id));
    let Some(begun) = ceremony::find(&state, &context, &used.ceremony, bound).await? else {
        return Ok(answers::refused(&state, Refused::Stopped));
    };
    let verified = match assertion::verify(&state, &begun, &used.credential, Some(owner.id)).await? {
        Ok(verified) => verified,
        Err(not_used) => return refuse(&state, &context, &passage, step, &begun, not_used).await,
    };
    passage.interaction.prove(verified.proof(&context));
    let mut writer = state.db.writing().await?;
    if !begun.use_up(&mut writer, &context).await? || !verified.keep(&state, &context, &mut writer).await? {
        return Ok(answers::refused(&state, Refused::Stopped));
    }
    let known = answers::find_known(&state, &writer, &owner).await?;
    let interaction = passage.interaction.id;
    let onward = passage.finish(&state, &context, writer, step).await?;
    Ok(answers::onward(&state, onward, (interaction, kind), &known))
}
