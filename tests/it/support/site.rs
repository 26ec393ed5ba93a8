//! The web site of an app: documents that the server fetches.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use countersign::config::Config;
use tokio::net::TcpListener;

/// What a path answers.
#[derive(Clone)]
struct Document {
    status: u16,
    kind: String,
    body: String,
}

/// A web site on this machine.
#[derive(Clone)]
pub(crate) struct Site {
    address: SocketAddr,
    documents: Arc<Mutex<HashMap<String, Document>>>,
    fetched: Arc<Mutex<Vec<String>>>,
}

impl Site {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let site = Self { address: listener.local_addr().unwrap(), documents: Arc::default(), fetched: Arc::default() };
        let answer = |State(site): State<Self>, uri: Uri| async move { site.answer(uri.path()) };
        let router = Router::new().fallback(answer).with_state(site.clone());
        tokio::spawn(async move { axum::serve(listener, router).await });
        site
    }

    fn answer(&self, path: &str) -> Response {
        self.fetched.lock().unwrap().push(path.to_owned());
        match self.documents.lock().unwrap().get(path).cloned() {
            None => StatusCode::NOT_FOUND.into_response(),
            Some(document) => {
                let status = StatusCode::from_u16(document.status).unwrap();
                let headers = [(header::CONTENT_TYPE, document.kind), (header::LOCATION, "/elsewhere".to_owned())];
                (status, headers, document.body).into_response()
            }
        }
    }

    /// Publishes a document.
    pub(crate) fn publish(&self, path: &str, (status, kind): (u16, &str), body: &str) {
        let document = Document { status, kind: kind.to_owned(), body: body.to_string() };
        self.documents.lock().unwrap().insert(path.to_owned(), document);
    }

    /// Publishes a key set, or another list.
    pub(crate) fn publish_json(&self, path: &str, body: &serde_json::Value) {
        self.publish(path, (200, "application/json"), &body.to_string());
    }

    /// The full address of a path.
    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// The port that it listens on.
    pub(crate) fn port(&self) -> u16 {
        self.address.port()
    }

    /// How often a path was fetched.
    pub(crate) fn fetches(&self, path: &str) -> usize {
        self.fetched.lock().unwrap().iter().filter(|fetched| *fetched == path).count()
    }

    /// Lets the server call this machine.
    pub(crate) fn open_to(config: &mut Config) {
        config.outbound.allowed_networks = vec!["127.0.0.0/8".parse().unwrap(), "::1/128".parse().unwrap()];
    }
}
