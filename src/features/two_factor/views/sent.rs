//! What the pages of codes that are sent show, and what the codes themselves say.

use serde::Serialize;

use super::{Step, StepProblem};
use crate::domain::FactorKind;
use crate::features::outbox::{Message, Particulars};
use crate::web::Page;

/// Why no code was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum SendProblem {
    /// Enough were sent for now.
    Wait {
        /// When another may be asked for, in milliseconds since 1970.
        until: i64,
    },
    /// It cannot be sent (E21).
    Unavailable,
    /// What was typed is no number.
    Number,
    /// Nothing is sent to the country of the number.
    Country,
    /// Nothing is sent to lines of this kind.
    NotMobile,
}

impl SendProblem {
    const SAMPLES: [Self; 5] =
        [Self::Wait { until: 1_795_527_120_000 }, Self::Unavailable, Self::Number, Self::Country, Self::NotMobile];
}

/// A code that is sent by mail (H6) or text message (H7).
#[derive(Clone, Debug, Serialize)]
pub struct SentCodePage {
    /// What every second step shows.
    #[serde(flatten)]
    pub step: Step,
    /// How it is sent.
    pub by: FactorKind,
    /// Where the form goes that has it sent.
    pub send: String,
    /// Where it goes, masked.
    pub to: String,
    /// Who sends it.
    pub from: String,
    /// When it was sent, in milliseconds since 1970; none while there is none to type.
    pub sent_at: Option<i64>,
    /// What another device is asked for that opens the link; none where no link was sent.
    pub matching_number: Option<i64>,
    /// What tells how the link stands.
    pub waits: String,
    /// Where somebody goes on who confirmed by the link.
    pub go_on: String,
    /// Whether they said so, and it is not confirmed.
    pub unconfirmed: bool,
    /// Why none was sent.
    pub sending: Option<SendProblem>,
}

const SENT_AT: i64 = 1_795_525_500_000;
const FROM: &str = "Countersign <no-reply@id.kantoor.example>";

impl Page for SentCodePage {
    const TEMPLATE: &'static str = "pages/two_factor/sent_code.html";

    fn samples() -> Vec<Self> {
        let with = |step: Step, by: FactorKind, sent_at: Option<i64>, sending: Option<SendProblem>| Self {
            step,
            by,
            send: format!("/sign-in/int_1/second/{by}/send"),
            to: if by == FactorKind::Sms { "•• •• •• 42" } else { "a•••@kantoor.nl" }.to_owned(),
            from: FROM.to_owned(),
            sent_at,
            matching_number: sent_at.filter(|_| by == FactorKind::Email).map(|_| 47),
            waits: "/sign-in/int_1/waiting".to_owned(),
            go_on: "/sign-in/int_1/second/email/continue".to_owned(),
            unconfirmed: false,
            sending,
        };
        let mut all = Vec::new();
        for by in [FactorKind::Email, FactorKind::Sms] {
            for sent_at in [Some(SENT_AT), None] {
                all.extend(Step::samples().into_iter().map(|step| with(step, by, sent_at, None)));
                let plain = Step::samples().swap_remove(0);
                let problems = [SendProblem::Wait { until: 1_795_527_120_000 }, SendProblem::Unavailable];
                all.extend(problems.map(|sending| with(plain.clone(), by, sent_at, Some(sending))));
                all.push(Self { unconfirmed: true, ..with(plain, by, sent_at, None) });
            }
        }
        all
    }
}

/// Codes by mail or text message are switched on with the first one.
#[derive(Clone, Debug, Serialize)]
pub struct EnrolSentPage {
    /// How they are sent.
    pub by: FactorKind,
    /// Where the form with the code goes.
    pub action: String,
    /// Where the form goes that has it sent.
    pub send: String,
    /// Where somebody goes who wants another way.
    pub back: String,
    /// Where it goes, masked; none while there is no number.
    pub to: Option<String>,
    /// Who sends it.
    pub from: String,
    /// The number that was typed.
    pub number: String,
    /// When it was sent, in milliseconds since 1970; none while there is none to type.
    pub sent_at: Option<i64>,
    /// What is wrong with the code.
    pub problem: Option<StepProblem>,
    /// Why none was sent.
    pub sending: Option<SendProblem>,
}

impl Page for EnrolSentPage {
    const TEMPLATE: &'static str = "pages/two_factor/enrol_sent.html";

    fn samples() -> Vec<Self> {
        let mail = Self {
            by: FactorKind::Email,
            action: "/enrol/account/email".to_owned(),
            send: "/enrol/account/email/send".to_owned(),
            back: "/enrol/account".to_owned(),
            to: Some("a•••@kantoor.nl".to_owned()),
            from: FROM.to_owned(),
            number: String::new(),
            sent_at: None,
            problem: None,
            sending: None,
        };
        let sms = Self {
            by: FactorKind::Sms,
            action: "/enrol/account/sms".to_owned(),
            send: "/enrol/account/sms/send".to_owned(),
            to: None,
            number: "06 1234".to_owned(),
            ..mail.clone()
        };
        let sent = Self { to: Some("•• •• •• 42".to_owned()), sent_at: Some(SENT_AT), ..sms.clone() };
        let mut all = vec![mail.clone(), sms.clone(), sent.clone(), Self { sent_at: Some(SENT_AT), ..mail.clone() }];
        all.extend(SendProblem::SAMPLES.map(|problem| Self { sending: Some(problem), ..sms.clone() }));
        for page in [&mail, &sms, &sent] {
            all.extend(StepProblem::SAMPLES.map(|problem| Self { problem: Some(problem), ..page.clone() }));
        }
        let wait = Some(SendProblem::Wait { until: 1_795_527_120_000 });
        all.extend([Self { sending: wait, ..sent }, Self { sending: wait, ..mail }]);
        all
    }
}

/// A code (D2), as a mail or as a text message.
#[derive(Clone, Debug, Serialize)]
pub struct CodeMessage {
    /// Whom it greets.
    pub name: String,
    /// The code, as it is read.
    pub code: String,
    /// How long it works.
    pub minutes: u64,
    /// A link that does the same; none where none goes with it.
    pub link: Option<String>,
    /// Whether it switches such codes on, and is not for a sign-in.
    pub enrols: bool,
    /// The facts.
    pub particulars: Particulars,
}

impl Message for CodeMessage {
    const TEMPLATE: &'static str = "code";

    fn samples() -> Vec<Self> {
        let plain = Self {
            name: "Anna de Vries".to_owned(),
            code: "482 911".to_owned(),
            minutes: 10,
            link: Some("https://id.kantoor.example/c/7hQ2vK9mZr4TnW8xYb3cPd".to_owned()),
            enrols: false,
            particulars: Particulars::sample(),
        };
        let own = Particulars { app: None, ..Particulars::sample() };
        vec![
            Self { particulars: own.clone(), ..plain.clone() },
            Self { enrols: true, link: None, particulars: own, ..plain.clone() },
            plain,
        ]
    }
}
