//! Users: the memberships of the organisation, and the invitations of the key. Whether an address has an account elsewhere,
//! no answer tells: somebody who is created is invited, and is not active before they accept.

use serde_json::{Value, json};

use super::people::{User, find, find_external, invited as invited_by, page};
use super::rules::{equals, flag, steps};
use super::{SCIM, page_of, paging, plain};
use crate::domain::Email;
use crate::domain::names::{LONGEST_NAME, hides, is_name_of_a_stranger};
use crate::features::accounts::{Account, Profile, find_account, find_account_by_login, set_profile};
use crate::features::api::accounts::{check_part, check_profile};
use crate::features::api::answers::{Answer, Answered};
use crate::features::api::call::{Call, Change};
use crate::features::api::documents::{AccountSettings, MembershipSettings};
use crate::features::api::invitations::{about, ask, begin, invited};
use crate::features::api::memberships::{apply, check_powerless, end};
use crate::features::api::problems::{Problem, Stop};
use crate::features::api::store::{MemberRow, find_member};
use crate::features::audit::{Chain, Event};
use crate::features::invitations::Wanted;
use crate::features::organisations::{
    MemberInvitation, Organisation, Provisioned, Role, change_member_invitation, remove_member_invitation,
    set_provisioned, withdraw_member_invitation,
};

/// The longest name that a directory may have for somebody, in characters.
const LONGEST_EXTERNAL_ID: usize = 255;

pub(super) async fn list(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?.id;
    let (start, count) = paging(&call);
    let Some(filter) = call.asked("filter") else {
        let (total, users) = page(&call, organisation, (start - 1, count)).await?;
        let page: Vec<Value> = users.iter().map(|user| user.shown(&call.state)).collect();
        return Ok(page_of(total, start, &page));
    };
    let found = if let Some(id) = equals(filter, "externalId") {
        find_external(&call, call.db(), organisation, &id).await?
    } else if let Some(name) = equals(filter, "userName") {
        match name.parse() {
            Ok(email) => find_named(&call, organisation, &email).await?.into_iter().collect(),
            Err(_) => Vec::new(),
        }
    } else {
        let says =
            "Only filters of the form userName eq \"name@office.example\" or externalId eq \"id\" are understood.";
        return Err(Problem::field("filter", says).into());
    };
    let page: Vec<Value> = found.iter().skip(start - 1).take(count).map(|user| user.shown(&call.state)).collect();
    Ok(page_of(found.len() as u64, start, &page))
}

async fn find_named(
    call: &Call,
    organisation: crate::domain::ids::OrganisationId,
    email: &Email,
) -> Result<Option<User>, Stop> {
    if let Some(account) = find_account_by_login(call.db(), email.as_str()).await?
        && let Some(user) = find(call, call.db(), organisation, &account.id.to_string()).await?
    {
        return Ok(Some(user));
    }
    let invited = invited_by(call, call.db(), organisation).await?;
    Ok(invited.into_iter().find(|user| matches!(user, User::Invited(one) if one.email == *email)))
}

pub(super) async fn show(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?.id;
    let found = find(&call, call.db(), organisation, call.at("account")).await?;
    let user = found.ok_or_else(|| Problem::not_found("user"))?;
    Ok(plain(user.shown(&call.state)))
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
    let external_id = body.get("externalId").map(external_id).transpose()?.flatten();
    let wanted = Wanted { given_name, family_name, external_id, ..Wanted::new(&name, email, Role::Employee) };
    let (mut change, organisation, wanted) = begin(call, wanted).await?;
    if let Some(row) = find_taken_away(&change, &organisation, &wanted.email).await? {
        return take_back(change, &organisation, row, wanted).await;
    }
    let now = change.call.context.now;
    for user in invited_by(&change.call, &change.writer, organisation.id).await? {
        let User::Invited(before) = user else { continue };
        if before.email != wanted.email {
            continue;
        }
        if before.works(now) {
            return Err(Problem::new("conflict", "This address was invited already.").into());
        }
        remove_member_invitation(&mut change.writer, before.id).await?;
    }
    let (change, invitation) = ask(change, &organisation, (wanted, None)).await?;
    let event = invited(&invitation);
    let answer = made(&change, &User::Invited(Box::new(invitation)));
    change.finish(event, answer).await
}

fn made(change: &Change, user: &User) -> Answer {
    let location = Some(change.call.state.absolute(&format!("{SCIM}/Users/{}", user.id())));
    Answer { status: 201, location, ..plain(user.shown(&change.call.state)) }
}

