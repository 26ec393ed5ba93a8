//! What the pages of activity show.

use serde::Serialize;

use super::rules::{Period, SENTENCES, Topic, Way};
use crate::domain::FactorKind;
use crate::features::organisations::PersonTabs;
use crate::web::Page;

/// An event, as a sentence.
#[derive(Clone, Debug, Serialize)]
pub struct EventRow {
    /// When, in milliseconds since 1970.
    pub at: i64,
    /// Which sentence says it.
    pub sentence: &'static str,
    /// Whom it is about, where people are named.
    pub person: Option<String>,
    /// Who did it, where that was somebody else.
    pub by: Option<String>,
    /// The app.
    pub app: Option<String>,
    /// How the person signed in.
    pub way: Option<Way>,
    /// The kind of what was set up, renamed or removed.
    pub factor: Option<FactorKind>,
    /// What the audit calls it.
    pub kind: String,
    /// Where it came from, while that is still known.
    pub ip: Option<String>,
    /// What the page called it.
    pub reference: String,
}

impl EventRow {
    /// An example of every sentence.
    #[must_use]
    pub fn samples() -> Vec<Self> {
        let plain = Self {
            at: 1_795_525_500_000,
            sentence: "other",
            person: None,
            by: None,
            app: None,
            way: None,
            factor: None,
            kind: "something.new".to_owned(),
            ip: Some("203.0.113.24".to_owned()),
            reference: "7F3K-Q9".to_owned(),
        };
        let mut all: Vec<Self> = SENTENCES
            .iter()
            .map(|sentence| Self {
                sentence,
                app: Some("Boekhouding <anna>".to_owned()),
                way: sentence.starts_with("signed-in").then_some(Way::Password),
                ..plain.clone()
            })
            .collect();
        all.push(Self { sentence: "app-opened", ip: None, reference: String::new(), ..plain.clone() });
        all.extend(Way::ALL.map(|way| Self {
            sentence: "signed-in-app",
            app: Some("Boekhouding".to_owned()),
            way: Some(way),
            ..plain.clone()
        }));
        all.push(Self { sentence: "signed-in", way: Some(Way::Passkey), ..plain.clone() });
        all.push(Self { sentence: "factor-added", factor: Some(FactorKind::Totp), ..plain });
        all
    }
}

/// The events of one day.
#[derive(Clone, Debug, Serialize)]
pub struct Day {
    /// A moment of it, in milliseconds since 1970.
    pub at: i64,
    /// The newest first.
    pub rows: Vec<EventRow>,
}

/// How often the person signed in on one day, in which way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct DayCount {
    /// A moment of it, in milliseconds since 1970.
    pub at: i64,
    /// With a passkey.
    pub passkey: u32,
    /// With a password and a second step.
    pub second: u32,
    /// With a password alone.
    pub password: u32,
    /// Not at all.
    pub failed: u32,
    /// The bars, bottom up.
    pub bars: Vec<BarBox>,
}

/// One bar of the chart, in its own units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct BarBox {
    /// What it counts.
    pub of: &'static str,
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// How high.
    pub height: u32,
}

/// Sign-ins a day (C4).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Chart {
    /// The days, oldest first.
    pub days: Vec<DayCount>,
    /// How wide it is.
    pub width: u32,
    /// How wide a bar is.
    pub bar: u32,
    /// How many sign-ins succeeded in all.
    pub done: u32,
    /// How many did not.
    pub failed: u32,
}

impl Chart {
    /// How high it is.
    const HEIGHT: u32 = 100;
    /// How wide it is, about.
    const WIDTH: u32 = 720;

    /// A chart of these counts.
    #[must_use]
    pub fn of(mut days: Vec<DayCount>) -> Self {
        let number = u32::try_from(days.len()).unwrap_or(u32::MAX).max(1);
        let step = (Self::WIDTH / number).max(4);
        let most = days.iter().map(DayCount::total).max().unwrap_or(0).max(4);
        let (mut done, mut failed) = (0, 0);
        for (x, day) in (0..).step_by(step as usize).zip(&mut days) {
            done += day.total() - day.failed;
            failed += day.failed;
            let mut top = Self::HEIGHT;
            let parts =
                [("passkey", day.passkey), ("second", day.second), ("password", day.password), ("failed", day.failed)];
            for (of, count) in parts.into_iter().filter(|(_, count)| *count > 0) {
                let height = (count * Self::HEIGHT / most).max(1).min(top);
                top -= height;
                day.bars.push(BarBox { of, x, y: top, height });
            }
        }
        Self { days, width: step * number, bar: step - step / 4, done, failed }
    }
}

