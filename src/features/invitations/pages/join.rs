//! An invitation into an organisation: of whoever has an account, a question that they answer signed in; of whoever has none,
//! the beginning of one.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::{Nothing, closed};
use crate::domain::Secret;
use crate::features::accounts::{Account, find_account, find_account_by_login};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::interactions::{Purpose, add_interaction, new_interaction};
use crate::features::invitations::join::{admit, become_member, may_still_invite};
use crate::features::invitations::views::JoinPage;
use crate::features::organisations::{
    Answer, MemberInvitation, Organisation, answer_member_invitation, find_member_invitation,
    find_member_invitation_by_secret, find_organisation, memberships_of, take_turn,
};
use crate::features::sessions::Member;
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// An invitation into an organisation that still works.
pub(super) struct Asked {
    pub(super) invitation: MemberInvitation,
    pub(super) organisation: Organisation,
    /// Who asked, where that is a person.
    pub(super) inviter: Option<Account>,
    /// Who has the address.
    pub(super) account: Option<Account>,
}

/// The invitation behind `secret`: if it works, or who can invite again; nothing where it is none.
pub(super) async fn find(
    db: &Reader,
    context: &Context,
    secret: &str,
) -> Result<Option<Result<Asked, Option<Account>>>, Error> {
    match find_member_invitation_by_secret(db, secret).await? {
        Some(invitation) => Ok(Some(judge(db, context, invitation).await?)),
        None => Ok(None),
    }
}

/// An invitation to the address of `member`, if it works; or who can invite again.
async fn find_own(
    db: &Reader,
    context: &Context,
    member: &Member,
    id: &str,
) -> Result<Result<Asked, Option<Account>>, Error> {
    let Ok(id) = id.parse() else { return Ok(Err(None)) };
    let Some(invitation) = find_member_invitation(db, id).await? else { return Ok(Err(None)) };
    let account = &member.standing.account;
    // Whoever has the address without ever having read mail there is not who was asked.
    if account.email != invitation.email || !account.email_verified {
        return Ok(Err(None));
    }
    judge(db, context, invitation).await
}

async fn judge(
    db: &Reader,
    context: &Context,
    invitation: MemberInvitation,
) -> Result<Result<Asked, Option<Account>>, Error> {
    let inviter = match invitation.invited_by.person() {
        Some(id) => find_account(db, id).await?,
        None => None,
    };
    let organisation = find_organisation(db, invitation.organisation_id).await?;
    // It counts as long as whoever invited may invite.
    let works = invitation.works(context.now) && may_still_invite(db, &invitation, context.now).await?;
    let account = find_account_by_login(db, invitation.email.as_str()).await?;
    Ok(match organisation.filter(|organisation| works && organisation.disabled_at.is_none()) {
        Some(organisation) => Ok(Asked { invitation, organisation, inviter, account }),
        None => Err(inviter),
    })
}

pub(super) fn decline_address(secret: &str) -> String {
    format!("{}/{secret}/decline", urls::INVITE)
}

impl Asked {
    fn page(&self) -> JoinPage {
        let own = urls::own_invitation(self.invitation.id);
        JoinPage {
            action: format!("{own}/join"),
            decline: format!("{own}/decline"),
            inviter: self.inviter.as_ref().map(|inviter| inviter.name.clone()),
            organisation: self.organisation.name.clone(),
            role: self.invitation.role,
            email: self.invitation.email.masked(),
            other: None,
            sign_in: None,
            done: None,
        }
    }

    /// The question as whoever opened the link sees it.
    pub(super) async fn page_of_link(
        &self,
        state: &AppState,
        context: &Context,
        secret: &str,
    ) -> Result<JoinPage, Error> {
        let page = JoinPage { decline: decline_address(secret), ..self.page() };
        let member = Member::find(state, context).await?;
        let owner = self.account.as_ref().map(|account| account.id);
        Ok(match member {
            Some(member) if Some(member.session.account_id) == owner => page,
            other => JoinPage {
                sign_in: Some(format!("{}/{secret}/sign-in", urls::INVITE)),
                other: other.map(|member| member.standing.account.email.to_string()),
                ..page
            },
        })
    }

    /// Something about this invitation.
    fn event(&self, context: &Context, kind: &'static str) -> Event {
        let event = Event::new(Chain::Organisation(self.organisation.id), kind, "done")
            .referred_to(context.reference)
            .with("invited_by", self.invitation.invited_by.to_string())
            .with("role", self.invitation.role.to_string());
        // Before a yes the organisation learns nothing about an account, nor where its owner is.
        match &self.account {
            Some(account) if kind == "membership.join" => {
                event.about(account.id).with_personal("subject_name", account.name.clone())
            }
            _ => event.with_personal("subject_name", self.invitation.name.clone()),
        }
    }
}

