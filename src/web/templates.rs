//! Rendering: minijinja for the structure, Fluent for the words.

mod mail;

use std::borrow::Cow;
use std::collections::HashMap;

use fluent_templates::fluent_bundle::FluentValue;
use fluent_templates::{LanguageIdentifier, langid};
use jiff::tz::TimeZone;
use minijinja::value::{Kwargs, Serde, Value, ValueKind};
use minijinja::{AutoEscape, Environment, ErrorKind, HtmlEscape, State, UndefinedBehavior, context};
use rust_embed::RustEmbed;
use serde::Serialize;

use super::assets;
use super::page::{Page, SignedIn};
use crate::atlas::Atlas;
use crate::config::Branding;
use crate::domain::{Language, Place, Timestamp};

pub use mail::Envelope;

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
    /// Loads them, with the operator's name and addresses, and what tells about where people are.
    ///
    /// # Errors
    ///
    /// When a template cannot be read.
    pub fn new(branding: &Branding, atlas: &Atlas) -> Result<Self, TemplateError> {
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
        environment.add_function("t_html", translate_html);
        environment.add_function("asset", |name: &str| {
            assets::address(name).ok_or_else(|| minijinja::Error::new(ErrorKind::InvalidOperation, "no such asset"))
        });
        let zone = TimeZone::get(&branding.time_zone).unwrap_or(TimeZone::UTC);
        let (same, days, hours) = (zone.clone(), zone.clone(), zone.clone());
        mail::add_functions(&mut environment, zone.clone());
        environment.add_function("moment", move |state: &State, at: i64| moment(state, at, &zone));
        environment.add_function("day", move |state: &State, at: i64| Said::of(state, at, &days)?.day());
        environment.add_function("hour", move |state: &State, at: i64| Said::of(state, at, &hours)?.hour());
        environment.add_function("clock", move |state: &State, at: i64| Said::of(state, at, &same)?.clock());
        let atlas = atlas.clone();
        environment.add_function("near", move |state: &State, address: &str| near(state, address, &atlas));
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

    /// The words of a key by themselves, for what is kept in the language of its owner.
    ///
    /// # Errors
    ///
    /// When there are no such words.
    pub fn words(language: Language, key: &str, values: &[(&'static str, &str)]) -> Result<String, TemplateError> {
        let values = values.iter().map(|(name, value)| (Cow::Borrowed(*name), FluentValue::from(*value)));
        Ok(words(&tag_of(language), key, &values.collect())?)
    }

    /// Whether a page has used this template.
    #[cfg(test)]
    pub(crate) fn is_loaded(&self, name: &str) -> bool {
        self.0.templates().any(|(loaded, _)| loaded == name)
    }

    /// The files of all pages and mails.
    pub fn names() -> impl Iterator<Item = Cow<'static, str>> {
        Files::iter()
    }
}

const fn tag_of(language: Language) -> LanguageIdentifier {
    match language {
        Language::Dutch => langid!("nl"),
        Language::English => langid!("en"),
    }
}

fn language_of(state: &State) -> Result<LanguageIdentifier, minijinja::Error> {
    spoken_in(state).map(tag_of)
}

/// The language of the page.
fn spoken_in(state: &State) -> Result<Language, minijinja::Error> {
    let code = state.lookup("frame").and_then(|frame| frame.get_attr("language").ok());
    let language = code.as_ref().and_then(Value::as_str).and_then(|code| code.parse().ok());
    // Words in the wrong language would go unnoticed.
    language.ok_or_else(|| failure("words are wanted where the frame of the page cannot be seen".to_owned()))
}

/// `t("key", name=value)`: the words of a key, in the language of the page.
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives arguments by value")]
fn translate(state: &State, key: &str, arguments: Kwargs) -> Result<String, minijinja::Error> {
    say(&language_of(state)?, key, &arguments, |text| text)
}

/// `t_html("key", name=value)`: the same for words that hold markup of ours, such as `<strong>{ $app }</strong>`.
/// The values are escaped, unless they are markup themselves.
#[expect(clippy::needless_pass_by_value, reason = "minijinja gives arguments by value")]
fn translate_html(state: &State, key: &str, arguments: Kwargs) -> Result<Value, minijinja::Error> {
    let escape = |text: Value| {
        if text.is_safe() { text } else { Value::from(HtmlEscape(&text.to_string()).to_string()) }
    };
    say(&language_of(state)?, key, &arguments, escape).map(Value::from_safe_string)
}

fn say(
    language: &LanguageIdentifier,
    key: &str,
    arguments: &Kwargs,
    prepare: impl Fn(Value) -> Value,
) -> Result<String, minijinja::Error> {
    let mut values: HashMap<Cow<'static, str>, FluentValue> = HashMap::new();
    for name in arguments.args() {
        let value: Value = arguments.peek(name)?;
        let value = match value.kind() {
            ValueKind::Number => f64::try_from(value).map(FluentValue::from)?,
            ValueKind::String => FluentValue::from(prepare(value).to_string()),
            other => return Err(failure(format!("{key}: argument {name} is {other}"))),
        };
        values.insert(Cow::Owned(name.to_owned()), value);
    }
    words(language, key, &values)
}

fn words(
    language: &LanguageIdentifier,
    key: &str,
    values: &HashMap<Cow<'static, str>, FluentValue>,
) -> Result<String, minijinja::Error> {
    #[cfg(test)]
    tests::note_key(key);
    // Not `try_lookup`: it would answer in English where the Dutch words are missing.
    WORDS.lookup_single_language(language, key, Some(values)).map_err(|fault| failure(format!("{key}: {fault}")))
}

fn failure(what: String) -> minijinja::Error {
    minijinja::Error::new(ErrorKind::InvalidOperation, what)
}

/// A point in time, ready to be said.
struct Said {
    language: LanguageIdentifier,
    date: String,
    time: String,
    is_today: bool,
    machine: String,
}

impl Said {
    fn of(state: &State, at: i64, zone: &TimeZone) -> Result<Self, minijinja::Error> {
        let now: i64 = state
            .lookup("frame")
            .and_then(|frame| frame.get_attr("now").ok())
            .and_then(|now| now.try_into().ok())
            .ok_or_else(|| failure("a page without the time".to_owned()))?;
        let read = |millis: i64| {
            jiff::Timestamp::from_millisecond(millis)
                .map(|at| at.to_zoned(zone.clone()))
                .map_err(|fault| failure(fault.to_string()))
        };
        let (at, now) = (read(at)?, read(now)?);
        let language = language_of(state)?;
        let month = words(&language, &format!("month-{}", at.month()), &HashMap::new())?;
        Ok(Self {
            language,
            date: format!("{} {month} {}", at.day(), at.year()),
            time: format!("{:02}:{:02}", at.hour(), at.minute()),
            is_today: at.date() == now.date(),
            machine: at.timestamp().to_string(),
        })
    }

    fn say(&self, key: &str) -> Result<String, minijinja::Error> {
        self.say_in(key, "")
    }

    fn say_in(&self, key: &str, zone: &str) -> Result<String, minijinja::Error> {
        let values = [("date", self.date.as_str()), ("time", self.time.as_str()), ("zone", zone)];
        let values = values.map(|(name, value)| (Cow::Borrowed(name), FluentValue::from(value)));
        words(&self.language, key, &values.into())
    }

    /// `clock(ms)`: when something begins or ends, for the middle of a sentence: "at 14:32".
    fn clock(&self) -> Result<String, minijinja::Error> {
        self.say(if self.is_today { "clock-today" } else { "clock-date" })
    }

    /// `day(ms)`: the date, for a heading: "Today", "23 November 2026".
    fn day(self) -> Result<String, minijinja::Error> {
        if self.is_today { self.say("day-today") } else { Ok(self.date) }
    }

    /// `hour(ms)`: the time below such a heading, in a `<time>`.
    fn hour(&self) -> Result<Value, minijinja::Error> {
        let (machine, exact, time) = (&self.machine, self.say("moment-date")?, &self.time);
        Ok(Value::from_safe_string(format!("<time datetime=\"{machine}\" title=\"{exact}\">{time}</time>")))
    }
}

/// `moment(ms)`: a point in time as people say it, in a `<time>` that tells machines and pointers the rest.
fn moment(state: &State, at: i64, zone: &TimeZone) -> Result<Value, minijinja::Error> {
    let said = Said::of(state, at, zone)?;
    let exact = said.say("moment-date")?;
    let shown = if said.is_today { said.say("moment-today")? } else { exact.clone() };
    let machine = &said.machine;
    Ok(Value::from_safe_string(format!("<time datetime=\"{machine}\" title=\"{exact}\">{shown}</time>")))
}

/// `near(address)`: about where an address or network is, as people say it; nothing where that is not known.
fn near(state: &State, address: &str, atlas: &Atlas) -> Result<String, minijinja::Error> {
    let language = spoken_in(state)?;
    let Some(place) = atlas.place(address, language) else { return Ok(String::new()) };
    let key = match place {
        Place::Town(..) => "near-town",
        Place::Country(_) => "near-country",
    };
    words(&tag_of(language), key, &HashMap::from([(Cow::Borrowed("place"), FluentValue::from(place.to_string()))]))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::collections::BTreeSet;
    use std::sync::Mutex;

    use super::*;

    static USED: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

    pub(super) fn note_key(key: &str) {
        USED.lock().unwrap().insert(key.to_owned());
    }

    /// Whether a page or a test has used the words of `key` in this process.
    pub(crate) fn is_used(key: &str) -> bool {
        USED.lock().unwrap().contains(key)
    }

    fn render(source: &'static str, now: i64) -> Result<String, String> {
        render_with(source, now, "<b>")
    }

    fn render_with(source: &'static str, now: i64, name: &str) -> Result<String, String> {
        let mut templates = Templates::new(&Branding::default(), &Atlas::of_samples()).unwrap();
        templates.0.add_template("probe.html", source).unwrap();
        let frame = Frame {
            language: Language::Dutch,
            reference: "7F3K-Q9".to_owned(),
            csrf: String::new(),
            path: "/".to_owned(),
            signed_in: None,
            now: Timestamp::from_millis(now),
        };
        templates.render_values(&frame, "probe.html", &context! { name }).map_err(|e| e.to_string())
    }

    #[test]
    fn values_are_escaped_and_our_own_markup_is_not() {
        assert_eq!(render("{{ t('back-to-app', app=page.name) }}", 0).unwrap(), "Terug naar &lt;b&gt;");
        let bold = render("{{ t_html('sign-in-app', app=page.name) }}", 0).unwrap();
        assert_eq!(bold, "om door te gaan naar <strong>&lt;b&gt;</strong>");
    }

    #[test]
    fn unknown_words_and_missing_values_are_errors() {
        for source in [
            "{{ t('no-such-words') }}",
            "{{ t('back-to-app') }}",
            "{{ t('back-to-app', app=page.none) }}",
            "{{ t_html('sign-in-app', app=page.none) }}",
            "{{ page.none }}",
        ] {
            assert!(render(source, 0).is_err(), "{source}");
        }
    }

    #[test]
    fn a_place_is_near_something_and_never_more_than_a_guess() {
        assert_eq!(render("{{ near('203.0.113.24') }}", 0).unwrap(), "bij Utrecht, Nederland (geschat)");
        assert_eq!(render("{{ near('2001:db8::/64') }}", 0).unwrap(), "in Nederland (geschat)");
        for nowhere in ["203.0.113.0/24", "2001:db8::/48", "10.1.2.3", "127.0.0.1", "unknown", ""] {
            assert_eq!(render_with("{{ near(page.name) }}", 0, nowhere).unwrap(), "", "{nowhere}");
        }
    }

    #[test]
    fn times_are_said_in_the_zone_of_the_office() {
        // 24 November 2026, 13:05 and 23:30 UTC.
        const AFTERNOON: i64 = 1_795_525_500_000;
        const NIGHT: i64 = 1_795_563_000_000;
        assert_eq!(render("{{ clock(1795525500000) }}", AFTERNOON).unwrap(), "om 14:05");
        assert_eq!(render("{{ clock(1795525500000) }}", NIGHT).unwrap(), "op 24 november 2026 om 14:05");
        let today = render("{{ moment(1795525500000) }}", AFTERNOON).unwrap();
        let title = "24 november 2026 om 14:05";
        assert_eq!(today, format!(r#"<time datetime="2026-11-24T13:05:00Z" title="{title}">vandaag om 14:05</time>"#));
    }
}
