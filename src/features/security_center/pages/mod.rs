//! The pages of the Security center.

mod helpdesk;
mod save;
mod undo;

use std::time::Duration;

use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use jiff::tz::TimeZone;
use serde::Deserialize;

use super::rules::{Change, Draft, Effect, Faulty, PastSignIn, Person, Replay, Summary, WINDOW, offered};
use super::store::list_people;
use super::views::{AffectedRow, KindChoice, Preview, Problem, SecurityCenterPage, Tiles, Undo, choices};
use crate::domain::ids::{AccountId, OrganisationId};
use crate::domain::network::Network;
use crate::domain::policy::{Demand, NewNetworks, Policy};
use crate::domain::{FactorKind, Timestamp};
use crate::features::accounts::find_account;
use crate::features::activity::{Asked, Chart, History, Period, Topic};
use crate::features::audit::{About, Chain, Event, list_events_about};
use crate::features::networks::{Owner, can_be_known};
use crate::features::organisations::{Rules, find_rules};
use crate::features::outbox::{Channel, traffic};
use crate::features::sessions::{Lifetime, OrgAdmin};
use crate::storage::Reader;
use crate::web::{AppState, Context, Error, Form, PageProblem, Routes, see_other, urls};

/// How long a change can be taken back.
const UNDO: Duration = Duration::from_mins(10);
/// The most past sign-ins that are looked at.
const MOST: u64 = 10_000;
/// How far back networks count as known.
const REPLAYED: Duration = Duration::from_hours(24 * 90);

/// The routes of the Security center.
pub fn routes() -> Routes {
    Router::new()
        .route(urls::SECURITY_CENTER, get(show).post(save::save))
        .route(urls::SECURITY_CENTER_PREVIEW, post(preview))
        .route(urls::SECURITY_CENTER_UNDO, post(undo::undo).get(back))
        .route(urls::SECURITY_CENTER_HELPDESK, post(helpdesk::change).get(back))
        .route("/organisation/security/{draft}", get(show_draft))
}

/// Whoever comes back from proving who they are presses the button again.
async fn back() -> Response {
    see_other(urls::SECURITY_CENTER)
}

#[derive(Debug, Deserialize)]
struct Done {
    done: Option<String>,
}

async fn show(
    State(state): State<AppState>,
    mut context: Context,
    admin: OrgAdmin,
    Query(done): Query<Done>,
) -> Result<Response, Error> {
    let office = Office::find(&state, state.db.reading(), &admin, context.now).await?;
    let draft = Draft::of(office.rules.policy, office.rules.version, context.now, &office.zone);
    let mut page = office.page(&state, &draft, None).await?;
    page.done = ["saved", "undone", "given", "revoked"].into_iter().find(|known| done.done.as_deref() == Some(known));
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// What was filled in, and who would be affected by it. Nothing is changed.
async fn show_draft(
    State(state): State<AppState>,
    mut context: Context,
    admin: OrgAdmin,
    Path(code): Path<String>,
) -> Result<Response, Error> {
    let office = Office::find(&state, state.db.reading(), &admin, context.now).await?;
    let draft = Draft::read(&code);
    let page = office.page(&state, &draft, None).await?;
    context.signed_in = Some(admin.member.shown());
    context.page(&state, StatusCode::OK, &page)
}

/// Leads to the page of what was filled in, which can be reloaded.
async fn preview(_admin: OrgAdmin, Form(draft): Form<Draft>) -> Response {
    see_other(&urls::security_center_draft(&draft.code()))
}

/// An organisation whose rules are looked at, as things stand in one transaction.
struct Office<'a> {
    admin: &'a OrgAdmin,
    rules: Rules,
    people: Vec<Person>,
    zone: TimeZone,
    lifetime: Lifetime,
    now: Timestamp,
}

impl<'a> Office<'a> {
    async fn find(state: &AppState, db: &Reader, admin: &'a OrgAdmin, now: Timestamp) -> Result<Self, Error> {
        let lifetime = Lifetime::of(&state.config.sign_in);
        let rules = find_rules(db, admin.organisation).await?;
        let rules = rules
            .ok_or_else(|| Error::new(std::io::Error::other("the organisation of an administrator is missing")))?;
        Ok(Self {
            admin,
            rules,
            people: list_people(db, admin.organisation, lifetime, now).await?,
            zone: TimeZone::get(&state.config.branding.time_zone).unwrap_or(TimeZone::UTC),
            lifetime,
            now,
        })
    }

