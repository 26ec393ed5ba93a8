//! Making a passkey or security key: in the account area, or in a sign-in that asks for one or offers one.

use axum::http::{HeaderMap, StatusCode};
use axum::response::Response;

use super::{Created, MaybeFresh, answers};
use crate::domain::FactorKind;
use crate::domain::ids::{FactorId, SessionId};
use crate::domain::sign_in::{Decision, Question};
use crate::features::accounts::{Account, hold_unchanged, tell_owner};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::factors::{MOST_FACTORS, list_factors};
use crate::features::interactions::{Fresh, Passage, add_to_session, expired_page, offer_is_due};
use crate::features::organisations::find_invitation;
use crate::features::passkeys::ceremony::{self, Begun, Purpose, Refused, RelyingParty};
use crate::features::passkeys::registration::{self, Made};
use crate::features::passkeys::{Ceremony, CreatePage, PasskeyAdded, handle_text};
use crate::features::passwords::has_password;
use crate::features::sessions::{Member, Standing, end_everything_else, find_standing};
use crate::storage::Writer;
use crate::web::{AppState, Context, CookieKind, Error, see_other, urls};

/// Where a factor is made, and for whom.
enum Place {
    /// In the account area, by somebody who proved a moment ago who they are.
    Account(Box<Member>),
    /// In a sign-in that asks for it.
    SignIn(Box<Passage>),
}

impl Place {
    /// The account that gets it.
    fn account(&self) -> Option<&Account> {
        match self {
            Self::Account(member) => Some(&member.standing.account),
            Self::SignIn(passage) => passage.standing.as_ref().map(|standing| &standing.account),
        }
    }

    /// The session that goes on.
    fn session(&self) -> Option<SessionId> {
        match self {
            Self::Account(member) => Some(member.session.id),
            Self::SignIn(passage) => passage.interaction.session_id,
        }
    }
}

/// Why nothing can be made here.
enum Closed {
    /// Something else comes first, on this page.
    To(String),
    /// Somebody must prove first who they are.
    Prove(Response),
    /// The sign-in is over, or another browser's.
    Expired,
}

/// The place of this name, if a factor of `kind` can be made there.
async fn open(
    state: &AppState,
    context: &Context,
    (place, kind): (&str, FactorKind),
    fresh: MaybeFresh,
) -> Result<Result<Place, Closed>, Error> {
    if place == urls::PLACE_ACCOUNT {
        let member = match fresh {
            Ok(Fresh(member)) => member,
            Err(response) => return Ok(Err(Closed::Prove(response))),
        };
        if member.standing.policy().kinds.rule.kinds().contains(kind) {
            return Ok(Ok(Place::Account(Box::new(member))));
        }
        // Their organisation does not let this kind count.
        return Ok(Err(Closed::To(urls::ACCOUNT_PASSKEYS.to_owned())));
    }
    let Some(mut passage) = Passage::find(state, context, place).await? else { return Ok(Err(Closed::Expired)) };
    if kind == FactorKind::Passkey && passage.interaction.evidence.is_none() {
        passage.standing = invited(state, context, &passage).await?;
        if passage.standing.is_some() {
            return Ok(Ok(Place::SignIn(Box::new(passage))));
        }
    }
    let due = match passage.decision(context.now) {
        Decision::Ask(Question::Enrol { kinds, .. }) => kinds.contains(kind),
        _ => kind == FactorKind::Passkey && is_offered(state, context, &passage).await?,
    };
    if due {
        return Ok(Ok(Place::SignIn(Box::new(passage))));
    }
    Ok(Err(Closed::To(passage.next_page(context.now))))
}

/// Who was invited, where the sign-in began with an invitation that works: a passkey is the first thing they prove.
async fn invited(state: &AppState, context: &Context, passage: &Passage) -> Result<Option<Standing>, Error> {
    let Some(id) = passage.interaction.purpose.invitation else { return Ok(None) };
    let db = state.db.reading();
    let invitation = find_invitation(db, id).await?.filter(|invitation| invitation.works(context.now));
    let Some(invitation) = invitation else { return Ok(None) };
    // Whoever signs in in some way already is not invited to another: the mailbox alone must not get past a factor.
    if has_password(db, invitation.account_id).await? {
        return Ok(None);
    }
    let standing = find_standing(db, invitation.account_id, [context.client_ip.network()]).await?;
    Ok(standing.filter(|standing| standing.enrolled.kinds.is_empty()))
}

