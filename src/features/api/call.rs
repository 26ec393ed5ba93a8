//! A request that may go on, and the change that it makes.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use super::answers::{Answer, Answered};
use super::callers::Caller;
use super::operations::Operation;
use super::problems::{Problem, Stop};
use super::rules::{entity_tag, matches};
use super::store::{Claimed, claim, keep_answer};
use crate::domain::ids::OrganisationId;
use crate::domain::secret::Fingerprint;
use crate::features::accounts::{Account, InstanceRole, find_account, hold_unchanged};
use crate::features::admin::Doer;
use crate::features::audit::{self, Event, Ink};
use crate::features::declarations::{merge, read_whole};
use crate::features::organisations::{Organisation, find_organisation, take_turn};
use crate::keys::Place;
use crate::storage::{PageRequest, Reader, Writer};
use crate::web::{AppState, Context, Error};

/// How long an answer is kept for the same request.
const KEPT: Duration = Duration::from_hours(24);
/// How many rows a page has, when nobody says.
const USUAL: u64 = 50;
/// How many rows a page has at most.
const MOST: u64 = 200;

/// A request of somebody who may make it.
pub(super) struct Call {
    pub(super) state: AppState,
    pub(super) context: Context,
    pub(super) caller: Caller,
    pub(super) operation: &'static Operation,
    /// What stands in the path at each name.
    pub(super) path: Vec<(String, String)>,
    pub(super) query: Vec<(String, String)>,
    /// What was sent; null for nothing.
    pub(super) body: Value,
    pub(super) if_match: Option<String>,
    /// The caller says that the thing is new (RFC 9110, section 13.1.2).
    pub(super) if_none: bool,
    /// What the caller calls its request, with the caller; and the request itself; both as fingerprints.
    pub(super) replay: Option<(Fingerprint, Fingerprint)>,
}

impl Call {
    pub(super) fn db(&self) -> &Reader {
        self.state.db.reading()
    }

    /// What stands in the path at `name`.
    pub(super) fn at(&self, name: &str) -> &str {
        self.path.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str()).unwrap_or_default()
    }

    /// What the query says about `name`.
    pub(super) fn asked(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    /// The body, as a whole.
    pub(super) fn read<T: Serialize + DeserializeOwned + Default>(&self) -> Result<T, Stop> {
        Ok(read_whole(&self.body)?)
    }

    /// `base` with what the body changes.
    pub(super) fn changed<T: Serialize + DeserializeOwned>(&self, base: &T) -> Result<T, Stop> {
        Ok(merge(base, &self.body)?)
    }

    /// The organisation in the path, if the caller sees it.
    pub(super) async fn organisation(&self, db: &Reader) -> Result<Organisation, Stop> {
        let id = self.at("organisation").parse::<OrganisationId>().ok().filter(|id| self.caller.sees(*id));
        let found = match id {
            Some(id) => find_organisation(db, id).await?,
            None => None,
        };
        found.ok_or_else(|| Problem::not_found("organisation").into())
    }

    /// The account in the path, if the caller sees its home.
    pub(super) async fn account(&self, db: &Reader) -> Result<Account, Stop> {
        let found = match self.at("account").parse() {
            Ok(id) => find_account(db, id).await?,
            Err(_) => None,
        };
        let seen = found.filter(|account| self.caller.sees(account.home_organisation_id));
        seen.ok_or_else(|| Problem::not_found("account").into())
    }

    /// Which part of the list is wanted.
    pub(super) fn page(&self) -> Result<PageRequest, Stop> {
        let limit = match self.asked("limit").map(str::parse::<u64>) {
            None => USUAL,
            Some(Ok(limit)) if (1..=MOST).contains(&limit) => limit,
            Some(_) => return Err(Problem::field("limit", format!("Choose from 1 to {MOST}.")).into()),
        };
        let after = match self.asked("cursor") {
            None => None,
            Some(cursor) => Some(self.after(cursor).ok_or_else(|| {
                Problem::new("bad_cursor", "Send a cursor back as it came, to the list that it came from.")
            })?),
        };
        // One more than asked for, so that the last page is known to be the last.
        Ok(PageRequest { after, limit: limit + 1 })
    }

    /// The key that a cursor holds, if we made it for this list.
    fn after(&self, cursor: &str) -> Option<String> {
        let (after, tag) = cursor.split_once('.')?;
        let after = String::from_utf8(URL_SAFE_NO_PAD.decode(after).ok()?).ok()?;
        self.state.mac.verify("api cursor", &self.list_with(&after), tag).then_some(after)
    }

    fn list_with<'a>(&'a self, after: &'a str) -> [&'a str; 4] {
        [self.operation.id, self.at("organisation"), self.at("account"), after]
    }

    /// A page of a list, and where the next begins. `key` tells a row from the others.
    pub(super) fn list<T, S: Serialize>(
        &self,
        page: &PageRequest,
        rows: Vec<T>,
        key: impl Fn(&T) -> String,
        show: impl Fn(T) -> S,
    ) -> Answer {
        let most = usize::try_from(page.limit - 1).unwrap_or(usize::MAX);
        let more = rows.len() > most;
        let next = rows.get(most.saturating_sub(1)).filter(|_| more).map(|last| {
            let after = key(last);
            let tag = self.state.mac.tag("api cursor", &self.list_with(&after));
            format!("{}.{tag}", URL_SAFE_NO_PAD.encode(after))
        });
        let items: Vec<S> = rows.into_iter().take(most).map(show).collect();
        Answer { status: 200, body: Some(json!({ "items": items, "next": next })), tag: None, location: None }
    }

    /// Whether the change is about this version of what is `shown`: also asked before dear work, which is then not done
    /// for nothing.
    pub(super) fn check_match(&self, shown: &impl Serialize) -> Result<(), Stop> {
        let tag = entity_tag(&serde_json::to_value(shown).unwrap_or_default());
        // Whoever says that it is new was told otherwise by somebody else's change.
        if !self.if_none && self.if_match.as_deref().is_none_or(|tags| matches(tags, &tag)) {
            return Ok(());
        }
        Err(Problem::new("changed", "Read it again, and send the change with its new ETag.").into())
    }

    /// Begins to change something. Ends with the answer of before, when the same request was answered already.
    pub(super) async fn begin(self) -> Result<Change, Stop> {
        let now = self.context.now;
        let mut writer = self.state.db.writing().await?;
        if let Some((id, request)) = &self.replay
            && let Claimed::Before { request: known, answer } =
                claim(&mut writer, id.as_str(), request.as_str(), (now, now.after(KEPT))).await?
        {
            if known != request.as_str() {
                let detail = "Another request came with this Idempotency-Key. Use a new one.";
                return Err(Problem::new("idempotency_key_reused", detail).into());
            }
            let opened = self.state.vault.open(place(id), &answer).map_err(Error::from)?;
            let answer = serde_json::from_slice(opened.expose()).map_err(Error::new)?;
            return Err(Stop::Before(Box::new(answer)));
        }
        Ok(Change { call: self, writer })
    }

    /// Begins to change something of the organisation in the path.
    pub(super) async fn begin_at_organisation(self) -> Result<(Change, Organisation), Stop> {
        let mut change = self.begin().await?;
        let organisation = change.hold_organisation().await?;
        Ok((change, organisation))
    }

    /// Begins to change something of the account in the path.
    pub(super) async fn begin_at_account(self) -> Result<(Change, Account), Stop> {
        let mut change = self.begin().await?;
        let account = change.hold_account().await?;
        Ok((change, account))
    }
}

