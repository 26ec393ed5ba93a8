//! Second factors: a register with a row and a file for every kind, and the pages that they share.
//!
//! A kind that is verified by something typed is a [`FactorType`]. Passkeys and security keys are verified by the
//! browser; their feature answers the same paths, and here they are only listed.

mod attempts;
mod email_code;
mod pages;
mod recovery_code;
mod rules;
mod sms_code;
mod totp;
mod views;

use std::pin::Pin;

use crate::config::Config;
use crate::domain::ids::InteractionId;
use crate::domain::sign_in::Proof;
use crate::domain::{FactorKind, FactorKinds, Secret, Timestamp};
use crate::features::accounts::Account;
use crate::features::challenges::{Bond, Checked, Purpose, check, six_digits};
use crate::storage::Writer;
use crate::web::{AppState, Error};

pub use pages::{Place, routes};
pub use recovery_code::RecoveryCodeUsed;
pub use totp::key_and_code;
pub use views::{
    ChoosePage, CodeMessage, EnrolPage, EnrolSentPage, FactorAdded, FactorRemoved, NewCodesPage, RecoveryCodePage,
    RemovePage, SendProblem, SentCodePage, StepProblem, TotpEnrolPage, TotpPage,
};

/// A kind of factor that is verified by something typed.
struct FactorType {
    /// Which kind.
    kind: FactorKind,
    /// Looks at what was typed.
    verify: for<'a> fn(Answer<'a>) -> Verifying<'a>,
}

type Verifying<'a> = Pin<Box<dyn Future<Output = Result<Verdict, Error>> + Send + 'a>>;

/// What was typed, and where.
struct Answer<'a> {
    state: &'a AppState,
    /// Uses the code up in the transaction in which it counts.
    writer: &'a mut Writer,
    /// Whose second step it is.
    account: &'a Account,
    /// In which sign-in.
    interaction: InteractionId,
    typed: &'a Secret<String>,
    now: Timestamp,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    /// It is right.
    Right,
    /// It is not; what the person is told.
    Wrong(StepProblem),
}

/// The kinds that are verified by something typed.
const FACTORS: &[FactorType] = &[
    FactorType { kind: FactorKind::Totp, verify: |answer| Box::pin(totp::verify(answer)) },
    FactorType { kind: FactorKind::Sms, verify: |answer| Box::pin(sms_code::verify(answer)) },
    FactorType { kind: FactorKind::Email, verify: |answer| Box::pin(email_code::verify(answer)) },
    FactorType { kind: FactorKind::RecoveryCode, verify: |answer| Box::pin(recovery_code::verify(answer)) },
];

fn type_of(kind: FactorKind) -> Option<&'static FactorType> {
    FACTORS.iter().find(|factor| factor.kind == kind)
}

/// The kinds that somebody can set up and use on this server: nobody is offered a code that cannot be sent.
fn kinds_at_hand(config: &Config) -> FactorKinds {
    let can_be_sent = |kind: FactorKind| match kind {
        FactorKind::Email => config.mail.is_on(),
        FactorKind::Sms => config.sms.is_on(),
        _ => true,
    };
    let typed = FACTORS.iter().map(|factor| factor.kind).filter(|kind| can_be_sent(*kind)).collect::<FactorKinds>();
    typed.or(FactorKinds::of(&[FactorKind::Passkey, FactorKind::SecurityKey]))
}

impl From<Checked> for Verdict {
    fn from(checked: Checked) -> Self {
        match checked {
            Checked::Right => Self::Right,
            Checked::Wrong => Self::Wrong(StepProblem::Wrong),
            Checked::Spent => Self::Wrong(StepProblem::Spent),
            Checked::Expired => Self::Wrong(StepProblem::Expired),
        }
    }
}

/// Looks at a code that was sent for a second step; it must have gone to `to`.
async fn verify_sent(answer: Answer<'_>, kind: FactorKind, to: &str) -> Result<Verdict, Error> {
    let Some(code) = six_digits(answer.typed.expose()) else { return Ok(Verdict::Wrong(StepProblem::Shape)) };
    let bond = Bond {
        purpose: Purpose::Second,
        kind,
        account: answer.account.id,
        place: answer.interaction.to_string(),
        network: None,
    };
    Ok(check(answer.writer, answer.state, &bond, (to, &code), answer.now).await?.into())
}

/// What a right second step of this kind proves.
const fn proof_of(kind: FactorKind, at: Timestamp) -> Proof {
    Proof::Second { at, factor: kind, device_bound: false }
}
