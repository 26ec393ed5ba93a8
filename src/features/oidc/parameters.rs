//! The parameters of a request, as they were sent.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::errors::{ErrorCode, OAuthError};

/// The parameters of a request. An empty one counts as absent (RFC 6749, section 3.1).
#[derive(Clone, Debug, Default)]
pub(super) struct Parameters {
    values: BTreeMap<String, String>,
    doubled: Vec<String>,
}

impl Parameters {
    /// Reads a query or a form.
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut parameters = Self::default();
        for (name, value) in form_urlencoded::parse(text) {
            if parameters.values.contains_key(name.as_ref()) {
                parameters.doubled.push(name.into_owned());
            } else if !value.is_empty() {
                parameters.values.insert(name.into_owned(), value.into_owned());
            }
        }
        parameters
    }

    /// The value of a parameter.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(String::as_str)
    }

    /// The value of a parameter that must be there.
    pub(super) fn require(&self, name: &str, description: &'static str) -> Result<&str, OAuthError> {
        self.get(name).ok_or(OAuthError::new(ErrorCode::InvalidRequest, description))
    }

    /// Whether a parameter was sent twice.
    pub(super) fn is_doubled(&self, name: &str) -> bool {
        self.doubled.iter().any(|doubled| doubled == name)
    }

    /// Refuses a request with a doubled parameter (RFC 6749, section 3.1).
    pub(super) fn refuse_doubled(&self) -> Result<(), OAuthError> {
        // `resource` may be sent several times (RFC 8707, section 2).
        if self.doubled.iter().any(|name| name != "resource") {
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
        assert!(Parameters::parse(b"resource=a&resource=b").refuse_doubled().is_ok());
    }
}
