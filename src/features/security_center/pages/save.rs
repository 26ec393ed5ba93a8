//! Saving the rules.

use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde_json::json;

use super::{Office, event, not_found};
use crate::domain::policy::Policy;
use crate::features::accounts::{find_account, tell_owner};
use crate::features::audit::{self, Ink};
use crate::features::interactions::Fresh;
use crate::features::organisations::take_turn;
use crate::features::outbox::Particulars;
use crate::features::security_center::rules::{Draft, Lockout, judge_change};
use crate::features::security_center::views::{Problem, RulesChanged};
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
    let (status, problem) = match wanted {
        _ if draft.version != office.rules.version => (StatusCode::CONFLICT, office.changed(&state).await?),
        Err(field) => (StatusCode::UNPROCESSABLE_ENTITY, Problem::Faulty { field }),
        Ok(after) if after == office.rules.policy => return Ok(see_other(urls::SECURITY_CENTER)),
        Ok(after) => match apply(&state, &context, &mut writer, &office, (after, "done")).await? {
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

/// Makes `after` the rules, tells the other administrators, and writes it down as `outcome`. Nothing is committed here.
pub(super) async fn apply(
    state: &AppState,
    context: &Context,
    writer: &mut Writer,
    office: &Office<'_>,
    (after, outcome): (Policy, &'static str),
) -> Result<Applied, Error> {
    let Some(saver) = office.saver() else { return Ok(Applied::NotAllowed) };
    if let Err(how) = judge_change(saver, &office.change(after), office.others()) {
        return Ok(Applied::Lockout(how));
    }
    let admin = office.admin;
    let affected = office.effects(after).iter().filter(|(_, effects)| !effects.is_empty()).count();
    let (by, now) = (saver.id(), context.now);
    if !change_policy(writer, admin.organisation, after, (Some(by), Some(office.rules.version)), now).await? {
        return Ok(Applied::NotAllowed);
    }
    let event = event(context, admin, "organisation.policy", outcome)
        .with("before", json!(office.rules.policy))
        .with("after", json!(after))
        .with("affected", affected);
    audit::record(writer, Ink::of(state, now), event).await?;
    for other in office.people.iter().filter(|person| person.id() != by && person.administers) {
        let Some(account) = find_account(writer, other.id()).await? else { continue };
        let message = RulesChanged {
            name: account.name.clone(),
            by: saver.name.clone(),
            organisation: office.name(),
            undone: outcome == "undone",
            particulars: Particulars {
                browser: None,
                ip: None,
                ..Particulars::of(context, account.email.as_str(), None)
            },
        };
        tell_owner(writer, state, &account, &message, now).await?;
    }
    Ok(Applied::Done)
}
