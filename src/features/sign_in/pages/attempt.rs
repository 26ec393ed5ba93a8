//! An attempt with a password.

use axum::http::{StatusCode, header};
use axum::response::Response;
use serde::Deserialize;

use crate::domain::Secret;
use crate::domain::sign_in::Proof;
use crate::features::accounts::Account;
use crate::features::audit::{self, Chain, Ink};
use crate::features::factors::{Device, find_device, mark_device_used};
use crate::features::interactions::{Passage, respond};
use crate::features::passkeys::are_on;
use crate::features::passwords::{PasswordOutcome, Verified, check_password};
use crate::features::sessions::find_standing;
use crate::features::sign_in::views::{SignInPage, SignInProblem};
use crate::web::{AppState, Context, Error, PageProblem, metrics};

/// How often somebody is wrong before a new password is offered.
const OFFER_NEW_PASSWORD: u8 = 2;

/// What the form of the sign-in says.
#[derive(Debug, Deserialize)]
pub(super) struct Filled {
    #[serde(default)]
    username: String,
    #[serde(default)]
    password: Secret<String>,
    /// Said by the page's script: this browser could make a passkey.
    passkeys: Option<String>,
    /// How often the person was wrong on this page before.
    #[serde(default)]
    wrong_before: u8,
    pub(super) app_name: Option<String>,
    pub(super) app_home: Option<String>,
    pub(super) app_tag: Option<String>,
    pub(super) next: Option<String>,
}

impl Filled {
    pub(super) fn name(&self) -> &str {
        self.username.trim()
    }

    pub(super) fn named(self, username: String) -> Self {
        Self { username, ..self }
    }
}

/// Checks the password, and goes on with the sign-in or shows `page` again.
pub(super) async fn attempt(
    state: &AppState,
    mut context: Context,
    passage: Passage,
    mut page: SignInPage,
    filled: Filled,
) -> Result<Response, Error> {
    let name = filled.name().to_owned();
    let missing = if name.is_empty() {
        Some(SignInProblem::NoName)
    } else if filled.password.expose().is_empty() {
        Some(SignInProblem::NoPassword)
    } else {
        None
    };
    if missing.is_some() {
        page.problem = missing;
        return context.page(state, StatusCode::UNPROCESSABLE_ENTITY, &page);
    }
    page.wrong_before = filled.wrong_before;
    let wanted = passage.interaction.purpose.confirms;
    match check_password(state, &name, filled.password, context.client_ip, context.now).await? {
        PasswordOutcome::Right(verified) if wanted.is_none_or(|wanted| wanted == verified.account.id) => {
            let can_make_passkeys = filled.passkeys.as_deref() == Some("yes") && !context.is_shared && are_on(state);
            Box::pin(admit(state, context, passage, *verified, can_make_passkeys)).await
        }
        PasswordOutcome::Right(verified) => wrong(state, context, &passage, page, Some(&verified.account)).await,
        PasswordOutcome::Wrong { account } => wrong(state, context, &passage, page, account.as_deref()).await,
        PasswordOutcome::Blocked(blocked) => {
            metrics::count("sign_ins_total", "throttled");
            page.problem = Some(SignInProblem::TooMany { until: blocked.until.millis() });
            let wait = blocked.until.since(context.now).as_secs() + 1;
            let mut response = context.page(state, StatusCode::TOO_MANY_REQUESTS, &page)?;
            response.headers_mut().insert(header::RETRY_AFTER, wait.into());
            Ok(response)
        }
        PasswordOutcome::Busy => {
            metrics::count("sign_ins_total", "busy");
            Ok(PageProblem::Busy.into_response_with(StatusCode::SERVICE_UNAVAILABLE))
        }
    }
}

async fn wrong(
    state: &AppState,
    mut context: Context,
    passage: &Passage,
    mut page: SignInPage,
    account: Option<&Account>,
) -> Result<Response, Error> {
    metrics::count("sign_ins_total", "wrong_password");
    let mut event = passage.event(&context, "sign_in.password", "wrong_password");
    event.chain = account.map_or(Chain::Instance, |account| Chain::Organisation(account.home_organisation_id));
    event.subject = account.map(|account| account.id);
    let mut writer = state.db.writing().await?;
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    page.problem = Some(SignInProblem::Wrong);
    page.wrong_before = page.wrong_before.saturating_add(1);
    page.new_password = (page.wrong_before >= OFFER_NEW_PASSWORD).then(|| format!("{}/password", page.recover));
    context.page(state, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// The password is right: the sign-in goes on with that.
async fn admit(
    state: &AppState,
    mut context: Context,
    mut passage: Passage,
    verified: Verified,
    can_make_passkeys: bool,
) -> Result<Response, Error> {
    let account_id = verified.account.id;
    let network = context.client_ip.network();
    let Some(mut standing) = find_standing(state.db.reading(), account_id, [network]).await? else {
        return Ok(PageProblem::NoAccess.into_response_with(StatusCode::FORBIDDEN));
    };
    // As of before the password was looked at: one that changed since is none that was proven.
    standing.account.credentials_changed_at = verified.account.credentials_changed_at;
    let remembered = match &context.remembered {
        Some(secret) if passage.interaction.purpose.confirms.is_none() && !standing.enrolled.kinds.is_empty() => {
            find_device(state.db.reading(), account_id, secret.expose()).await?
        }
        _ => None,
    };
    let remembered: Option<Device> = remembered.filter(|device| device.holds(network, context.now));
    let interaction = &mut passage.interaction;
    interaction.prove_first(account_id, Proof::Password { at: context.now }, network);
    interaction.answers.offer_answered = !can_make_passkeys;
    if remembered.is_some() {
        let claims_mfa = standing.policy().remembered_claims_mfa;
        interaction.prove(Proof::Remembered { at: context.now, claims_mfa });
    }
    passage.standing = Some(standing);
    let mut writer = state.db.writing().await?;
    verified.settle(&mut writer).await?;
    if let Some(device) = remembered {
        mark_device_used(&mut writer, device.id, context.now).await?;
    }
    let onward = passage.finish(state, &context, writer, "sign_in.password").await?;
    respond(state, &mut context, onward)
}
