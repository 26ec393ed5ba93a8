//! Requests that are almost right, by the hundred: whatever they hold, nobody is sent to where they should not be.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::{
    Answer, Browser, CLIENT, Engine, PASSWORD, REDIRECT, SECRET, Server, fragment_of, on_both_engines, query_of,
};

on_both_engines! {
    no_mutation_of_the_address_redirects
    an_address_that_is_missing_or_sent_twice_redirects_nowhere
    nobody_is_sent_anywhere_for_an_app_that_is_not_there
    any_authorization_request_is_answered_by_the_rules
    any_token_request_is_answered_by_the_rules
}

/// The registered address, changed in every way that ever fooled a comparison.
fn mutations() -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for (place, letter) in REDIRECT.char_indices() {
        let (before, after) = (&REDIRECT[..place], &REDIRECT[place + 1..]);
        all.insert(format!("{before}{after}"));
        all.insert(format!("{before}{}{after}", letter.to_ascii_uppercase()));
        all.insert(format!("{before}%{:02x}{after}", u32::from(letter)));
        all.insert(format!("{before}%25{:02x}{after}", u32::from(letter)));
    }
    let odd = [
        " ",
        "\t",
        "\n",
        "\r\n",
        "\0",
        "%00",
        "%0a",
        "%0d%0a",
        "%20",
        "%09",
        "/",
        "//",
        "\\",
        "/..",
        "/../",
        "/./",
        "..;/",
        ".",
        "@",
        "@evil.example",
        ":",
        ":443",
        ":80",
        ";",
        "?",
        "?x=1",
        "&x=1",
        "#",
        "#x",
        "*",
        "%2f",
        "%5c",
        "%2e%2e",
        "%23",
        "%3f",
        "%40evil.example",
        ".evil.example",
        "\u{ff0f}",
        "\u{2024}",
        "\u{200b}",
        "\u{202e}",
        "ı",
        "'",
        "\"",
        "<",
        "`",
        "|",
        "^",
        "{",
        "[",
        "]",
    ];
    let places = [0, "https:".len(), "https://".len(), "https://portal.example".len(), REDIRECT.len()];
    for piece in odd {
        for place in places {
            all.insert(format!("{}{piece}{}", &REDIRECT[..place], &REDIRECT[place..]));
        }
    }
    for other in [
        "http://portal.example/callback",
        "//portal.example/callback",
        "/callback",
        "callback",
        "https:/portal.example/callback",
        "https:portal.example/callback",
        "https:\\\\portal.example\\callback",
        "https:///portal.example/callback",
        "javascript:alert(1)//https://portal.example/callback",
        "data:text/html,https://portal.example/callback",
        "https://evil.example/?https://portal.example/callback",
        "https://evil.example/#https://portal.example/callback",
        "https://portal.example/callback,https://evil.example/",
        "https://portal.example/callback https://evil.example/",
        "https://portal.example/callback\u{0}https://evil.example/",
        "https://xn--portal-.example/callback",
        "https://pоrtal.example/callback",
        "https://portal。example/callback",
        "https://localhost/callback",
        "https://[::1]/callback",
        "https://127.0.0.1/callback",
        "portal.example.app:/callback",
        "about:blank",
        "blob:https://portal.example/callback",
        "view-source:https://portal.example/callback",
    ] {
        all.insert(other.to_owned());
    }
    all.remove(REDIRECT);
    all.retain(|mutation| !mutation.is_empty());
    all
}

async fn signed_in(server: &Server) -> Browser {
    let mut browser = server.browser();
    browser.sign_in_at("/sign-in", "anna", PASSWORD).await;
    browser
}

/// A page that explains, and nowhere to go.
fn stays(answer: &Answer, what: &str) {
    assert_eq!((answer.status, answer.headers.get("location")), (400, None), "{what:?}");
    assert!(answer.headers.get("refresh").is_none() && !answer.body.contains("http-equiv=\"refresh\""), "{what:?}");
    assert!(!answer.body.contains("evil.example"), "what was sent is not repeated: {what:?}");
}

