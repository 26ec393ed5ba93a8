//! What the pages of webhooks show.

use serde::Serialize;

use crate::web::Page;

/// A webhook in a list.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookLine {
    /// Its page.
    pub to: String,
    /// Its identifier.
    pub id: String,
    /// Where it is told.
    pub url: String,
    /// How the kinds of its events begin; all when empty.
    pub kinds: Vec<String>,
    /// The one organisation whose events it is told.
    pub organisation: Option<String>,
    /// `on`, `failing` or `off`.
    pub state: &'static str,
    /// Since when it stands so, in milliseconds since 1970, where that is known.
    pub since: Option<i64>,
    /// What its last answer was.
    pub answer: Option<String>,
}

impl WebhookLine {
    fn sample(state: &'static str) -> Self {
        Self {
            to: "/admin/webhooks/whk_1".to_owned(),
            id: "whk_01kb0000000000000000000000".to_owned(),
            url: "https://siem.example.nl/in?x=<anna>".to_owned(),
            kinds: Vec::new(),
            organisation: None,
            state,
            since: (state != "on").then_some(1_795_525_500_000),
            answer: (state != "on").then(|| "It answered 503 <anna>.".to_owned()),
        }
    }
}

/// The webhooks.
#[derive(Clone, Debug, Serialize)]
pub struct WebhooksPage {
    /// Whether the person may change them.
    pub may_change: bool,
    /// All of them, oldest first.
    pub rows: Vec<WebhookLine>,
    /// Whether one was just removed.
    pub removed: bool,
}

impl Page for WebhooksPage {
    const TEMPLATE: &'static str = "pages/admin/webhooks.html";

    fn samples() -> Vec<Self> {
        let mut rows: Vec<WebhookLine> = ["on", "failing", "off"].map(WebhookLine::sample).into();
        rows[1].kinds = vec!["sign_in".to_owned(), "factor.add".to_owned()];
        rows[2].organisation = Some("Kantoor <anna>".to_owned());
        let page = Self { may_change: true, rows, removed: true };
        vec![page, Self { may_change: false, rows: Vec::new(), removed: false }]
    }
}

/// What became of one event.
#[derive(Clone, Debug, Serialize)]
pub struct DeliveryLine {
    /// Which event.
    pub event: String,
    /// What happened, as the audit calls it; none once the audit holds it no more.
    pub kind: Option<String>,
    /// Since when it was to be told, in milliseconds since 1970.
    pub at: i64,
    /// `delivered`, `waiting` or `failed`.
    pub state: &'static str,
    /// When it was told, or is tried next.
    pub when: Option<i64>,
    /// How often it was tried.
    pub attempts: i64,
    /// What was answered last.
    pub answer: Option<String>,
}

/// One webhook.
#[derive(Clone, Debug, Serialize)]
pub struct WebhookPage {
    /// The webhook.
    pub line: WebhookLine,
    /// Since when there is, in milliseconds since 1970.
    pub created: i64,
    /// The newest deliveries first.
    pub deliveries: Vec<DeliveryLine>,
    /// What can be done with it: `test`, `pause`, `enable`, `remove`.
    pub acts: Vec<&'static str>,
    /// What its messages are signed with, once, when it was just added.
    pub secret: Option<String>,
    /// What was just done.
    pub done: Option<&'static str>,
}

impl Page for WebhookPage {
    const TEMPLATE: &'static str = "pages/admin/webhook.html";

    fn samples() -> Vec<Self> {
        let delivery = |state: &'static str| DeliveryLine {
            event: "aud_01kb0000000000000000000000".to_owned(),
            kind: (state != "failed").then(|| "sign_in.password".to_owned()),
            at: 1_795_525_500_000,
            state,
            when: (state != "failed").then_some(1_795_525_530_000),
            attempts: 2,
            answer: (state != "waiting").then(|| "It answered 204 <anna>.".to_owned()),
        };
        let plain = Self {
            line: WebhookLine::sample("failing"),
            created: 1_790_000_000_000,
            deliveries: ["delivered", "waiting", "failed"].map(delivery).into(),
            acts: vec!["test", "pause", "remove"],
            secret: None,
            done: None,
        };
        let new = Self {
            line: WebhookLine::sample("on"),
            deliveries: Vec::new(),
            secret: Some("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw".to_owned()),
            ..plain.clone()
        };
        let off = Self { line: WebhookLine::sample("off"), acts: vec!["enable", "remove"], ..plain.clone() };
        let mut all = vec![new, off, Self { acts: Vec::new(), ..plain.clone() }];
        all.extend(["test", "pause", "enable"].map(|done| Self { done: Some(done), ..plain.clone() }));
        all
    }
}

/// The form of a new webhook.
#[derive(Clone, Debug, Default, Serialize)]
pub struct NewWebhookPage {
    /// Where it is told.
    pub url: String,
    /// How the kinds of its events begin, one on a line.
    pub kinds: String,
    /// The organisation that was chosen.
    pub organisation: String,
    /// The organisations to choose from: identifier and name.
    pub organisations: Vec<(String, String)>,
    /// What is wrong: field and word for it.
    pub problem: Option<(&'static str, &'static str)>,
}

impl Page for NewWebhookPage {
    const TEMPLATE: &'static str = "pages/admin/new_webhook.html";

    fn samples() -> Vec<Self> {
        let filled = Self {
            url: "http://<anna>".to_owned(),
            kinds: "sign_in\nfactor.add".to_owned(),
            organisation: "org_1".to_owned(),
            organisations: vec![("org_1".to_owned(), "Kantoor <anna>".to_owned())],
            problem: None,
        };
        let problems = [("url", "wrong"), ("url", "forbidden"), ("kinds", "wrong"), ("organisation", "wrong")];
        let mut all = vec![Self::default(), filled.clone()];
        all.extend(problems.map(|problem| Self { problem: Some(problem), ..filled.clone() }));
        all
    }
}

/// Asks before a webhook is removed.
#[derive(Clone, Debug, Serialize)]
pub struct RemoveWebhookPage {
    /// The webhook.
    pub line: WebhookLine,
}

impl Page for RemoveWebhookPage {
    const TEMPLATE: &'static str = "pages/admin/remove_webhook.html";

    fn samples() -> Vec<Self> {
        vec![Self { line: WebhookLine::sample("on") }]
    }
}
