//! Accounts.

use serde_json::json;

use super::BASE;
use super::answers::{Answer, Answered};
use super::apps::changes;
use super::call::{Call, Change};
use super::documents::{AccountSettings, AccountShown, NewAccount};
use super::memberships::{check_groups, check_power, note_giver};
use super::people::person_changed;
use super::problems::{Problem, Stop};
use crate::domain::Email;
use crate::domain::ids::{MembershipId, OrganisationId};
use crate::domain::names::{LONGEST_NAME, is_name};
use crate::features::accounts::{Account, Profile, add_account, find_account_by_login, list_accounts, set_profile};
use crate::features::admin::switch_account;
use crate::features::audit::{Chain, Event};
use crate::features::employees::count_other_administrators;
use crate::features::invitations::{Inviter, invite};
use crate::features::organisations::{
    Organisation, Role, add_membership, find_organisation, memberships_of, take_turn,
};
use crate::features::sessions::end_everything_else;
use crate::storage::{Versioned, raise_version};

pub(super) async fn list(call: Call) -> Answered {
    let page = call.page()?;
    let wanted = match call.asked("organisation") {
        None => call.caller.organisation,
        Some(id) => match id.parse::<OrganisationId>() {
            Ok(id) if call.caller.sees(id) => Some(id),
            _ => return Err(Problem::not_found("organisation").into()),
        },
    };
    let rows = match call.asked("email") {
        None => list_accounts(call.db(), wanted, &page).await?,
        Some(email) => {
            let email: Email = email.parse().map_err(|_| Problem::field("email", "This is no e-mail address."))?;
            let found = find_account_by_login(call.db(), email.as_str()).await?;
            let is_wanted = |account: &Account| wanted.is_none_or(|id| id == account.home_organisation_id);
            found.into_iter().filter(is_wanted).collect()
        }
    };
    Ok(call.list(&page, rows, |account| account.id.to_string(), |account| AccountShown::of(&account)))
}

pub(super) async fn show(call: Call) -> Answered {
    Ok(Answer::show(&AccountShown::of(&call.account(call.db()).await?)))
}

pub(super) async fn add(call: Call) -> Answered {
    if let Some(own) = call.caller.organisation {
        // Otherwise it would learn who has an account elsewhere, and be the home of addresses that nobody confirmed.
        let detail = format!("A key of one organisation invites: send this to {BASE}/organisations/{own}/invitations.");
        return Err(Problem::above_own_rights(detail).into());
    }
    let wanted: NewAccount = call.read()?;
    let organisation = wanted.organisation.as_deref().and_then(|id| id.parse::<OrganisationId>().ok());
    let no_organisation = || Problem::field("organisation", "Name the organisation that is to be the home.");
    let organisation = organisation.ok_or_else(no_organisation)?;
    let email: Email = wanted.email.parse().map_err(|_| Problem::field("email", "This is no e-mail address."))?;
    let language = wanted.language.unwrap_or(call.state.config.branding.default_language);
    let settings = AccountSettings {
        name: wanted.name,
        given_name: wanted.given_name,
        family_name: wanted.family_name,
        language,
        disabled: false,
    };
    let profile = check_profile(&settings)?;
    let groups = check_groups(&wanted.groups)?;
    check_power(&call, [wanted.role])?;
    let (change, account) = invite_new(call, (organisation, email), profile, (wanted.role, groups)).await?;
    let event = invited(&account).with("role", wanted.role.to_string());
    let answer = Answer::made(&AccountShown::of(&account), format!("{BASE}/accounts/{}", account.id));
    change.finish(event, answer).await
}

/// Adds somebody to the organisation that is to be their home, and mails them an invitation.
async fn invite_new(
    call: Call,
    (home, email): (OrganisationId, Email),
    profile: Profile,
    (role, groups): (Role, Vec<String>),
) -> Result<(Change, Account), Stop> {
    let (state, now) = (call.state.clone(), call.context.now);
    let mut change = call.begin().await?;
    take_turn(&mut change.writer, home).await?;
    let Some(organisation) = find_organisation(&change.writer, home).await? else {
        return Err(Problem::field("organisation", "There is no such organisation.").into());
    };
    let taken = || Problem::new("conflict", "There is an account with this e-mail address.");
    if find_account_by_login(&change.writer, email.as_str()).await?.is_some() {
        return Err(taken().into());
    }
    let account = Account {
        given_name: profile.given_name,
        family_name: profile.family_name,
        ..Account::new(home, (email, profile.name), profile.language, (now, state.random.as_ref()))
    };
    if let Err(error) = add_account(&mut change.writer, &account).await {
        // Somebody took the address a moment ago.
        return Err(if error.is_duplicate() { taken().into() } else { error.into() });
    }
    let place = MembershipId::new(now, state.random.as_ref());
    let machine = change.call.caller.machine.clone();
    add_membership(&mut change.writer, place, (home, account.id), role, groups, now).await?;
    note_giver(&mut change, (home, account.id), role).await?;
    invite(&mut change.writer, &state, &account, &organisation, Some(Inviter::Program(&machine)), now).await?;
    Ok((change, account))
}

/// The event of an invitation.
fn invited(account: &Account) -> Event {
    event("account.invite", account).with_personal("email", account.email.to_string())
}

