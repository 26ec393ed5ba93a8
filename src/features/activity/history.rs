//! Reads what happened and says it.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::rules::{Bar, Period, Topic, Way, bar, cell, sentence, text};
use super::views::{Chart, Day, DayCount, EventRow};
use crate::domain::Timestamp;
use crate::domain::ids::{AccountId, AuditId};
use crate::features::audit::{About, Chain, Recorded, list_events_about};
use crate::features::clients::Clients;
use crate::web::{AppState, Error};

/// How many events a page shows.
const PAGE: u64 = 25;
/// The most events that are counted for the chart, or written to a table.
const MOST: u64 = 10_000;
const DAY: Duration = Duration::from_hours(24);

/// What somebody wants to see.
#[derive(Clone, Copy, Debug)]
pub struct Asked {
    /// Of which organisation; none for all that an account did.
    pub chain: Option<Chain>,
    /// About whom; none for everybody.
    pub account: Option<AccountId>,
    /// What.
    pub topic: Topic,
    /// For how long back.
    pub period: Period,
}

/// What happened, for as long back as somebody wants to see it.
pub struct History<'a> {
    state: &'a AppState,
    asked: Asked,
    zone: TimeZone,
    since: Timestamp,
    now: Timestamp,
    /// What people are called, where that is told.
    names: HashMap<String, String>,
}

impl<'a> History<'a> {
    /// What was asked for, as of `now`.
    #[must_use]
    pub fn of(state: &'a AppState, asked: Asked, now: Timestamp) -> Self {
        let zone = TimeZone::get(&state.config.branding.time_zone).unwrap_or(TimeZone::UTC);
        let mut history = Self { state, asked, zone, since: now, now, names: HashMap::new() };
        history.since = history.start_of_day(asked.period.days() - 1);
        history
    }

    /// The same, with the names of these people.
    #[must_use]
    pub fn naming(self, people: &[(AccountId, String)]) -> Self {
        let names = people.iter().map(|(id, name)| (id.to_string(), name.clone()));
        Self { names: names.collect(), ..self }
    }

    fn date(&self, at: i64) -> Date {
        let at = jiff::Timestamp::from_millisecond(at).unwrap_or_default();
        at.to_zoned(self.zone.clone()).date()
    }

    /// When the day `back` days ago began.
    fn start_of_day(&self, back: u16) -> Timestamp {
        let then = self.now.before(DAY * u32::from(back));
        let start = self.date(then.millis()).to_zoned(self.zone.clone());
        start.map_or(then, |start| Timestamp::from_millis(start.timestamp().as_millisecond()))
    }

