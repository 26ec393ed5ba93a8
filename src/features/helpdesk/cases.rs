//! What a case does: who is told, and what the link takes away.

use std::pin::pin;
use std::time::Duration;

use tokio::time::sleep;
use tracing::error;

use super::messages::{RecoveryLinkMail, RecoveryNotice};
use super::rules::{CASE_LIFETIME, Case, CaseState, LINK_LIFETIME, Removes, Who, conflict, may_see};
use super::store;
use crate::domain::ids::{AccountId, RecoveryCaseId};
use crate::domain::secret::Fingerprint;
use crate::domain::{Secret, Timestamp};
use crate::features::accounts::{Account, InstanceRole, find_account, tell_owner};
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::factors::{demand_enrolment, list_factors, remove_factor};
use crate::features::organisations::{Giver, helpdesk_access};
use crate::features::outbox::{Letter, Particulars, Recipient, post};
use crate::features::sessions::{Standing, end_everything_else, find_standing};
use crate::storage::{Reader, Writer};
use crate::web::{AppState, Context, Error, Parts, Reference, urls};

/// How often it is looked whether a link may leave.
const EVERY: Duration = Duration::from_secs(1);

/// Who an account is, to the rules.
pub(super) fn who(standing: &Standing) -> Who {
    let account = &standing.account;
    let home = standing.home().filter(|home| home.disabled_at.is_none() && !home.organisation_disabled);
    let administers = home.is_some_and(|home| home.role == crate::features::organisations::Role::Administrator);
    let helps_everybody = account.instance_role.helps();
    let since = match home {
        Some(home) if administers => home.role_since,
        _ => account.created_at,
    };
    Who {
        account: account.id,
        home: account.home_organisation_id,
        administers,
        helps_everybody,
        runs_everything: account.instance_role == InstanceRole::Administrator,
        since,
        brought_in_by: home.map_or([None; 3], |home| {
            let [invited, made] = home.brought_in_by.each_ref().map(|by| by.as_ref().and_then(Giver::person));
            [invited, made, None]
        }),
    }
}

/// The same as a signer: since when they have had every say that they may use, and who gave it.
pub(super) async fn signer(db: &Reader, standing: &Standing) -> Result<Who, Error> {
    let mut signer = who(standing);
    if signer.helps_everybody {
        let (since, by) = store::instance_role_given(db, signer.account).await?;
        signer.since = signer.since.max(since.unwrap_or(signer.since));
        signer.brought_in_by[2] = by;
    }
    Ok(signer)
}

/// Somebody who signed a case, if they may still have a hand in it: what they signed counts as long as they may.
pub(super) async fn still_signs(
    db: &Reader,
    case: &Case,
    signer: AccountId,
    now: Timestamp,
) -> Result<Option<Who>, Error> {
    let Some(standing) = find_standing(db, signer, [None]).await? else { return Ok(None) };
    let Some(subject) = find_standing(db, case.account, [None]).await? else { return Ok(None) };
    let facts = standing.facts();
    let helper = who(&standing);
    let access = helpdesk_access(db, case.organisation).await?;
    let may = !facts.disabled
        && !facts.organisation_disabled
        && !facts.membership_disabled
        && may_see(helper, case.organisation, access, now)
        && conflict(helper, who(&subject)).is_none();
    Ok(may.then_some(helper))
}

/// Whether everybody who signed a case so far may still have a hand in it. Where somebody may not, the case is void from
/// here on, and its owner told.
pub(super) async fn holds(
    db: &mut Writer,
    state: &AppState,
    case: &Case,
    (reference, now): (Option<Reference>, Timestamp),
) -> Result<bool, Error> {
    for signer in [case.requested_by, case.decided_by].into_iter().flatten() {
        if still_signs(db, case, signer, now).await?.is_none() {
            if store::end_case(db, case.id, CaseState::Void, now).await? {
                tell_ended(db, state, case, now).await?;
                let mut event = event(case, "recovery.void", "done", None).with("signer", signer.to_string());
                event.reference = reference.map(|reference| reference.to_string()).unwrap_or_default();
                audit::record(db, Ink::of(state, now), event).await?;
            }
            return Ok(false);
        }
    }
    Ok(true)
}

