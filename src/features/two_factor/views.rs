//! What the pages and mails of second factors show.

mod sent;

use serde::Serialize;

use crate::domain::{FactorKind, Strength};
use crate::features::outbox::{Message, Particulars};
use crate::web::Page;

pub use sent::{CodeMessage, EnrolSentPage, SendProblem, SentCodePage};

/// What is wrong with a second step.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum StepProblem {
    /// Not the right code (E5).
    Wrong,
    /// Not a code at all (E6).
    Shape,
    /// Used before (E8).
    Reused,
    /// The clock of the telephone is wrong (E9).
    Drift {
        /// By about so many minutes.
        minutes: i64,
    },
    /// Too old, or never sent (E7).
    Expired,
    /// Wrong so often that another code must be asked for.
    Spent,
    /// Too many attempts (E4).
    TooMany {
        /// When to come back, in milliseconds since 1970.
        until: i64,
    },
}

impl StepProblem {
    /// An example of each.
    pub(super) const SAMPLES: [Self; 7] = [
        Self::Wrong,
        Self::Shape,
        Self::Reused,
        Self::Expired,
        Self::Spent,
        Self::Drift { minutes: 4 },
        Self::TooMany { until: 1_795_527_120_000 },
    ];
}

/// What every page of a second step shows.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// Where the form goes.
    pub action: String,
    /// Where somebody goes who wants another way.
    pub other: String,
    /// Where somebody goes who wants another account.
    pub anew: String,
    /// The e-mail address of the account.
    pub email: String,
    /// The app that asks for this strength, if that is why.
    pub for_app: Option<String>,
    /// Whether it may be left out for thirty days.
    pub may_remember: bool,
    /// The organisation that wants it done every time.
    pub every_time: Option<String>,
    /// What is wrong.
    pub problem: Option<StepProblem>,
}

impl Step {
    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/sign-in/int_1/second/totp".to_owned(),
            other: "/sign-in/int_1/second?choose=1".to_owned(),
            anew: "/sign-in/int_1?anew=1".to_owned(),
            email: "anna@kantoor.nl".to_owned(),
            for_app: None,
            may_remember: true,
            every_time: None,
            problem: None,
        };
        let mut all = vec![
            plain.clone(),
            Self { may_remember: false, every_time: Some("Kantoor De Vries".to_owned()), ..plain.clone() },
            Self { may_remember: false, for_app: Some("Loonportaal".to_owned()), ..plain.clone() },
        ];
        all.extend(StepProblem::SAMPLES.map(|problem| Self { problem: Some(problem), ..plain.clone() }));
        all
    }
}

/// The code of an authenticator app (H5).
#[derive(Clone, Debug, Serialize)]
pub struct TotpPage(pub Step);

impl Page for TotpPage {
    const TEMPLATE: &'static str = "pages/two_factor/totp.html";

    fn samples() -> Vec<Self> {
        Step::samples().into_iter().map(Self).collect()
    }
}

/// A recovery code (H16).
#[derive(Clone, Debug, Serialize)]
pub struct RecoveryCodePage(pub Step);

impl Page for RecoveryCodePage {
    const TEMPLATE: &'static str = "pages/two_factor/recovery_code.html";

    fn samples() -> Vec<Self> {
        Step::samples().into_iter().map(Self).collect()
    }
}

/// A way to do the second step.
#[derive(Clone, Debug, Serialize)]
pub struct Way {
    /// The kind.
    pub kind: FactorKind,
    /// Where it is done; none where it does not do here.
    pub to: Option<String>,
    /// Where its codes go, masked.
    pub hint: Option<String>,
}

/// Which way (H4)?
#[derive(Clone, Debug, Serialize)]
pub struct ChoosePage {
    /// The ways, the likeliest first.
    pub ways: Vec<Way>,
    /// The app that asks for a strength, if that is why some do not do.
    pub for_app: Option<String>,
    /// Where somebody goes who wants another account.
    pub anew: String,
    /// Where somebody goes who has none of these.
    pub recover: String,
}

impl Page for ChoosePage {
    const TEMPLATE: &'static str = "pages/two_factor/choose.html";

