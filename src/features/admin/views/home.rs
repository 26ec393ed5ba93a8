//! What the first page of the console shows (M1).

use serde::Serialize;

use crate::features::activity::{Chart, DayCount};
use crate::features::admin::health::{Check, Condition};
use crate::web::Page;

/// How everything is.
#[derive(Clone, Debug, Serialize)]
pub struct HomePage {
    /// Whether the person may change things.
    pub may_change: bool,
    /// The things that are looked at.
    pub checks: Vec<Check>,
    /// How many sign-ins succeeded today.
    pub today: u32,
    /// How many did not.
    pub failed: u32,
    /// How many succeed on a day, on average of the six days before.
    pub usual: u32,
    /// How many requests to let somebody back in wait.
    pub cases: i64,
    /// Sign-ins of the week.
    pub chart: Chart,
    /// What is to be done after the first start: the word, where, and whether it is done.
    pub steps: Vec<(&'static str, &'static str, bool)>,
}

impl Page for HomePage {
    const TEMPLATE: &'static str = "pages/admin/home.html";

    fn samples() -> Vec<Self> {
        let moment = Some(1_795_525_500_000);
        let check = |what, condition, says| Check { at: moment, count: 12, ..Check::new(what, condition, says) };
        let good = vec![
            check("database", Condition::Good, "database-good"),
            check("keys", Condition::Good, "keys-good"),
            check("mail", Condition::Good, "messages-sent"),
            check("sms", Condition::Off, "messages-off"),
            check("queue", Condition::Good, "queue-waits"),
            check("backup", Condition::Good, "backup-good"),
            check("clock", Condition::Good, "clock-good"),
            check("certificate", Condition::Warning, "certificate-ends"),
        ];
        let mut bad = vec![
            check("database", Condition::Bad, "database-bad"),
            check("keys", Condition::Bad, "keys-bad"),
            check("mail", Condition::Bad, "messages-failed"),
            check("sms", Condition::Good, "messages-none"),
            check("queue", Condition::Warning, "queue-waits"),
            check("clock", Condition::Bad, "clock-bad"),
            check("certificate", Condition::Bad, "certificate-bad"),
            check("certificate", Condition::Off, "certificate-off"),
            check("clock", Condition::Bad, "unknown"),
            check("backup", Condition::Off, "backup-none"),
            check("backup", Condition::Warning, "backup-old"),
            check("backup", Condition::Bad, "backup-failed"),
        ];
        bad[2].answer = Some("550 5.7.1 <anna> relaying denied".to_owned());
        bad[4].count = 1;
        let days = (0..7_u32).map(|day| DayCount {
            at: 1_795_525_500_000 - i64::from(6 - day) * 86_400_000,
            passkey: day * 7,
            second: day * 5,
            password: day,
            failed: day % 3,
            bars: Vec::new(),
        });
        let page = Self {
            may_change: true,
            checks: good,
            today: 78,
            failed: 2,
            usual: 64,
            cases: 2,
            chart: Chart::of(days.collect()),
            steps: vec![
                ("passkey", "/account/passkeys", true),
                ("mail", "/admin/settings", false),
                ("people", "/admin/organisations/new", false),
                ("app", "/admin/apps", false),
            ],
        };
        vec![
            page.clone(),
            Self {
                may_change: false,
                checks: bad,
                today: 1,
                failed: 1,
                usual: 0,
                cases: 0,
                chart: Chart::default(),
                steps: Vec::new(),
            },
        ]
    }
}
