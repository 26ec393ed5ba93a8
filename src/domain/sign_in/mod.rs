//! The sign-in decision: facts in, the next step out.
//!
//! Facts are stored, the step is not: every request loads the evidence again and decides anew, so no step can be
//! skipped to. The same function judges a sign-in, a session that is used again, a code that is redeemed and a
//! refresh token; only its [`Clearance`] opens a session or issues a code or a token.

mod decide;
mod evidence;
mod facts;
mod journey;

pub use decide::{AppClearance, Clearance, Decision, RULES, Rule, decide, decide_app};
pub use evidence::{Acr, Evidence, NotAnAcr, Proof};
pub use facts::{
    AccountFacts, AcrWish, Answers, AppFacts, ConsentFacts, EnrolmentReason, Facts, NetworkStanding, Question, Refusal,
    Use, Wish,
};
pub use journey::{First, Journey};
