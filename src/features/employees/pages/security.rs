//! How one of the people signs in, without any secret, and taking one method away.

use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::acts::{Did, tell};
use super::{Done, acts_of, event, find, not_found, tabs};
use crate::domain::ids::{AccountId, FactorId};
use crate::domain::{FactorKind, FactorKinds, Timestamp};
use crate::features::audit::{self, Ink};
use crate::features::employees::Person;
use crate::features::employees::rules::{Act, may_remove};
use crate::features::employees::store::find_person;
use crate::features::employees::views::{EmployeeSecurityPage, MethodRow, RemoveMethodPage};
use crate::features::factors::{Factor, count_recovery_codes, list_factors, remove_factor};
use crate::features::interactions::FreshAdmin;
use crate::features::organisations::take_turn_as;
use crate::features::passwords::password_changed_at;
use crate::features::sessions::{Lifetime, OrgAdmin, Standing, end_everything_else, find_standing, list_live_sessions};
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, Form, see_other, urls};

/// What the address says when a method was taken away.
const METHOD: &str = "method";

pub(super) async fn show(
    State(state): State<AppState>,
    mut context: Context,
    admin: OrgAdmin,
    Path(account): Path<String>,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let found = find(&state, &admin, &account).await?;
    let Some(person) = found.filter(|person| person.is_looked_after_by(admin.organisation)) else {
        return Ok(not_found());
    };
    let (db, id) = (state.db.reading(), person.account_id);
    let Some(standing) = find_standing(db, id, []).await? else { return Ok(not_found()) };
    let lifetime = Lifetime::of(&state.config.sign_in).within(&standing.policy());
    let own = id == admin.member.session.account_id;
    let factors = list_factors(db, id).await?;
    let shown = factors.iter().filter(|factor| factor.kind != FactorKind::RecoveryCode);
    let methods = shown.map(|factor| MethodRow {
        kind: factor.kind,
        name: factor.name.clone(),
        strength: factor.kind.strength(),
        created: factor.created_at.millis(),
        last_used: factor.last_used_at.map(Timestamp::millis),
        remove: (!own && is_removable(&factors, factor, &person, &standing)).then(|| address(id, factor.id)),
    });
    let page = EmployeeSecurityPage {
        tabs: tabs(&person, &admin, "security"),
        methods: methods.collect(),
        recovery_codes: match factors.iter().find(|factor| factor.kind == FactorKind::RecoveryCode) {
            Some(set) => count_recovery_codes(db, set.id).await?,
            None => 0,
        },
        password_changed: password_changed_at(db, id).await?.map(Timestamp::millis),
        new_password_due: person.new_password_due,
        sessions: list_live_sessions(db, id, context.now, lifetime).await?.len(),
        acts: acts_of(&person, &admin, |act| matches!(act, Act::Password | Act::SignOut)),
        recovery: urls::RECOVERY_REQUESTS_NEW.to_owned(),
        own,
        done: done.done.as_deref() == Some(METHOD),
    };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

fn address(account: AccountId, factor: FactorId) -> String {
    format!("{}/methods/{factor}", urls::employee(account))
}

fn is_removable(all: &[Factor], factor: &Factor, person: &Person, standing: &Standing) -> bool {
    let left: FactorKinds = all.iter().filter(|other| other.id != factor.id).map(|other| other.kind).collect();
    may_remove(left, standing.policy().kinds.rule.kinds(), person.has_password)
}

/// A method of one of the people, and what its removal comes down to.
async fn method(
    db: &Reader,
    admin: &OrgAdmin,
    (account, factor): &(String, String),
) -> Result<Option<(Person, Factor, RemoveMethodPage)>, Error> {
    let (Ok(account), Ok(factor)) = (account.parse::<AccountId>(), factor.parse::<FactorId>()) else {
        return Ok(None);
    };
    let found = find_person(db, admin.organisation, account).await?;
    let is_theirs =
        |person: &Person| person.is_looked_after_by(admin.organisation) && account != admin.member.session.account_id;
    let Some(person) = found.filter(is_theirs) else { return Ok(None) };
    let Some(standing) = find_standing(db, account, []).await? else { return Ok(None) };
    let all = list_factors(db, account).await?;
    let is_shown = |other: &&Factor| other.id == factor && other.kind != FactorKind::RecoveryCode;
    let Some(factor) = all.iter().find(is_shown).cloned() else { return Ok(None) };
    let page = RemoveMethodPage {
        action: address(account, factor.id),
        back: format!("{}/security", urls::employee(account)),
        name: person.name.clone(),
        email: person.email.clone(),
        kind: factor.kind,
        method: factor.name.clone(),
        recovery: (!is_removable(&all, &factor, &person, &standing)).then(|| urls::RECOVERY_REQUESTS_NEW.to_owned()),
    };
    Ok(Some((person, factor, page)))
}

pub(super) async fn ask(
    State(state): State<AppState>,
    mut context: Context,
    FreshAdmin(admin): FreshAdmin,
    Path(names): Path<(String, String)>,
) -> Result<Response, Error> {
    let Some((_, _, page)) = method(state.db.reading(), &admin, &names).await? else { return Ok(not_found()) };
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

#[derive(Debug, Deserialize)]
pub(super) struct Nothing {}

pub(super) async fn remove(
    State(state): State<AppState>,
    mut context: Context,
    FreshAdmin(admin): FreshAdmin,
    Path(names): Path<(String, String)>,
    Form(Nothing {}): Form<Nothing>,
) -> Result<Response, Error> {
    let Ok(account) = names.0.parse::<AccountId>() else { return Ok(not_found()) };
    let mut writer = state.db.writing().await?;
    if !take_turn_as(&mut writer, admin.organisation, admin.member.session.account_id).await? {
        return Ok(not_found());
    }
    if find_person(&writer, admin.organisation, account).await?.is_none() {
        return Ok(not_found());
    }
    // Before anything is counted, because it holds the row of the account: two removals at once must not each count on
    // the other's.
    end_everything_else(&mut writer, account, None, context.now).await?;
    let Some((person, factor, page)) = method(&writer, &admin, &names).await? else { return Ok(not_found()) };
    if page.recovery.is_some() {
        context.signed_in = Some(admin.member.shown());
        return context.page(&state, StatusCode::CONFLICT, &page);
    }
    if !remove_factor(&mut writer, account, factor.id).await? {
        return Ok(see_other(&page.back));
    }
    tell(&state, &context, &mut writer, &admin, (&person, Did::Removed(factor.kind))).await?;
    let event = event(&context, &admin, "factor.remove", (account, &person.name))
        .with("kind", factor.kind.to_string())
        .with("factor", factor.id.to_string());
    audit::record(&mut writer, Ink::of(&state, context.now), event).await?;
    writer.commit().await?;
    Ok(see_other(&format!("{}?done={METHOD}", page.back)))
}
