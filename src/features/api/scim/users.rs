//! Users: the memberships of the organisation.

use serde_json::{Value, json};

use super::rules::{USER, equals, flag, group_id, steps};
use super::{SCIM, page_of, paging, plain};
use crate::domain::Email;
use crate::features::accounts::{Account, Profile, find_account, find_account_by_login, set_profile};
use crate::features::api::accounts::{check_profile, invite_new, invited};
use crate::features::api::answers::{Answer, Answered};
use crate::features::api::call::Call;
use crate::features::api::documents::{AccountSettings, MembershipSettings};
use crate::features::api::memberships::{apply, hold};
use crate::features::api::problems::{Problem, Stop};
use crate::features::api::store::{MemberRow, count_members, find_member, list_members_from};
use crate::features::audit::{Chain, Event};
use crate::features::organisations::Role;
use crate::web::AppState;

pub(super) async fn list(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?.id;
    let (start, count) = paging(&call);
    let (total, rows) = match call.asked("filter") {
        None => {
            let total = count_members(call.db(), organisation).await?;
            let place = (start as u64 - 1, count as u64);
            (total, list_members_from(call.db(), organisation, place).await?)
        }
        Some(filter) => {
            let email = equals(filter, "userName").ok_or_else(|| {
                Problem::field("filter", "Only filters of the form userName eq \"name@office.example\" are understood.")
            })?;
            let found = match email.parse::<Email>() {
                Ok(email) => find_account_by_login(call.db(), email.as_str()).await?,
                Err(_) => None,
            };
            let row = match found {
                Some(account) => find_member(call.db(), organisation, account.id).await?,
                None => None,
            };
            (u64::from(row.is_some()), row.into_iter().skip(start - 1).take(count).collect())
        }
    };
    let mut page = Vec::new();
    for row in &rows {
        let account = find_account(call.db(), row.id).await?;
        page.extend(account.map(|account| shown(&call.state, &account, row)));
    }
    Ok(page_of(total, start, &page))
}

pub(super) async fn show(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?.id;
    let row = match call.at("account").parse() {
        Ok(id) => find_member(call.db(), organisation, id).await?,
        Err(_) => None,
    };
    let row = row.ok_or_else(|| Problem::not_found("user"))?;
    let account = find_account(call.db(), row.id).await?.ok_or_else(|| Problem::not_found("user"))?;
    Ok(plain(shown(&call.state, &account, &row)))
}

/// Invites somebody; a password, which some directories send, is passed over: people choose their own.
pub(super) async fn add(call: Call) -> Answered {
    let body = &call.body;
    let text = |path: &str| body.pointer(path).and_then(Value::as_str).map(str::to_owned);
    let wrong = || Problem::field("userName", "The userName is the e-mail address.");
    let email: Email = text("/userName").and_then(|name| name.parse().ok()).ok_or_else(wrong)?;
    if body.get("active").is_some_and(|active| flag(active) != Some(true)) {
        return Err(Problem::field("active", "Only somebody who is active can be invited.").into());
    }
    let (given_name, family_name) = (text("/name/givenName"), text("/name/familyName"));
    let both = [given_name.clone(), family_name.clone()].into_iter().flatten().collect::<Vec<_>>().join(" ");
    let name = text("/displayName").or_else(|| text("/name/formatted")).unwrap_or(both);
    let language = call.state.config.branding.default_language;
    let profile = check_profile(&AccountSettings { name, given_name, family_name, language, disabled: false })?;
    let organisation = call.organisation(call.db()).await?.id;
    let role = (Role::Employee, Vec::new());
    let (change, account) = invite_new(call, (organisation, email), profile, role).await?;
    let row = find_member(&change.writer, organisation, account.id).await?;
    let row = row.ok_or_else(|| Problem::not_found("user"))?;
    let location = change.call.state.absolute(&format!("{SCIM}/Users/{}", account.id));
    let body = shown(&change.call.state, &account, &row);
    let answer = Answer { status: 201, body: Some(body), tag: None, location: Some(location) };
    let event = invited(&account).with("role", Role::Employee.to_string());
    change.finish(event, answer).await
}

pub(super) async fn change(call: Call) -> Answered {
    let malformed = || Problem::new("malformed", "Send Operations with op, path and value (RFC 7644, section 3.5.2).");
    let steps = steps(&call.body).ok_or_else(malformed)?;
    let (mut change, organisation, before) = hold(call).await?;
    let now = change.call.context.now;
    let account = find_account(&change.writer, before.id).await?.ok_or_else(|| Problem::not_found("user"))?;
    let mut membership = MembershipSettings::of(&before);
    let mut names = AccountSettings::of(&account);
    for step in steps {
        let text = || step.value.as_str().map(str::to_owned);
        let unsuited = || Stop::from(Problem::field(&step.path, "The value cannot be used."));
        match (step.op.as_str(), step.path.as_str()) {
            ("add" | "replace", "active") => membership.disabled = !flag(&step.value).ok_or_else(unsuited)?,
            ("add" | "replace", "displayName" | "name.formatted") => names.name = text().ok_or_else(unsuited)?,
            ("add" | "replace", "name.givenName") => names.given_name = Some(text().ok_or_else(unsuited)?),
            ("add" | "replace", "name.familyName") => names.family_name = Some(text().ok_or_else(unsuited)?),
            ("add" | "replace", "userName") if step.value == json!(account.email.to_string()) => {}
            _ => return Err(Problem::field(&step.path, "This cannot be changed here.").into()),
        }
    }
    let profile = check_profile(&names)?;
    let mut events = Vec::new();
    let is_other = (&profile.name, &profile.given_name, &profile.family_name)
        != (&account.name, &account.given_name, &account.family_name);
    if is_other {
        if account.home_organisation_id != organisation.id {
            return Err(Problem::field("name", "The names of a guest are changed at home.").into());
        }
        set_profile(&mut change.writer, account.id, profile.clone(), now).await?;
        let event = Event::new(Chain::Organisation(organisation.id), "account.profile", "done").about(account.id);
        events.push(event.with("fields", json!(["name"])));
    }
    let (change, more, row) = apply(change, &organisation, &before, membership).await?;
    events.extend(more);
    let Profile { name, given_name, family_name, .. } = profile;
    let account = Account { name, given_name, family_name, ..account };
    let answer = plain(shown(&change.call.state, &account, &row));
    change.finish_all(events, answer).await
}

fn shown(state: &AppState, account: &Account, row: &MemberRow) -> Value {
    let groups: Vec<Value> =
        row.groups.0.iter().map(|name| json!({ "value": group_id(name), "display": name })).collect();
    json!({
        "schemas": [USER],
        "id": account.id,
        "userName": account.email,
        "displayName": account.name,
        "name": {
            "formatted": account.name, "givenName": account.given_name, "familyName": account.family_name,
        },
        "emails": [{ "value": account.email, "primary": true }],
        "active": row.disabled_at.is_none() && account.disabled_at.is_none(),
        "groups": groups,
        "meta": {
            "resourceType": "User",
            "created": crate::features::declarations::instant(row.created_at),
            "location": state.absolute(&format!("{SCIM}/Users/{}", account.id)),
        },
    })
}
