//! What the Security center shows, and the mail to the other administrators.

use serde::Serialize;

use super::rules::{Draft, Effect, Faulty, Lockout, Replay, Summary};
use crate::domain::{FactorKind, FactorKinds, Strength};
use crate::features::organisations::Role;
use crate::features::outbox::{Message, Particulars};
use crate::web::Page;

/// How well the people are protected.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Tiles {
    /// How many people there are.
    pub people: usize,
    /// How many have a passkey.
    pub passkey: usize,
    /// How many have a second factor of any kind.
    pub second: usize,
    /// How many sign-ins succeeded in the last fourteen days.
    pub sign_ins: u32,
    /// How many did not.
    pub failed: u32,
}

/// A kind of second factor that can be allowed.
#[derive(Clone, Debug, Serialize)]
pub struct KindChoice {
    /// What the form calls it.
    pub field: String,
    /// Which.
    pub kind: FactorKind,
    /// How much it withstands.
    pub strength: Strength,
    /// Whether it counts.
    pub ticked: bool,
}

impl KindChoice {
    /// The choice as it is filled in.
    pub(super) fn of(kind: FactorKind, draft: &Draft) -> Self {
        let ticked = match kind {
            FactorKind::SecurityKey => draft.security_key.is_some(),
            FactorKind::Totp => draft.totp.is_some(),
            FactorKind::Sms => draft.sms.is_some(),
            FactorKind::Email => draft.email.is_some(),
            FactorKind::Passkey | FactorKind::RecoveryCode => true,
        };
        Self { field: kind.to_string(), kind, strength: kind.strength(), ticked }
    }
}

/// The limits that can be chosen: those shorter than the installation's, and the one that holds.
pub(super) fn choices(offered: &[u64], installed: u64, chosen: &str) -> Vec<u64> {
    let mut all: Vec<u64> = offered.iter().copied().filter(|limit| *limit < installed).collect();
    if let Ok(chosen) = chosen.parse::<u64>()
        && !all.contains(&chosen)
    {
        all.push(chosen);
        all.sort_unstable();
    }
    all
}

/// Why nothing was saved.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "kebab-case", tag = "is")]
pub enum Problem {
    /// A field is wrong.
    Faulty {
        /// Which.
        field: Faulty,
    },
    /// Whoever saves would be locked out.
    Lockout {
        /// How.
        how: Lockout,
    },
    /// People would have to confirm by mail, and none leaves.
    Mail {
        /// When the last one failed, in milliseconds since 1970; none where mail is off.
        failed: Option<i64>,
    },
    /// Somebody changed the rules meanwhile.
    Changed {
        /// Who; none for the operator.
        by: Option<String>,
        /// When, in milliseconds since 1970.
        at: i64,
    },
}

/// What a change means for one person.
#[derive(Clone, Debug, Serialize)]
pub struct AffectedRow {
    /// The full name.
    pub name: String,
    /// What they are in the organisation.
    pub role: Role,
    /// When they last signed in, in milliseconds since 1970.
    pub last_login: Option<i64>,
    /// Whether they have a second factor.
    pub second: bool,
    /// Whether they have a passkey.
    pub passkey: bool,
    /// What it means.
    pub effects: Vec<Effect>,
}

/// Who is affected by what is filled in.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// The numbers.
    pub summary: Summary,
    /// The last thirty days, where a rule about networks becomes stricter.
    pub replay: Option<Replay>,
    /// Everybody, those first for whom it means something.
    pub rows: Vec<AffectedRow>,
}

/// A change that can be taken back.
#[derive(Clone, Debug, Serialize)]
pub struct Undo {
    /// Who made it.
    pub by: String,
    /// When, in milliseconds since 1970.
    pub at: i64,
}

/// Something that happened about the helpdesk.
#[derive(Clone, Debug, Serialize)]
pub struct HelpdeskEvent {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Who.
    pub by: Option<String>,
    /// What: `given`, `revoked` or `looked`.
    pub what: &'static str,
}

