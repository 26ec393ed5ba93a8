//! What the configuration says, and test messages (M9).

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

use super::doer;
use crate::config::Config;
use crate::domain::PhoneNumber;
use crate::domain::ids::OutboxId;
use crate::features::accounts::Account;
use crate::features::admin::views::{SettingsPage, SettingsSection};
use crate::features::audit::{self, Chain, Ink};
use crate::features::console::{Auditor, InstanceAdmin};
use crate::features::outbox::{Letter, PostError, Recipient, TestMessage, find_message, post};
use crate::features::sessions::Member;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// What may hold a key of the gateway without being called secret.
const WITHHELD: [&str; 2] = ["sms.gateway_url", "sms.body"];
/// How long a test is worth sending.
const WORTH: Duration = Duration::from_mins(10);

#[derive(Debug, Deserialize)]
pub(super) struct Tested {
    test: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    auditor: Auditor,
    Query(tested): Query<Tested>,
) -> Result<Response, Error> {
    let test = match tested.test.and_then(|id| id.parse::<OutboxId>().ok()) {
        Some(id) => find_message(state.db.reading(), &state, id, context.now).await?,
        None => None,
    };
    let mut page = page(&state, &auditor.member, auditor.administers());
    page.test = test.map(|(message, _)| {
        (message.channel.to_string(), message.standing.as_str(), message.answer.unwrap_or_default())
    });
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

fn page(state: &AppState, member: &Member, may_change: bool) -> SettingsPage {
    SettingsPage {
        sections: sections(&state.config),
        mail: state.config.mail.is_on(),
        sms: state.config.sms.is_on(),
        may_change,
        email: member.standing.account.email.to_string(),
        number: String::new(),
        problem: None,
        test: None,
    }
}

/// Every key with its value, beside whether it is as it comes. What is secret shows as hidden wherever it is written.
fn sections(config: &Config) -> Vec<SettingsSection> {
    let value = |config: &Config| serde_json::to_value(config).unwrap_or_default();
    let (set, usual) = (value(config), value(&Config::default()));
    let Value::Object(sections) = set else { return Vec::new() };
    let section = |(name, values): (String, Value)| {
        let mut keys = Vec::new();
        flatten(&name, &values, usual.get(&name).unwrap_or(&Value::Null), &mut keys);
        SettingsSection { name, keys }
    };
    sections.into_iter().map(section).collect()
}

fn flatten(path: &str, value: &Value, usual: &Value, keys: &mut Vec<(String, String, bool)>) {
    match value {
        Value::Object(fields) => {
            for (name, value) in fields {
                flatten(&format!("{path}.{name}"), value, usual.get(name).unwrap_or(&Value::Null), keys);
            }
        }
        value => {
            let withheld = WITHHELD.contains(&path) && !value.is_null();
            keys.push((path.to_owned(), if withheld { "•••".to_owned() } else { said(value) }, value != usual));
        }
    }
}

fn said(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        Value::Array(items) => items.iter().map(said).collect::<Vec<_>>().join(", "),
        value => value.to_string(),
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Wished {
    /// `sms`; everything else is a mail.
    channel: String,
    number: String,
}

/// Sends a test: a mail to the address of whoever asks, which is never taken from the form, or a text message to a number
/// of a country that is sent to.
pub(super) async fn test(
    State(state): State<AppState>,
    mut context: Context,
    admin: InstanceAdmin,
    Form(wished): Form<Wished>,
) -> Result<Response, Error> {
    let account = &admin.member.standing.account;
    let refused = match recipient(&state, account, &wished) {
        Ok(to) => match send(&state, &context, &admin, to).await {
            Ok(id) => return Ok(see_other(&format!("{}?test={id}", urls::ADMIN_SETTINGS))),
            Err(PostError::Fault(fault)) => return Err(fault),
            Err(PostError::OverBudget) => "budget",
            Err(PostError::Refused(_)) => "refused",
        },
        Err(why) => why,
    };
    let mut page = page(&state, &admin.member, true);
    (page.number, page.problem) = (wished.number.trim().to_owned(), Some(refused));
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::UNPROCESSABLE_ENTITY, &page)
}

/// Where a test goes, or why it goes nowhere.
fn recipient(state: &AppState, account: &Account, wished: &Wished) -> Result<Recipient, &'static str> {
    if wished.channel != "sms" {
        return Ok(Recipient::Mail(account.email.clone()));
    }
    let allowed = &state.config.sms.allowed_countries;
    let number = PhoneNumber::typed(&wished.number, allowed.first().map(String::as_str)).map_err(|_| "malformed")?;
    number.is_allowed(allowed).map_err(|_| "refused")?;
    Ok(Recipient::Sms(number))
}

async fn send(
    state: &AppState,
    context: &Context,
    admin: &InstanceAdmin,
    to: Recipient,
) -> Result<OutboxId, PostError> {
    let account = &admin.member.standing.account;
    let (shown, masked) = match &to {
        Recipient::Mail(email) => (email.to_string(), None),
        Recipient::Sms(number) => (number.as_str().to_owned(), Some(number.masked())),
    };
    let message = TestMessage::to(&shown, context.now);
    let letter = Letter {
        to,
        language: account.language,
        account: Some(account.id),
        expires_at: context.now.after(WORTH),
        message: &message,
    };
    let mut writer = state.db.writing().await?;
    let id = post(&mut writer, state, letter, context.now).await?;
    let mut event = doer(admin, context).event(Chain::Instance, "outbox.test").about(account.id);
    if let Some(number) = masked {
        event = event.with_personal("number", number);
    }
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    Ok(id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Secret;

    #[test]
    fn every_key_is_told_and_no_secret_is() {
        let mut config = Config::default();
        config.mail.smtp_url = Secret::new("smtps://user:hunter2@mail.example:465".to_owned());
        config.sms.headers = Secret::new("Authorization: hunter2".to_owned());
        config.database.url = Secret::new("postgres://countersign:hunter2@db.example/countersign".to_owned());
        config.sms.gateway_url = "https://user:hunter2@sms.example/?key=hunter2".parse().ok();
        config.sms.body = "key=hunter2&to={number}".to_owned();
        config.server.listen = "127.0.0.1:9999".parse().unwrap();
        let all: Vec<_> = sections(&config).into_iter().flat_map(|section| section.keys).collect();
        assert!(all.iter().all(|(_, value, _)| !value.contains("hunter2")), "{all:?}");
        let changed: Vec<&str> = all.iter().filter(|(.., set)| *set).map(|(key, ..)| key.as_str()).collect();
        assert!(changed.contains(&"server.listen") && !changed.contains(&"branding.name"), "{changed:?}");
        assert!(all.iter().any(|(key, ..)| key == "server.limits.max_connections"), "{all:?}");
    }
}