pub(super) async fn change(call: Call) -> Answered {
    let now = call.context.now;
    let mut change = call.begin().await?;
    if change.call.body.get("disabled").is_some() {
        // In the order of the console, which waits for the same two.
        raise_version(&mut change.writer, Versioned::Roles).await?;
    }
    let before = change.hold_account().await?;
    change.check_match(&AccountShown::of(&before))?;
    let settings: AccountSettings = change.call.changed(&AccountSettings::of(&before))?;
    let profile = check_profile(&settings)?;
    let mut events = Vec::new();
    if settings.disabled != before.disabled_at.is_some() {
        if change.call.caller.organisation.is_some() {
            let detail = "A key of one organisation disables the membership, not the account.";
            return Err(Problem::above_own_rights(detail).into());
        }
        switch(&mut change, &before, settings.disabled).await?;
    }
    let after = Account {
        name: profile.name.clone(),
        given_name: profile.given_name.clone(),
        family_name: profile.family_name.clone(),
        language: profile.language,
        disabled_at: settings.disabled.then_some(before.disabled_at.unwrap_or(now)),
        ..before.clone()
    };
    let changed = changes(&json!(AccountSettings::of(&before)), &json!(AccountSettings::of(&after)));
    let fields: Vec<String> =
        changed.as_array().into_iter().flatten().filter_map(|one| one["field"].as_str()).map(str::to_owned).collect();
    if fields.iter().any(|field| field != "disabled") {
        set_profile(&mut change.writer, before.id, profile, now).await?;
        // Names are personal: the audit tells which changed, not from what to what.
        events.push(event("account.profile", &before).with("fields", fields));
    }
    change.finish_all(events, Answer::show(&AccountShown::of(&after))).await
}

/// Switches the account off or on, with what follows from that.
async fn switch(change: &mut Change, account: &Account, off: bool) -> Result<(), Stop> {
    let mut places = memberships_of(&change.writer, account.id).await?;
    places.sort_by_key(|place| place.organisation_id);
    for place in &places {
        take_turn(&mut change.writer, place.organisation_id).await?;
        let acts = place.role == Role::Administrator && place.disabled_at.is_none();
        if off && acts && count_other_administrators(&change.writer, place.organisation_id, account.id).await? == 0 {
            let detail = format!("This is the last administrator of {} who can act.", place.organisation_name);
            return Err(Problem::new("last_administrator", detail).into());
        }
    }
    if let Some(administrates) = places.iter().find(|place| place.role == Role::Administrator) {
        check_power(&change.call, [administrates.role])?;
    }
    let (state, doer) = (change.call.state.clone(), change.doer());
    switch_account(&mut change.writer, &state, &doer, account.id, !off).await?;
    Ok(())
}

/// Mails the invitation again.
pub(super) async fn invite_again(call: Call) -> Answered {
    let now = call.context.now;
    let (mut change, account) = call.begin_at_account().await?;
    change.check_match(&AccountShown::of(&account))?;
    let organisation = home(&change, &account).await?;
    let places = memberships_of(&change.writer, account.id).await?;
    let is_off = account.disabled_at.is_some() || places.iter().all(|place| place.disabled_at.is_some());
    if account.last_sign_in_at.is_some() || is_off {
        let detail = "Only somebody who never signed in, and is not switched off, can be invited again.";
        return Err(Problem::new("conflict", detail).into());
    }
    let (state, machine) = (change.call.state.clone(), change.call.caller.machine.clone());
    invite(&mut change.writer, &state, &account, &organisation, Some(Inviter::Program(&machine)), now).await?;
    change.finish(invited(&account), Answer::gone()).await
}

/// Ends everything that somebody is signed in with.
pub(super) async fn sign_out(call: Call) -> Answered {
    let now = call.context.now;
    let (mut change, account) = call.begin_at_account().await?;
    change.check_match(&AccountShown::of(&account))?;
    let organisation = home(&change, &account).await?;
    end_everything_else(&mut change.writer, account.id, None, now).await?;
    person_changed(&mut change, &account, (&organisation.name, Role::Employee), "sign-out").await?;
    change.finish(event("session.end_all", &account), Answer::gone()).await
}

async fn home(change: &Change, account: &Account) -> Result<Organisation, Stop> {
    let found = find_organisation(&change.writer, account.home_organisation_id).await?;
    found.ok_or_else(|| Problem::not_found("organisation").into())
}

/// The names of a person, without spaces around them.
pub(super) fn check_profile(settings: &AccountSettings) -> Result<Profile, Problem> {
    let name = settings.name.trim().to_owned();
    if !is_name(&name) {
        return Err(Problem::field("name", format!("A name has 1 to {LONGEST_NAME} characters.")));
    }
    let given_name = check_part("given_name", settings.given_name.as_deref())?;
    let family_name = check_part("family_name", settings.family_name.as_deref())?;
    Ok(Profile { name, given_name, family_name, language: settings.language })
}

/// A part of a name, without spaces around it; none for nothing.
pub(super) fn check_part(path: &str, part: Option<&str>) -> Result<Option<String>, Problem> {
    match part.map(str::trim).filter(|part| !part.is_empty()) {
        Some(part) if !is_name(part) => {
            Err(Problem::field(path, format!("A name has at most {LONGEST_NAME} characters.")))
        }
        part => Ok(part.map(str::to_owned)),
    }
}

fn event(kind: &'static str, account: &Account) -> Event {
    Event::new(Chain::Organisation(account.home_organisation_id), kind, "done")
        .about(account.id)
        .with_personal("subject_name", account.name.clone())
}