/// One of the own people whom the directory took away, and who stayed because they are at home here.
async fn find_taken_away(
    change: &Change,
    organisation: &Organisation,
    email: &Email,
) -> Result<Option<MemberRow>, Stop> {
    let Some(account) = find_account_by_login(&change.writer, email.as_str()).await? else { return Ok(None) };
    let row = find_member(&change.writer, organisation.id, account.id).await?;
    Ok(row.filter(|row| row.deprovisioned_at.is_some()))
}

async fn take_back(mut change: Change, organisation: &Organisation, row: MemberRow, wanted: Wanted) -> Answered {
    check_powerless(row.instance_role)?;
    let who = (organisation.id, row.id);
    let known =
        Provisioned { invitation: row.invitation_id, external_id: wanted.external_id.clone(), taken_away_at: None };
    set_provisioned(&mut change.writer, who, known).await?;
    let settings = MembershipSettings { disabled: false, ..MembershipSettings::of(&row) };
    let (change, events, row) = apply(change, organisation, &row, settings).await?;
    let answer = made(&change, &User::Member(Box::new(row)));
    change.finish_all(events, answer).await
}

fn external_id(value: &Value) -> Result<Option<String>, Problem> {
    match value {
        Value::Null => Ok(None),
        Value::String(id) if !id.is_empty() && id.chars().count() <= LONGEST_EXTERNAL_ID && !id.contains(hides) => {
            Ok(Some(id.clone()))
        }
        _ => Err(Problem::field("externalId", format!("This has 1 to {LONGEST_EXTERNAL_ID} characters."))),
    }
}

async fn hold(call: Call) -> Result<(Change, Organisation, User), Stop> {
    let id = call.at("account").to_owned();
    let (change, organisation) = call.begin_at_organisation().await?;
    let found = find(&change.call, &change.writer, organisation.id, &id).await?;
    let user = found.ok_or_else(|| Problem::not_found("user"))?;
    if let User::Member(row) = &user {
        check_powerless(row.instance_role)?;
    }
    Ok((change, organisation, user))
}

/// What is wanted of somebody, beside their being active.
struct Names {
    name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    external_id: Option<String>,
}

pub(super) async fn change(call: Call) -> Answered {
    let malformed = || Problem::new("malformed", "Send Operations with op, path and value (RFC 7644, section 3.5.2).");
    let steps = steps(&call.body).ok_or_else(malformed)?;
    let (change, organisation, user) = hold(call).await?;
    let (email, mut names) = match &user {
        User::Member(row) => (row.email.clone(), Names::of_member(row)),
        User::Invited(one) => (one.email.to_string(), Names::of_invited(one)),
    };
    let mut active = None;
    for step in steps {
        let text = || step.value.as_str().map(str::to_owned);
        let unsuited = || Stop::from(Problem::field(&step.path, "The value cannot be used."));
        match (step.op.as_str(), step.path.as_str()) {
            ("add" | "replace", "active") => active = Some(flag(&step.value).ok_or_else(unsuited)?),
            ("add" | "replace", "displayName" | "name.formatted") => names.name = text().ok_or_else(unsuited)?,
            ("add" | "replace", "name.givenName") => names.given_name = Some(text().ok_or_else(unsuited)?),
            ("add" | "replace", "name.familyName") => names.family_name = Some(text().ok_or_else(unsuited)?),
            ("add" | "replace", "externalId") => names.external_id = external_id(&step.value)?,
            ("remove", "externalId") => names.external_id = None,
            ("add" | "replace", "userName") if step.value == json!(email) => {}
            _ => return Err(Problem::field(&step.path, "This cannot be changed here.").into()),
        }
    }
    match user {
        User::Member(row) => change_member(change, organisation, *row, (names, active)).await,
        User::Invited(one) => change_invited(change, organisation, *one, (names, active)).await,
    }
}

impl Names {
    fn of_member(row: &MemberRow) -> Self {
        let MemberRow { name, given_name, family_name, external_id, .. } = row.clone();
        Self { name, given_name, family_name, external_id }
    }

    fn of_invited(invitation: &MemberInvitation) -> Self {
        let MemberInvitation { name, given_name, family_name, external_id, .. } = invitation.clone();
        Self { name, given_name, family_name, external_id }
    }
}

