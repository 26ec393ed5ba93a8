//! What the pages of recoveries show.

use serde::Serialize;

use crate::domain::FactorKind;
use crate::features::passkeys::Ceremony;
use crate::web::Page;

/// One case in the queue.
#[derive(Clone, Debug, Serialize)]
pub struct CaseRow {
    /// Its page.
    pub to: String,
    /// Who.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Their organisation.
    pub organisation: String,
    /// Where it stands.
    pub state: &'static str,
    /// When it was opened, in milliseconds since 1970.
    pub created: i64,
}

/// The queue.
#[derive(Clone, Debug, Serialize)]
pub struct RequestsPage {
    /// The cases that something may still come of.
    pub open: Vec<CaseRow>,
    /// The others of the last thirty days.
    pub over: Vec<CaseRow>,
}

fn row(state: &'static str) -> CaseRow {
    CaseRow {
        to: "/recovery-requests/rcv_1".to_owned(),
        name: "Carla Jansen".to_owned(),
        email: "carla@kantoor.nl".to_owned(),
        organisation: "Kantoor De Vries".to_owned(),
        state,
        created: 1_795_520_000_000,
    }
}

impl Page for RequestsPage {
    const TEMPLATE: &'static str = "pages/helpdesk/requests.html";

    fn samples() -> Vec<Self> {
        vec![
            Self { open: Vec::new(), over: Vec::new() },
            Self {
                open: ["asked", "waiting", "approved", "link_sent"].map(row).to_vec(),
                over: ["used", "rejected", "stopped", "withdrawn", "void", "expired"].map(row).to_vec(),
            },
        ]
    }
}

/// What a helper fills in.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CaseForm {
    /// Why.
    pub reason: String,
    /// Whether second factors are taken away.
    pub second_factor: bool,
    /// Whether passkeys are taken away.
    pub passkeys: bool,
    /// The checks: which, whether it was made, what it showed.
    pub checks: Vec<(&'static str, bool, String)>,
    /// What is wrong.
    pub problem: Option<&'static str>,
}

impl CaseForm {
    fn samples() -> Vec<Self> {
        let checks = super::rules::CHECKS.map(|check| (check, false, String::new())).to_vec();
        let plain = Self { checks, ..Self::default() };
        let mut all = vec![plain.clone()];
        all.extend(["reason", "removes", "checks"].map(|problem| Self { problem: Some(problem), ..plain.clone() }));
        all
    }
}

/// Opening a case for somebody.
#[derive(Clone, Debug, Serialize)]
pub struct NewCasePage {
    /// Whom.
    pub username: String,
    /// What is filled in.
    pub form: CaseForm,
}

impl Page for NewCasePage {
    const TEMPLATE: &'static str = "pages/helpdesk/new.html";

    fn samples() -> Vec<Self> {
        let mut forms = CaseForm::samples();
        let plain = forms[0].clone();
        forms.extend(
            ["user", "open", "own", "manager", "new"]
                .map(|problem| CaseForm { problem: Some(problem), ..plain.clone() }),
        );
        forms.into_iter().map(|form| Self { username: "carla@kantoor.nl".to_owned(), form }).collect()
    }
}

/// One case.
#[derive(Clone, Debug, Serialize)]
pub struct CasePage {
    /// Who, where, and where it stands.
    pub row: CaseRow,
    /// Where its forms go: asking for a second signature, signing, saying no.
    pub ask: String,
    /// Where the second signature goes.
    pub approve: String,
    /// Where a no goes.
    pub reject: String,
    /// Where stopping it goes, while something may come of it.
    pub stop: Option<String>,
    /// Why.
    pub reason: String,
    /// What was checked: which, and what it showed.
    pub checks: Vec<(String, String)>,
    /// What the second person checked.
    pub own_check: Option<String>,
    /// Who asked for the second signature.
    pub requested_by: Option<String>,
    /// Who set it, or said no.
    pub decided_by: Option<String>,
    /// When the link leaves, in milliseconds since 1970.
    pub effective: Option<i64>,
    /// Until when it waits, in milliseconds since 1970.
    pub expires: i64,
    /// What the person has, and whether it is taken away.
    pub factors: Vec<(FactorKind, bool)>,
    /// How many sessions end.
    pub sessions: usize,
    /// The form of the first signature, if that is due.
    pub form: Option<CaseForm>,
    /// Whether the second signature is due.
    pub decides: bool,
    /// Why the helper has no hand in it.
    pub conflict: Option<&'static str>,
    /// Nothing was said of an own check.
    pub missing: bool,
}

