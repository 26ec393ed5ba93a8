//! Authenticator apps: time-based one-time passwords (RFC 6238).

use subtle::ConstantTimeEq as _;
use totp_rs::{Builder, Totp};

use super::rules::in_fours;
use super::views::StepProblem;
use super::{Answer, Verdict};
use crate::domain::ids::FactorId;
use crate::domain::{FactorKind, Secret, Timestamp};
use crate::features::accounts::Account;
use crate::features::challenges::six_digits;
use crate::features::factors::{Details, Factor, NewFactor, add_factor, advance_counter, list_factors, open_secret};
use crate::storage::Writer;
use crate::web::{AppState, Context, Error};

/// A step, in seconds (RFC 6238, section 4.1, and what every app does).
const STEP: i64 = 30;
/// How far a wrong clock is recognised, in steps either way: ten minutes.
const RECOGNISED: i64 = 20;
/// How long a key that is being set up stays the same, in seconds.
const SLOT: i64 = 15 * 60;

/// Whether a code fits one key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fit {
    /// It is the code of this step: the current one, or the one before for whoever types slowly.
    Now { step: i64 },
    /// It is the code of another moment, so many minutes off: the clock of the telephone is wrong.
    Off { minutes: i64 },
    /// It is no code of this key.
    No,
}

fn generator(secret: &[u8], issuer: &str, account: &str) -> Option<Totp> {
    // A colon would separate issuer and account in the address.
    let plain = |text: &str| text.replace(':', " ");
    let builder = Builder::new().with_secret(secret.to_vec()).with_skew(0);
    builder.with_issuer(Some(plain(issuer))).with_account_name(plain(account)).build().ok()
}

fn fit(totp: &Totp, code: &str, now: Timestamp) -> Fit {
    let current = now.seconds().div_euclid(STEP);
    let is_code_of = |step: i64| {
        let Ok(time) = u64::try_from(step * STEP) else { return false };
        bool::from(totp.generate(time).to_string().as_bytes().ct_eq(code.as_bytes()))
    };
    if let Some(step) = [current, current - 1].into_iter().find(|step| is_code_of(*step)) {
        return Fit::Now { step };
    }
    match (1..=RECOGNISED).flat_map(|off| [off, -off]).find(|off| is_code_of(current + off)) {
        Some(off) => Fit::Off { minutes: (off.abs() * STEP + 30) / 60 },
        None => Fit::No,
    }
}

/// A key as people type it into an app, and its code at this moment. For the demo, where everybody may know both.
#[must_use]
pub fn key_and_code(key: &[u8], now: Timestamp) -> Option<(String, String)> {
    let totp = generator(key, "issuer", "account")?;
    let code = totp.generate(u64::try_from(now.seconds()).ok()?).to_string();
    Some((in_fours(&totp.secret().to_base32()), code))
}

/// Looks at a code, and uses it up.
pub(super) async fn verify(answer: Answer<'_>) -> Result<Verdict, Error> {
    let Some(code) = six_digits(answer.typed.expose()) else { return Ok(Verdict::Wrong(StepProblem::Shape)) };
    let mut problem = StepProblem::Wrong;
    for factor in enrolled(answer.writer, answer.account).await? {
        let Some(totp) = opened(answer.state, &factor)? else { continue };
        match fit(&totp, &code, answer.now) {
            Fit::Now { step } => {
                if advance_counter(answer.writer, factor.id, step, answer.now).await? {
                    return Ok(Verdict::Right);
                }
                problem = StepProblem::Reused;
            }
            Fit::Off { minutes } if problem == StepProblem::Wrong => problem = StepProblem::Drift { minutes },
            Fit::Off { .. } | Fit::No => {}
        }
    }
    Ok(Verdict::Wrong(problem))
}

async fn enrolled(db: &Writer, account: &Account) -> Result<Vec<Factor>, Error> {
    let mut factors = list_factors(db, account.id).await?;
    factors.retain(|factor| factor.kind == FactorKind::Totp);
    Ok(factors)
}

fn opened(state: &AppState, factor: &Factor) -> Result<Option<Totp>, Error> {
    Ok(open_secret(&state.vault, factor)?.and_then(|secret| generator(secret.expose(), "issuer", "account")))
}

/// A key that is being set up.
pub(super) struct Pending {
    totp: Totp,
    /// Names the key in the form.
    pub(super) slot: i64,
}

impl Pending {
    /// The key to set up now. Nothing is stored while it is only looked at: it is derived from the account, the browser
    /// and a quarter of an hour, so that it stays the same when the page is loaded again, and from the last change of
    /// the account's factors, so that a key that was removed never comes back.
    pub(super) fn begin(state: &AppState, context: &mut Context, account: &Account) -> Option<Self> {
        Self::of(state, context, account, context.now.seconds().div_euclid(SLOT))
    }

