//! `query`: parameters behind the question mark.

use url::form_urlencoded;

/// The address with the parameters in its query.
pub(super) fn address(redirect_uri: &str, pairs: &[(&'static str, String)]) -> String {
    // Put behind by hand, so that what is registered stays as it is to the letter.
    let separator = if redirect_uri.contains('?') { '&' } else { '?' };
    format!("{redirect_uri}{separator}{}", encoded(pairs))
}

pub(super) fn encoded(pairs: &[(&'static str, String)]) -> String {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_keeps_the_registered_query() {
        let pairs = [("code", "a b".to_owned()), ("state", "s&t".to_owned())];
        assert_eq!(address("https://a.example/cb?x=1", &pairs), "https://a.example/cb?x=1&code=a+b&state=s%26t");
        assert_eq!(address("https://a.example/cb", &pairs[..1]), "https://a.example/cb?code=a+b");
    }
}