impl Page for CasePage {
    const TEMPLATE: &'static str = "pages/helpdesk/case.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            row: row("waiting"),
            ask: "/recovery-requests/rcv_1/ask".to_owned(),
            approve: "/recovery-requests/rcv_1/approve".to_owned(),
            reject: "/recovery-requests/rcv_1/reject".to_owned(),
            stop: Some("/recovery-requests/rcv_1/stop".to_owned()),
            reason: "Haar telefoon is gestolen <b>op de fiets</b>.".to_owned(),
            checks: vec![("called".to_owned(), "Op haar vaste nummer".to_owned())],
            own_check: None,
            requested_by: Some("Eva Mulder".to_owned()),
            decided_by: None,
            effective: None,
            expires: 1_795_620_000_000,
            factors: vec![(FactorKind::Totp, true), (FactorKind::Passkey, false)],
            sessions: 3,
            form: None,
            decides: true,
            conflict: None,
            missing: false,
        };
        let mut all = vec![Self { missing: true, ..plain.clone() }, plain.clone()];
        all.extend(CaseForm::samples().into_iter().map(|form| Self {
            row: row("asked"),
            form: Some(form),
            requested_by: None,
            decides: false,
            factors: Vec::new(),
            checks: Vec::new(),
            ..plain.clone()
        }));
        all.extend(["own", "manager", "requester", "new", "related"].map(|conflict| Self {
            conflict: Some(conflict),
            decides: false,
            ..plain.clone()
        }));
        all.push(Self {
            row: row("approved"),
            decides: false,
            own_check: Some("Zelf gebeld met de receptie".to_owned()),
            decided_by: Some("Femke Visser".to_owned()),
            effective: Some(1_795_523_600_000),
            ..plain
        });
        all
    }
}

/// A passkey is asked for first.
#[derive(Clone, Debug, Serialize)]
pub struct StrongPage {
    /// How; none where passkeys are off.
    pub passkey: Option<Ceremony>,
    /// Nobody: the part that it shares with the sign-in asks.
    pub app: Option<String>,
}

impl Page for StrongPage {
    const TEMPLATE: &'static str = "pages/helpdesk/strong.html";

    fn samples() -> Vec<Self> {
        let passkey = Ceremony {
            creates: false,
            begin: "/passkeys/begin".to_owned(),
            finish: "/passkeys/finish".to_owned(),
            place: "confirm".to_owned(),
            next: "/recovery-requests".to_owned(),
            autofill: false,
            first: true,
        };
        vec![Self { passkey: Some(passkey), app: None }, Self { passkey: None, app: None }]
    }
}

/// The form of somebody who is locked out.
#[derive(Clone, Debug, Serialize)]
pub struct HelpFormPage {
    /// Where it goes.
    pub action: String,
    /// Back to the list of problems.
    pub back: String,
    /// Whom.
    pub username: String,
    /// What happened.
    pub reason: String,
    /// What is wrong: `no_name` or `too_many`.
    pub problem: Option<&'static str>,
    /// When to come back, in milliseconds since 1970.
    pub until: i64,
}

impl Page for HelpFormPage {
    const TEMPLATE: &'static str = "pages/helpdesk/form.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/recover/own/helpdesk".to_owned(),
            back: "/recover/own".to_owned(),
            username: String::new(),
            reason: String::new(),
            problem: None,
            until: 1_795_527_120_000,
        };
        let mut all = vec![plain.clone()];
        all.extend(["no_name", "too_many"].map(|problem| Self { problem: Some(problem), ..plain.clone() }));
        all
    }
}

/// The helpdesk was asked, for a name that it knows or not.
#[derive(Clone, Debug, Serialize)]
pub struct HelpSentPage {
    /// Back to the sign-in.
    pub back: String,
}

impl Page for HelpSentPage {
    const TEMPLATE: &'static str = "pages/helpdesk/sent.html";

    fn samples() -> Vec<Self> {
        vec![Self { back: "/recover/own".to_owned() }]
    }
}

/// What the link that stops a case opens.
#[derive(Clone, Debug, Serialize)]
pub struct StopPage {
    /// Where the button leads; none once it is stopped or over.
    pub action: Option<String>,
    /// Whether it is stopped.
    pub stopped: bool,
}

impl Page for StopPage {
    const TEMPLATE: &'static str = "pages/helpdesk/stop.html";

    fn samples() -> Vec<Self> {
        vec![
            Self { action: Some("/recovery/stop/rcv_1/tag".to_owned()), stopped: false },
            Self { action: None, stopped: true },
            Self { action: None, stopped: false },
        ]
    }
}

/// What the link to a new factor opens.
#[derive(Clone, Debug, Serialize)]
pub struct EnrolAgainPage {
    /// Where the button leads.
    pub action: String,
    /// Whose account, as much of it as a page shows.
    pub account: String,
    /// Whether second factors are taken away.
    pub second_factor: bool,
    /// Whether passkeys are taken away.
    pub passkeys: bool,
}

impl Page for EnrolAgainPage {
    const TEMPLATE: &'static str = "pages/helpdesk/link.html";

    fn samples() -> Vec<Self> {
        let both = Self {
            action: "/recovery/link/secret".to_owned(),
            account: "c•••@kantoor.nl".to_owned(),
            second_factor: true,
            passkeys: true,
        };
        vec![Self { second_factor: false, ..both.clone() }, both]
    }
}

/// The link works no longer.
#[derive(Clone, Debug, Serialize)]
pub struct LinkClosedPage {}

impl Page for LinkClosedPage {
    const TEMPLATE: &'static str = "pages/helpdesk/closed.html";

    fn samples() -> Vec<Self> {
        vec![Self {}]
    }
}
