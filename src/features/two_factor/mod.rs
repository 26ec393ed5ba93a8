//! Second factors: a register with a row and a file for every kind, and the pages that they share.
//!
//! A kind that is verified by something typed is a [`FactorType`]. Passkeys and security keys are verified by the
//! browser; their feature answers the same paths, and here they are only listed.

mod attempts;
mod pages;
mod recovery_code;
mod rules;
mod totp;
mod views;

use std::pin::Pin;

use crate::domain::ids::InteractionId;
use crate::domain::sign_in::Proof;
use crate::domain::{FactorKind, FactorKinds, Secret, Timestamp};
use crate::features::accounts::Account;
use crate::storage::Writer;
use crate::web::{AppState, Error};

pub use pages::{Place, routes};
pub use recovery_code::RecoveryCodeUsed;
pub use views::{
    ChoosePage, EnrolPage, FactorAdded, FactorRemoved, NewCodesPage, RecoveryCodePage, RemovePage, StepProblem,
    TotpEnrolPage, TotpPage,
};

/// How long a second step is remembered in a browser, in days.
pub const REMEMBERED_DAYS: u16 = 30;

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
    #[expect(dead_code, reason = "codes that are sent are bound to the sign-in that waits for them")]
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
    FactorType { kind: FactorKind::RecoveryCode, verify: |answer| Box::pin(recovery_code::verify(answer)) },
];

fn type_of(kind: FactorKind) -> Option<&'static FactorType> {
    FACTORS.iter().find(|factor| factor.kind == kind)
}

/// The kinds that somebody can set up and use on this server.
fn kinds_at_hand() -> FactorKinds {
    let typed = FACTORS.iter().map(|factor| factor.kind).collect::<FactorKinds>();
    typed.or(FactorKinds::of(&[FactorKind::Passkey, FactorKind::SecurityKey]))
}

/// What a right second step of this kind proves.
const fn proof_of(kind: FactorKind, at: Timestamp) -> Proof {
    Proof::Second { at, factor: kind, device_bound: false }
}