/// Tells the owner that nothing comes of a case, where they did not stop it themselves.
pub(super) async fn tell_ended(db: &mut Writer, state: &AppState, case: &Case, now: Timestamp) -> Result<(), Error> {
    let Some(account) = find_account(db, case.account).await? else { return Ok(()) };
    let notice = RecoveryNotice {
        name: account.name.clone(),
        stage: "ended",
        second_factor: false,
        passkeys: false,
        from: None,
        stop: None,
        particulars: Particulars::without_request(account.email.as_str(), now),
    };
    tell_owner(db, state, &account, &notice, now).await
}

const STOP: &str = "link that stops a recovery";

/// The tag in the link that stops a case: it lasts as long as the case, and nobody else can make it.
pub(super) fn stop_tag(parts: &Parts, case: RecoveryCaseId) -> String {
    parts.mac.tag(STOP, &[&case.to_string()])
}

/// Whether this is that tag.
pub(super) fn is_stop_tag(parts: &Parts, case: RecoveryCaseId, tag: &str) -> bool {
    parts.mac.verify(STOP, &[&case.to_string()], tag)
}

fn stop_link(parts: &Parts, case: RecoveryCaseId) -> String {
    format!("{}{}", parts.config.server.issuer(), urls::recovery_stop(case, &stop_tag(parts, case)))
}

/// A new case about `account`, as far as it has come.
pub(super) fn new_case(state: &AppState, account: &Account, now: Timestamp) -> Case {
    Case {
        id: RecoveryCaseId::new(now, state.random.as_ref()),
        account: account.id,
        organisation: account.home_organisation_id,
        state: CaseState::Asked,
        removes: Removes::default(),
        reason: String::new(),
        checks: Vec::new(),
        own_check: None,
        requested_by: None,
        decided_by: None,
        created_at: now,
        expires_at: now.after(CASE_LIFETIME),
        effective_at: None,
    }
}

/// Tells the owner how far a case has come, with a link that stops it.
pub(super) async fn tell(
    db: &mut Writer,
    state: &AppState,
    context: &Context,
    (account, case): (&Account, &Case),
    word: &'static str,
) -> Result<(), Error> {
    // Where the helper sits is nothing that the owner could recognise.
    let particulars = Particulars { browser: None, ip: None, ..Particulars::of(context, account.email.as_str(), None) };
    let notice = RecoveryNotice {
        name: account.name.clone(),
        stage: word,
        second_factor: false,
        passkeys: false,
        from: case.effective_at.map(Timestamp::millis),
        stop: (word != "done").then(|| stop_link(state, case.id)),
        particulars,
    };
    tell_owner(db, state, account, &notice.removing(case.removes), context.now).await
}

/// Something about a case.
pub(super) fn event(case: &Case, kind: &'static str, outcome: &'static str, actor: Option<AccountId>) -> Event {
    let mut event = Event::new(Chain::Organisation(case.organisation), kind, outcome)
        .about(case.account)
        .with("case", case.id.to_string())
        .with("second_factor", case.removes.second_factor)
        .with("passkeys", case.removes.passkeys);
    event.actor = actor;
    for (name, who) in [("requested_by", case.requested_by), ("countersigned_by", case.decided_by)] {
        if let Some(who) = who {
            event = event.with(name, who.to_string());
        }
    }
    event
}