/// Makes the account of somebody who has none, and gives the secret of the link with which they choose how they sign in.
/// Says nothing where the invitation does not work (any more), or somebody has the address by now.
pub(super) async fn begin(state: &AppState, context: &Context, secret: &str) -> Result<Option<Secret<String>>, Error> {
    let mut writer = state.db.writing().await?;
    let Some(Ok(asked)) = find(&writer, context, secret).await? else { return Ok(None) };
    if asked.account.is_some() {
        return Ok(None);
    }
    take_turn(&mut writer, asked.organisation.id).await?;
    if !answer_member_invitation(&mut writer, asked.invitation.id, Answer::Accepted, context.now).await? {
        return Ok(None);
    }
    let (account, secret) = admit(&mut writer, state, &asked.invitation, asked.inviter.as_ref(), context.now).await?;
    let event = asked.event(context, "membership.join").about(account);
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    Ok(Some(secret))
}

/// Signing in with the account that was asked, and then on to the question.
pub(super) async fn sign_in(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let asked = match find(state.db.reading(), &context, &secret).await? {
        Some(Ok(asked)) => asked,
        other => return closed(&state, &mut context, other.and_then(Result::err).flatten()),
    };
    let purpose = Purpose {
        next: Some(urls::own_invitation(asked.invitation.id)),
        login_hint: Some(asked.invitation.email.to_string()),
        ..Purpose::default()
    };
    let interaction = new_interaction(&state, &mut context, purpose);
    let mut writer = state.db.writing().await?;
    add_interaction(&mut writer, &interaction).await?;
    writer.commit().await?;
    Ok(see_other(&urls::sign_in(interaction.id)))
}

/// The question, to whoever is signed in with the account that was asked.
pub(super) async fn show_own(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Path(id): Path<String>,
) -> Result<Response, Error> {
    match find_own(state.db.reading(), &context, &member, &id).await? {
        Ok(asked) => context.page(&state, StatusCode::OK, &asked.page()),
        Err(inviter) => closed(&state, &mut context, inviter),
    }
}

/// Yes: they belong to the organisation from here on.
pub(super) async fn join(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let mut writer = state.db.writing().await?;
    let asked = match find_own(&writer, &context, &member, &id).await? {
        Ok(asked) => asked,
        Err(inviter) => return closed(&state, &mut context, inviter),
    };
    let account = member.session.account_id;
    take_turn(&mut writer, asked.organisation.id).await?;
    if !answer_member_invitation(&mut writer, asked.invitation.id, Answer::Accepted, context.now).await? {
        return closed(&state, &mut context, asked.inviter);
    }
    let places = memberships_of(&writer, account).await?;
    if places.iter().all(|place| place.organisation_id != asked.organisation.id) {
        become_member(&mut writer, &state, &asked.invitation, account, context.now).await?;
    }
    let event = asked.event(&context, "membership.join").by(account).with_personal("ip", context.client_ip.to_string());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    context.page(&state, StatusCode::OK, &JoinPage { done: Some("member"), ..asked.page() })
}

/// No, by whoever is signed in with the account.
pub(super) async fn decline_own(
    State(state): State<AppState>,
    mut context: Context,
    member: Member,
    Path(id): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let found = find_own(state.db.reading(), &context, &member, &id).await?;
    say_no(&state, &mut context, found).await
}

/// No, by whoever reads the mailbox, with an account or without.
pub(super) async fn decline(
    State(state): State<AppState>,
    mut context: Context,
    Path(secret): Path<String>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let found = find(state.db.reading(), &context, &secret).await?.unwrap_or(Err(None));
    say_no(&state, &mut context, found).await
}

async fn say_no(
    state: &AppState,
    context: &mut Context,
    found: Result<Asked, Option<Account>>,
) -> Result<Response, Error> {
    let asked = match found {
        Ok(asked) => asked,
        Err(inviter) => return closed(state, context, inviter),
    };
    let mut writer = state.db.writing().await?;
    if !answer_member_invitation(&mut writer, asked.invitation.id, Answer::Declined, context.now).await? {
        return closed(state, context, asked.inviter);
    }
    audit::record(&mut writer, Ink::of(state, context.now), asked.event(context, "membership.decline")).await?;
    writer.commit().await?;
    context.page(state, StatusCode::OK, &JoinPage { done: Some("declined"), ..asked.page() })
}