    fn samples() -> Vec<Self> {
        let way = |kind: FactorKind, usable: bool| {
            let to = usable.then(|| format!("/sign-in/int_1/second/{kind}"));
            let hint = match kind {
                FactorKind::Sms => Some("•• •• •• 42".to_owned()),
                FactorKind::Email => Some("a•••@kantoor.nl".to_owned()),
                _ => None,
            };
            Way { kind, to, hint }
        };
        let all = |usable: bool| -> Vec<Way> {
            use FactorKind::{Email, Passkey, RecoveryCode, SecurityKey, Sms, Totp};
            [Passkey, SecurityKey, Totp, Sms, Email, RecoveryCode]
                .map(|kind| way(kind, usable || kind == Passkey))
                .to_vec()
        };
        let anew = "/sign-in/int_1?anew=1".to_owned();
        let recover = "/recover/int_1".to_owned();
        vec![
            Self { ways: all(true), for_app: None, anew: anew.clone(), recover: recover.clone() },
            Self { ways: all(false), for_app: None, anew: anew.clone(), recover: recover.clone() },
            Self { ways: all(false), for_app: Some("Loonportaal".to_owned()), anew, recover },
        ]
    }
}

/// A kind that can be set up.
#[derive(Clone, Debug, Serialize)]
pub struct Setup {
    /// The kind.
    pub kind: FactorKind,
    /// How much it withstands.
    pub strength: Strength,
    /// Where it is set up.
    pub to: String,
}

/// Set up a second factor (H13).
#[derive(Clone, Debug, Serialize)]
pub struct EnrolPage {
    /// Why: `account`, `demanded`, `announced`, `recovery_code_used`.
    pub why: &'static str,
    /// Whose rule it is, where it is an organisation's.
    pub organisation: Option<String>,
    /// From when the rule holds, in milliseconds since 1970.
    pub from: Option<i64>,
    /// The app that waits.
    pub app: Option<String>,
    /// What can be set up.
    pub kinds: Vec<Setup>,
    /// Where "not now" goes.
    pub skip: Option<String>,
    /// Where somebody goes who leaves.
    pub leave: String,
}

impl Page for EnrolPage {
    const TEMPLATE: &'static str = "pages/two_factor/enrol.html";

    fn samples() -> Vec<Self> {
        use FactorKind::{Email, Passkey, SecurityKey, Sms, Totp};
        let kinds = [Passkey, SecurityKey, Totp, Sms, Email]
            .map(|kind| Setup { kind, strength: kind.strength(), to: format!("/enrol/int_1/{kind}") })
            .to_vec();
        let plain = Self {
            why: "demanded",
            organisation: Some("Kantoor De Vries".to_owned()),
            from: None,
            app: Some("Kantoorportaal".to_owned()),
            kinds,
            skip: None,
            leave: "/sign-in".to_owned(),
        };
        let skip = Some("/enrol/int_1/skip".to_owned());
        vec![
            plain.clone(),
            Self { organisation: None, app: None, ..plain.clone() },
            Self { why: "announced", from: Some(1_796_083_200_000), skip: skip.clone(), ..plain.clone() },
            Self {
                why: "announced",
                organisation: None,
                from: Some(1_796_083_200_000),
                skip: skip.clone(),
                ..plain.clone()
            },
            Self { why: "recovery_code_used", organisation: None, skip, ..plain.clone() },
            Self { why: "account", organisation: None, app: None, leave: "/account/security".to_owned(), ..plain },
        ]
    }
}

/// Connect an authenticator app (H14).
#[derive(Clone, Debug, Serialize)]
pub struct TotpEnrolPage {
    /// Where the form goes.
    pub action: String,
    /// Where somebody goes who wants another way.
    pub back: String,
    /// Which key this is about.
    pub slot: i64,
    /// The address in the picture.
    pub address: String,
    /// The width of the picture, in modules.
    pub width: usize,
    /// Its dark modules, as the path of an SVG.
    pub path: String,
    /// The key for typing.
    pub key: String,
    /// What the app will call it.
    pub account: String,
    /// What is wrong.
    pub problem: Option<StepProblem>,
}

