//! What decides over a message: when it is tried again, and what of a name a mail may say.

use std::time::Duration;

use crate::domain::Timestamp;

/// The waits after the first failures; the last one is repeated.
const BACK_OFF: [Duration; 5] = [
    Duration::from_secs(5),
    Duration::from_secs(30),
    Duration::from_mins(2),
    Duration::from_mins(10),
    Duration::from_hours(1),
];

/// When a message is tried again after `attempts` failures.
pub(super) fn next_attempt(attempts: i64, now: Timestamp) -> Timestamp {
    now.after(wait(attempts))
}

/// When a message failed that was tried so often, and is tried again then.
pub(super) fn failed_at(attempts: i64, next: Timestamp) -> Timestamp {
    next.before(wait(attempts))
}

fn wait(attempts: i64) -> Duration {
    let failures_before = usize::try_from(attempts.saturating_sub(1)).unwrap_or(0);
    BACK_OFF[failures_before.min(BACK_OFF.len() - 1)]
}

/// How a message is sent anew once nothing more is tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Again {
    /// It holds a code, which works only where it was asked for: there it is asked for again.
    Code,
    /// It invites: a new invitation takes its place.
    Invitation,
    /// It holds a link, or tells what happened: the same leaves again, if it never did.
    Same,
}

impl Again {
    /// How a message of this template is.
    #[must_use]
    pub fn of(template: &str) -> Self {
        match template {
            "code" | "network_code" | "password_reset" => Self::Code,
            "invitation" => Self::Invitation,
            _ => Self::Same,
        }
    }

    /// Whether its contents are kept, while they are worth something, when it was refused for good.
    pub(super) fn keeps_contents(template: &str) -> bool {
        Self::of(template) == Self::Same
    }
}

/// A name as a mail may say it: nothing that a mail program would make a link of, or whoever may choose a name could
/// write to strangers in ours.
pub(super) fn speakable(name: &str) -> &str {
    let like_an_address = name.contains(['/', '@', ':', '\\', '<', '>'])
        || name.split('.').skip(1).any(|rest| rest.chars().take(2).filter(|c| c.is_alphanumeric()).count() == 2);
    if name.chars().count() > 80 || like_an_address { "" } else { name }
}

/// Text on one line, with nothing that hides or reorders it: control characters become spaces, the marks that turn
/// the direction of text (Unicode UAX 9, section 2) and other invisible ones go.
pub(super) fn one_line(text: &str) -> String {
    text.chars()
        .filter(|c| {
            !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{61c}' | '\u{feff}')
        })
        .map(|c| if c.is_control() || matches!(c, '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .collect()
}

/// An address or number of which nobody learns more than who knows it already: `a•••@kantoor.nl`, `•••42`.
pub(super) fn masked_address(text: &str) -> String {
    if let Some((name, host)) = text.split_once('@') {
        return format!("{}•••@{host}", name.chars().next().unwrap_or('•'));
    }
    let count = text.chars().count();
    format!("•••{}", text.chars().skip(count.saturating_sub(2)).collect::<String>())
}

/// The same values, of which nobody can use a code or a link.
pub(super) fn masked_secrets(values: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match values {
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let value = if is_secret_name(&name) { masked(value) } else { masked_secrets(value) };
                (name, value)
            })
            .collect(),
        Value::Array(items) => items.into_iter().map(masked_secrets).collect(),
        Value::String(text) if looks_secret(&text) => masked(Value::String(text)),
        value => value,
    }
}

/// Whether what is called so is for the recipient alone.
fn is_secret_name(name: &str) -> bool {
    let name = name.to_lowercase();
    // How long a link works tells nobody what it is.
    let tells_how_long = name.ends_with("_minutes") || name.ends_with("_hours") || name.ends_with("_days");
    let named = ["code", "link", "url", "secret", "token", "password"].iter().any(|part| name.contains(part));
    name == "ip" || (named && !tells_how_long)
}

/// Nothing of a value but its shape, and whether there is any.
fn masked(value: serde_json::Value) -> serde_json::Value {
    use serde_json::Value;
    match value {
        Value::String(_) | Value::Number(_) => Value::String("••••••".to_owned()),
        Value::Array(items) => items.into_iter().map(masked).collect(),
        Value::Object(fields) => fields.into_iter().map(|(name, value)| (name, masked(value))).collect(),
        Value::Bool(_) | Value::Null => value,
    }
}

/// Whether a value is an address to press or to write to, or a code to type, whatever its field is called.
fn looks_secret(text: &str) -> bool {
    let digits = text.chars().filter(char::is_ascii_digit).count();
    let only = text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace() || c == '-');
    text.contains("://") || text.contains('@') || (digits >= 4 && only)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_waits_grow_and_then_stay() {
        let now = Timestamp::from_seconds(1000);
        let waits: Vec<u64> = (1..=7).map(|attempts| next_attempt(attempts, now).since(now).as_secs()).collect();
        assert_eq!(waits, [5, 30, 120, 600, 3600, 3600, 3600]);
        assert!((1..=7).all(|attempts| failed_at(attempts, next_attempt(attempts, now)) == now));
    }

    #[test]
    fn a_name_that_looks_like_an_address_is_not_said() {
        for name in ["Anna", "J.P. de Vries", "J. de Vries", "Zoë", "Anna de Vries-van 't Hof", "Müller jr."] {
            assert_eq!(speakable(name), name);
        }
        let long = "a".repeat(81);
        for name in ["evil.example", "win at evil.example now", "https://evil", "a@b", "1.2.3.45", "<b>", long.as_str()]
        {
            assert_eq!(speakable(name), "", "{name}");
        }
    }

    #[test]
    fn a_value_stays_on_its_line_and_reads_as_it_is_written() {
        assert_eq!(one_line("Anna\r\nBcc: x@y.nl"), "Anna  Bcc: x@y.nl");
        assert_eq!(one_line("Anna\u{202e}lave\u{2066}\u{200f}\u{0}\u{85}\u{2028}"), "Annalave   ");
        assert_eq!(one_line("Zoë 'van' 李"), "Zoë 'van' 李");
    }

    #[test]
    fn nobody_learns_an_address_a_code_or_a_link_from_the_outbox() {
        assert_eq!(masked_address("anna@kantoor.nl"), "a•••@kantoor.nl");
        assert_eq!(masked_address("+31612345642"), "•••42");
        let values = serde_json::json!({
            "name": "Anna", "code": "482 911", "pin": "48-29-11", "year": 2026, "place": "bij Utrecht",
            "link": "x", "where": "https://id.example/c/secret", "inner": [{ "stop_url": "y", "text": "hello 12" }],
            "Codes": ["zebra-one", 482_911, { "spare": "zebra-two" }], "new_password": "zebra-three",
            "accessToken": { "value": "zebra-four" }, "list": ["https://zebra-five.example"], "link_minutes": 30,
            "has_code": true, "code_link": null,
        });
        let masked = masked_secrets(values).to_string();
        for gone in ["482", "48-29", "https", "secret", "\"x\"", "\"y\"", "zebra"] {
            assert!(!masked.contains(gone), "{gone}: {masked}");
        }
        for kept in ["Anna", "bij Utrecht", "2026", "hello 12", "30", "true", "null"] {
            assert!(masked.contains(kept), "{kept}: {masked}");
        }
    }
}
