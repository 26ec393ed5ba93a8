//! What the page of activity shows.

use serde::Serialize;

use crate::features::activity::{Chart, Day, DayCount, EventRow, Period, Topic};
use crate::web::Page;

/// Activity (A8).
#[derive(Clone, Debug, Serialize)]
pub struct ActivityPage {
    /// What is shown.
    pub topic: Topic,
    /// For how long back.
    pub period: Period,
    /// The events, the newest day first.
    pub days: Vec<Day>,
    /// Whether this is not the beginning.
    pub later: bool,
    /// Where older events begin.
    pub next: Option<String>,
    /// Sign-ins a day.
    pub chart: Chart,
}

impl Page for ActivityPage {
    const TEMPLATE: &'static str = "pages/account/activity.html";

    fn samples() -> Vec<Self> {
        const DAY: i64 = 86_400_000;
        let rows = EventRow::samples();
        let yesterday = rows.iter().take(6).map(|row| EventRow { at: row.at - DAY, ..row.clone() }).collect();
        let counts = (0..30_u32).map(|day| DayCount {
            at: 1_795_525_500_000 - i64::from(29 - day) * DAY,
            passkey: (day * 7) % 4,
            second: (day * 5) % 3,
            password: u32::from(day % 9 == 0),
            failed: u32::from(day == 12) * 3,
            bars: Vec::new(),
        });
        let full = Self {
            topic: Topic::All,
            period: Period::Month,
            days: vec![Day { at: rows[0].at, rows: rows.clone() }, Day { at: rows[0].at - DAY, rows: yesterday }],
            later: false,
            next: Some("aud_1".to_owned()),
            chart: Chart::of(counts.collect()),
        };
        vec![
            full.clone(),
            Self { later: true, next: None, topic: Topic::Apps, period: Period::Week, ..full.clone() },
            Self { days: Vec::new(), next: None, chart: Chart::default(), ..full },
        ]
    }
}

/// What to do about something that the person did not do.
#[derive(Clone, Debug, Serialize)]
pub struct NotYouPage {
    /// In how many other places the person is signed in.
    pub other_sessions: usize,
    /// Whether there is a password to change.
    pub has_password: bool,
}

impl Page for NotYouPage {
    const TEMPLATE: &'static str = "pages/account/not_you.html";

    fn samples() -> Vec<Self> {
        vec![Self { other_sessions: 2, has_password: true }, Self { other_sessions: 0, has_password: false }]
    }
}
