//! Where mails and text messages arrive, and mail servers and gateways that misbehave.

use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::IntoResponse;
use axum::routing::post;
use countersign::app::World;
use countersign::cli::demo::mailbox::{Mailbox as Inner, Received};
use countersign::config::Config;
use countersign::domain::Secret;
use tokio::io::{AsyncBufReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::time::timeout;

/// How long a test waits for what should come.
const PATIENCE: Duration = Duration::from_secs(20);

/// The mailbox of a server.
pub(crate) struct Mailbox {
    inner: Inner,
    /// Which messages were waited for already.
    taken: Mutex<Vec<usize>>,
}

impl Mailbox {
    pub(crate) async fn open(world: World) -> Self {
        // Choosing the TLS stack twice is fine: the first choice stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let inner = Inner::open(SocketAddr::from(([127, 0, 0, 1], 0)), world).await.unwrap();
        Self { inner, taken: Mutex::default() }
    }

    /// Lets what `config` sends arrive here; text messages may go to the Netherlands and Belgium.
    pub(crate) fn receive_from(&self, config: &mut Config) {
        self.inner.receive_from(config);
        config.sms.allowed_countries = ["NL", "BE"].map(str::to_owned).to_vec();
    }

    /// The next message to this address or number, in the order of arrival.
    pub(crate) async fn wait_for(&self, to: &str) -> Received {
        let next = self.inner.wait_until(|received| {
            let mut taken = self.taken.lock().unwrap();
            let found = received.iter().enumerate().find(|(place, message)| message.to == to && !taken.contains(place));
            found.map(|(place, message)| {
                taken.push(place);
                message.clone()
            })
        });
        timeout(PATIENCE, next).await.unwrap_or_else(|_| panic!("nothing arrived for {to}"))
    }

    /// Everything that arrived, the oldest first.
    pub(crate) fn received(&self) -> Vec<Received> {
        self.inner.received()
    }

    /// The page that shows what arrived.
    pub(crate) fn url(&self) -> String {
        self.inner.url()
    }
}

/// How a mail server treats one connection's next mail.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Manner {
    /// Takes it.
    Takes,
    /// Answers the sender (MAIL FROM) with this.
    RefusesSender(&'static str),
    /// Answers the recipient (RCPT TO) with this.
    RefusesRecipient(&'static str),
    /// Accepts the connection and says nothing, ever.
    Silent,
}

/// A mail server that does as it is told, mail by mail; the last manner stays.
#[derive(Clone)]
pub(crate) struct MailServer {
    pub(crate) address: SocketAddr,
    script: Arc<Mutex<VecDeque<Manner>>>,
    mails: Arc<Mutex<Vec<String>>>,
}

impl MailServer {
    pub(crate) async fn start(manners: impl IntoIterator<Item = Manner>) -> Self {
        Self::start_at(SocketAddr::from(([127, 0, 0, 1], 0)), manners).await
    }

    pub(crate) async fn start_at(address: SocketAddr, manners: impl IntoIterator<Item = Manner>) -> Self {
        let listener = TcpListener::bind(address).await.unwrap();
        let server = Self {
            address: listener.local_addr().unwrap(),
            script: Arc::new(Mutex::new(manners.into_iter().collect())),
            mails: Arc::default(),
        };
        tokio::spawn({
            let server = server.clone();
            async move {
                while let Ok((connection, _)) = listener.accept().await {
                    let server = server.clone();
                    tokio::spawn(async move { server.converse(connection).await });
                }
            }
        });
        server
    }

    /// The bodies of the mails that it took.
    pub(crate) fn mails(&self) -> Vec<String> {
        self.mails.lock().unwrap().clone()
    }

    pub(crate) fn receive_from(&self, config: &mut Config) {
        config.mail.smtp_url = Secret::new(format!("smtp://{}", self.address));
    }

    fn next(&self) -> Manner {
        let mut script = self.script.lock().unwrap();
        if script.len() > 1 { script.pop_front().unwrap() } else { script[0] }
    }

    async fn converse(&self, connection: TcpStream) -> Option<()> {
        let mut stream = BufReader::new(connection);
        let mut manner = Manner::Takes;
        let is_silent = matches!(self.script.lock().unwrap()[0], Manner::Silent);
        if is_silent {
            std::future::pending::<()>().await;
        }
        stream.write_all(b"220 test\r\n").await.ok()?;
        loop {
            let mut line = String::new();
            if stream.read_line(&mut line).await.ok()? == 0 {
                return None;
            }
            let answer = match &line[..4] {
                "EHLO" => "250 test",
                "MAIL" => {
                    manner = self.next();
                    if let Manner::RefusesSender(answer) = manner { answer } else { "250 ok" }
                }
                "RCPT" => {
                    if let Manner::RefusesRecipient(answer) = manner {
                        answer
                    } else {
                        "250 ok"
                    }
                }
                "DATA" => {
                    stream.write_all(b"354 go on\r\n").await.ok()?;
                    let mut body = String::new();
                    while !body.ends_with("\r\n.\r\n") {
                        stream.read_line(&mut body).await.ok().filter(|length| *length > 0)?;
                    }
                    self.mails.lock().unwrap().push(body);
                    "250 taken"
                }
                _ => "250 ok",
            };
            stream.write_all(format!("{answer}\r\n").as_bytes()).await.ok()?;
        }
    }
}

/// An SMS gateway that answers with these statuses in turn; the last one stays.
#[derive(Clone)]
pub(crate) struct Gateway {
    pub(crate) address: SocketAddr,
    statuses: Arc<Mutex<VecDeque<u16>>>,
    requests: Arc<Mutex<Vec<(HeaderMap, String)>>>,
}

impl Gateway {
    pub(crate) async fn start(statuses: impl IntoIterator<Item = u16>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let gateway = Self {
            address: listener.local_addr().unwrap(),
            statuses: Arc::new(Mutex::new(statuses.into_iter().collect())),
            requests: Arc::default(),
        };
        let take = |State(gateway): State<Self>, headers, body| async move { gateway.take(headers, body) };
        let router = Router::new().route("/", post(take)).with_state(gateway.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        gateway
    }

    fn take(&self, headers: HeaderMap, body: String) -> impl IntoResponse + use<> {
        self.requests.lock().unwrap().push((headers, body.clone()));
        let mut statuses = self.statuses.lock().unwrap();
        let status = if statuses.len() > 1 { statuses.pop_front().unwrap() } else { statuses[0] };
        // A gateway that repeats the message must not get it into a table or a log.
        (StatusCode::from_u16(status).unwrap(), [(header::LOCATION, "/")], body)
    }

    /// The headers and bodies that came.
    pub(crate) fn requests(&self) -> Vec<(HeaderMap, String)> {
        self.requests.lock().unwrap().clone()
    }

    pub(crate) fn receive_from(&self, config: &mut Config) {
        config.sms.gateway_url = Some(format!("http://{}/", self.address).parse().unwrap());
    }
}