    fn about(&self, limit: u64) -> About<'static> {
        let Asked { chain, account, topic, .. } = self.asked;
        About { chain, account, kinds: topic.kinds(), since: Some(self.since), before: None, limit }
    }

    /// A page of it, the newest day first, and where the next page begins.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn page(&self, before: Option<AuditId>) -> Result<(Vec<Day>, Option<String>), Error> {
        let about = About { before, ..self.about(PAGE + 1) };
        let mut found = list_events_about(self.state.db.reading(), &about).await?;
        let more = found.len() as u64 > PAGE;
        found.truncate(usize::try_from(PAGE).unwrap_or(usize::MAX));
        let next = found.last().map(|event| event.id.clone()).filter(|_| more);
        let mut days: Vec<Day> = Vec::new();
        for event in found {
            let row = self.row(event).await?;
            match days.last_mut().filter(|day| self.date(day.at) == self.date(row.at)) {
                Some(day) => day.rows.push(row),
                None => days.push(Day { at: row.at, rows: vec![row] }),
            }
        }
        Ok((days, next))
    }

    /// The last `limit` events, however long ago, whose kinds begin like one of these; of all kinds, when empty.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn last(&self, kinds: &[&str], limit: u64) -> Result<Vec<EventRow>, Error> {
        let Asked { chain, account, .. } = self.asked;
        let about = About { chain, account, kinds, since: None, before: None, limit };
        let mut rows = Vec::new();
        for event in list_events_about(self.state.db.reading(), &about).await? {
            rows.push(self.row(event).await?);
        }
        Ok(rows)
    }

    /// These events as rows, in their order.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn tell(&self, events: Vec<Recorded>) -> Result<Vec<EventRow>, Error> {
        let mut rows = Vec::with_capacity(events.len());
        for event in events {
            rows.push(self.row(event).await?);
        }
        Ok(rows)
    }

    /// Sign-ins a day, in which way.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn chart(&self) -> Result<Chart, Error> {
        let about = About { kinds: Topic::SignIns.kinds(), ..self.about(MOST) };
        let mut days: BTreeMap<Date, DayCount> = BTreeMap::new();
        let (mut date, last) = (self.date(self.since.millis()), self.date(self.now.millis()));
        while date <= last {
            let noon = date.at(12, 0, 0, 0).to_zoned(self.zone.clone());
            let at = noon.map_or(0, |noon| noon.timestamp().as_millisecond());
            days.insert(date, DayCount { at, ..DayCount::default() });
            let Ok(next) = date.tomorrow() else { break };
            date = next;
        }
        for event in list_events_about(self.state.db.reading(), &about).await? {
            let Some(day) = days.get_mut(&self.date(event.at)) else { continue };
            match bar(&event.kind, &event.outcome, &event.facts) {
                Some(Bar::Passkey) => day.passkey += 1,
                Some(Bar::Second) => day.second += 1,
                Some(Bar::Password) => day.password += 1,
                Some(Bar::Failed) => day.failed += 1,
                None => {}
            }
        }
        Ok(Chart::of(days.into_values().collect()))
    }

    /// All of it as CSV (RFC 4180), with a column of names where people are named.
    ///
    /// # Errors
    ///
    /// When the database refuses.
    pub async fn table(&self) -> Result<Vec<u8>, Error> {
        let named = !self.names.is_empty();
        let mut csv = csv::Writer::from_writer(Vec::new());
        let mut heads = vec!["time", "event", "outcome", "app", "ip", "reference"];
        if named {
            heads.extend(["person", "by"]);
        }
        csv.write_record(heads).map_err(Error::new)?;
        for event in list_events_about(self.state.db.reading(), &self.about(MOST)).await? {
            let at = jiff::Timestamp::from_millisecond(event.at).map_err(Error::new)?.to_string();
            let app = match &event.client_id {
                Some(id) => self.name_of_app(id).await?,
                None => String::new(),
            };
            let ip = event.personal.get("ip").and_then(|ip| ip.as_str()).unwrap_or_default();
            let mut cells: Vec<String> =
                [&at, &event.kind, &event.outcome, &app, ip, &event.reference].map(cell).into();
            if named {
                let (person, by) = self.people_of(&event);
                cells.extend([person, by].map(|name| cell(&name.unwrap_or_default())));
            }
            csv.write_record(cells).map_err(Error::new)?;
        }
        csv.into_inner().map_err(|fault| Error::new(fault.into_error()))
    }

    async fn row(&self, event: Recorded) -> Result<EventRow, Error> {
        let app = match &event.client_id {
            Some(id) => Some(self.name_of_app(id).await?),
            None => None,
        };
        let sentence = match (sentence(&event.kind, &event.outcome), &app) {
            ("signed-in", Some(_)) => "signed-in-app",
            (sentence, _) => sentence,
        };
        let (person, by) = self.people_of(&event);
        let amr = text(&event.facts, "amr");
        Ok(EventRow {
            at: event.at,
            sentence,
            person,
            by,
            app,
            way: sentence.starts_with("signed-in").then(|| Way::told(&event.kind, amr)),
            factor: text(&event.facts, "kind").parse().ok(),
            ip: event.personal.get("ip").and_then(|ip| ip.as_str()).map(str::to_owned),
            kind: event.kind,
            reference: event.reference,
        })
    }

    /// Whom an event is about, and who did it if that was somebody else; nobody where people are not named.
    fn people_of(&self, event: &Recorded) -> (Option<String>, Option<String>) {
        if self.names.is_empty() {
            return (None, None);
        }
        let name = |id: &Option<String>, kept: &str| {
            let now = id.as_ref().and_then(|id| self.names.get(id)).cloned();
            now.or_else(|| event.personal.get(kept).and_then(|name| name.as_str()).map(str::to_owned))
        };
        let by = if event.actor == event.subject { None } else { name(&event.actor, "actor_name") };
        (name(&event.subject, "subject_name"), by)
    }

    /// What people call an app; its identifier, when it is not registered any more.
    async fn name_of_app(&self, id: &str) -> Result<String, Error> {
        let found = Clients::find(self.state, id).await?;
        Ok(found.map_or_else(|| id.to_owned(), |client| client.name.clone()))
    }
}
