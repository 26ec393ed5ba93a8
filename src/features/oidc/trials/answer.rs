//! The answer to a trial, and what is made of it.

use std::sync::Arc;

use serde_json::{Map, Value, json};

use super::{Contents, Step, TrialOutcome, callback};
use crate::domain::ids::TrialId;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::{Client, Clients};
use crate::features::oidc::claims::claims;
use crate::features::oidc::grants::{Call, redeem_code};
use crate::features::oidc::parameters::Parameters;
use crate::features::oidc::store::{self, TrialRow};
use crate::features::oidc::subjects::subject;
use crate::features::oidc::tokens::ID_TOKEN;
use crate::features::oidc::validity::judge;
use crate::features::signing::Signing;
use crate::keys::verify;
use crate::web::{AppState, Context, Error};

/// Takes the answer of the authorization endpoint to a trial of this browser, redeems what it brought, keeps what that
/// said, and removes it. Says no when it is not the one answer to this trial.
///
/// # Errors
///
/// When the database refuses.
pub async fn finish_trial(
    state: &AppState,
    context: &Context,
    (client_id, id): (&str, TrialId),
    body: &[u8],
) -> Result<bool, Error> {
    let now = context.now;
    let answer = Parameters::parse(body);
    let found = store::find_trial(state.db.reading(), id, now).await?;
    let is_meant = |row: &TrialRow| {
        row.client_id == client_id
            && context.browser.as_ref().is_some_and(|browser| row.browser.matches(browser))
            && answer.get("state").is_some_and(|state| row.state.matches(state))
    };
    let Some(row) = found.filter(is_meant) else { return Ok(false) };
    let Some(client) = Clients::find(state, &row.client_id).await? else { return Ok(false) };
    let mut writer = state.db.writing().await?;
    if !store::answer_trial(&mut writer, id, now).await? {
        return Ok(false);
    }
    writer.commit().await?;
    let mut contents = Contents::open(state, &row)?;
    let outcome = outcome(state, context, (&client, &row), (&contents, &answer)).await?;
    let word = if outcome.failed.is_none() { "done" } else { "failed" };
    let mut event = Event::new(Chain::Instance, "app.try", word)
        .through(&client.id)
        .referred_to(context.reference)
        .with("trial", id.to_string());
    event.actor = Some(row.account_id);
    if let Some((code, _)) = &outcome.error {
        event = event.with("error", code.clone());
    }
    contents.outcome = Some(outcome);
    let sealed = contents.seal(state, id)?;
    let mut writer = state.db.writing().await?;
    store::settle_trial(&mut writer, id, &sealed).await?;
    audit::record(&mut writer, Ink::of(state, now), event).await?;
    writer.commit().await?;
    Ok(true)
}

fn failed(step: Step, code: &str, description: &str) -> TrialOutcome {
    TrialOutcome {
        failed: Some(step),
        error: Some((code.to_owned(), description.to_owned())),
        id_token: Map::new(),
        userinfo: Map::new(),
        answer: Map::new(),
    }
}

/// The step that an error of the authorization endpoint stands for.
fn step_of(code: &str, denied: bool) -> Step {
    match code {
        "access_denied" if denied => Step::Consent,
        "access_denied" | "unmet_authentication_requirements" | "login_required" | "interaction_required" => {
            Step::SignIn
        }
        "consent_required" => Step::Consent,
        _ => Step::Code,
    }
}

async fn outcome(
    state: &AppState,
    context: &Context,
    (client, row): (&Arc<Client>, &TrialRow),
    (contents, answer): (&Contents, &Parameters),
) -> Result<TrialOutcome, Error> {
    if let Some(code) = answer.get("error") {
        let description = answer.get("error_description").unwrap_or_default();
        return Ok(failed(step_of(code, description == "the person said no"), code, description));
    }
    let issuer = state.config.server.issuer();
    let Some(code) = answer.get("code").filter(|_| answer.get("iss") == Some(issuer.as_str())) else {
        return Ok(failed(Step::Code, "invalid_response", "the answer brought no code of ours"));
    };
    let mut sent = Parameters::default();
    sent.add("grant_type", "authorization_code");
    sent.add("code", code);
    sent.add("redirect_uri", &callback(state, client, row.id));
    sent.add("code_verifier", &contents.verifier);
    let grant = store::find_grant_by_code(state.db.reading(), code).await?;
    let call =
        Call { state, context, client: Arc::clone(client), parameters: &sent, binding: None, trial: Some(row.id) };
    let redeemed = redeem_code(call).await?;
    let (Some(grant), Ok(redeemed)) = (grant, redeemed.as_ref()) else {
        let error = redeemed.err().map(|refused| refused.error);
        let (code, description) =
            error.map_or(("invalid_grant".to_owned(), ""), |error| (error.code.to_string(), error.description));
        return Ok(failed(Step::Token, &code, description));
    };
    let told = match judge(state.db.reading(), client, &grant, context.now).await? {
        Some((clearance, standing)) => {
            let wanted = (&grant.scope, &grant.details.claims.userinfo);
            let mut told = claims((&standing, grant.details.organisation), wanted, &state.config.branding.time_zone);
            told.insert("sub".to_owned(), json!(subject(state, client, clearance.account_id())));
            told
        }
        None => Map::new(),
    };
    // Before anybody looks at what it said, nothing of it counts any more.
    let mut writer = state.db.writing().await?;
    store::remove_grant(&mut writer, grant.id).await?;
    writer.commit().await?;
    let ring = Signing::ring(state).await?;
    let said = redeemed.id_token().map(|token| verify(token, ID_TOKEN, &ring, context.now));
    let id_token = match said {
        None => Map::new(),
        Some(Ok(claims)) if claims.get("nonce").and_then(Value::as_str) == Some(contents.nonce.as_str()) => claims,
        Some(_) => return Ok(failed(Step::Token, "invalid_token", "the ID token is not the one that was asked for")),
    };
    let mut shown = redeemed.without_tokens();
    if client.may_use("refresh_token") {
        shown.insert("refresh_token".to_owned(), json!(true));
    }
    Ok(TrialOutcome { failed: None, error: None, id_token, userinfo: told, answer: shown })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_is_shown_at_the_step_that_it_comes_from() {
        assert_eq!(step_of("access_denied", true), Step::Consent);
        assert_eq!(step_of("access_denied", false), Step::SignIn);
        assert_eq!(step_of("unmet_authentication_requirements", false), Step::SignIn);
        assert_eq!(step_of("server_error", false), Step::Code);
    }
}