/// Whether this sign-in, which is done, may end with the offer of a passkey. Only in the session that came of it: a
/// sign-in must not outlive a sign-out.
pub(super) async fn is_offered(state: &AppState, context: &Context, passage: &Passage) -> Result<bool, Error> {
    let Some(standing) = &passage.standing else { return Ok(false) };
    let opened = passage.interaction.session_id;
    let member = Member::find(state, context).await?;
    let same = member.is_some_and(|member| Some(member.session.id) == opened);
    let possible = same && crate::features::passkeys::are_on(state) && !context.is_shared;
    Ok(possible && offer_is_due(state.db.reading(), &passage.interaction, standing, context.now).await?)
}

/// How one is made in this place.
pub(super) fn ceremony_in(place: &str, kind: FactorKind) -> Ceremony {
    let page = urls::enrol_kind(place, kind);
    Ceremony {
        creates: true,
        begin: urls::begin(&page),
        finish: urls::finish(&page),
        place: String::new(),
        next: String::new(),
        autofill: false,
        first: true,
    }
}

pub(super) async fn show(
    state: AppState,
    mut context: Context,
    (place, kind): (String, FactorKind),
    fresh: MaybeFresh,
) -> Result<Response, Error> {
    let opened = match open(&state, &context, (&place, kind), fresh).await? {
        Ok(opened) => opened,
        Err(Closed::To(to)) => return Ok(see_other(&to)),
        Err(Closed::Prove(response)) => return Ok(response),
        Err(Closed::Expired) => return expired_page(&state, &mut context, None),
    };
    let on = crate::features::passkeys::are_on(&state);
    let mut page = CreatePage {
        kind,
        ceremony: on.then(|| ceremony_in(&place, kind)),
        app: None,
        back: urls::ACCOUNT_PASSKEYS.to_owned(),
        in_sign_in: false,
    };
    match &opened {
        Place::Account(member) => context.signed_in = Some(member.shown()),
        Place::SignIn(passage) => {
            context.prefer(passage.interaction.purpose.languages());
            page.app = passage.interaction.purpose.app_name().map(str::to_owned);
            // Behind an invitation there is nothing yet to go back to: the link itself leads there.
            page.back =
                passage.interaction.evidence.as_ref().map_or_else(String::new, |_| passage.next_page(context.now));
            page.in_sign_in = true;
        }
    }
    context.page(&state, StatusCode::OK, &page)
}

pub(super) async fn begin(
    state: AppState,
    context: Context,
    (place, kind): (String, FactorKind),
    fresh: MaybeFresh,
) -> Result<Response, Error> {
    let opened = match open(&state, &context, (&place, kind), fresh).await? {
        Ok(opened) => opened,
        Err(closed) => return Ok(away(closed, &place, kind)),
    };
    let party = state.service::<RelyingParty>();
    let (Some(webauthn), Some(account)) = (&party.webauthn, opened.account()) else {
        return Ok(answers::refused(&state, Refused::Stopped));
    };
    let enrolled = list_factors(state.db.reading(), account.id).await?;
    if enrolled.len() >= MOST_FACTORS {
        return Ok(answers::refused(&state, Refused::Full));
    }
    let (options, ceremony) = registration::start(webauthn, account, &enrolled, kind).map_err(Error::new)?;
    let bound = (Purpose::Enrol(kind, &place), Some(account.id));
    Ok(match ceremony::begin(&state, &context, bound, &ceremony).await? {
        Ok(id) => answers::begun(id, &options.public_key),
        Err(blocked) => answers::too_many(blocked, context.now),
    })
}

/// Where the script goes when nothing can be made here.
fn away(closed: Closed, place: &str, kind: FactorKind) -> Response {
    let page = urls::enrol_kind(place, kind);
    answers::elsewhere(&match closed {
        Closed::To(to) => to,
        Closed::Prove(_) => urls::confirm(&page),
        Closed::Expired => page,
    })
}

