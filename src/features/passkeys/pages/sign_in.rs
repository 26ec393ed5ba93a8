//! Signing in with a passkey alone.

use axum::extract::State;
use axum::response::Response;

use super::{Begin, Used, answers};
use crate::domain::FactorKind;
use crate::domain::ids::AccountId;
use crate::features::accounts::{find_account, tell_owner};
use crate::features::audit::{self, Chain, Ink};
use crate::features::factors::list_factors;
use crate::features::interactions::{Passage, Purpose as Reason};
use crate::features::passkeys::assertion::{self, NotUsed};
use crate::features::passkeys::ceremony::{self, Begun, Purpose, Refused, RelyingParty};
use crate::features::passkeys::{CONFIRM, OWN, PasskeyCopied, aaguid};
use crate::features::sessions::{Holder, find_standing};
use crate::web::{AppState, Context, Error, JsonForm, metrics, urls};

/// Where somebody signs in with a passkey.
enum Place {
    /// On our own sign-in page.
    Own,
    /// Where they confirm who they are: only this account will do.
    Confirm(Box<Holder>),
    /// In a sign-in in progress.
    SignIn(Box<Passage>),
}

impl Place {
    /// The one account that will do, where only one will.
    fn wanted(&self) -> Option<AccountId> {
        match self {
            Self::Own => None,
            Self::Confirm(holder) => Some(holder.standing.account.id),
            Self::SignIn(passage) => passage.interaction.purpose.confirms,
        }
    }
}

/// The place of this name, or the page that comes first.
async fn open(state: &AppState, context: &Context, place: &str) -> Result<Result<Place, String>, Error> {
    Ok(match place {
        OWN => Ok(Place::Own),
        CONFIRM => match Holder::find(state, context).await? {
            Some(holder) => Ok(Place::Confirm(Box::new(holder))),
            None => Err(urls::SIGN_IN.to_owned()),
        },
        id => match Passage::find(state, context, id).await? {
            Some(passage) => Ok(Place::SignIn(Box::new(passage))),
            // That page says that it was open too long.
            None => Err(urls::sign_in(id.replace(|c: char| !c.is_ascii_alphanumeric() && c != '_', ""))),
        },
    })
}

pub(super) async fn begin(
    State(state): State<AppState>,
    context: Context,
    JsonForm(begin): JsonForm<Begin>,
) -> Result<Response, Error> {
    let place = match open(&state, &context, &begin.place).await? {
        Ok(place) => place,
        Err(to) => return Ok(answers::elsewhere(&to)),
    };
    let party = state.service::<RelyingParty>();
    let Some(webauthn) = &party.webauthn else { return Ok(answers::refused(&state, Refused::Stopped)) };
    let (options, ceremony) = match place.wanted() {
        None => assertion::start(webauthn).map_err(Error::new)?,
        Some(account) => {
            let factors = list_factors(state.db.reading(), account).await?;
            let passkeys: Vec<_> = factors.iter().filter(|factor| factor.kind == FactorKind::Passkey).collect();
            assertion::start_second(&state, webauthn, &passkeys, FactorKind::Passkey)?
        }
    };
    let bound = (Purpose::SignIn(&begin.place), place.wanted());
    Ok(match ceremony::begin(&state, &context, bound, &ceremony).await? {
        Ok(id) => answers::begun(id, &options.public_key),
        Err(blocked) => answers::too_many(blocked, context.now),
    })
}

pub(super) async fn finish(
    State(state): State<AppState>,
    mut context: Context,
    JsonForm(used): JsonForm<Used>,
) -> Result<Response, Error> {
    let place = match open(&state, &context, &used.place).await? {
        Ok(place) => place,
        Err(to) => return Ok(answers::elsewhere(&to)),
    };
    let wanted = place.wanted();
    let bound = (Purpose::SignIn(&used.place), wanted);
    let Some(begun) = ceremony::find(&state, &context, &used.ceremony, bound).await? else {
        return Ok(answers::refused(&state, Refused::Stopped));
    };
    let verified = assertion::verify(&state, &begun, &used.credential, wanted).await?;
    let mut passage = match place {
        Place::Own => Passage::begin(&state, &mut context, Reason::default()).await?,
        Place::Confirm(holder) => {
            let reason = Reason::confirming(&holder.standing.account, &used.next);
            Passage::begin(&state, &mut context, reason).await?
        }
        Place::SignIn(passage) => *passage,
    };
    let verified = match verified {
        Ok(verified) => verified,
        Err(not_used) => return refuse(&state, &context, &passage, "sign_in.passkey", &begun, not_used).await,
    };
    let account = verified.factor.account_id;
    let Some(standing) = find_standing(state.db.reading(), account, [context.client_ip.network()]).await? else {
        return Ok(answers::refused(&state, Refused::Unknown));
    };
    let network = context.client_ip.network();
    passage.interaction.prove_first(account, verified.proof(&context), network);
    passage.interaction.answers.offer_answered = true;
    let owner = standing.account.clone();
    passage.standing = Some(standing);
    let mut writer = state.db.writing().await?;
    if !begun.use_up(&mut writer, &context).await? || !verified.keep(&state, &context, &mut writer).await? {
        return Ok(answers::refused(&state, Refused::Stopped));
    }
    let known = answers::find_known(&state, &writer, &owner).await?;
    let id = passage.interaction.id;
    let onward = passage.finish(&state, &context, writer, "sign_in.passkey").await?;
    Ok(answers::onward(&state, onward, (id, FactorKind::Passkey), &known))
}

/// Writes down that nothing was proven, and why. A counter that went back is told to the owner as well.
pub(super) async fn refuse(
    state: &AppState,
    context: &Context,
    passage: &Passage,
    step: &'static str,
    begun: &Begun,
    not_used: NotUsed,
) -> Result<Response, Error> {
    let NotUsed { why, factor } = not_used;
    metrics::count("sign_ins_total", why.as_str());
    let owner = match &factor {
        Some(factor) => find_account(state.db.reading(), factor.account_id).await?,
        None => None,
    };
    let mut event = passage.event(context, step, why.as_str());
    if let Some(owner) = &owner {
        event.chain = Chain::Organisation(owner.home_organisation_id);
        event.subject = Some(owner.id);
    }
    let mut writer = state.db.writing().await?;
    if !begun.use_up(&mut writer, context).await? {
        return Ok(answers::refused(state, Refused::Stopped));
    }
    if let (Refused::Copied, Some(factor), Some(owner)) = (why, &factor, &owner) {
        let mut rollback = event.clone().with("factor", factor.id.to_string());
        rollback.kind = "passkey.counter_rollback";
        audit::record(&mut writer, Ink::of(state, context.now), rollback).await?;
        let provider = factor.details.aaguid.as_deref().and_then(aaguid::provider);
        let is_key = factor.kind == FactorKind::SecurityKey;
        let message = PasskeyCopied::of(owner, (&factor.name, provider), is_key, context);
        tell_owner(&mut writer, state, owner, &message, context.now).await?;
    }
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    Ok(answers::refused(state, why))
}
