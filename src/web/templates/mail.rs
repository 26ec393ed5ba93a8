//! What only mails and text messages need: rendering without a page's frame, times with their zone, plain text.

use jiff::tz::TimeZone;
use minijinja::value::{Serde, Value};
use minijinja::{Environment, State, context};
use serde::Serialize;

use super::{Said, TemplateError, Templates};
use crate::domain::{Language, Timestamp};

/// The longest line of a plain text (RFC 5322, section 2.1.1, recommends at most 78).
const LINE: usize = 76;

/// What every message has around it.
#[derive(Clone, Debug)]
pub struct Envelope<'a> {
    /// The language.
    pub language: Language,
    /// The name that people type to reach us.
    pub host: &'a str,
    /// The subject, which is the title of the HTML form; empty while the subject itself is rendered.
    pub subject: &'a str,
    /// The time that "today" is measured by.
    pub now: Timestamp,
}

impl Templates {
    /// Renders a message, or one of its forms: `values` are what the template sees as `message`.
    ///
    /// # Errors
    ///
    /// When the template or a word is wrong.
    pub fn render_message(
        &self,
        envelope: &Envelope<'_>,
        template: &str,
        values: &impl Serialize,
    ) -> Result<String, TemplateError> {
        let text = self.0.get_template(template)?.render(context! {
            frame => context! { language => envelope.language.code(), now => envelope.now.millis() },
            mail => context! { host => envelope.host, subject => envelope.subject },
            message => Value::from(Serde(values)),
        })?;
        Ok(match (template.split('/').next(), template.rsplit_once('.')) {
            (Some("mail"), Some((_, "txt"))) => wrapped(&text),
            _ => text,
        })
    }

    /// Whether there is such a file.
    #[must_use]
    pub fn has(name: &str) -> bool {
        super::Files::get(name).is_some()
    }
}

/// Adds the functions of mails.
pub(super) fn add_functions(environment: &mut Environment<'static>, zone: TimeZone) {
    environment.add_function("written", move |state: &State, at: i64| written(state, at, &zone));
    environment.add_function("pad", pad);
}

/// `written(ms)`: a point in time in full, with the time zone that it is told in.
fn written(state: &State, at: i64, zone: &TimeZone) -> Result<String, minijinja::Error> {
    let said = Said::of(state, at, zone)?;
    let name = zone.iana_name().unwrap_or("UTC");
    // Most who read this know no names of time zones.
    let zone = if name == "Europe/Amsterdam" { "dutch" } else { name };
    said.say_in("mail-written", zone)
}

/// `pad(text, width)`: text for a column, with at least one space behind it.
fn pad(text: &str, width: usize) -> String {
    let width = width.saturating_sub(1);
    format!("{text:<width$} ")
}

/// Breaks long lines between words. A word that is longer than a line, such as a link, stays whole.
fn wrapped(text: &str) -> String {
    let mut all = String::with_capacity(text.len() + 16);
    for line in text.trim_end().lines() {
        let line = line.trim_end();
        if line.chars().count() <= LINE {
            all.push_str(line);
        } else {
            let mut length = 0;
            for word in line.split_whitespace() {
                let size = word.chars().count();
                if length > 0 && length + 1 + size > LINE {
                    all.push('\n');
                    length = 0;
                } else if length > 0 {
                    all.push(' ');
                    length += 1;
                }
                all.push_str(word);
                length += size;
            }
        }
        all.push('\n');
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_lines_are_broken_between_words_only() {
        let link = format!("https://id.example/{}", "a".repeat(80));
        let text = format!("Hello\n\n{} {link} end\n    482 911\n\n\n", "word ".repeat(20).trim_end());
        let broken = wrapped(&text);
        assert!(broken.contains(&format!("\n{link}\n")) && broken.contains("\n    482 911\n"), "{broken}");
        assert!(broken.lines().all(|line| line.len() <= LINE || line == link), "{broken}");
        assert!(broken.starts_with("Hello\n\nword") && broken.ends_with("911\n"));
        assert_eq!(broken.split_whitespace().collect::<Vec<_>>(), text.split_whitespace().collect::<Vec<_>>());
    }

    #[test]
    fn a_mail_shows_codes_to_copy_and_buttons_with_their_address() {
        const SOURCE: &str = "{% extends 'mail/frame.html' %}{% import 'mail/parts.html' as parts %}\
            {% block body %}{{ parts.code(message.code) }}{{ parts.button(message.link, t('continue')) }}{% endblock %}";
        let mut templates = Templates::new(&crate::config::Branding::default(), &crate::atlas::Atlas::empty()).unwrap();
        templates.0.add_template("probe.html", SOURCE).unwrap();
        let now = Timestamp::from_millis(0);
        let envelope = Envelope { language: Language::English, host: "id.example", subject: "Your code", now };
        let values = serde_json::json!({
            "name": "", "code": "482 911", "link": "https://id.example/c/<x>",
            "particulars": { "account": "a", "app": null, "at": 0, "browser": null, "ip": null, "reference": "" },
        });
        let html = templates.render_message(&envelope, "probe.html", &values).unwrap();
        assert!(html.contains(">482 911</p>") && html.contains(">Continue</a>"), "{html}");
        assert_eq!(html.matches("&#x2f;c&#x2f;&lt;x&gt;").count(), 2, "{html}");
        assert!(!html.contains("&lt;p"), "the parts are markup: {html}");
    }
}
