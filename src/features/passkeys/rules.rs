//! What is decided about passkeys without the database.

use serde::Deserialize;

use crate::domain::policy::PolicyInForce;
use crate::domain::{FactorKind, FactorKinds, Timestamp};

/// The longest name of a passkey, in characters.
pub(super) const LONGEST_NAME: usize = 60;

/// The parts of the collected client data that the library does not look at (WebAuthn, section 5.8.1).
#[derive(Deserialize)]
struct ClientData {
    origin: String,
    #[serde(rename = "crossOrigin", default)]
    cross_origin: bool,
    #[serde(rename = "topOrigin")]
    top_origin: Option<String>,
}

/// Whether the ceremony ran on a page of ours that no other site had inside one of its own.
///
/// The library checks `crossOrigin` at registration only and knows no `topOrigin`, and it compares parsed origins.
pub(super) fn ran_on_our_page(client_data: &[u8], public_origin: &str) -> bool {
    serde_json::from_slice::<ClientData>(client_data)
        .is_ok_and(|data| data.origin == public_origin && !data.cross_origin && data.top_origin.is_none())
}

/// What a new passkey or security key is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Called<'a> {
    /// What its owner wrote, or who made it.
    Text(String),
    /// What it is.
    SecurityKey,
    /// The browser that it was made with, and its system.
    MadeWith(&'a str, &'a str),
    /// Nothing is known about it.
    Passkey,
}

/// What a new passkey or security key is called: whatever helps its owner most to recognise it.
pub(super) fn call<'a>(
    written: &str,
    provider: Option<&str>,
    roams: bool,
    browser: Option<(&'a str, &'a str)>,
) -> Called<'a> {
    let written = tidy_name(written);
    match (written.is_empty(), provider, browser) {
        (false, ..) => Called::Text(written),
        (true, Some(provider), _) => Called::Text(tidy_name(provider)),
        (true, None, _) if roams => Called::SecurityKey,
        (true, None, Some((browser, system))) => Called::MadeWith(browser, system),
        (true, None, None) => Called::Passkey,
    }
}

/// A name as it is kept: one line, without what cannot be seen.
pub(super) fn tidy_name(written: &str) -> String {
    let visible: String = written.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    let hides = |c: &char| matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let visible: String = visible.chars().filter(|c| !hides(c)).collect();
    let words: Vec<&str> = visible.split_whitespace().collect();
    words.join(" ").chars().take(LONGEST_NAME).collect::<String>().trim().to_owned()
}

/// What an account would have left without one of its factors.
#[derive(Clone, Copy, Debug)]
pub(super) struct Left {
    /// What is to be removed.
    pub(super) removed: FactorKind,
    /// The kinds that would be left.
    pub(super) kinds: FactorKinds,
    /// Whether there is a password.
    pub(super) has_password: bool,
}

/// What removing a factor comes down to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, strum::IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub(super) enum Removal {
    /// It may be removed; another one like it is left.
    OneOfSeveral,
    /// It may be removed; from then on the password and a second step are needed.
    LeavesSecondStep,
    /// It may be removed; from then on the password is enough.
    LeavesPassword,
    /// It is the only way in.
    LastWayIn,
    /// A rule demands a second factor, and this is the last one that counts.
    Demanded,
}

impl Removal {
    /// The word that the page has a text for.
    pub(super) fn as_str(self) -> &'static str {
        self.into()
    }

    /// Whether it may be done.
    pub(super) const fn is_allowed(self) -> bool {
        !matches!(self, Self::LastWayIn | Self::Demanded)
    }
}