impl Page for TotpEnrolPage {
    const TEMPLATE: &'static str = "pages/two_factor/enrol_totp.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/enrol/account/totp".to_owned(),
            back: "/enrol/account".to_owned(),
            slot: 1,
            address: "otpauth://totp/Countersign:anna%40kantoor.nl?secret=ABCDEFGH".to_owned(),
            width: 3,
            path: "M0 0h1v1h-1zM2 2h1v1h-1z".to_owned(),
            key: "ABCD EFGH IJKL MNOP QRST UVWX YZ23 4567 ABCD EFGH IJKL".to_owned(),
            account: "anna@kantoor.nl".to_owned(),
            problem: None,
        };
        let mut all = vec![plain.clone()];
        all.extend(StepProblem::SAMPLES.map(|problem| Self { problem: Some(problem), ..plain.clone() }));
        all
    }
}

/// New recovery codes (H16).
#[derive(Clone, Debug, Serialize)]
pub struct NewCodesPage {
    /// Where the form goes that makes them.
    pub action: String,
    /// The codes, while they are shown, this once.
    pub codes: Option<Vec<String>>,
    /// How many of an earlier set are left: they end when new ones are made.
    pub left: u64,
    /// Where somebody goes then.
    pub next: String,
}

impl Page for NewCodesPage {
    const TEMPLATE: &'static str = "pages/two_factor/recovery_codes.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/enrol/account/recovery_code".to_owned(),
            codes: None,
            left: 0,
            next: "/account/security".to_owned(),
        };
        let codes = (0..10).map(|n| format!("7F3K{n}-Q2M4X-8HJ2T")).collect();
        vec![
            Self { codes: Some(codes), ..plain.clone() },
            Self { left: 7, ..plain.clone() },
            Self { left: 1, ..plain.clone() },
            plain,
        ]
    }
}

/// Remove a factor?
#[derive(Clone, Debug, Serialize)]
pub struct RemovePage {
    /// Where the form goes.
    pub action: String,
    /// The kind.
    pub kind: FactorKind,
    /// What its owner calls it.
    pub name: String,
    /// Whether a password is enough to sign in afterwards.
    pub last: bool,
    /// The organisation (or an empty name for the operator) whose rule forbids it.
    pub forbidden_by: Option<String>,
}

impl Page for RemovePage {
    const TEMPLATE: &'static str = "pages/two_factor/remove.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            action: "/account/two-factor/fac_1/remove".to_owned(),
            kind: FactorKind::Totp,
            name: String::new(),
            last: false,
            forbidden_by: None,
        };
        vec![
            Self { last: true, ..plain.clone() },
            Self { kind: FactorKind::RecoveryCode, ..plain.clone() },
            Self { kind: FactorKind::Sms, name: "•• •• •• 42".to_owned(), ..plain.clone() },
            Self { forbidden_by: Some("Kantoor De Vries".to_owned()), ..plain.clone() },
            Self { forbidden_by: Some(String::new()), ..plain.clone() },
            plain,
        ]
    }
}

/// The mail after a factor was added.
#[derive(Clone, Debug, Serialize)]
pub struct FactorAdded {
    /// Whom it greets.
    pub name: String,
    /// The kind.
    pub kind: FactorKind,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for FactorAdded {
    const TEMPLATE: &'static str = "factor_added";

    fn samples() -> Vec<Self> {
        use FactorKind::{Email, Passkey, RecoveryCode, SecurityKey, Sms, Totp};
        let sample = |kind| Self { name: "Anna de Vries".to_owned(), kind, particulars: Particulars::sample() };
        [Totp, Sms, Email, SecurityKey, Passkey, RecoveryCode].map(sample).to_vec()
    }
}

/// The mail after a factor was removed (D5).
#[derive(Clone, Debug, Serialize)]
pub struct FactorRemoved {
    /// Whom it greets.
    pub name: String,
    /// The kind.
    pub kind: FactorKind,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for FactorRemoved {
    const TEMPLATE: &'static str = "factor_removed";

    fn samples() -> Vec<Self> {
        let sample = |added: FactorAdded| Self { name: added.name, kind: added.kind, particulars: added.particulars };
        FactorAdded::samples().into_iter().map(sample).collect()
    }
}
