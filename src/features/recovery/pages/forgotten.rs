//! "I forgot my password": the same answer for every name.

use axum::extract::{Path, State};
use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use super::{Origin, address_tag};
use crate::domain::Secret;
use crate::domain::ids::{AccountId, PasswordResetId};
use crate::domain::secret::Fingerprint;
use crate::domain::{FactorKind, Timestamp};
use crate::features::accounts::{Account, find_account_by_login, login_as_known};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::challenges::{in_threes, six_random_digits};
use crate::features::factors::find_enrolled;
use crate::features::outbox::{Letter, Particulars, Recipient, post};
use crate::features::passwords::has_password;
use crate::features::recovery::rules::{CODE_LIFETIME, LINK_LIFETIME, Reset, counters};
use crate::features::recovery::store;
use crate::features::recovery::views::{ForgottenPage, ForgottenProblem, ResetMail, ResetWay};
use crate::features::throttles::reserve;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// Names the tag of a code.
pub(super) const TAG: &str = "code of a forgotten password";

fn page(origin: &Origin, username: &str, problem: Option<ForgottenProblem>) -> ForgottenPage {
    ForgottenPage {
        action: urls::recover_from(origin.place(), "password"),
        back: urls::recover(origin.place()),
        username: username.chars().take(254).collect(),
        problem,
    }
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    Path(place): Path<String>,
) -> Result<Response, Error> {
    let origin = Origin::find(&state, &mut context, &place).await?;
    context.page(&state, StatusCode::OK, &page(&origin, "", None))
}

#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    username: String,
}

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    Path(place): Path<String>,
    Form(filled): Form<Filled>,
) -> Result<Response, Error> {
    let origin = Origin::find(&state, &mut context, &place).await?;
    let name = filled.username.trim();
    if name.is_empty() {
        let page = page(&origin, name, Some(ForgottenProblem::NoName));
        return context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    if !state.config.mail.is_on() {
        let page = page(&origin, name, Some(ForgottenProblem::Unavailable));
        return context.page(&state, StatusCode::SERVICE_UNAVAILABLE, &page);
    }
    let account = find_account_by_login(state.db.reading(), name).await?;
    // By name, also where it is known: two names of one account must not show that they are one.
    let tag = state.mac.tag("login", &[&login_as_known(name)]);
    let whom = account.as_ref().map_or_else(|| tag.clone(), |account| format!("{}:{tag}", account.id));
    let network = context.client_ip.network().map_or_else(|| "unknown".to_owned(), |network| network.to_string());
    if let Some(blocked) = reserve(&state.db, &counters(&whom, &network), context.now).await? {
        let until = full_minute(blocked.until);
        let page = page(&origin, name, Some(ForgottenProblem::TooMany { until }));
        let mut response = context.page(&state, StatusCode::TOO_MANY_REQUESTS, &page)?;
        let wait = blocked.until.since(context.now).as_secs() + 1;
        response.headers_mut().insert(header::RETRY_AFTER, wait.into());
        return Ok(response);
    }
    let id = begin(&state, &mut context, &origin, account).await?;
    Ok(see_other(&urls::password_reset(id)))
}

/// When to come back, to the minute that pages tell.
fn full_minute(at: Timestamp) -> i64 {
    const MINUTE: i64 = 60_000;
    (at.millis() + MINUTE - 1).div_euclid(MINUTE) * MINUTE
}

/// Keeps the request, and mails whoever has such an account. For a name that nobody has all is the same but the mail.
async fn begin(
    state: &AppState,
    context: &mut Context,
    origin: &Origin,
    account: Option<Account>,
) -> Result<PasswordResetId, Error> {
    let (now, random) = (context.now, state.random.as_ref());
    let id = PasswordResetId::new(now, random);
    // Asked for nobody as well, so that it takes as long.
    let asked_about = account.as_ref().map_or_else(|| AccountId::new(now, random), |account| account.id);
    let has_password = has_password(state.db.reading(), asked_about).await?;
    let enrolled = find_enrolled(state.db.reading(), asked_about).await?;
    let (code, secret) = (six_random_digits(random), random.secret());
    // Nobody is written to about an account that is switched off.
    let reader = account.as_ref().filter(|account| account.disabled_at.is_none());
    let reset = Reset {
        id,
        account: account.as_ref().filter(|_| has_password).map(|account| account.id),
        browser: Fingerprint::of(&context.browser(state)),
        interaction: origin.interaction.as_ref().map(|found| found.id),
        address: account.as_ref().map(|account| address_tag(state, account)).unwrap_or_default(),
        code: state.mac.tag(TAG, &[&id.to_string(), &code]),
        tries: 0,
        created_at: now,
        proven_at: None,
        is_over: false,
    };
    let second_step = !enrolled.kinds.without(FactorKind::RecoveryCode).is_empty();
    let mut writer = state.db.writing().await?;
    store::add_reset(&mut writer, &reset, Fingerprint::of(secret.expose())).await?;
    if let Some(account) = reader {
        let message = ResetMail {
            name: account.name.clone(),
            way: has_password.then(|| way(state, &code, &secret, second_step)),
            particulars: Particulars::of(context, account.email.as_str(), origin.app()),
        };
        let letter = Letter {
            to: Recipient::Mail(account.email.clone()),
            language: account.language,
            account: Some(account.id),
            expires_at: now.after(LINK_LIFETIME),
            message: &message,
        };
        post(&mut writer, state, letter, now).await?;
    }
    let outcome = match (&account, reader) {
        (None, _) => "unknown_name",
        (Some(_), None) => "account_disabled",
        (Some(_), Some(_)) if has_password => "sent",
        _ => "no_password",
    };
    let chain = account.as_ref().map_or(Chain::Instance, |account| Chain::Organisation(account.home_organisation_id));
    let mut event = Event::new(chain, "password.forgotten", outcome)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string());
    event.subject = account.map(|account| account.id);
    audit::record(&mut writer, Ink::of(state, now), event).await?;
    writer.commit().await?;
    Ok(id)
}

fn way(state: &AppState, code: &str, secret: &Secret<String>, second_step: bool) -> ResetWay {
    ResetWay {
        code: in_threes(code),
        minutes: CODE_LIFETIME.as_secs() / 60,
        link: format!("{}{}", state.config.server.issuer(), urls::password_reset_link(secret.expose())),
        link_minutes: LINK_LIFETIME.as_secs() / 60,
        second_step,
    }
}