    const fn change(&self, after: Policy) -> Change {
        Change { organisation: self.admin.organisation, after, lifetime: self.lifetime, now: self.now }
    }

    /// The administrator at the browser, if they still are one.
    fn saver(&self) -> Option<&Person> {
        let own = self.admin.member.session.account_id;
        self.people.iter().find(|person| person.id() == own && person.administers)
    }

    /// How many other administrators can act.
    fn others(&self) -> usize {
        let own = self.admin.member.session.account_id;
        self.people.iter().filter(|person| person.id() != own && person.administers).count()
    }

    /// What a change means for everybody, those first for whom it means something.
    fn effects(&self, after: Policy) -> Vec<(Person, Vec<Effect>)> {
        let change = self.change(after);
        let mut all: Vec<_> = self.people.iter().map(|person| (person.clone(), person.effects(&change))).collect();
        all.sort_by_key(|(_, effects)| effects.is_empty());
        all
    }

    async fn page(
        &self,
        state: &AppState,
        draft: &Draft,
        problem: Option<Problem>,
    ) -> Result<SecurityCenterPage, Error> {
        let db = state.db.reading();
        let wanted = draft.policy(self.rules.policy, self.now, &self.zone);
        let is_current = draft.version == self.rules.version;
        let problem = match (problem, wanted) {
            (Some(problem), _) => Some(problem),
            (None, _) if !is_current => Some(self.changed(state).await?),
            (None, Err(faulty)) => Some(Problem::Faulty { field: faulty }),
            (None, Ok(_)) => self.no_mail(state, db, wanted).await?,
        };
        let preview = match wanted {
            Ok(after) if after != self.rules.policy => Some(self.preview(state, db, after).await?),
            _ => None,
        };
        let mut draft = draft.clone();
        // Whoever saves next has seen who changed the rules meanwhile.
        draft.version = self.rules.version;
        let installed = self.lifetime;
        Ok(SecurityCenterPage {
            organisation: self.name(),
            tiles: self.tiles(state).await?,
            in_force_since: self.in_force_since(),
            kinds: offered().iter().map(|kind| KindChoice::of(kind, &draft)).collect(),
            idle: choices(&[15, 30, 60, 120, 240, 480], installed.idle.as_secs() / 60, &draft.idle),
            absolute: choices(&[4, 8, 10, 12, 24, 168], installed.absolute.as_secs() / 3600, &draft.absolute),
            draft,
            problem,
            preview,
            done: None,
            undo: self.undo(db).await?,
            helpdesk: helpdesk::shown(db, self.admin.organisation, &self.rules, self.now).await?,
        })
    }

    fn name(&self) -> String {
        self.admin.member.standing.home().map(|place| place.organisation_name.clone()).unwrap_or_default()
    }

    /// From when a second factor has been demanded, while it is.
    fn in_force_since(&self) -> Option<i64> {
        let demand = self.rules.policy.second_factor;
        match demand {
            Demand::Required { from } if demand.binds(self.now) => Some(from.millis()),
            _ => None,
        }
    }

    async fn tiles(&self, state: &AppState) -> Result<Tiles, Error> {
        let has = |kind| self.people.iter().filter(|person| person.facts.enrolled.contains(kind)).count();
        let second = self
            .people
            .iter()
            .filter(|person| !person.facts.enrolled.without(FactorKind::RecoveryCode).is_empty())
            .count();
        let asked = Asked {
            chain: Some(Chain::Organisation(self.admin.organisation)),
            account: None,
            topic: Topic::SignIns,
            period: Period::Fortnight,
        };
        let Chart { done: sign_ins, failed, .. } = History::of(state, asked, self.now).chart().await?;
        Ok(Tiles { people: self.people.len(), passkey: has(FactorKind::Passkey), second, sign_ins, failed })
    }

    /// Why people could not confirm by mail, where that is what is to be switched on.
    async fn no_mail(
        &self,
        state: &AppState,
        db: &Reader,
        wanted: Result<Policy, Faulty>,
    ) -> Result<Option<Problem>, Error> {
        let by_mail = |policy: Policy| policy.new_networks == NewNetworks::ConfirmByMail;
        if by_mail(self.rules.policy) || !wanted.is_ok_and(by_mail) {
            return Ok(None);
        }
        if !state.config.mail.is_on() {
            return Ok(Some(Problem::Mail { failed: None }));
        }
        let failed = traffic(db, Channel::Mail).await?.failed();
        Ok(failed.map(|failed| Problem::Mail { failed: Some(failed.millis()) }))
    }