impl DayCount {
    const fn total(&self) -> u32 {
        self.passkey + self.second + self.password + self.failed
    }
}

/// Activity of an organisation (O5).
#[derive(Clone, Debug, Serialize)]
pub struct OrganisationActivityPage {
    /// The name of the organisation.
    pub organisation: String,
    /// Its people: identifiers and names.
    pub people: Vec<(String, String)>,
    /// About whom; empty for everybody.
    pub person: String,
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
    /// The last changes of the rules.
    pub pinned: Vec<EventRow>,
}

impl Page for OrganisationActivityPage {
    const TEMPLATE: &'static str = "pages/activity/organisation.html";

    fn samples() -> Vec<Self> {
        let name = |row: &EventRow| EventRow {
            person: Some("Bram <anna> Bakker".to_owned()),
            by: row.sentence.starts_with("membership").then(|| "Anna de Vries".to_owned()),
            ..row.clone()
        };
        let rows: Vec<EventRow> = EventRow::samples().iter().map(name).collect();
        let pinned = rows.iter().filter(|row| row.sentence.starts_with("rules")).map(|row| EventRow {
            person: None,
            by: Some("Anna de Vries".to_owned()),
            ..row.clone()
        });
        let counts = (0..14_u32).map(|day| DayCount {
            at: 1_795_525_500_000 - i64::from(13 - day) * 86_400_000,
            passkey: (day * 7) % 9,
            second: (day * 5) % 6,
            password: (day * 3) % 4,
            failed: u32::from(day % 5 == 0) * 2,
            bars: Vec::new(),
        });
        let full = Self {
            organisation: "Kantoor De Vries".to_owned(),
            people: vec![
                ("acc_1".to_owned(), "Anna de Vries".to_owned()),
                ("acc_2".to_owned(), "Bram Bakker".to_owned()),
            ],
            person: "acc_2".to_owned(),
            topic: Topic::All,
            period: Period::Month,
            days: vec![Day { at: rows[0].at, rows: rows.clone() }],
            later: false,
            next: Some("aud_1".to_owned()),
            pinned: pinned.collect(),
            chart: Chart::of(counts.collect()),
        };
        let empty = Self {
            person: String::new(),
            days: Vec::new(),
            next: None,
            pinned: Vec::new(),
            chart: Chart::default(),
            ..full.clone()
        };
        vec![full.clone(), Self { later: true, next: None, person: String::new(), ..full }, empty]
    }
}

/// What happened to one of the people of an organisation.
#[derive(Clone, Debug, Serialize)]
pub struct PersonActivityPage {
    /// Whose pages these are.
    pub tabs: PersonTabs,
    /// Where this page is.
    pub here: String,
    /// The identifier of the account, for the table.
    pub person: String,
    /// What is shown.
    pub topic: Topic,
    /// For how long back.
    pub period: Period,
    /// What happened, the newest day first.
    pub days: Vec<Day>,
    /// Whether this is not the beginning.
    pub later: bool,
    /// Where older events begin.
    pub next: Option<String>,
    /// Sign-ins a day.
    pub chart: Chart,
}

impl Page for PersonActivityPage {
    const TEMPLATE: &'static str = "pages/activity/person.html";

    fn samples() -> Vec<Self> {
        let all = OrganisationActivityPage::samples();
        let of = |all: OrganisationActivityPage| Self {
            tabs: PersonTabs::sample("activity"),
            here: "/organisation/employees/acc_1/activity".to_owned(),
            person: "acc_1".to_owned(),
            topic: all.topic,
            period: all.period,
            days: all.days,
            later: all.later,
            next: all.next,
            chart: all.chart,
        };
        let mut pages: Vec<Self> = all.into_iter().map(of).collect();
        pages.push(Self {
            tabs: PersonTabs { looked_after: false, ..PersonTabs::sample("activity") },
            ..pages[2].clone()
        });
        pages
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bars_of_a_day_stand_on_one_another_and_fit() {
        let busy = DayCount { passkey: 3, second: 2, password: 1, failed: 9, ..DayCount::default() };
        let chart = Chart::of(vec![DayCount { passkey: 1, ..DayCount::default() }, busy]);
        assert_eq!((chart.done, chart.failed), (7, 9));
        let bars = &chart.days[1].bars;
        assert_eq!(bars[0].y + bars[0].height, 100);
        assert!(bars.windows(2).all(|pair| pair[0].y == pair[1].y + pair[1].height), "{bars:?}");
        assert_eq!(bars.iter().map(|bar| bar.of).collect::<Vec<_>>(), ["passkey", "second", "password", "failed"]);
        assert!(chart.days[1].bars[0].x + chart.bar <= chart.width);
    }
}