/// Whether the helpdesk may help the people.
#[derive(Clone, Debug, Serialize)]
pub struct HelpdeskAccess {
    /// Until when, in milliseconds since 1970.
    pub until: Option<i64>,
    /// What happened, newest first.
    pub history: Vec<HelpdeskEvent>,
}

/// The Security center (O3).
#[derive(Clone, Debug, Serialize)]
pub struct SecurityCenterPage {
    /// The name of the organisation.
    pub organisation: String,
    /// How well its people are protected.
    pub tiles: Tiles,
    /// What is filled in.
    pub draft: Draft,
    /// From when a second factor has been demanded, in milliseconds since 1970.
    pub in_force_since: Option<i64>,
    /// The kinds that can be allowed.
    pub kinds: Vec<KindChoice>,
    /// Minutes without use that can be chosen.
    pub idle: Vec<u64>,
    /// Hours in all that can be chosen.
    pub absolute: Vec<u64>,
    /// Why nothing was saved.
    pub problem: Option<Problem>,
    /// Who is affected; none while nothing differs from what holds.
    pub preview: Option<Preview>,
    /// What was just done.
    pub done: Option<&'static str>,
    /// The last change, while it can be taken back.
    pub undo: Option<Undo>,
    /// Whether the helpdesk may help.
    pub helpdesk: HelpdeskAccess,
}

impl Page for SecurityCenterPage {
    const TEMPLATE: &'static str = "pages/security_center/security_center.html";

    fn samples() -> Vec<Self> {
        let draft = Draft { second: Some("on".to_owned()), when: "date".to_owned(), ..Draft::sample() };
        let kind = |kind| KindChoice::of(kind, &draft);
        let plain = Self {
            organisation: "Kantoor De Vries".to_owned(),
            tiles: Tiles { people: 18, passkey: 11, second: 12, sign_ins: 143, failed: 6 },
            in_force_since: None,
            kinds: [FactorKind::SecurityKey, FactorKind::Totp, FactorKind::Sms, FactorKind::Email].map(kind).to_vec(),
            idle: vec![15, 30],
            absolute: vec![4, 8, 12],
            draft: Draft::sample(),
            problem: None,
            preview: None,
            done: None,
            undo: None,
            helpdesk: HelpdeskAccess { until: None, history: Vec::new() },
        };
        let events = [("given", Some("Anna <anna> de Vries")), ("looked", Some("Eva Mulder")), ("revoked", None)];
        let history = events.into_iter().enumerate().map(|(day, (what, by))| HelpdeskEvent {
            at: 1_795_525_500_000 - i64::try_from(day).unwrap_or_default() * 86_400_000,
            by: by.map(str::to_owned),
            what,
        });
        let undo = Undo { by: "Anna <anna> de Vries".to_owned(), at: 1_795_525_500_000 };
        let saved = Self {
            done: Some("saved"),
            undo: Some(undo),
            in_force_since: Some(1_795_525_500_000),
            draft: Draft { when: "now".to_owned(), networks: Some("on".to_owned()), ..draft.clone() },
            helpdesk: HelpdeskAccess { until: Some(1_798_117_500_000), history: history.collect() },
            ..plain.clone()
        };
        let previewed = Self { preview: Some(Preview::sample()), draft: draft.clone(), ..plain.clone() };
        let nothing = Some(Replay { waits: 0, people: 0, often: 0 });
        let nobody =
            Preview { summary: Summary { people: 18, ..Summary::default() }, replay: nothing, rows: Vec::new() };
        let problems = [
            Problem::Faulty { field: Faulty::Date },
            Problem::Faulty { field: Faulty::Limit },
            Problem::Lockout { how: Lockout::SetUpFirst },
            Problem::Lockout { how: Lockout::OwnSession },
            Problem::Lockout { how: Lockout::OnlyAdministrator },
            Problem::Mail { failed: Some(1_795_525_500_000) },
            Problem::Mail { failed: None },
            Problem::Changed { by: Some("Bram <anna> Bakker".to_owned()), at: 1_795_525_500_000 },
            Problem::Changed { by: None, at: 1_795_525_500_000 },
        ];
        let mut all = vec![plain.clone(), saved, previewed.clone()];
        all.push(Self { preview: Some(nobody), ..plain.clone() });
        all.extend(["undone", "given", "revoked"].map(|done| Self { done: Some(done), ..plain.clone() }));
        all.extend(problems.map(|problem| Self { problem: Some(problem), ..previewed.clone() }));
        all
    }
}