async fn change_member(
    mut change: Change,
    organisation: Organisation,
    before: MemberRow,
    (names, active): (Names, Option<bool>),
) -> Answered {
    let now = change.call.context.now;
    let account = find_account(&change.writer, before.id).await?.ok_or_else(|| Problem::not_found("user"))?;
    let Names { name, given_name, family_name, external_id } = names;
    let wanted = AccountSettings { name, given_name, family_name, ..AccountSettings::of(&account) };
    let profile = check_profile(&wanted)?;
    let mut events = Vec::new();
    if is_other(&profile, &account) {
        if account.home_organisation_id != organisation.id {
            return Err(Problem::field("name", "The names of a guest are changed at home.").into());
        }
        set_profile(&mut change.writer, account.id, profile, now).await?;
        let event = Event::new(Chain::Organisation(organisation.id), "account.profile", "done").about(account.id);
        events.push(event.with("fields", json!(["name"])));
    }
    if external_id != before.external_id {
        let known = Provisioned { invitation: before.invitation_id, external_id, taken_away_at: None };
        set_provisioned(&mut change.writer, (organisation.id, before.id), known).await?;
    }
    let mut membership = MembershipSettings::of(&before);
    membership.disabled = active.map_or(membership.disabled, |active| !active);
    let (change, more, row) = apply(change, &organisation, &before, membership).await?;
    events.extend(more);
    let answer = plain(User::Member(Box::new(row)).shown(&change.call.state));
    change.finish_all(events, answer).await
}

fn is_other(profile: &Profile, account: &Account) -> bool {
    (&profile.name, &profile.given_name, &profile.family_name)
        != (&account.name, &account.given_name, &account.family_name)
}

async fn change_invited(
    mut change: Change,
    organisation: Organisation,
    before: MemberInvitation,
    (names, active): (Names, Option<bool>),
) -> Answered {
    let now = change.call.context.now;
    if !is_name_of_a_stranger(&names.name) {
        let says = format!("A name has 1 to {LONGEST_NAME} characters, and none of / : @.");
        return Err(Problem::field("displayName", says).into());
    }
    let after = MemberInvitation {
        name: names.name,
        given_name: check_part("name.givenName", names.given_name.as_deref())?,
        family_name: check_part("name.familyName", names.family_name.as_deref())?,
        external_id: names.external_id,
        ..before
    };
    change_member_invitation(&mut change.writer, &after).await?;
    let mut events = Vec::new();
    match active {
        Some(false) if withdraw_member_invitation(&mut change.writer, after.id, now).await? => {
            events.push(about(&after, "membership.withdraw"));
        }
        // Whoever let it expire, or whom the directory switched off, is asked again, under the same identifier.
        Some(true) if !after.works(now) => {
            remove_member_invitation(&mut change.writer, after.id).await?;
            let (next, again) = ask(change, &organisation, (Wanted::again(&after), Some(after.id))).await?;
            events.push(invited(&again));
            change = next;
        }
        _ => {}
    }
    let answer = plain(User::Invited(Box::new(after)).shown(&change.call.state));
    change.finish_all(events, answer).await
}

/// Takes somebody away (RFC 7644, section 3.6): an invitation is withdrawn, the membership of somebody whose home is
/// elsewhere ends, and that of the own people is switched off. No account is erased by a program.
pub(super) async fn remove(call: Call) -> Answered {
    let (mut change, organisation, user) = hold(call).await?;
    match user {
        User::Invited(invitation) => {
            remove_member_invitation(&mut change.writer, invitation.id).await?;
            change.finish(about(&invitation, "membership.withdraw"), Answer::gone()).await
        }
        User::Member(row) if row.home_organisation_id != organisation.id => {
            let (change, event) = end(change, &organisation, &row).await?;
            change.finish(event, Answer::gone()).await
        }
        User::Member(row) => {
            let settings = MembershipSettings { disabled: true, groups: Vec::new(), ..MembershipSettings::of(&row) };
            let (mut change, mut events, _) = apply(change, &organisation, &row, settings).await?;
            let taken_away_at = Some(change.call.context.now);
            let known = Provisioned { invitation: row.invitation_id, external_id: None, taken_away_at };
            set_provisioned(&mut change.writer, (organisation.id, row.id), known).await?;
            let event = Event::new(Chain::Organisation(organisation.id), "membership.remove", "done")
                .about(row.id)
                .with("home", true)
                .with_personal("subject_name", row.name.clone());
            events.push(event);
            change.finish_all(events, Answer::gone()).await
        }
    }
}