async fn no_mutation_of_the_address_redirects(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    assert!(
        query_of(browser.get(&Server::authorize(&[])).await.location()).contains_key("code"),
        "the sound one works"
    );
    let all = mutations();
    assert!(all.len() >= 300, "{}", all.len());
    let credentials = format!("Basic {}", STANDARD.encode(format!("{CLIENT}:{SECRET}")));
    for (number, mutation) in all.iter().enumerate() {
        let changes = [("redirect_uri", mutation.as_str())];
        // For an app without a secret, whose loopback addresses may differ in the port, the same holds.
        let public = [("redirect_uri", mutation.as_str()), ("client_id", "spa")];
        stays(&browser.get(&Server::authorize(&changes)).await, mutation);
        stays(&browser.get(&Server::authorize(&public)).await, mutation);
        // Errors that would be told to the app are not told to anybody.
        let silent = [("redirect_uri", mutation.as_str()), ("prompt", "none"), ("response_type", "token")];
        stays(&browser.get(&Server::authorize(&silent)).await, mutation);
        // The other ways take the same path, so a part of them is enough.
        if number % 7 == 0 {
            stays(&browser.post_with("/authorize", &[], &Server::request(&changes)).await, mutation);
            let header = [("authorization", credentials.as_str())];
            let pushed = server.browser().post_with("/par", &header, &Server::request(&changes)).await;
            assert_eq!(
                (pushed.status, pushed.json()["error"].as_str()),
                (400, Some("invalid_request")),
                "{mutation:?}"
            );
        }
    }
}

async fn an_address_that_is_missing_or_sent_twice_redirects_nowhere(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut browser = signed_in(&server).await;
    let without = Server::authorize(&[("redirect_uri", "")]);
    let with = Server::authorize(&[]);
    for query in [
        without.clone(),
        format!("{without}&redirect_uri="),
        format!("{without}&redirect_uri[]={REDIRECT}"),
        format!("{without}&Redirect_uri={REDIRECT}"),
        format!("{without}&redirect_uri%00={REDIRECT}"),
        format!("{with}&redirect_uri={REDIRECT}"),
        format!("{with}&redirect_uri=https://evil.example/"),
        format!("/authorize?redirect_uri=https://evil.example/&{}", &with["/authorize?".len()..]),
        format!("{with}&client_id=spa"),
    ] {
        stays(&browser.get(&query).await, &query);
    }
}

async fn nobody_is_sent_anywhere_for_an_app_that_is_not_there(engine: Engine) {
    let server = Server::start(&engine).await;
    server.register("gone", |client| client.disabled_at = Some(server.inner.state.now())).await;
    let mut browser = signed_in(&server).await;
    for client in ["", "nobody", "gone", "Portal", "portal ", "portal\0", "spa,portal", "../portal"] {
        for redirect_uri in [REDIRECT, "https://evil.example/", "javascript:alert(1)"] {
            let request = Server::authorize(&[("client_id", client), ("redirect_uri", redirect_uri)]);
            stays(&browser.get(&request).await, client);
        }
    }
}

/// Numbers that look like chance and are the same at every run.
struct Dice(u64);

impl Dice {
    fn throw<'a>(&mut self, choices: &[&'a str]) -> &'a str {
        // Knuth's MMIX generator; its high bits are the better ones.
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        choices[usize::try_from(self.0 >> 33).unwrap() % choices.len()]
    }
}

