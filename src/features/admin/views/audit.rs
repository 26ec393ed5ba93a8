//! What the page of the audit shows (M7).

use serde::Serialize;

use crate::features::activity::EventRow;
use crate::web::Page;

/// An event.
#[derive(Clone, Debug, Serialize)]
pub struct AuditRow {
    /// The event, to be said.
    pub row: EventRow,
    /// In which organisation; empty for the instance.
    pub organisation: String,
    /// The event as it is kept.
    pub json: String,
}

/// All that happened, or what was searched for.
#[derive(Clone, Debug, Serialize)]
pub struct AuditPage {
    /// What was typed.
    pub search: String,
    /// Of which kind.
    pub what: String,
    /// How it ended.
    pub result: String,
    /// From which day on.
    pub from: String,
    /// Until the end of which day.
    pub to: String,
    /// Whether anything narrows it.
    pub narrowed: bool,
    /// The kinds: word, address, whether it is the one that is shown.
    pub kinds: Vec<(String, String, bool)>,
    /// The results: word, address, whether it is the one that is shown.
    pub results: Vec<(String, String, bool)>,
    /// The events, newest first.
    pub rows: Vec<AuditRow>,
    /// Where older ones are, if there may be any.
    pub next: Option<String>,
    /// Where the newest are, if these are others.
    pub newest: Option<String>,
    /// What tells of new ones; none on an older page.
    pub live: Option<String>,
}

impl Page for AuditPage {
    const TEMPLATE: &'static str = "pages/admin/audit.html";

    fn samples() -> Vec<Self> {
        let row = |row: EventRow| AuditRow {
            row,
            organisation: "Kantoor <anna>".to_owned(),
            json: "{\n  \"kind\": \"<anna>\"\n}".to_owned(),
        };
        let mut rows: Vec<AuditRow> = EventRow::samples().into_iter().map(row).collect();
        rows[0].row.person = Some("Bram <anna> Bakker".to_owned());
        rows[1].row.by = Some("Anna de Vries".to_owned());
        rows[2].organisation = String::new();
        let to = || "/admin/audit".to_owned();
        let chip = |word: &str| (word.to_owned(), to(), word.is_empty());
        let plain = Self {
            search: String::new(),
            what: String::new(),
            result: String::new(),
            from: String::new(),
            to: String::new(),
            narrowed: false,
            kinds: ["", "sign-ins", "security", "apps", "instance"].map(chip).into(),
            results: ["", "done", "failed"].map(chip).into(),
            rows,
            next: Some(to()),
            newest: None,
            live: Some("/admin/audit/live".to_owned()),
        };
        let nothing = Self {
            search: "<anna>".to_owned(),
            what: "apps".to_owned(),
            result: "failed".to_owned(),
            from: "2026-11-01".to_owned(),
            to: "2026-11-24".to_owned(),
            narrowed: true,
            rows: Vec::new(),
            next: Some(to()),
            newest: Some(to()),
            live: None,
            ..plain.clone()
        };
        vec![
            plain.clone(),
            nothing.clone(),
            Self { next: None, ..nothing },
            Self { rows: Vec::new(), next: None, ..plain },
        ]
    }
}

/// As much is streamed as may be.
#[derive(Clone, Debug, Serialize)]
pub struct StreamsFullPage {
    /// The way back.
    pub back: String,
}

impl Page for StreamsFullPage {
    const TEMPLATE: &'static str = "pages/admin/streams_full.html";

    fn samples() -> Vec<Self> {
        vec![Self { back: "/admin/audit".to_owned() }]
    }
}
