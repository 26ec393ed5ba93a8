//! Which language a page speaks.

use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use serde::Deserialize;

use super::cookies::CookieKind;
use super::form::Form;
use super::state::AppState;
use super::urls;
use crate::domain::Language;

/// The language: what the person chose before, else what the browser prefers, else the default.
pub(super) fn choose(cookie: Option<&str>, accept_language: Option<&str>, default: Language) -> Language {
    let chosen = cookie.and_then(|code| code.parse().ok());
    chosen.or_else(|| preferred(accept_language?)).unwrap_or(default)
}

/// The language that `Accept-Language` likes best (RFC 9110, section 12.5.4).
fn preferred(header: &str) -> Option<Language> {
    let mut best: Option<(Language, f32)> = None;
    for range in header.split(',').take(20) {
        let mut parts = range.split(';');
        let Some(language) = parts.next().and_then(|tag| tag.parse::<Language>().ok()) else { continue };
        let weight = parts.find_map(|part| part.trim().strip_prefix("q=")?.parse::<f32>().ok()).unwrap_or(1.0);
        if weight > 0.0 && best.is_none_or(|(_, most)| weight > most) {
            best = Some((language, weight));
        }
    }
    best.map(|(language, _)| language)
}

/// The form behind the language link.
#[derive(Debug, Deserialize)]
pub struct Choice {
    language: Language,
    /// The page to go back to.
    back: String,
}

/// Remembers the language and goes back to the page.
pub async fn switch_language(State(state): State<AppState>, Form(choice): Form<Choice>) -> Response {
    let mut headers = HeaderMap::new();
    state.cookies.set_for_a_year(&mut headers, CookieKind::Language, choice.language.code());
    let back = if is_own_path(&choice.back) { choice.back } else { urls::HOME.to_owned() };
    (StatusCode::SEE_OTHER, headers, [(header::LOCATION, back)]).into_response()
}

/// Whether `path` stays here: nothing that a browser could read as another host.
fn is_own_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"/-_.~".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_choice_wins_then_the_browser_then_the_default() {
        let choose = |cookie, header| choose(cookie, header, Language::Dutch);
        assert_eq!(choose(Some("en"), Some("nl")), Language::English);
        assert_eq!(choose(Some("fr"), Some("en")), Language::English);
        assert_eq!(choose(None, Some("fr, en;q=0.5, nl;q=0.8")), Language::Dutch);
        assert_eq!(choose(None, Some("nl;q=0, en;q=0.1")), Language::English);
        assert_eq!(choose(None, Some("de, fr")), Language::Dutch);
        assert_eq!(choose(None, None), Language::Dutch);
    }

    #[test]
    fn the_way_back_never_leaves_the_house() {
        assert!(is_own_path("/sign-in/int_01k"));
        for path in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\r\nb", "/%2fevil", "/a?b"] {
            assert!(!is_own_path(path), "{path:?}");
        }
    }
}
