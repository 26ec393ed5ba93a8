//! The parameters of a request, as they were sent.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::errors::{ErrorCode, OAuthError};

/// The parameters of a request. An empty one counts as absent (RFC 6749, section 3.1).
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters(BTreeMap<String, Vec<String>>);

impl Parameters {
    /// Reads a query or a form.
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(text) {
            parameters.add(&name, &value);
        }
        parameters
    }

    /// Adds a value.
    pub(super) fn add(&mut self, name: &str, value: &str) {
        if !value.is_empty() {
            self.0.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }

    /// Adds what only `others` have.
    pub(super) fn complete(&mut self, others: &Self) {
        for (name, values) in &others.0 {
            self.0.entry(name.clone()).or_insert_with(|| values.clone());
        }
    }

    /// Forgets a parameter.
    pub(super) fn remove(&mut self, name: &str) {
        self.0.remove(name);
    }

    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// The values of a parameter that may be sent several times.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name).into_iter().flatten().map(String::as_str)
    }

    /// The value of a parameter that must be there.
    pub(super) fn require(&self, name: &str, description: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or(OAuthError::new(ErrorCode::InvalidRequest, description))
    }

    /// Whether a parameter was sent twice.
    pub(super) fn is_doubled(&self, name: &str) -> bool {
        self.all(name).nth(1).is_some()
    }

    /// Refuses a request with a doubled parameter (RFC 6749, section 3.1).
    pub(super) fn refuse_doubled(&self) -> Result<(), OAuthError> {
        // These may be sent several times (RFC 8707, section 2; RFC 8693, section 2.1).
        let may_repeat = |name: &str| matches!(name, "resource" | "audience");
        if self.0.iter().any(|(name, values)| values.len() > 1 && !may_repeat(name)) {
            return Err(OAuthError::new(ErrorCode::InvalidRequest, "a parameter was sent more than once"));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_parameter_is_absent_and_a_doubled_one_is_refused() {
        let parameters = Parameters::parse(b"a=1&b=&c=x%20y&d=1&d=2");
        assert_eq!(parameters.get("a"), Some("1"));
        assert_eq!(parameters.get("b"), None);
        assert_eq!(parameters.get("c"), Some("x y"));
        assert!(parameters.is_doubled("d"));
        assert!(parameters.refuse_doubled().is_err());
        let resources = Parameters::parse(b"resource=a&resource=b");
        assert!(resources.refuse_doubled().is_ok());
        assert_eq!(resources.all("resource").collect::<Vec<_>>(), ["a", "b"]);
    }
}
