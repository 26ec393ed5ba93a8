//! What the demo sends: a small mail server and SMS gateway on this machine, and a page that shows what arrived.
//!
//! The provider speaks real SMTP and HTTP with it, as it would with any other; the tests use it too.

mod mime;
mod pages;
mod smtp;

use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};

use tokio::sync::Notify;
use url::Url;

use crate::app::{StartError, World, bind};
use crate::config::{self, Config};
use crate::domain::Secret;

#[cfg(test)]
pub(super) use pages::samples;

/// What `sms.body` is set to, so that the gateway can read it.
const SMS_BODY: &str = r#"{"number":"{number}","text":"{text}"}"#;

/// A mail or text message that arrived.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Received {
    /// When, in milliseconds since the epoch.
    pub at: i64,
    /// The address or number that it went to.
    pub to: String,
    /// The subject; none for a text message.
    pub subject: Option<String>,
    /// The plain text.
    pub text: String,
    /// The same in HTML, of a mail.
    pub html: Option<String>,
    /// The whole mail as it came over the wire; the body of the request for a text message.
    pub raw: String,
}

impl Received {
    /// The addresses in the text, as links.
    #[must_use]
    pub fn links(&self) -> Vec<&str> {
        let is_link = |word: &&str| word.starts_with("https://") || word.starts_with("http://");
        self.text.split_whitespace().filter(is_link).collect()
    }
}

/// The mailbox of the demo. It listens until the process or the runtime ends.
#[derive(Clone)]
pub struct Mailbox {
    shelf: Arc<Shelf>,
    smtp: SocketAddr,
    page: SocketAddr,
}

/// What arrived, in memory.
struct Shelf {
    messages: Mutex<Vec<Received>>,
    arrived: Notify,
    world: World,
}

impl Shelf {
    fn add(&self, mut message: Received) {
        message.at = self.world.clock.now().millis();
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).push(message);
        self.arrived.notify_waiters();
    }

    fn all(&self) -> Vec<Received> {
        self.messages.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Mailbox {
    /// Opens a mailbox: `listen` is for the page and the gateway; SMTP has any free port of the same address.
    ///
    /// # Errors
    ///
    /// When an address cannot be listened on.
    pub async fn open(listen: SocketAddr, world: World) -> Result<Self, StartError> {
        let pages = bind(listen, "--mailbox-listen").await?;
        let smtp = bind(SocketAddr::new(listen.ip(), 0), "--mailbox-listen").await?;
        let address = |listener: &tokio::net::TcpListener| {
            listener.local_addr().map_err(|cause| StartError::Listen {
                address: listen,
                cause,
                key: "--mailbox-listen",
            })
        };
        let (page_address, smtp_address) = (address(&pages)?, address(&smtp)?);
        let shelf = Arc::new(Shelf { messages: Mutex::default(), arrived: Notify::new(), world });
        tokio::spawn(smtp::serve(smtp, Arc::clone(&shelf)));
        tokio::spawn(pages::serve(pages, Arc::clone(&shelf)));
        Ok(Self { shelf, smtp: smtp_address, page: page_address })
    }

    /// The page that shows what arrived.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://localhost:{}", self.page.port())
    }

    /// Lets everything that `config` sends arrive here.
    pub fn receive_from(&self, config: &mut Config) {
        config.mail.smtp_url = Secret::new(format!("smtp://{}", self.smtp));
        config.sms = config::Sms {
            gateway_url: Url::parse(&format!("http://{}/sms", self.page)).ok(),
            body: SMS_BODY.to_owned(),
            ..config.sms.clone()
        };
    }

    /// Everything that arrived, the oldest first.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        self.shelf.all()
    }

    /// Waits until `wanted` finds something in what arrived.
    pub async fn wait_until<T>(&self, mut wanted: impl FnMut(&[Received]) -> Option<T>) -> T {
        loop {
            let arrived = self.shelf.arrived.notified();
            tokio::pin!(arrived);
            // Enrolled before looking, so that nothing arrives unseen in between.
            arrived.as_mut().enable();
            if let Some(found) = wanted(&self.received()) {
                return found;
            }
            arrived.await;
        }
    }
}
