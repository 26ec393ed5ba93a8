//! What the pages of the outbox show (M8).

use serde::Serialize;

use crate::web::Page;

/// A mail or text message.
#[derive(Clone, Debug, Serialize)]
pub struct MessageLine {
    /// Its page.
    pub to: String,
    /// To whom, masked; none once that was erased.
    pub recipient: Option<String>,
    /// `mail` or `sms`.
    pub channel: String,
    /// Which message it is.
    pub template: String,
    /// What it speaks.
    pub language: &'static str,
    /// `queued`, `deferred`, `sent` or `failed`.
    pub standing: &'static str,
    /// When it was posted, in milliseconds since 1970.
    pub created: i64,
    /// When it is tried next.
    pub next: Option<i64>,
    /// When it left or was given up.
    pub ended: Option<i64>,
    /// How often it was tried.
    pub attempts: i64,
    /// What was answered last.
    pub answer: Option<String>,
}

impl MessageLine {
    fn sample(standing: &'static str) -> Self {
        let waits = matches!(standing, "queued" | "deferred");
        Self {
            to: "/admin/outbox/out_1".to_owned(),
            recipient: waits.then(|| "a•••@kantoor.nl".to_owned()),
            channel: "mail".to_owned(),
            template: "network_code".to_owned(),
            language: "nl",
            standing,
            created: 1_795_525_500_000,
            next: waits.then_some(1_795_525_530_000),
            ended: (!waits).then_some(1_795_525_530_000),
            attempts: if standing == "queued" { 0 } else { 2 },
            answer: (standing != "queued").then(|| "451 4.7.1 <anna> try later".to_owned()),
        }
    }
}

/// The outbox.
#[derive(Clone, Debug, Serialize)]
pub struct OutboxPage {
    /// The filters: word, address, whether it is the one that is shown.
    pub filters: Vec<(&'static str, String, bool)>,
    /// The messages, newest first.
    pub rows: Vec<MessageLine>,
    /// The next page.
    pub next: Option<String>,
    /// The first page, if this is another.
    pub first: Option<String>,
    /// Whether mail can leave.
    pub mail: bool,
}

impl Page for OutboxPage {
    const TEMPLATE: &'static str = "pages/admin/outbox.html";

    fn samples() -> Vec<Self> {
        let to = || "/admin/outbox".to_owned();
        let words = ["all", "failed", "deferred", "queued", "sent"];
        let mut rows: Vec<MessageLine> = words[1..].iter().map(|standing| MessageLine::sample(standing)).collect();
        "sms".clone_into(&mut rows[3].channel);
        let page = Self {
            filters: words.iter().map(|word| (*word, to(), *word == "all")).collect(),
            rows,
            next: Some(to()),
            first: Some(to()),
            mail: true,
        };
        vec![page.clone(), Self { rows: Vec::new(), next: None, first: None, mail: false, ..page }]
    }
}

/// One message.
#[derive(Clone, Debug, Serialize)]
pub struct MessagePage {
    /// The message.
    pub line: MessageLine,
    /// When it is worth nothing any more, in milliseconds since 1970.
    pub expires: i64,
    /// Subject and text, with codes and links masked; none once they were erased.
    pub preview: Option<(String, String)>,
    /// Its HTML, on a page of its own.
    pub html: Option<String>,
    /// Where the button leads.
    pub action: String,
    /// What can be done: `retry`, `resend` or `invite`.
    pub act: Option<&'static str>,
    /// Why it is not sent again from here: `code`, `link`, `late` or `notice`.
    pub again: &'static str,
    /// What was just done; `refused` where no text message may leave.
    pub done: Option<&'static str>,
}

impl Page for MessagePage {
    const TEMPLATE: &'static str = "pages/admin/message.html";

    fn samples() -> Vec<Self> {
        let plain = Self {
            line: MessageLine::sample("deferred"),
            expires: 1_795_612_000_000,
            preview: Some(("Je code".to_owned(), "Hallo <anna>,\n\n    ••••••".to_owned())),
            html: Some("/admin/outbox/out_1/html".to_owned()),
            action: "/admin/outbox/out_1".to_owned(),
            act: Some("retry"),
            again: "code",
            done: Some("retry"),
        };
        let over = Self { preview: None, html: None, act: None, done: None, ..plain.clone() };
        let text = Self {
            line: MessageLine { channel: "sms".to_owned(), ..MessageLine::sample("queued") },
            preview: Some((String::new(), "••••••".to_owned())),
            html: None,
            done: Some("refused"),
            ..plain.clone()
        };
        let failed = |act, done| Self {
            line: MessageLine::sample("failed"),
            act: Some(act),
            again: "late",
            done: Some(done),
            ..plain.clone()
        };
        let mut all = vec![plain.clone(), text, failed("resend", "resend"), failed("invite", "invite")];
        let ended = [("sent", "code"), ("failed", "link"), ("failed", "late"), ("sent", "notice")];
        all.extend(ended.map(|(standing, again)| Self { line: MessageLine::sample(standing), again, ..over.clone() }));
        all
    }
}
