//! What the configuration says, and a test mail (M9).

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;
use serde_json::Value;
use std::time::Duration;

use super::doer;
use crate::config::Config;
use crate::domain::ids::OutboxId;
use crate::features::admin::views::{SettingsPage, SettingsSection};
use crate::features::audit::{self, Chain, Ink};
use crate::features::console::{Auditor, InstanceAdmin};
use crate::features::outbox::{Letter, Recipient, TestMessage, find_message, post};
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
    let page = SettingsPage {
        sections: sections(&state.config),
        mail: state.config.mail.is_on(),
        may_change: auditor.administers(),
        email: auditor.member.standing.account.email.to_string(),
        test: test.map(|(message, _)| (message.standing.as_str(), message.answer.unwrap_or_default())),
        again: context.path.clone(),
    };
    context.signed_in = Some(auditor.member.shown());
    context.page(&state, StatusCode::OK, &page)
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

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

/// Sends a test to the address of whoever asks: it is never taken from the form.
pub(super) async fn test(
    State(state): State<AppState>,
    context: Context,
    admin: InstanceAdmin,
    Form(_): Form<Nothing>,
) -> Result<Response, Error> {
    let account = &admin.member.standing.account;
    let message = TestMessage::to(account.email.as_str(), context.now);
    let letter = Letter {
        to: Recipient::Mail(account.email.clone()),
        language: account.language,
        account: Some(account.id),
        expires_at: context.now.after(WORTH),
        message: &message,
    };
    let mut writer = state.db.writing().await?;
    let id = post(&mut writer, &state, letter, context.now).await?;
    let event = doer(&admin, &context).event(Chain::Instance, "outbox.test").about(account.id);
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Ok(see_other(&format!("{}?test={id}", urls::ADMIN_SETTINGS)))
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