/// The link is used: what was lost is taken away, everything that stands on it ends, and a new factor is demanded.
pub(super) async fn take_effect(
    db: &mut Writer,
    state: &AppState,
    context: &Context,
    (account, case): (&Account, &Case),
) -> Result<(), Error> {
    let mut removed = 0;
    for factor in list_factors(db, account.id).await?.iter().filter(|factor| case.removes.includes(factor.kind)) {
        removed += u64::from(remove_factor(db, account.id, factor.id).await?);
    }
    demand_enrolment(db, account.id).await?;
    end_everything_else(db, account.id, None, context.now).await?;
    tell(db, state, context, (account, case), "done").await?;
    let event = event(case, "recovery.use", "done", None)
        .referred_to(context.reference)
        .with("removed", removed)
        .with_personal("ip", context.client_ip.to_string());
    audit::record(db, Ink::of(state, context.now), event).await?;
    Ok(())
}

/// Sends the links of approved cases when their time to be stopped is over, until `stopped`. Nodes may do it at the same
/// time; each link leaves once.
pub async fn send_links(state: AppState, stopped: impl Future<Output = ()>) {
    let mut stopped = pin!(stopped);
    loop {
        if let Err(fault) = send_due(&state).await {
            error!("the links of recoveries cannot be sent: {fault}");
        }
        tokio::select! {
            () = &mut stopped => return,
            () = sleep(EVERY) => {}
        }
    }
}

async fn send_due(state: &AppState) -> Result<(), Error> {
    let now = state.now();
    for case in store::list_due_cases(state.db.reading(), now).await? {
        let id = case.id;
        if let Err(fault) = send_one(state, case, now).await {
            error!("the link of {id} could not be sent: {fault}");
        }
    }
    Ok(())
}

/// Sends the link of one case, where its time has come.
async fn send_one(state: &AppState, case: Case, now: Timestamp) -> Result<(), Error> {
    let Some(account) = find_account(state.db.reading(), case.account).await? else { return Ok(()) };
    let secret = state.random.secret();
    let mut writer = state.db.writing().await?;
    if !holds(&mut writer, state, &case, (None, now)).await? {
        writer.commit().await?;
        return Ok(());
    }
    if !store::send_link(&mut writer, case.id, Fingerprint::of(secret.expose()), now).await? {
        return Ok(());
    }
    let message = RecoveryLinkMail {
        name: account.name.clone(),
        link: absolute(state, &secret),
        minutes: LINK_LIFETIME.as_secs() / 60,
        stop: stop_link(state, case.id),
        particulars: Particulars::without_request(account.email.as_str(), now),
    };
    let letter = Letter {
        to: Recipient::Mail(account.email.clone()),
        language: account.language,
        account: Some(account.id),
        expires_at: now.after(LINK_LIFETIME),
        message: &message,
    };
    post(&mut writer, state, letter, now).await?;
    audit::record(&mut writer, Ink::of(state, now), event(&case, "recovery.link", "sent", None)).await?;
    writer.commit().await?;
    Ok(())
}

fn absolute(parts: &Parts, secret: &Secret<String>) -> String {
    format!("{}{}", parts.config.server.issuer(), urls::recovery_link(secret.expose()))
}

/// Makes a link that lets `account` back in, without a second person: for the operator at the command line. It takes
/// every factor away when it is used.
///
/// # Errors
///
/// When the database refuses.
pub async fn hand_out_link(
    db: &mut Writer,
    state: &AppState,
    account: &Account,
    now: Timestamp,
) -> Result<(Secret<String>, Timestamp), Error> {
    if let Some(open) = store::find_open_case(db, account.id, now).await? {
        store::end_case(db, open.id, CaseState::Stopped, now).await?;
    }
    let secret = state.random.secret();
    let case = Case {
        state: CaseState::LinkSent,
        removes: Removes { second_factor: true, passkeys: true },
        expires_at: now.after(LINK_LIFETIME),
        ..new_case(state, account, now)
    };
    store::add_case(db, &case, Some(Fingerprint::of(secret.expose()))).await?;
    let event = event(&case, "recovery.link", "printed", None).with("by", "command line");
    audit::record(db, Ink::of(state, now), event).await?;
    Ok((Secret::new(absolute(state, &secret)), case.expires_at))
}
