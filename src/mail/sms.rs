//! Text messages by any gateway that takes an HTTP POST.

use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use url::Url;

use super::Answer;
use crate::config;
use crate::domain::PhoneNumber;

/// How values are written into the body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Escape {
    /// Inside a JSON string (RFC 8259, section 7).
    Json,
    /// As a value of `application/x-www-form-urlencoded`.
    Form,
}

/// A gateway.
#[derive(Debug)]
pub struct SmsGateway {
    client: Client,
    url: Url,
    body: String,
    escape: Escape,
}

impl SmsGateway {
    /// The gateway that is configured, if one is.
    ///
    /// # Errors
    ///
    /// One sentence, when a setting cannot be used.
    pub fn new(settings: &config::Sms) -> Result<Option<Self>, String> {
        let Some(url) = settings.gateway_url.clone() else { return Ok(None) };
        let mut headers = HeaderMap::new();
        for line in settings.headers.expose().lines().filter(|line| !line.trim().is_empty()) {
            let header = line.split_once(':').and_then(|(name, value)| {
                let name = HeaderName::try_from(name.trim()).ok()?;
                let mut value = HeaderValue::try_from(value.trim()).ok()?;
                value.set_sensitive(true);
                Some((name, value))
            });
            let Some((name, value)) = header else {
                return Err("sms.headers cannot be used: write one header a line, such as Authorization: Bearer abc."
                    .to_owned());
            };
            headers.insert(name, value);
        }
        let kind = headers.entry(CONTENT_TYPE).or_insert(HeaderValue::from_static("application/json"));
        let escape =
            if kind.as_bytes().starts_with(b"application/x-www-form-urlencoded") { Escape::Form } else { Escape::Json };
        let client = Client::builder()
            .default_headers(headers)
            .timeout(Duration::from_secs(settings.timeout_seconds.into()))
            // A gateway that moved is for the operator to find, and not for messages to follow.
            .redirect(Policy::none())
            .build()
            .map_err(|cause| format!("The SMS gateway cannot be used: {cause}."))?;
        Ok(Some(Self { client, url, body: settings.body.clone(), escape }))
    }

    /// Hands a message over. What the gateway answers beside its status is not kept: it may repeat the message.
    pub async fn send(&self, number: &PhoneNumber, text: &str) -> Answer {
        let body = fill(&self.body, number.as_str(), text, self.escape);
        match self.client.post(self.url.clone()).body(body).send().await {
            Ok(response) => verdict(response.status()),
            Err(cause) if cause.is_timeout() => Answer::Later("The SMS gateway did not answer in time.".to_owned()),
            Err(_) => Answer::Later("The SMS gateway cannot be reached.".to_owned()),
        }
    }
}

fn verdict(status: StatusCode) -> Answer {
    let said = format!("The SMS gateway answered {}.", status.as_u16());
    match status.as_u16() {
        200..=299 => Answer::Taken(said),
        408 | 429 => Answer::Later(said),
        400..=499 => Answer::Never(said),
        _ => Answer::Later(said),
    }
}

/// The body with its two values. In one pass, so that a text that holds `{number}` stays as it is.
fn fill(body: &str, number: &str, text: &str, escape: Escape) -> String {
    let mut filled = String::with_capacity(body.len() + text.len() + 16);
    let mut rest = body;
    while let Some(start) = rest.find('{') {
        filled.push_str(&rest[..start]);
        rest = &rest[start..];
        let found = [("{number}", number), ("{text}", text)].into_iter().find(|(mark, _)| rest.starts_with(mark));
        if let Some((mark, value)) = found {
            filled.push_str(&escape.apply(value));
            rest = &rest[mark.len()..];
        } else {
            filled.push('{');
            rest = &rest[1..];
        }
    }
    filled.push_str(rest);
    filled
}

impl Escape {
    fn apply(self, value: &str) -> String {
        match self {
            Self::Json => {
                // A text becomes a string with a quote at each end, which stand in the template already.
                let quoted = serde_json::Value::from(value).to_string();
                quoted[1..quoted.len() - 1].to_owned()
            }
            Self::Form => url::form_urlencoded::byte_serialize(value.as_bytes()).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_cannot_leave_their_place_in_the_body() {
        let body = r#"{"to":"{number}","body":"{text}","from":{"name":"x"}}"#;
        let hostile = "\"},{\"to\":\"+31900\\\n{number}{text}";
        let filled = fill(body, "+31612345678", hostile, Escape::Json);
        let json: serde_json::Value = serde_json::from_str(&filled).unwrap();
        assert_eq!(json["to"], "+31612345678");
        assert_eq!(json["body"], hostile);
        assert_eq!(json["from"]["name"], "x");
        let filled = fill("to={number}&text={text}&from=x", "+31612345678", "a&to=+31900 b{text}", Escape::Form);
        assert_eq!(filled, "to=%2B31612345678&text=a%26to%3D%2B31900+b%7Btext%7D&from=x");
    }

    #[test]
    fn the_status_decides_whether_it_is_tried_again() {
        let status = |code| verdict(StatusCode::from_u16(code).unwrap());
        for code in [200, 201, 202, 204] {
            assert!(matches!(status(code), Answer::Taken(_)), "{code}");
        }
        for code in [400, 401, 403, 404, 422] {
            assert!(matches!(status(code), Answer::Never(_)), "{code}");
        }
        for code in [408, 429, 500, 503, 301, 307] {
            assert!(matches!(status(code), Answer::Later(_)), "{code}");
        }
    }
}
