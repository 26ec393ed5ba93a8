//! Asking people into an organisation, as its administrators do: the answer is the same whether there is an account with
//! the address or not, and whoever accepts becomes a member by that.

use super::BASE;
use super::accounts::check_part;
use super::answers::{Answer, Answered};
use super::call::{Call, Change};
use super::documents::{InvitationShown, NewInvitation};
use super::memberships::{check_groups, check_power};
use super::problems::{Problem, Stop};
use super::store::find_member;
use crate::domain::Email;
use crate::domain::ids::{MemberInvitationId, OrganisationId};
use crate::domain::names::{LONGEST_NAME, is_name_of_a_stranger};
use crate::features::accounts::find_account_by_login;
use crate::features::audit::{Chain, Event};
use crate::features::invitations::{Inviter, Wanted, count_invitation, count_invitation_to, invite_member};
use crate::features::organisations::{
    MemberInvitation, Organisation, find_member_invitation, list_member_invitations_from, withdraw_member_invitation,
};
use crate::features::throttles::Blocked;
use crate::storage::Reader;

pub(super) async fn list(call: Call) -> Answered {
    let page = call.page()?;
    let organisation = call.organisation(call.db()).await?.id;
    let rows = list_member_invitations_from(call.db(), organisation, &page).await?;
    let now = call.context.now;
    Ok(call.list(&page, rows, |row| row.id.to_string(), |row| InvitationShown::of(&row, now)))
}

pub(super) async fn show(call: Call) -> Answered {
    let organisation = call.organisation(call.db()).await?.id;
    let found = find(&call, call.db(), organisation).await?;
    Ok(Answer::show(&InvitationShown::of(&found, call.context.now)))
}

pub(super) async fn add(call: Call) -> Answered {
    // Whoever may not even see the organisation learns nothing about what they sent.
    call.organisation(call.db()).await?;
    let new: NewInvitation = call.read()?;
    let wanted = Wanted {
        name: new.name,
        given_name: new.given_name,
        family_name: new.family_name,
        email: new.email.parse().map_err(|_| Problem::field("email", "This is no e-mail address."))?,
        language: new.language,
        role: new.role,
        groups: new.groups,
        external_id: None,
    };
    let (change, organisation, wanted) = begin(call, wanted).await?;
    let (change, invitation) = ask(change, &organisation, (wanted, None)).await?;
    let location = format!("{BASE}/organisations/{}/invitations/{}", organisation.id, invitation.id);
    let answer = Answer::made(&InvitationShown::of(&invitation, change.call.context.now), location);
    let event = invited(&invitation);
    change.finish(event, answer).await
}

pub(super) async fn withdraw(call: Call) -> Answered {
    let (mut change, organisation) = call.begin_at_organisation().await?;
    let found = find(&change.call, &change.writer, organisation.id).await?;
    let now = change.call.context.now;
    change.check_match(&InvitationShown::of(&found, now))?;
    if !withdraw_member_invitation(&mut change.writer, found.id, now).await? {
        return Err(Problem::not_found("invitation").into());
    }
    change.finish(about(&found, "membership.withdraw"), Answer::gone()).await
}

/// Begins to invite somebody, if they may be invited so.
pub(super) async fn begin(call: Call, wanted: Wanted) -> Result<(Change, Organisation, Wanted), Stop> {
    let name = wanted.name.trim().to_owned();
    if !is_name_of_a_stranger(&name) {
        let says = format!("A name has 1 to {LONGEST_NAME} characters, and none of / : @.");
        return Err(Problem::field("name", says).into());
    }
    let given_name = check_part("given_name", wanted.given_name.as_deref())?;
    let family_name = check_part("family_name", wanted.family_name.as_deref())?;
    let groups = check_groups(&wanted.groups)?;
    check_power(&call, [wanted.role])?;
    let (now, organisation) = (call.context.now, call.organisation(call.db()).await?.id);
    let too_many = |blocked: &Blocked, says: &str| {
        let retry_after = Some(blocked.until.since(now).as_secs().max(1));
        Problem { retry_after, ..Problem::new("too_many", says) }
    };
    if call.caller.organisation.is_some()
        && let Some(blocked) = count_invitation(&call.state, organisation, now).await?
    {
        return Err(too_many(&blocked, "The organisation invited too many people today.").into());
    }
    if let Some(blocked) = count_invitation_to(&call.state, &wanted.email, now).await? {
        return Err(too_many(&blocked, "This address was invited often enough today. Try it tomorrow.").into());
    }
    let (change, organisation) = call.begin_at_organisation().await?;
    Ok((change, organisation, Wanted { name, given_name, family_name, groups, ..wanted }))
}

/// Invites somebody, under the identifier of an invitation that was removed if there is one. Only about the own people
/// it is told whether somebody has an account.
pub(super) async fn ask(
    mut change: Change,
    organisation: &Organisation,
    (wanted, id): (Wanted, Option<MemberInvitationId>),
) -> Result<(Change, MemberInvitation), Stop> {
    if is_of_the_own_people(&change.writer, organisation.id, &wanted.email).await? {
        let detail = "Somebody of the organisation has this e-mail address.";
        return Err(Problem::new("conflict", detail).into());
    }
    let (state, now) = (change.call.state.clone(), change.call.context.now);
    let machine = change.call.caller.machine.clone();
    let by = (organisation, Inviter::Program(&machine));
    let invitation = invite_member(&mut change.writer, &state, (wanted, id), by, now).await?;
    Ok((change, invitation))
}

async fn is_of_the_own_people(db: &Reader, organisation: OrganisationId, email: &Email) -> Result<bool, Stop> {
    Ok(match find_account_by_login(db, email.as_str()).await? {
        Some(known) => find_member(db, organisation, known.id).await?.is_some(),
        None => false,
    })
}

async fn find(call: &Call, db: &Reader, organisation: OrganisationId) -> Result<MemberInvitation, Stop> {
    let found = match call.at("invitation").parse() {
        Ok(id) => find_member_invitation(db, id).await?,
        Err(_) => None,
    };
    let listed = found.filter(|found| found.organisation_id == organisation && !found.is_over);
    listed.ok_or_else(|| Problem::not_found("invitation").into())
}

/// The event of an invitation.
pub(super) fn invited(invitation: &MemberInvitation) -> Event {
    about(invitation, "membership.invite")
        .with("role", invitation.role.to_string())
        .with_personal("email", invitation.email.to_string())
}

/// Something about an invitation: about nobody's account, as far as this organisation knows.
pub(super) fn about(invitation: &MemberInvitation, kind: &'static str) -> Event {
    Event::new(Chain::Organisation(invitation.organisation_id), kind, "done")
        .with_personal("subject_name", invitation.name.clone())
}