    /// Who changed the rules since they were looked at.
    async fn changed(&self, state: &AppState) -> Result<Problem, Error> {
        let change = self.rules.changed;
        let by = match change.and_then(|change| change.by) {
            Some(by) => find_account(state.db.reading(), by).await?.map(|account| account.name),
            None => None,
        };
        Ok(Problem::Changed { by, at: change.map_or(0, |change| change.at.millis()) })
    }

    async fn undo(&self, db: &Reader) -> Result<Option<Undo>, Error> {
        let Some(change) = self.rules.changed.filter(|change| self.now < change.at.after(UNDO)) else {
            return Ok(None);
        };
        // What the operator did on the command line is not taken back here.
        let Some(by) = change.by else { return Ok(None) };
        let by = find_account(db, by).await?.map(|account| account.name).unwrap_or_default();
        Ok(Some(Undo { by, at: change.at.millis() }))
    }

    async fn preview(&self, state: &AppState, db: &Reader, after: Policy) -> Result<Preview, Error> {
        let all = self.effects(after);
        let summary = Summary::of(&all);
        let replay = if after.new_networks > self.rules.policy.new_networks {
            let past = past_sign_ins(state, db, (self.admin.organisation, self.now)).await?;
            let known = self.people.iter().flat_map(|person| known_places(person, self.now));
            Some(Replay::of(&past, known, after.new_networks, self.now))
        } else {
            None
        };
        let rows = all.into_iter().map(|(person, effects)| AffectedRow {
            second: !person.facts.enrolled.without(FactorKind::RecoveryCode).is_empty(),
            passkey: person.facts.enrolled.contains(FactorKind::Passkey),
            name: person.name,
            role: person.role,
            last_login: person.last_sign_in_at.map(Timestamp::millis),
            effects,
        });
        Ok(Preview { summary, replay, rows: rows.collect() })
    }
}

/// The networks that somebody's sign-ins came from before the days that are replayed, and the offices.
fn known_places(person: &Person, now: Timestamp) -> impl Iterator<Item = (AccountId, Network)> {
    let known = person.places.0.iter().filter(move |entry| {
        let is_office = matches!(entry.owner, Owner::Organisation(_));
        entry.is_known(now) && (is_office || now.since(entry.first_seen_at) > WINDOW)
    });
    known.map(|entry| (person.facts.id, entry.network))
}

/// The sign-ins of an organisation that succeeded, oldest first.
async fn past_sign_ins(
    state: &AppState,
    db: &Reader,
    (organisation, now): (OrganisationId, Timestamp),
) -> Result<Vec<PastSignIn>, Error> {
    let about = About {
        chain: Some(Chain::Organisation(organisation)),
        account: None,
        kinds: &["sign_in.", "invitation."],
        since: Some(now.before(REPLAYED)),
        before: None,
        limit: MOST,
    };
    let events = list_events_about(db, &about).await?;
    let done = events.into_iter().rev().filter(|event| event.outcome == "done").filter_map(|event| {
        let ip = event.personal.get("ip").and_then(|ip| ip.as_str());
        let amr = event.facts.get("amr").and_then(|amr| amr.as_str()).unwrap_or_default();
        let network = ip.and_then(|ip| ip.parse().ok()).map(Network::of);
        Some(PastSignIn {
            account: event.subject?.parse().ok()?,
            at: Timestamp::from_millis(event.at),
            network,
            can_be_known: network.is_some_and(|network| can_be_known(&state.config, network)),
            passkey: amr.split(' ').any(|method| method == "user"),
            email: event.kind == "sign_in.email",
        })
    });
    Ok(done.collect())
}

fn not_found() -> Response {
    PageProblem::NotFound.into_response_with(StatusCode::NOT_FOUND)
}

/// Something that an administrator did to the rules.
fn event(context: &Context, admin: &OrgAdmin, kind: &'static str, outcome: &'static str) -> Event {
    let account = &admin.member.standing.account;
    let mut event = Event::new(Chain::Organisation(admin.organisation), kind, outcome)
        .referred_to(context.reference)
        .with_personal("actor_name", account.name.clone())
        .with_personal("ip", context.client_ip.to_string());
    event.actor = Some(account.id);
    event
}
