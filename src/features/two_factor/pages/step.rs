//! A second step that is typed (H5, H6, H7, H16).

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::sent;
use crate::domain::policy::Remembering;
use crate::domain::sign_in::Question;
use crate::domain::{FactorKind, Secret};
use crate::features::accounts::tell_owner;
use crate::features::audit::{self, Ink};
use crate::features::interactions::{Onward, Passage, expired_page, respond};
use crate::features::networks::can_be_known;
use crate::features::outbox::Particulars;
use crate::features::two_factor::recovery_code::{self, RecoveryCodeUsed};
use crate::features::two_factor::views::{RecoveryCodePage, Step, StepProblem, TotpPage};
use crate::features::two_factor::{Answer, Verdict, attempts, kinds_at_hand, proof_of, type_of};
use crate::storage::Writer;
use crate::web::{AppState, Context, Error, Form, metrics, see_other, urls};

#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(default)]
    code: Secret<String>,
    remember: Option<String>,
}

pub(super) async fn show_totp(
    State(state): State<AppState>,
    context: Context,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    show(&state, context, &id, FactorKind::Totp).await
}

pub(super) async fn answer_totp(
    State(state): State<AppState>,
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    Box::pin(answer(&state, context, &id, FactorKind::Totp, typed)).await
}

pub(super) async fn show_recovery_code(
    State(state): State<AppState>,
    context: Context,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    show(&state, context, &id, FactorKind::RecoveryCode).await
}

pub(super) async fn answer_recovery_code(
    State(state): State<AppState>,
    context: Context,
    Path(id): Path<String>,
    Form(typed): Form<Typed>,
) -> Result<Response, Error> {
    Box::pin(answer(&state, context, &id, FactorKind::RecoveryCode, typed)).await
}

/// A second step that is due, by this kind among others.
pub(super) struct Due {
    pub(super) passage: Passage,
    pub(super) step: Step,
}

/// The sign-in `id`, if `kind` would do now; otherwise where to go instead.
pub(super) async fn due(
    state: &AppState,
    context: &mut Context,
    id: &str,
    kind: FactorKind,
) -> Result<Result<Due, Response>, Error> {
    let Some(passage) = Passage::find(state, context, id).await? else {
        return Ok(Err(expired_page(state, context, None)?));
    };
    context.prefer(passage.interaction.purpose.languages());
    let (Some(Question::SecondFactor { kinds, may_remember, for_app }), Some(standing)) =
        (passage.second_steps(context.now), &passage.standing)
    else {
        return Ok(Err(see_other(&passage.next_page(context.now))));
    };
    if !kinds.and(kinds_at_hand(&state.config)).contains(kind) {
        return Ok(Err(see_other(&urls::second_step(id))));
    }
    let policy = standing.policy();
    let vetoed = policy.remembering.rule == Remembering::Never;
    let app = passage.interaction.purpose.app_name().map(str::to_owned);
    let confirms = passage.interaction.purpose.confirms.is_some();
    let network = context.client_ip.network();
    let step = Step {
        action: urls::second_step_by(id, kind),
        other: format!("{}?choose=1", urls::second_step(id)),
        anew: urls::sign_in_anew(id),
        email: standing.account.email.to_string(),
        for_app: for_app.and(app),
        // A sign-in before something that matters counts for that alone, and a place that cannot be told is no place.
        may_remember: may_remember && !confirms && network.is_some_and(|network| can_be_known(&state.config, network)),
        every_time: vetoed.then(|| standing.name_of(policy.remembering.maker).map(str::to_owned)).flatten(),
        problem: None,
    };
    Ok(Ok(Due { passage, step }))
}

async fn page(
    state: &AppState,
    context: &mut Context,
    status: StatusCode,
    kind: FactorKind,
    (passage, step): (&Passage, Step),
) -> Result<Response, Error> {
    match kind {
        FactorKind::RecoveryCode => context.page(state, status, &RecoveryCodePage(step)),
        FactorKind::Email | FactorKind::Sms => sent::page(state, context, (status, kind), (passage, step), None).await,
        _ => context.page(state, status, &TotpPage(step)),
    }
}

