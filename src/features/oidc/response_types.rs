//! Response types: what the authorization endpoint itself hands out (OAuth 2.0 Multiple Response Types, section 5).

use std::fmt;

use serde::{Deserialize, Serialize};

/// What the authorization endpoint itself hands out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ResponseType {
    /// A code for the token endpoint.
    pub(super) code: bool,
    /// An ID token.
    pub(super) id_token: bool,
    /// An access token.
    pub(super) token: bool,
}

const fn of(code: bool, id_token: bool, token: bool) -> ResponseType {
    ResponseType { code, id_token, token }
}

/// All response types, as discovery lists them. `token` alone is not among them: nothing tells for whom it was meant.
pub(super) const RESPONSE_TYPES: [ResponseType; 6] = [
    of(true, false, false),
    of(false, true, false),
    of(false, true, true),
    of(true, true, false),
    of(true, false, true),
    of(true, true, true),
];

impl ResponseType {
    /// A code and nothing else.
    pub(super) const CODE: Self = RESPONSE_TYPES[0];

    /// The response type that lists these words, in whatever order.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let mut words: Vec<&str> = text.split(' ').filter(|word| !word.is_empty()).collect();
        words.sort_unstable();
        RESPONSE_TYPES.into_iter().find(|known| known.words().eq(words.iter().copied()))
    }

    /// Whether tokens travel through the browser.
    pub(super) const fn brings_tokens(self) -> bool {
        self.id_token || self.token
    }

    fn words(self) -> impl Iterator<Item = &'static str> {
        [(self.code, "code"), (self.id_token, "id_token"), (self.token, "token")]
            .into_iter()
            .filter_map(|(has, word)| has.then_some(word))
    }
}

impl fmt::Display for ResponseType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words().collect::<Vec<_>>().join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_words_does_not_matter() {
        assert_eq!(ResponseType::parse("token code  id_token"), ResponseType::parse("code id_token token"));
        assert_eq!(ResponseType::parse("id_token code").unwrap().to_string(), "code id_token");
        assert_eq!(ResponseType::parse("code"), Some(ResponseType::CODE));
    }

    #[test]
    fn an_unknown_combination_is_none() {
        for text in ["", "token", "none", "code code", "code none", "CODE", "code,token"] {
            assert_eq!(ResponseType::parse(text), None, "{text}");
        }
    }
}
