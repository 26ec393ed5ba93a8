//! Pages: a template, what it needs, and samples of it.

use minijinja::value::Serde;
use serde::Serialize;

/// What a template sees, and which template that is.
pub trait Page: Serialize + Sized {
    /// The file, below `templates/`.
    const TEMPLATE: &'static str;

    /// Examples of every variant; a test renders them all in both languages.
    fn samples() -> Vec<Self>;
}

/// Who is signed in, as the frame of a page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct SignedIn {
    /// The full name.
    pub name: String,
    /// The e-mail address.
    pub email: String,
    /// Whether they look after the people of their organisation.
    pub administers: bool,
    /// Whether they may help others back in who lost what they sign in with.
    pub helps: bool,
    /// Whether they may look around in the console of the instance.
    pub console: bool,
}

/// A page with sample values.
pub struct PageSample {
    /// The template.
    pub template: &'static str,
    /// What it sees.
    pub values: minijinja::Value,
}

/// The samples of a page, for the test that renders all.
#[must_use]
pub fn samples_of<P: Page>() -> Vec<PageSample> {
    P::samples()
        .into_iter()
        .map(|page| PageSample { template: P::TEMPLATE, values: minijinja::Value::from(Serde(page)) })
        .collect()
}
