//! Saving the rules.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::{Office, event, not_found};
use crate::domain::policy::Policy;
use crate::features::audit::{self, Ink};
use crate::features::interactions::Fresh;
use crate::features::organisations::take_turn;
use crate::features::security_center::notices::{RulesNews, tell_concerned, tell_rules_changed};
use crate::features::security_center::rules::{Draft, Lockout, judge_change};
use crate::features::security_center::views::Problem;
use crate::features::sessions::{OrgAdmin, change_policy};
use crate::storage::Writer;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

pub(super) async fn save(
    State(state): State<AppState>,
    mut context: Context,
    admin: OrgAdmin,
    Form(draft): Form<Draft>,
) -> Result<Response, Error> {
    if !Fresh::is_fresh(&admin.member, &context) {
        // What was filled in is still there afterwards.
        return Ok(see_other(&urls::confirm(&urls::security_center_draft(&draft.code()))));
    }
    let mut writer = state.db.writing().await?;
    // Who looks after the organisation stays the same until this is done.
    take_turn(&mut writer, admin.organisation).await?;
    let office = Office::find(&state, &writer, &admin, context.now).await?;
    let wanted = draft.policy(office.rules.policy, context.now, &office.zone);
    let how = How::Saved { tell: draft.tell.is_some() };
    let no_mail = office.no_mail(&state, &writer, wanted).await?;
    let (status, problem) = match (wanted, no_mail) {
        _ if draft.version != office.rules.version => (StatusCode::CONFLICT, office.changed(&state).await?),
        (Err(field), _) => (StatusCode::UNPROCESSABLE_ENTITY, Problem::Faulty { field }),
        (Ok(_), Some(problem)) => (StatusCode::UNPROCESSABLE_ENTITY, problem),
        (Ok(after), None) if after == office.rules.policy => return Ok(see_other(urls::SECURITY_CENTER)),
        (Ok(after), None) => match apply(&state, &context, &mut writer, &office, (after, how)).await? {
            Applied::Done => {
                writer.commit().await?;
                return Ok(see_other(&format!("{}?done=saved", urls::SECURITY_CENTER)));
            }
            Applied::Lockout(how) => (StatusCode::UNPROCESSABLE_ENTITY, Problem::Lockout { how }),
            Applied::NotAllowed => return Ok(not_found()),
        },
    };
    drop(writer);
    let page = office.page(&state, &draft, Some(problem)).await?;
    context.signed_in = Some(admin.member.shown());
    context.page(&state, status, &page)
}

/// What became of a change.
pub(super) enum Applied {
    Done,
    /// Whoever saves would be locked out.
    Lockout(Lockout),
    /// Whoever saves looks after nobody any more.
    NotAllowed,
}

/// Why the rules become others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// Somebody filled the form in.
    Saved {
        /// Whom it concerns is told by mail.
        tell: bool,
    },
    /// The last change is taken back.
    Undone,
}

/// Makes `after` the rules, tells the other administrators, and writes it down. Nothing is committed here.
pub(super) async fn apply(
    state: &AppState,
    context: &Context,
    writer: &mut Writer,
    office: &Office<'_>,
    (after, how): (Policy, How),
) -> Result<Applied, Error> {
    let Some(saver) = office.saver() else { return Ok(Applied::NotAllowed) };
    if let Err(how) = judge_change(saver, &office.change(after), office.others()) {
        return Ok(Applied::Lockout(how));
    }
    let admin = office.admin;
    // Before anything is changed: they are told what was shown.
    let affected: Vec<_> = office.effects(after).into_iter().filter(|(_, effects)| !effects.is_empty()).collect();
    let (by, now, undone) = (saver.id(), context.now, how == How::Undone);
    if !change_policy(writer, admin.organisation, after, (Some(by), Some(office.rules.version)), now).await? {
        return Ok(Applied::NotAllowed);
    }
    let tell = how == How::Saved { tell: true };
    let event = event(context, admin, "organisation.policy", if undone { "undone" } else { "done" })
        .with("before", json!(office.rules.policy))
        .with("after", json!(after))
        .with("affected", affected.len())
        .with("told", tell);
    audit::record(writer, Ink::of(state, now), event).await?;
    let name = office.name();
    let news = RulesNews {
        organisation: (admin.organisation, &name),
        by: Some(&saver.name),
        own: Some(by),
        undone,
        reference: Some(context.reference),
        now,
    };
    tell_rules_changed(writer, state, &news).await?;
    if tell {
        for (person, effects) in affected.into_iter().filter(|(person, _)| person.id() != by) {
            tell_concerned(writer, state, &news, (person.id(), effects)).await?;
        }
    }
    Ok(Applied::Done)
}