fn place(id: &Fingerprint) -> Place<'_> {
    Place { table: "api_replays", column: "answer", row: id.as_str() }
}

/// A change in progress: one transaction.
pub(super) struct Change {
    pub(super) call: Call,
    pub(super) writer: Writer,
}

impl Change {
    /// The organisation in the path. Until the commit nobody else changes its people or rules.
    pub(super) async fn hold_organisation(&mut self) -> Result<Organisation, Stop> {
        // Looked at before anything is locked that the caller may not even see.
        let id = self.call.organisation(&self.writer).await?.id;
        take_turn(&mut self.writer, id).await?;
        self.call.organisation(&self.writer).await
    }

    /// The account in the path, which until the commit nobody else changes; nobody who may do something for the whole
    /// instance: those are for people to look after.
    pub(super) async fn hold_account(&mut self) -> Result<Account, Stop> {
        let account = self.call.account(&self.writer).await?;
        take_turn(&mut self.writer, account.home_organisation_id).await?;
        hold_unchanged(&mut self.writer, account.id, account.credentials_changed_at).await?;
        let account = self.call.account(&self.writer).await?;
        if account.instance_role != InstanceRole::None {
            let detail = "People with a role for the whole instance are looked after in the console.";
            return Err(Problem::above_own_rights(detail).into());
        }
        Ok(account)
    }

    /// The caller, for what the console does as well.
    pub(super) fn doer(&self) -> Doer {
        let (caller, context) = (&self.call.caller, &self.call.context);
        Doer {
            account: None,
            machine: Some((caller.machine.clone(), caller.name.clone())),
            session: None,
            reference: context.reference.to_string(),
            ip: Some(context.client_ip.to_string()),
            now: context.now,
        }
    }

    /// Lets the change go on if it is about this version of what is `shown`; asked under the lock.
    pub(super) fn check_match(&self, shown: &impl Serialize) -> Result<(), Stop> {
        self.call.check_match(shown)
    }

    /// Lets the change go on if it may be about something that is not there yet.
    pub(super) fn check_new(&self) -> Result<(), Stop> {
        if self.call.if_match.is_some() {
            return Err(Problem::new("changed", "It is not there any more.").into());
        }
        Ok(())
    }

    /// Writes down what happened, keeps the answer, and makes everything last.
    pub(super) async fn finish(self, event: Event, answer: Answer) -> Answered {
        self.finish_all(vec![event], answer).await
    }

    /// The same, where several things happened, or nothing.
    pub(super) async fn finish_all(self, events: Vec<Event>, answer: Answer) -> Answered {
        let Self { call, mut writer } = self;
        let (state, context) = (&call.state, &call.context);
        for event in events {
            let event = event
                .by_machine(call.caller.machine.clone(), &call.caller.name)
                .referred_to(context.reference)
                .with_personal("ip", context.client_ip.to_string());
            audit::record(&mut writer, Ink::of(state, context.now), event).await?;
        }
        if let Some((id, _)) = &call.replay {
            let kept = serde_json::to_vec(&answer).map_err(Error::new)?;
            let sealed = state.vault.seal(place(id), &kept, state.random.as_ref());
            keep_answer(&mut writer, id.as_str(), sealed).await?;
        }
        writer.commit().await?;
        Ok(answer)
    }
}
