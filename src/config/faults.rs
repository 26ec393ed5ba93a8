//! What is wrong with a configuration, all of it.

use std::fmt;

use super::layers::Layers;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// The key, such as `server.listen`.
    pub key: String,
    /// The file or environment variable that it comes from; empty for a default.
    pub source: String,
    /// What is wrong and what to do.
    pub sentence: String,
}

/// Everything that is wrong. Prints one line a fault.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Faults(Vec<Fault>);

impl Faults {
    /// Adds a fault of `key`.
    pub fn add(&mut self, key: &str, sentence: impl Into<String>) {
        self.0.push(Fault { key: key.to_owned(), source: String::new(), sentence: sentence.into() });
    }

    pub(super) fn add_from(&mut self, key: &str, source: &str, sentence: impl Into<String>) {
        self.0.push(Fault { key: key.to_owned(), source: source.to_owned(), sentence: sentence.into() });
    }

    /// Adds a fault unless `fine`.
    pub(super) fn unless(&mut self, fine: bool, key: &str, sentence: &str) {
        if !fine {
            self.add(key, sentence);
        }
    }

    /// Whether nothing is wrong.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Each fault.
    pub fn iter(&self) -> impl Iterator<Item = &Fault> {
        self.0.iter()
    }

    pub(super) fn with_sources(mut self, layers: &Layers) -> Self {
        for fault in &mut self.0 {
            if fault.source.is_empty() {
                fault.source = layers.source_of(&fault.key).unwrap_or_default();
            }
        }
        self
    }
}

impl fmt::Display for Faults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, fault) in self.0.iter().enumerate() {
            if place > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}: {}", fault.key, fault.sentence)?;
            if !fault.source.is_empty() {
                write!(f, " (in {})", fault.source)?;
            }
        }
        Ok(())
    }
}

impl std::error::Error for Faults {}
