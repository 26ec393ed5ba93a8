//! From stored values to what is sent.

use serde_json::Value;

use super::looking::Preview;
use super::rules::{one_line, speakable};
use super::store::Channel;
use super::{Letter, Message, Recipient};
use crate::config::Config;
use crate::domain::ids::OutboxId;
use crate::domain::{Language, Random, Timestamp};
use crate::mail::{Answer, Mail, Senders};
use crate::web::{Envelope, Error, TemplateError, Templates};

/// A message with sample values.
pub struct MessageSample {
    /// The template, without folder and form.
    pub template: &'static str,
    /// What it sees.
    values: Value,
}

/// The samples of a message, for the test that renders all.
#[must_use]
pub fn samples_of_message<M: Message>() -> Vec<MessageSample> {
    // What cannot become JSON would be missing in every form, which the test then says.
    let values = |message| serde_json::to_value(message).unwrap_or_default();
    M::samples().into_iter().map(|message| MessageSample { template: M::TEMPLATE, values: values(message) }).collect()
}

impl MessageSample {
    /// Every form that there are files for: the name of the file, and what it says.
    ///
    /// # Errors
    ///
    /// When a template or a word is wrong.
    pub fn render(
        &self,
        templates: &Templates,
        language: Language,
        now: Timestamp,
    ) -> Result<Vec<(String, String)>, TemplateError> {
        let office = Office { templates, host: "id.kantoor.example" };
        let mut all = Vec::new();
        if Templates::has(&mail_file(self.template, "subject")) {
            let [subject, text, html] = office.mail(self.template, language, self.values.clone(), now)?;
            let forms = [("subject", subject), ("txt", text), ("html", html)];
            all.extend(forms.map(|(form, said)| (mail_file(self.template, form), said)));
        }
        if Templates::has(&sms_file(self.template)) {
            all.push((sms_file(self.template), office.sms(self.template, language, self.values.clone(), now)?));
        }
        Ok(all)
    }
}

fn mail_file(template: &str, form: &str) -> String {
    format!("mail/{template}.{form}")
}

fn sms_file(template: &str) -> String {
    format!("sms/{template}.txt")
}

/// What rendering needs: the templates, and the name that people type to reach us.
pub(super) struct Office<'a> {
    pub(super) templates: &'a Templates,
    pub(super) host: &'a str,
}

impl<'a> Office<'a> {
    pub(super) fn of(templates: &'a Templates, config: &'a Config) -> Self {
        Self { templates, host: config.server.public_url.host_str().unwrap_or_default() }
    }

    /// Subject, plain text and HTML.
    fn mail(
        &self,
        template: &str,
        language: Language,
        values: Value,
        now: Timestamp,
    ) -> Result<[String; 3], TemplateError> {
        let values = cleaned(values);
        let envelope = Envelope { language, host: self.host, subject: "", now };
        let subject = self.templates.render_message(&envelope, &mail_file(template, "subject"), &values)?;
        let subject = one_line(subject.trim());
        let envelope = Envelope { subject: &subject, ..envelope };
        let text = self.templates.render_message(&envelope, &mail_file(template, "txt"), &values)?;
        let html = self.templates.render_message(&envelope, &mail_file(template, "html"), &values)?;
        Ok([subject, text, html])
    }

    fn sms(&self, template: &str, language: Language, values: Value, now: Timestamp) -> Result<String, TemplateError> {
        let envelope = Envelope { language, host: self.host, subject: "", now };
        let text = self.templates.render_message(&envelope, &sms_file(template), &cleaned(values))?;
        Ok(text.trim().to_owned())
    }

    /// How a message reads: its subject, if it has one, and its text.
    pub(super) fn preview(
        &self,
        channel: Channel,
        (template, language, values): (&str, Language, Value),
        now: Timestamp,
    ) -> Result<Preview, TemplateError> {
        Ok(match channel {
            Channel::Mail => {
                let [subject, text, html] = self.mail(template, language, values, now)?;
                Preview { subject, text, html: Some(html) }
            }
            Channel::Sms => {
                let text = self.sms(template, language, values, now)?;
                Preview { subject: String::new(), text, html: None }
            }
        })
    }

    /// Renders a message and hands it to the mail server or the gateway.
    pub(super) async fn send(
        &self,
        senders: &Senders,
        id: OutboxId,
        to: &Recipient,
        (template, language, values): (&str, Language, Value),
        now: Timestamp,
    ) -> Result<Answer, TemplateError> {
        match to {
            Recipient::Mail(email) => {
                let [subject, text, html] = self.mail(template, language, values, now)?;
                // The same at every attempt, so that a mail that arrives twice can be told.
                let message_id = format!("<{id}@{}>", self.host);
                Ok(senders.send_mail(Mail { message_id, to: email, subject, text, html, language, at: now }).await)
            }
            Recipient::Sms(number) => {
                let text = self.sms(template, language, values, now)?;
                Ok(senders.send_sms(number, &text).await)
            }
        }
    }
}

/// Values with which nobody can write lines or directions of their own, and with a name that is no address.
fn cleaned(values: Value) -> Value {
    let mut values = on_one_line(values);
    if let Some(Value::String(name)) = values.get_mut("name") {
        *name = speakable(name.trim()).to_owned();
    }
    values
}

fn on_one_line(value: Value) -> Value {
    match value {
        Value::String(text) => Value::String(one_line(&text)),
        Value::Array(all) => all.into_iter().map(on_one_line).collect(),
        Value::Object(all) => all.into_iter().map(|(name, value)| (name, on_one_line(value))).collect(),
        other => other,
    }
}

/// Sends a message at once, past the outbox, and says what came of it: for the operator who tries the configuration.
///
/// # Errors
///
/// When the message cannot be rendered.
pub async fn send_now<M: Message>(
    senders: &Senders,
    (templates, config): (&Templates, &Config),
    letter: Letter<'_, M>,
    (now, random): (Timestamp, &dyn Random),
) -> Result<Answer, Error> {
    let values = serde_json::to_value(letter.message).map_err(Error::new)?;
    let office = Office::of(templates, config);
    let contents = (M::TEMPLATE, letter.language, values);
    Ok(office.send(senders, OutboxId::new(now, random), &letter.to, contents, now).await?)
}

/// What is sent where, by what a row holds.
pub(super) fn recipient(channel: Channel, text: &str) -> Option<Recipient> {
    match channel {
        Channel::Mail => text.parse().ok().map(Recipient::Mail),
        Channel::Sms => text.parse().ok().map(Recipient::Sms),
    }
}