/// What removing a factor comes down to, under the rules of now.
pub(super) fn judge_removal(left: Left, policy: &PolicyInForce, now: Timestamp) -> Removal {
    let Left { removed, kinds, has_password } = left;
    if !has_password && !kinds.contains(FactorKind::Passkey) {
        return Removal::LastWayIn;
    }
    let second_steps = kinds.without(FactorKind::RecoveryCode);
    let counting = second_steps.and(policy.kinds.rule.kinds());
    if counting.is_empty() && policy.second_factor.rule.binds(now) {
        return Removal::Demanded;
    }
    match removed {
        kind if kinds.contains(kind) => Removal::OneOfSeveral,
        _ if second_steps.is_empty() => Removal::LeavesPassword,
        _ => Removal::LeavesSecondStep,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Policy;
    use crate::domain::policy::{Demand, RuleMaker};

    const OURS: &str = "https://id.example.nl";

    fn client_data(more: &str) -> String {
        format!(r#"{{"type":"webauthn.get","challenge":"AA","origin":"{OURS}"{more}}}"#)
    }

    #[test]
    fn only_pages_of_ours_that_stand_by_themselves_count() {
        for fine in ["", r#","crossOrigin":false"#, r#","other_keys_can_be_added_here":"x""#] {
            assert!(ran_on_our_page(client_data(fine).as_bytes(), OURS), "{fine}");
        }
        for framed in [
            r#","crossOrigin":true"#,
            r#","topOrigin":"https://evil.example""#,
            r#","crossOrigin":true,"topOrigin":"https://id.example.nl""#,
        ] {
            assert!(!ran_on_our_page(client_data(framed).as_bytes(), OURS), "{framed}");
        }
        for other in
            ["https://id.example.nl:8443", "http://id.example.nl", "https://badid.example.nl", "https://example.nl"]
        {
            assert!(!ran_on_our_page(client_data("").as_bytes(), other), "{other}");
        }
        let whole = client_data("");
        assert!((0..whole.len()).all(|length| !ran_on_our_page(&whole.as_bytes()[..length], OURS)));
    }

    #[test]
    fn a_passkey_is_called_what_helps_its_owner_most() {
        let edge = Some(("Edge", "Windows"));
        let text = |text: &str| Called::Text(text.to_owned());
        assert_eq!(call("  My\nphone ", Some("1Password"), true, edge), text("My phone"));
        assert_eq!(call("", Some("1Password"), true, edge), text("1Password"));
        assert_eq!(call(" ", None, true, edge), Called::SecurityKey);
        assert_eq!(call("", None, false, edge), Called::MadeWith("Edge", "Windows"));
        assert_eq!(call("", None, false, None), Called::Passkey);
        assert_eq!(call(&"x".repeat(200), None, false, None), text(&"x".repeat(LONGEST_NAME)));
        assert_eq!(tidy_name("a\u{202e}b\u{0}c"), "ab c");
    }

    fn policy(demand: Demand) -> PolicyInForce {
        PolicyInForce::strictest([(RuleMaker::Instance, Policy { second_factor: demand, ..Policy::default() })])
    }

    #[test]
    fn the_last_way_in_stays_and_so_does_what_a_rule_demands() {
        use FactorKind::{Passkey, RecoveryCode, SecurityKey, Totp};
        let now = Timestamp::from_seconds(10);
        let judge = |removed, kinds: &[FactorKind], has_password, demand| {
            judge_removal(Left { removed, kinds: FactorKinds::of(kinds), has_password }, &policy(demand), now)
        };
        let (free, must) = (Demand::Optional, Demand::Required { from: now });
        let later = Demand::Required { from: Timestamp::from_seconds(11) };
        assert_eq!(judge(Passkey, &[], false, free), Removal::LastWayIn);
        assert_eq!(judge(Passkey, &[Totp, RecoveryCode], false, free), Removal::LastWayIn);
        assert_eq!(judge(Passkey, &[Passkey], false, must), Removal::OneOfSeveral);
        assert_eq!(judge(Passkey, &[], true, free), Removal::LeavesPassword);
        assert_eq!(judge(Passkey, &[RecoveryCode], true, free), Removal::LeavesPassword);
        assert_eq!(judge(Passkey, &[Totp], true, must), Removal::LeavesSecondStep);
        assert_eq!(judge(Passkey, &[], true, must), Removal::Demanded);
        assert_eq!(judge(Passkey, &[RecoveryCode], true, must), Removal::Demanded);
        assert_eq!(judge(Passkey, &[], true, later), Removal::LeavesPassword);
        assert_eq!(judge(SecurityKey, &[SecurityKey], true, must), Removal::OneOfSeveral);
        assert_eq!(judge(SecurityKey, &[Passkey], true, must), Removal::LeavesSecondStep);
    }
}
