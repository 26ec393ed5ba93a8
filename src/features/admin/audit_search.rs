//! What somebody typed into the one box of the audit, and what it may be: a name, an e-mail address, an IP address, a
//! reference, an app, an organisation, an identifier.

use std::collections::BTreeSet;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::store::{Wanted, list_people};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, AuditId, OrganisationId};
use crate::features::accounts::{find_account, find_account_by_login};
use crate::features::activity::Topic;
use crate::features::audit::{Chain, Found, Recorded, Search, Thing, search_events};
use crate::features::clients::list_clients;
use crate::features::organisations::find_organisation_by_name;
use crate::web::{AppState, Error};

/// The most people and apps whose name fits that are looked up.
const MOST: u8 = 20;

/// What is wanted of the audit, as the address of the page tells it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default)]
pub(super) struct Asked {
    /// What was typed.
    pub(super) q: String,
    /// Of which kind: `sign-ins`, `security`, `apps`, `instance`; everything else is all.
    pub(super) what: String,
    /// How it ended: `done` or `failed`; everything else is both.
    pub(super) result: String,
    /// From this day on, in the time zone of the office.
    pub(super) from: String,
    /// Until the end of this day.
    pub(super) to: String,
    /// Only what happened before this.
    pub(super) before: String,
}

impl Asked {
    /// The kinds of each chip.
    pub(super) const KINDS: [&'static str; 4] = ["sign-ins", "security", "apps", "instance"];

    /// The same, cut to what can be meant.
    pub(super) fn tidy(mut self) -> Self {
        self.q = self.q.trim().chars().take(200).collect();
        if !Self::KINDS.contains(&self.what.as_str()) {
            self.what.clear();
        }
        if !["done", "failed"].contains(&self.result.as_str()) {
            self.result.clear();
        }
        for day in [&mut self.from, &mut self.to] {
            if day.parse::<Date>().is_err() {
                day.clear();
            }
        }
        self
    }

    fn kinds(&self) -> &'static [&'static str] {
        match self.what.as_str() {
            "sign-ins" => Topic::SignIns.kinds(),
            "security" => Topic::Security.kinds(),
            "apps" => Topic::Apps.kinds(),
            "instance" => &[
                "instance.",
                "audit.",
                "webhook.",
                "keys.",
                "setup.",
                "client.",
                "outbox.",
                "api_key.",
                "organisation.",
            ],
            _ => &[],
        }
    }

    /// Everything but where the page begins, for a link.
    pub(super) fn link(&self, path: &str, change: &[(&str, &str)]) -> String {
        let mut pairs = vec![
            ("q", self.q.as_str()),
            ("what", self.what.as_str()),
            ("result", self.result.as_str()),
            ("from", self.from.as_str()),
            ("to", self.to.as_str()),
        ];
        for (name, value) in change {
            pairs.retain(|(known, _)| known != name);
            pairs.push((name, value));
        }
        pairs.retain(|(_, value)| !value.is_empty());
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }

    /// What may be meant by what was typed; none when nothing was.
    pub(super) async fn things(&self, state: &AppState) -> Result<Option<Vec<Thing>>, Error> {
        let (q, db) = (self.q.as_str(), state.db.reading());
        if q.is_empty() {
            return Ok(None);
        }
        // What is an identifier, or looks like a reference, is nothing else.
        if let Ok(account) = q.parse::<AccountId>() {
            return Ok(Some(vec![Thing::Account(account)]));
        }
        if let Ok(organisation) = q.parse::<OrganisationId>() {
            return Ok(Some(vec![Thing::Chain(Chain::Organisation(organisation))]));
        }
        let lower = q.to_lowercase();
        let mut things = vec![Thing::Reference(q.to_uppercase()), Thing::Value(q.to_owned())];
        if lower != q {
            things.push(Thing::Value(lower.clone()));
        }
        if let Some(account) = find_account_by_login(db, q).await? {
            things.push(Thing::Account(account.id));
        }
        let named = Wanted { search: q.to_owned(), ..Wanted::default() };
        things.extend(list_people(db, &named, MOST.into()).await?.into_iter().map(|person| Thing::Account(person.id)));
        let clients = list_clients(db).await?;
        let fits = clients.iter().filter(|client| client.id == q || client.name.to_lowercase().contains(&lower));
        things.extend(fits.take(MOST.into()).map(|client| Thing::App(client.id.clone())));
        if let Some(organisation) = find_organisation_by_name(db, q).await? {
            things.push(Thing::Chain(Chain::Organisation(organisation.id)));
        }
        let mut seen: Vec<Thing> = Vec::new();
        for thing in things {
            if !seen.contains(&thing) {
                seen.push(thing);
            }
        }
        Ok(Some(seen))
    }

    /// The events that are wanted, of those after `since` if that is later than the first day.
    pub(super) async fn find(
        &self,
        state: &AppState,
        things: Option<&[Thing]>,
        (before, since, limit): (Option<AuditId>, Option<Timestamp>, usize),
    ) -> Result<Found, Error> {
        let zone = TimeZone::get(&state.config.branding.time_zone).unwrap_or(TimeZone::UTC);
        let start = |day: Date| {
            let start = day.to_zoned(zone.clone()).ok()?;
            Some(Timestamp::from_millis(start.timestamp().as_millisecond()))
        };
        let from = self.from.parse::<Date>().ok().and_then(start);
        let until = self.to.parse::<Date>().ok().and_then(|day| day.tomorrow().ok()).and_then(start);
        let search = Search {
            things,
            kinds: self.kinds(),
            went_well: match self.result.as_str() {
                "done" => Some(true),
                "failed" => Some(false),
                _ => None,
            },
            since: std::cmp::max(from, since),
            until,
            before,
            limit,
        };
        Ok(search_events(state.db.reading(), &search).await?)
    }
}

/// What the people in these events are called.
pub(super) async fn names_in(state: &AppState, events: &[Recorded]) -> Result<Vec<(AccountId, String)>, Error> {
    let people = events.iter().flat_map(|event| [&event.actor, &event.subject]).flatten();
    let ids: BTreeSet<AccountId> = people.filter_map(|id| id.parse().ok()).collect();
    let mut names = Vec::new();
    for id in ids {
        if let Some(account) = find_account(state.db.reading(), id).await? {
            names.push((id, account.name));
        }
    }
    Ok(names)
}