    /// The key that a form was made for; none when that was too long ago.
    pub(super) fn again(state: &AppState, context: &mut Context, account: &Account, slot: i64) -> Option<Self> {
        let current = context.now.seconds().div_euclid(SLOT);
        [current, current - 1].contains(&slot).then(|| Self::of(state, context, account, slot)).flatten()
    }

    fn of(state: &AppState, context: &mut Context, account: &Account, slot: i64) -> Option<Self> {
        let browser = context.browser(state);
        let changed = account.credentials_changed_at.map_or(0, Timestamp::millis);
        let parts = [&account.id.to_string(), &browser, &changed.to_string(), &slot.to_string()];
        let derived = state.mac.tag("authenticator app", &parts.map(String::as_str));
        // 27 characters of base64url hold the 160 bits that RFC 4226, section 4, asks for.
        let secret = derived.as_bytes().get(..27)?;
        let totp = generator(secret, &state.config.branding.name, account.email.as_str())?;
        Some(Self { totp, slot })
    }

    /// The address that an authenticator app understands.
    pub(super) fn address(&self) -> String {
        self.totp.to_url().unwrap_or_default()
    }

    /// The key for typing, in groups of four.
    pub(super) fn key(&self) -> String {
        in_fours(&self.totp.secret().to_base32())
    }

    /// Whether `typed` is its code at this moment.
    pub(super) fn check(&self, typed: &str, now: Timestamp) -> Result<i64, StepProblem> {
        let code = six_digits(typed).ok_or(StepProblem::Shape)?;
        match fit(&self.totp, &code, now) {
            Fit::Now { step } => Ok(step),
            Fit::Off { minutes } => Err(StepProblem::Drift { minutes }),
            Fit::No => Err(StepProblem::Wrong),
        }
    }

    /// Keeps it; the code that proved it is used up.
    pub(super) async fn enrol(
        &self,
        db: &mut Writer,
        state: &AppState,
        context: &Context,
        account: &Account,
        step: i64,
    ) -> Result<FactorId, Error> {
        let secret = Secret::new(self.totp.secret().as_bytes().to_vec());
        let new = NewFactor {
            account_id: account.id,
            kind: FactorKind::Totp,
            name: "",
            secret: Some(secret.expose()),
            handle: None,
            counter: step,
            device_bound: false,
            details: Details::default(),
            user_agent: context.user_agent.clone(),
        };
        Ok(add_factor(db, &state.vault, new, (context.now, state.random.as_ref())).await?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // RFC 6238, appendix B: the key of the test vectors for SHA-1, cut to six digits.
    const KEY: &[u8] = b"12345678901234567890";

    fn totp() -> Totp {
        generator(KEY, "Countersign", "anna@kantoor.nl").unwrap()
    }

    #[test]
    fn the_codes_are_those_of_the_specification() {
        for (seconds, code) in [(59, "287082"), (1_111_111_109, "081804"), (1_234_567_890, "005924")] {
            let now = Timestamp::from_seconds(seconds);
            assert_eq!(fit(&totp(), code, now), Fit::Now { step: seconds / 30 }, "{seconds}");
        }
    }

    #[test]
    fn a_key_is_told_with_the_code_that_counts() {
        let (key, code) = key_and_code(KEY, Timestamp::from_seconds(59)).unwrap();
        assert_eq!((key.as_str(), code.as_str()), ("GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ", "287082"));
    }

    #[test]
    fn the_current_code_and_the_one_before_count_and_no_other() {
        let totp = totp();
        let now = Timestamp::from_seconds(3_000_000);
        let code = |off: i64| totp.generate(u64::try_from(3_000_000 + off * 30).unwrap()).to_string();
        assert_eq!(fit(&totp, &code(0), now), Fit::Now { step: 100_000 });
        assert_eq!(fit(&totp, &code(-1), now), Fit::Now { step: 99_999 });
        assert_eq!(fit(&totp, &code(1), now), Fit::Off { minutes: 1 });
        assert_eq!(fit(&totp, &code(-2), now), Fit::Off { minutes: 1 });
        assert_eq!(fit(&totp, &code(8), now), Fit::Off { minutes: 4 });
        assert_eq!(fit(&totp, &code(20), now), Fit::Off { minutes: 10 });
        assert_eq!(fit(&totp, &code(21), now), Fit::No);
        // At the edge: one second before the step ends it is the current one still.
        let edge = Timestamp::from_seconds(3_000_029);
        assert_eq!(fit(&totp, &code(-1), edge), Fit::Now { step: 99_999 });
        assert_eq!(fit(&totp, &code(-1), Timestamp::from_seconds(3_000_030)), Fit::Off { minutes: 1 });
    }

    #[test]
    fn a_name_with_a_colon_does_not_break_the_address() {
        let totp = generator(KEY, "Kantoor: login", "anna@kantoor.nl").unwrap();
        let address = totp.to_url().unwrap();
        assert!(address.starts_with("otpauth://totp/Kantoor%20%20login:"), "{address}");
    }
}
