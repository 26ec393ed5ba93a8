//! Rendering: minijinja for the structure, Fluent for the words.

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, Loader as _, langid};
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, State, UndefinedBehavior, context};
use rust_embed::RustEmbed;
use serde::Serialize;

use super::assets;
use super::page::{Page, SignedIn};
use crate::config::Branding;
use crate::domain::{Language, Timestamp};

fluent_templates::static_loader! {
    static WORDS = {
        locales: "./templates/languages",
        fallback_language: "en",
        // The marks that keep text directions apart would end up in mails and in what people copy.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

#[derive(RustEmbed)]
#[folder = "templates"]
#[include = "*.html"]
#[include = "*.txt"]
#[include = "*.subject"]
struct Files;

/// A page or mail cannot be rendered.
#[derive(Debug, thiserror::Error)]
#[error("{0:#}")]
pub struct TemplateError(#[from] minijinja::Error);

/// All pages and mails.
pub struct Templates(Environment<'static>);

/// What every page has around it.
#[derive(Clone, Debug)]
pub struct Frame {
    /// The language.
    pub language: Language,
    /// What to read out when asking for help.
    pub reference: String,
    /// The token of the forms.
    pub csrf: String,
    /// The page's own path.
    pub path: String,
    /// Who is signed in.
    pub signed_in: Option<SignedIn>,
    /// The time that "today" is measured by.
    pub now: Timestamp,
}

#[derive(Serialize)]
struct FrameValues<'a> {
    language: &'static str,
    other_language: &'static str,
    other_language_name: &'static str,
    reference: &'a str,
    csrf: &'a str,
    path: &'a str,
    signed_in: Option<&'a SignedIn>,
    now: i64,
}

impl Templates {
    /// Loads them, with the operator's name and addresses.
    ///
    /// # Errors
    ///
    /// When a template cannot be read.
    pub fn new(branding: &Branding) -> Result<Self, TemplateError> {
        let mut environment = Environment::new();
        environment.set_undefined_behavior(UndefinedBehavior::Strict);
        // Everything is escaped, whatever its name, but for the plain text of mails.
        environment.set_auto_escape_callback(|name| match name.rsplit_once('.') {
            Some((_, "txt" | "subject")) => AutoEscape::None,
            _ => AutoEscape::Html,
        });
        environment
            .set_loader(|name| Ok(Files::get(name).and_then(|file| String::from_utf8(file.data.into_owned()).ok())));
        environment.add_global("brand", Value::from(Serde(branding)));
        environment.add_function("t", translate);
        environment.add_function("asset", |name: &str| {
            assets::address(name).ok_or_else(|| minijinja::Error::new(ErrorKind::InvalidOperation, "no such asset"))
        });
        let zone = TimeZone::get(&branding.time_zone).unwrap_or(TimeZone::UTC);
        environment.add_function("moment", move |state: &State, at: i64| moment(state, at, &zone));
        Ok(Self(environment))
    }

    /// Renders a page inside its frame.
    ///
    /// # Errors
    ///
    /// When the template or a word is wrong.
    pub fn render<P: Page>(&self, frame: &Frame, page: &P) -> Result<String, TemplateError> {
        self.render_values(frame, P::TEMPLATE, &Value::from(Serde(page)))
    }

    /// Renders `values` with a template.
    ///
    /// # Errors
    ///
    /// When the template or a word is wrong.
    pub fn render_values(&self, frame: &Frame, template: &str, values: &Value) -> Result<String, TemplateError> {
        let frame = FrameValues {
            language: frame.language.code(),
            other_language: frame.language.other().code(),
            other_language_name: frame.language.other().name(),
            reference: &frame.reference,
            csrf: &frame.csrf,
            path: &frame.path,
            signed_in: frame.signed_in.as_ref(),
            now: frame.now.millis(),
        };
        Ok(self.0.get_template(template)?.render(context! { frame => Serde(frame), page => values })?)
    }

    /// The files of all pages and mails.
    pub fn names() -> impl Iterator<Item = Cow<'static, str>> {
        Files::iter()
    }
}

fn language_of(state: &State) -> LanguageIdentifier {
    let code = state.lookup("frame").and_then(|frame| frame.get_attr("language").ok());
    if code.is_some_and(|code| code.as_str() == Some("nl")) { langid!("nl") } else { langid!("en") }
}

/// `t("key", name=value)`: the words of a key, in the language of the page.
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives arguments by value")]
fn translate(state: &State, key: &str, arguments: Kwargs) -> Result<String, minijinja::Error> {
    let mut values: HashMap<Cow<'static, str>, FluentValue> = HashMap::new();
    for name in arguments.args().map(str::to_owned).collect::<Vec<_>>() {
        let value: Value = arguments.get(&name)?;
        let value = match value.kind() {
            ValueKind::Number => f64::try_from(value).map(FluentValue::from)?,
            ValueKind::String => FluentValue::from(value.to_string()),
            other => return Err(failure(format!("{key}: argument {name} is {other}"))),
        };
        values.insert(Cow::Owned(name), value);
    }
    arguments.assert_all_used()?;
    words(&language_of(state), key, &values).ok_or_else(|| failure(format!("no words for {key}")))
}

fn words(language: &LanguageIdentifier, key: &str, values: &HashMap<Cow<'static, str>, FluentValue>) -> Option<String> {
    WORDS.try_lookup_with_args(language, key, values)
}

fn failure(what: String) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, what)
}

/// `moment(ms)`: a point in time as people say it, in a `<time>` that tells machines and pointers the rest.
fn moment(state: &State, at: i64, zone: &TimeZone) -> Result<Value, minijinja::Error> {
    let now: i64 = state
        .lookup("frame")
        .and_then(|frame| frame.get_attr("now").ok())
        .and_then(|now| now.try_into().ok())
        .ok_or_else(|| failure("a page without the time".to_owned()))?;
    let read = |millis: i64| {
        jiff::Timestamp::from_millisecond(millis)
            .map(|at| at.to_zoned(zone.clone()))
            .map_err(|e| failure(e.to_string()))
    };
    let (at, now) = (read(at)?, read(now)?);
    let language = language_of(state);
    let say = |key: &str, arguments: &[(&'static str, String)]| {
        let values = arguments.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(value.clone())));
        words(&language, key, &values.collect()).ok_or_else(|| failure(format!("no words for {key}")))
    };
    let time = format!("{:02}:{:02}", at.hour(), at.minute());
    let month = say(&format!("month-{}", at.month()), &[])?;
    let date = format!("{} {month} {}", at.day(), at.year());
    let exact = say("moment-date", &[("date", date), ("time", time.clone())])?;
    let shown = if at.date() == now.date() { say("moment-today", &[("time", time)])? } else { exact.clone() };
    let machine = at.timestamp().to_string();
    Ok(Value::from_safe_string(format!("<time datetime=\"{machine}\" title=\"{exact}\">{shown}</time>")))
}