pub(super) async fn show(
    state: &AppState,
    mut context: Context,
    id: &str,
    kind: FactorKind,
) -> Result<Response, Error> {
    match due(state, &mut context, id, kind).await? {
        Ok(Due { passage, step }) => page(state, &mut context, StatusCode::OK, kind, (&passage, step)).await,
        Err(response) => Ok(response),
    }
}

pub(super) async fn answer(
    state: &AppState,
    mut context: Context,
    id: &str,
    kind: FactorKind,
    typed: Typed,
) -> Result<Response, Error> {
    let Due { passage, mut step } = match due(state, &mut context, id, kind).await? {
        Ok(due) => due,
        Err(response) => return Ok(response),
    };
    let (Some(standing), Some(factor)) = (&passage.standing, type_of(kind)) else {
        return expired_page(state, &mut context, None);
    };
    let account = standing.account.clone();
    if typed.code.expose().trim().is_empty() {
        step.problem = Some(StepProblem::Shape);
        return page(state, &mut context, StatusCode::UNPROCESSABLE_ENTITY, kind, (&passage, step)).await;
    }
    if let Some(blocked) = attempts::begin(state, account.id, kind, context.now).await? {
        metrics::count("sign_ins_total", "second_throttled");
        step.problem = Some(StepProblem::TooMany { until: blocked.until.millis() });
        let wait = blocked.until.since(context.now).as_secs() + 1;
        let mut response = page(state, &mut context, StatusCode::TOO_MANY_REQUESTS, kind, (&passage, step)).await?;
        response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        return Ok(response);
    }
    let mut writer = state.db.writing().await?;
    let answer = Answer {
        state,
        writer: &mut writer,
        account: &account,
        interaction: passage.interaction.id,
        typed: &typed.code,
        now: context.now,
    };
    match (factor.verify)(answer).await? {
        Verdict::Right => {
            attempts::forgive(&mut writer, account.id, kind).await?;
            let remember = step.may_remember && typed.remember.is_some();
            go_on(state, context, passage, writer, kind, remember).await
        }
        Verdict::Wrong(problem) => {
            let app = passage.interaction.purpose.app_name();
            attempts::count_wrong(&mut writer, state, &context, (&account, app), passage.interaction.id).await?;
            let event = passage.event(&context, event_kind(kind), "wrong");
            audit::record(&mut writer, Ink::of(state, context.now), event).await?;
            writer.commit().await?;
            metrics::count("sign_ins_total", "wrong_second");
            step.problem = Some(problem);
            page(state, &mut context, StatusCode::UNPROCESSABLE_ENTITY, kind, (&passage, step)).await
        }
    }
}

pub(super) const fn event_kind(kind: FactorKind) -> &'static str {
    match kind {
        FactorKind::Passkey => "sign_in.passkey",
        FactorKind::SecurityKey => "sign_in.security_key",
        FactorKind::Totp => "sign_in.totp",
        FactorKind::Sms => "sign_in.sms",
        FactorKind::Email => "sign_in.email",
        FactorKind::RecoveryCode => "sign_in.recovery_code",
    }
}

/// The second step is right: the sign-in goes on with that.
pub(super) async fn go_on(
    state: &AppState,
    mut context: Context,
    mut passage: Passage,
    mut writer: Writer,
    kind: FactorKind,
    remember: bool,
) -> Result<Response, Error> {
    let now = context.now;
    passage.interaction.prove(proof_of(kind, now));
    passage.interaction.answers.remember = remember;
    if let Some(standing) = &passage.standing {
        let account = &standing.account;
        if kind == FactorKind::RecoveryCode {
            let left = recovery_code::left(&writer, account).await?;
            let app = passage.interaction.purpose.app_name();
            let particulars = Particulars::of(&context, account.email.as_str(), app);
            let message = RecoveryCodeUsed { name: account.name.clone(), left, particulars };
            tell_owner(&mut writer, state, account, &message, context.now).await?;
        }
    }
    let onward: Onward = passage.finish(state, &context, writer, event_kind(kind)).await?;
    respond(state, &mut context, onward)
}