impl Preview {
    fn sample() -> Self {
        let row = |name: &str, effects: &[Effect]| AffectedRow {
            name: name.to_owned(),
            role: Role::Employee,
            last_login: Some(1_795_525_500_000),
            second: false,
            passkey: false,
            effects: effects.to_vec(),
        };
        let lost = FactorKinds::of(&[FactorKind::Sms, FactorKind::Email]);
        let rows = vec![
            row("Bram Bakker", &[Effect::EnrolAtOnce, Effect::SessionsShorter]),
            row("Carla <anna> Jansen", &[Effect::EnrolNext]),
            row("Daan Smit", &[Effect::EnrolBefore { from: 1_796_079_600_000 }, Effect::CodeAlways]),
            row("Eva Mulder", &[Effect::EnrolNoMore, Effect::CodeOnce]),
            row("Femke Visser", &[Effect::OtherKind { lost }, Effect::StopsValidating]),
            row("Gijs de Boer", &[Effect::WaitsForAdministrator, Effect::AskedAtOnce]),
            row("Hanna Kok", &[Effect::NetworksMilder, Effect::SignedOut]),
            AffectedRow { second: true, passkey: true, last_login: None, ..row("Anna de Vries", &[]) },
        ];
        let summary = Summary {
            people: 18,
            affected: 7,
            enrol: 5,
            at_once: 1,
            later: 2,
            from: Some(1_796_079_600_000),
            no_more: 1,
            have_second: 11,
            only_passkey: 2,
            other_kind: 1,
            always: 8,
            once: 2,
            validating: 4,
            administrator: 9,
            milder: 1,
            asked: 1,
            signed_out: 3,
            shorter: 18,
        };
        Self { summary, replay: Some(Replay { waits: 11, people: 3, often: 2 }), rows }
    }
}

/// The mail to the other administrators when one of them changed the rules. It holds no link.
#[derive(Clone, Debug, Serialize)]
pub struct RulesChanged {
    /// Whom it greets.
    pub name: String,
    /// Who did it; none for whoever runs the installation.
    pub by: Option<String>,
    /// Whose rules.
    pub organisation: String,
    /// The change before was taken back.
    pub undone: bool,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for RulesChanged {
    const TEMPLATE: &'static str = "rules_changed";

    fn samples() -> Vec<Self> {
        let by = |by: Option<&str>, undone| Self {
            name: "Bram Bakker".to_owned(),
            by: by.map(str::to_owned),
            organisation: "Kantoor De Vries".to_owned(),
            undone,
            particulars: Particulars { app: None, browser: None, ip: None, ..Particulars::sample() },
        };
        vec![by(Some("Anna de Vries"), false), by(Some("Anna de Vries"), true), by(None, false)]
    }
}

/// The mail to whom a change of the rules means something. It holds no link.
#[derive(Clone, Debug, Serialize)]
pub struct RulesConcernYou {
    /// Whom it greets.
    pub name: String,
    /// Who did it.
    pub by: String,
    /// Whose rules.
    pub organisation: String,
    /// What it means.
    pub effects: Vec<Effect>,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for RulesConcernYou {
    const TEMPLATE: &'static str = "rules_concern_you";

    fn samples() -> Vec<Self> {
        let with = |effects| Self {
            name: "Bram Bakker".to_owned(),
            by: "Anna <anna> de Vries".to_owned(),
            organisation: "Kantoor De Vries".to_owned(),
            effects,
            particulars: Particulars { app: None, browser: None, ip: None, ..Particulars::sample() },
        };
        let all = Preview::sample().rows.into_iter().flat_map(|row| row.effects).collect();
        vec![with(vec![Effect::EnrolNext]), with(all)]
    }
}