impl Dice {
    /// The first, sound value of each parameter, but for a few that are thrown.
    fn pairs(&mut self, all: &[(&'static str, &'static [&'static str])]) -> Vec<(&'static str, &'static str)> {
        let mut pairs: Vec<(&str, &str)> = all.iter().map(|(name, values)| (*name, values[0])).collect();
        for _ in 0..self.throw(&["", "x", "xx", "xx", "xxx", "xxxx"]).len() {
            let names: Vec<&str> = all.iter().map(|(name, _)| *name).collect();
            let name = self.throw(&names);
            let (place, (_, values)) = all.iter().enumerate().find(|(_, (known, _))| *known == name).unwrap();
            pairs[place].1 = self.throw(values);
        }
        pairs
    }
}

/// Values of each parameter, a sound one first.
const QUERY: &[(&str, &[&str])] = &[
    ("client_id", &[CLIENT, CLIENT, CLIENT, "spa", "foreign", "nobody", ""]),
    ("redirect_uri", &[REDIRECT, REDIRECT, REDIRECT, "https://evil.example/", "https://portal.example/callback/", ""]),
    ("response_type", &["code", "code", "token", "code id_token", "none", "code code", ""]),
    ("response_mode", &["", "", "query", "fragment", "form_post", "jwt", "telepathy"]),
    ("scope", &["openid", "openid profile", "openid\u{7f}", "payments", "offline_access openid", "", "\"", "a  b"]),
    ("state", &["s", "s p a c e", "%00", "<script>", "é", "", "&code=x", "#"]),
    ("nonce", &["n", "", "é"]),
    ("code_challenge", &[crate::support::CHALLENGE, crate::support::CHALLENGE, "short", ""]),
    ("code_challenge_method", &["S256", "S256", "plain", ""]),
    ("prompt", &["", "", "none", "login", "consent", "select_account", "none login", "create", " ", "NONE"]),
    ("max_age", &["", "", "0", "1000", "-1", "1e3", "99999999999999999999"]),
    ("id_token_hint", &["", "", "", "a.b.c", "x"]),
    (
        "claims",
        &[
            "",
            "",
            "{}",
            "{\"userinfo\":{\"name\":null}}",
            "[",
            "{\"id_token\":{\"sub\":{\"value\":1}}}",
            "{\"userinfo\":[]}",
        ],
    ),
    ("acr_values", &["", "", "urn:x", "  "]),
    ("request", &["", "", "", "", "x", "a.b.c"]),
    ("request_uri", &["", "", "", "", "urn:x", "https://evil.example/", "urn:ietf:params:oauth:request_uri:x"]),
    ("resource", &["", "", "", "https://api.example", "x"]),
    ("registration", &["", "", "", "", "{}"]),
    ("dpop_jkt", &["", "", "", "short"]),
    ("ui_locales", &["", "nl", "xx yy", "%%%"]),
    ("login_hint", &["", "anna", "<b>"]),
    ("display", &["", "popup", "wap"]),
    ("unknown", &["", "x"]),
];

async fn any_authorization_request_is_answered_by_the_rules(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut known = signed_in(&server).await;
    let mut dice = Dice(2_026);
    let mut seen = BTreeSet::new();
    for round in 0..400 {
        let pairs = dice.pairs(QUERY);
        let sent: Vec<(&str, &str)> = pairs.iter().copied().filter(|(_, value)| !value.is_empty()).collect();
        let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&sent).finish();
        let mut guest = server.browser();
        let browser = if round % 3 == 0 { &mut guest } else { &mut known };
        let answer = browser.get(&format!("/authorize?{query}")).await;
        let value = |name: &str| sent.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
        let Some(location) = answer.headers.get("location").map(|location| location.to_str().unwrap().to_owned())
        else {
            assert!([200, 400].contains(&answer.status), "{query}: {}", answer.status);
            assert!(!answer.body.contains("<script>") && !answer.body.contains("<b>"), "{query}");
            // A form that goes to the app goes to its address.
            let to_app = answer.body.contains("id=\"answer\"");
            assert_eq!(to_app, answer.status == 200, "{query}: {}", answer.body);
            let action = format!("action=\"{}\"", REDIRECT.replace('/', "&#x2f;"));
            assert!(!to_app || answer.body.contains(&action), "{query}: {}", answer.body);
            seen.insert(answer.status.to_string());
            continue;
        };
        assert_eq!(answer.status, 303, "{query}");
        if location.starts_with('/') {
            let pages = ["/sign-in/", "/consent/", "/accounts/"];
            assert!(pages.iter().any(|page| location.starts_with(page)), "{query}: {location}");
            assert!(!value("prompt").is_some_and(|prompt| prompt.contains("none")), "no page with none: {query}");
            seen.insert("page".to_owned());
            continue;
        }
        assert!(
            location.starts_with(&format!("{REDIRECT}?")) || location.starts_with(&format!("{REDIRECT}#")),
            "{location}"
        );
        assert_eq!(value("redirect_uri"), Some(REDIRECT), "{query}");
        let told = if location.contains('#') { fragment_of(&location) } else { query_of(&location) };
        if told.contains_key("response") {
            seen.insert("signed".to_owned());
            continue;
        }
        assert_eq!(told.get("state").map(String::as_str), value("state"), "{query}: {location}");
        assert_eq!(told["iss"], server.issuer, "{query}");
        assert_ne!(told.contains_key("code"), told.contains_key("error"), "{query}: {location}");
        let plain =
            |text: &String| text.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'"' && byte != b'\\');
        assert!(told.get("error_description").is_none_or(plain), "{location}");
        assert_ne!(told.get("error").map(String::as_str), Some("server_error"), "{query}");
        seen.insert(told.get("error").map_or("code", |error| error.as_str()).to_owned());
    }
    for kind in ["code", "page", "400", "invalid_request", "invalid_scope", "unsupported_response_type"] {
        assert!(seen.contains(kind), "{kind} never happened: {seen:?}");
    }
}

const FORM: &[(&str, &[&str])] = &[
    (
        "grant_type",
        &[
            "authorization_code",
            "refresh_token",
            "client_credentials",
            "password",
            "implicit",
            "",
            "urn:ietf:params:oauth:grant-type:token-exchange",
        ],
    ),
    ("client_id", &["machine", CLIENT, "spa", "", "nobody"]),
    ("client_secret", &["", "", SECRET, "wrong"]),
    ("client_assertion", &["", "", "", "a.b.c"]),
    ("client_assertion_type", &["", "", "x"]),
    ("code", &["", "x", "\0"]),
    ("code_verifier", &["", crate::support::VERIFIER, "short"]),
    ("redirect_uri", &["", REDIRECT]),
    ("refresh_token", &["", "x"]),
    ("scope", &["", "openid", "\"", "invoices:read"]),
    ("resource", &["", "", "x", "https://api.example"]),
    ("subject_token", &["", "x", "a.b.c"]),
    ("username", &["", "anna"]),
    ("password", &["", PASSWORD]),
];

async fn any_token_request_is_answered_by_the_rules(engine: Engine) {
    let server = Server::start(&engine).await;
    let mut dice = Dice(1_123);
    let headers = [
        "Basic bWFjaGluZTphLXNlY3JldC1vZi1hdC1sZWFzdC0zMi1jaGFyYWN0ZXJz",
        "Basic bWFjaGluZTphLXNlY3JldC1vZi1hdC1sZWFzdC0zMi1jaGFyYWN0ZXJz",
        "",
        "Basic",
        "Basic !",
        "Bearer x",
        "Basic cG9ydGFsOndyb25n",
        "Basic bWFjaGluZTphLXNlY3JldC1vZi1hdC1sZWFzdC0zMi1jaGFyYWN0ZXJz",
    ];
    let mut seen = BTreeSet::new();
    for _ in 0..400 {
        let pairs = dice.pairs(FORM);
        let header = dice.throw(&headers);
        let sent = [("authorization", header)];
        let answer = server.browser().post_with("/token", if header.is_empty() { &[] } else { &sent }, &pairs).await;
        assert!([200, 400, 401].contains(&answer.status), "{pairs:?} {header}: {} {}", answer.status, answer.body);
        assert_eq!(answer.header("cache-control"), "no-store", "{pairs:?}");
        if answer.status == 200 {
            // Only the machine can do anything with what is sent here, and only for itself.
            assert_eq!(pairs[0].1, "client_credentials", "{pairs:?}");
            seen.insert("token".to_owned());
            continue;
        }
        let error = answer.json()["error"].as_str().unwrap().to_owned();
        assert_eq!(answer.status == 401, error == "invalid_client", "{pairs:?} {header}: {}", answer.body);
        assert!(!answer.body.contains(PASSWORD) && !answer.body.contains(SECRET), "{}", answer.body);
        seen.insert(error);
    }
    for kind in ["token", "invalid_client", "invalid_request"] {
        assert!(seen.contains(kind), "{kind} never happened: {seen:?}");
    }
}
