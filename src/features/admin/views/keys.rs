//! What the page of the signing keys shows (M6).

use serde::Serialize;

use crate::web::Page;

/// A part of the life of a key on the timeline.
#[derive(Clone, Debug, Serialize)]
pub struct KeySpan {
    /// `next` (published), `current` (signing) or `retired` (published).
    pub state: &'static str,
    /// From the left, in the units of the timeline.
    pub x: i64,
    /// How wide.
    pub width: i64,
}

/// A signing key.
#[derive(Clone, Debug, Serialize)]
pub struct KeyLine {
    /// Its name.
    pub kid: String,
    /// What it signs with.
    pub algorithm: String,
    /// `next`, `current`, `retired` or `removed`.
    pub state: &'static str,
    /// When it was made and published, in milliseconds since 1970.
    pub created: i64,
    /// From when it signs.
    pub active: i64,
    /// From when it signs no more.
    pub retired: Option<i64>,
    /// From when nothing that it signed counts.
    pub removed: Option<i64>,
    /// The apps whose tokens it signs.
    pub apps: Vec<String>,
    /// How many more apps there are than are named.
    pub more_apps: usize,
    /// Its life on the timeline.
    pub spans: Vec<KeySpan>,
    /// How far from the top it is drawn.
    pub y: usize,
    /// Where it is revoked; none where nobody may, or it is gone.
    pub revoke: Option<String>,
}

impl KeyLine {
    fn sample(state: &'static str) -> Self {
        let past = matches!(state, "retired" | "removed");
        Self {
            kid: format!("3fGkqZ-{state}"),
            algorithm: "RS256".to_owned(),
            state,
            created: 1_790_000_000_000,
            active: 1_790_086_400_000,
            retired: past.then_some(1_795_000_000_000),
            removed: past.then_some(1_795_172_800_000),
            apps: Vec::new(),
            more_apps: 0,
            spans: vec![
                KeySpan { state: "next", x: 0, width: 120 },
                KeySpan { state: "current", x: 120, width: 500 },
                KeySpan { state: "retired", x: 620, width: 100 },
            ],
            y: 0,
            revoke: (state != "removed").then(|| format!("/admin/keys/3fGkqZ-{state}/revoke")),
        }
    }
}

/// The signing keys.
#[derive(Clone, Debug, Serialize)]
pub struct KeysPage {
    /// Whether the person may change them.
    pub may_change: bool,
    /// The keys, by algorithm, the newest first.
    pub keys: Vec<KeyLine>,
    /// How wide and how high the timeline is.
    pub size: (i64, usize),
    /// Where now is on it.
    pub now: i64,
    /// When the next rotation is due, in milliseconds since 1970.
    pub next: Option<i64>,
    /// How many days a key signs.
    pub days: u16,
    /// What was just done: `rotate` or `revoke`.
    pub done: Option<&'static str>,
}

impl Page for KeysPage {
    const TEMPLATE: &'static str = "pages/admin/keys.html";

    fn samples() -> Vec<Self> {
        let mut keys: Vec<KeyLine> = ["next", "current", "retired", "removed"].map(KeyLine::sample).into();
        for (place, key) in keys.iter_mut().enumerate() {
            key.y = place * 24;
        }
        keys[1].apps = vec!["Kantoorportaal".to_owned(), "<anna>".to_owned()];
        keys[1].more_apps = 3;
        let page = Self {
            may_change: true,
            keys,
            size: (1000, 96),
            now: 700,
            next: Some(1_797_000_000_000),
            days: 90,
            done: None,
        };
        let mut quiet = Self { may_change: false, next: None, ..page.clone() };
        quiet.keys.iter_mut().for_each(|key| key.revoke = None);
        let mut all = vec![page.clone(), quiet];
        all.extend(["rotate", "revoke"].map(|done| Self { done: Some(done), ..page.clone() }));
        all
    }
}

/// Asks before keys are replaced or revoked.
#[derive(Clone, Debug, Serialize)]
pub struct KeyActPage {
    /// What: `rotate` or `revoke`.
    pub act: &'static str,
    /// Where the form goes.
    pub action: String,
    /// The key, where it is about one.
    pub kid: String,
    /// The state of that key.
    pub state: &'static str,
    /// Since when the successors are published, in milliseconds since 1970; none where there is none.
    pub published: Option<i64>,
    /// How many hours what the old keys signed still counts.
    pub hours: u16,
    /// How many apps are concerned.
    pub apps: usize,
}

impl Page for KeyActPage {
    const TEMPLATE: &'static str = "pages/admin/key_act.html";

    fn samples() -> Vec<Self> {
        let rotate = Self {
            act: "rotate",
            action: "/admin/keys/rotate".to_owned(),
            kid: String::new(),
            state: "current",
            published: Some(1_795_000_000_000),
            hours: 48,
            apps: 4,
        };
        let revoke = Self {
            act: "revoke",
            action: "/admin/keys/3fGkqZ/revoke".to_owned(),
            kid: "3fGkqZ".to_owned(),
            ..rotate.clone()
        };
        let mut all = vec![rotate.clone(), Self { published: None, apps: 1, hours: 1, ..rotate }];
        all.extend(["current", "next", "retired"].map(|state| Self { state, ..revoke.clone() }));
        all
    }
}