pub(super) async fn finish(
    state: AppState,
    context: Context,
    (place, kind): (String, FactorKind),
    fresh: MaybeFresh,
    created: Created,
) -> Result<Response, Error> {
    let opened = match open(&state, &context, (&place, kind), fresh).await? {
        Ok(opened) => opened,
        Err(closed) => return Ok(away(closed, &place, kind)),
    };
    let Some(account) = opened.account().cloned() else { return Ok(answers::refused(&state, Refused::Stopped)) };
    let bound = (Purpose::Enrol(kind, &place), Some(account.id));
    let Some(begun) = ceremony::find(&state, &context, &created.ceremony, bound).await? else {
        return Ok(answers::refused(&state, Refused::Stopped));
    };
    let party = state.service::<RelyingParty>();
    let made = match registration::verify(&party, &begun.state, &created.credential) {
        Ok(made) => made,
        Err(why) => {
            // The library refuses an excluded credential like any other that is not as asked.
            let handle = handle_text(&created.credential.raw_id);
            let known = registration::find_duplicate(&state, &account, &handle).await?;
            let why = known.filter(|known| *known == Refused::Exists).unwrap_or(why);
            return refuse(&state, &context, (&account, kind), &begun, why).await;
        }
    };
    if let Some(why) = registration::find_duplicate(&state, &account, &made.handle).await? {
        return refuse(&state, &context, (&account, kind), &begun, why).await;
    }
    let mut writer = state.db.writing().await?;
    if !begun.use_up(&mut writer, &context).await? {
        return Ok(answers::refused(&state, Refused::Stopped));
    }
    if list_factors(&writer, account.id).await?.len() >= MOST_FACTORS {
        return Ok(answers::refused(&state, Refused::Full));
    }
    let name = registration::name(&made, &created.name, &context)?;
    // Somebody else made one with this identifier between the look and now: only a copy could.
    let id = match registration::add(&state, &context, &mut writer, (&account, kind, &name), &made).await {
        Err(error) if error.is_duplicate() => return Ok(answers::refused(&state, Refused::Exists)),
        added => added?,
    };
    if !hold_unchanged(&mut writer, account.id, account.credentials_changed_at).await? {
        return Ok(answers::refused(&state, Refused::Stopped));
    }
    end_everything_else(&mut writer, account.id, opened.session(), context.now).await?;
    record(&state, &context, &mut writer, (&account, kind, id, &name), &made).await?;
    go_on(&state, &context, writer, opened, (kind, id, &made)).await
}

/// Writes down that it was made, and tells its owner.
async fn record(
    state: &AppState,
    context: &Context,
    writer: &mut Writer,
    (account, kind, id, name): (&Account, FactorKind, FactorId, &str),
    made: &Made,
) -> Result<(), Error> {
    let event = event(context, account, "factor.add", "done")
        .with("factor", id.to_string())
        .with("kind", kind.to_string())
        .with("device_bound", made.device_bound)
        .with_personal("name", name);
    audit::record(writer, Ink::of(state, context.now), event).await?;
    let message = PasskeyAdded::of(account, (name, made.provider()), kind == FactorKind::SecurityKey, context);
    tell_owner(writer, state, account, &message, context.now).await
}

/// The session or the sign-in goes on with what was just made.
async fn go_on(
    state: &AppState,
    context: &Context,
    mut writer: Writer,
    opened: Place,
    (kind, id, made): (FactorKind, FactorId, &Made),
) -> Result<Response, Error> {
    let proof = made.proof(kind, id, context);
    match opened {
        Place::Account(member) => {
            let account = &member.standing.account;
            let known = answers::find_known(state, &writer, account).await?;
            let mut standing = member.standing.clone();
            standing.enrolled = standing.enrolled.with(kind, made.device_bound);
            let session = add_to_session(state, context, &mut writer, (&member, &standing), proof).await?;
            writer.commit().await?;
            let mut headers = HeaderMap::new();
            answers::remember_passkey(state, &mut headers, kind);
            let Some(session) = session else { return Ok(answers::done(headers, urls::SIGN_IN, &known)) };
            state.cookies.set(&mut headers, CookieKind::Session, session.expose());
            Ok(answers::done(headers, &format!("{}?done=added", urls::ACCOUNT_PASSKEYS), &known))
        }
        Place::SignIn(mut passage) => {
            let Some(account) = passage.standing.as_ref().map(|standing| standing.account.clone()) else {
                return Ok(answers::refused(state, Refused::Stopped));
            };
            passage.enrolled((kind, made.device_bound), proof, context);
            let known = answers::find_known(state, &writer, &account).await?;
            let interaction = passage.interaction.id;
            let onward = passage.finish(state, context, writer, "sign_in.enrol").await?;
            Ok(answers::onward(state, onward, (interaction, kind), &known))
        }
    }
}

/// Writes down that nothing was made, and why.
async fn refuse(
    state: &AppState,
    context: &Context,
    (account, kind): (&Account, FactorKind),
    begun: &Begun,
    why: Refused,
) -> Result<Response, Error> {
    let mut writer = state.db.writing().await?;
    if begun.use_up(&mut writer, context).await? {
        let event = event(context, account, "factor.add", why.as_str()).with("kind", kind.to_string());
        audit::record(&mut writer, Ink::of(state, context.now), event).await?;
        writer.commit().await?;
    }
    Ok(answers::refused(state, why))
}

/// An event about what an account enrolled, by its owner.
pub(super) fn event(context: &Context, account: &Account, kind: &'static str, outcome: &'static str) -> Event {
    Event::new(Chain::Organisation(account.home_organisation_id), kind, outcome)
        .by(account.id)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string())
}
