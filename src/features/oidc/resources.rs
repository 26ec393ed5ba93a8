//! What tokens are for (RFC 8707).

use url::Url;

use super::errors::{ErrorCode, OAuthError};
use super::parameters::Parameters;

/// The resources that a request names, if each is one of the `allowed`.
pub(super) fn resources(parameters: &Parameters, allowed: &[String]) -> Result<Vec<String>, OAuthError> {
    let mut named: Vec<String> = Vec::new();
    for resource in parameters.all("resource") {
        // An absolute address without a fragment (section 2).
        if Url::parse(resource).map_or(true, |url| url.fragment().is_some()) {
            return Err(OAuthError::new(ErrorCode::InvalidTarget, "resource is no absolute address"));
        }
        if !allowed.iter().any(|known| known == resource) {
            return Err(OAuthError::new(ErrorCode::InvalidTarget, "this app may not ask for tokens for the resource"));
        }
        if !named.iter().any(|known| known == resource) {
            named.push(resource.to_owned());
        }
    }
    Ok(named)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_registered_absolute_addresses_count_each_once() {
        let allowed = ["https://api.example/v1".to_owned(), "https://b.example/#x".to_owned()];
        let read = |text: &str| resources(&Parameters::parse(text.as_bytes()), &allowed).map_err(|error| error.code);
        assert_eq!(read(""), Ok(Vec::new()));
        let twice = "resource=https://api.example/v1&resource=https://api.example/v1";
        assert_eq!(read(twice), Ok(vec![allowed[0].clone()]));
        for wrong in ["api", "/v1", "https://api.example", "https://api.example/v1/", "https://b.example/%23x"] {
            assert_eq!(read(&format!("resource={wrong}")), Err(ErrorCode::InvalidTarget), "{wrong}");
        }
    }
}
