//! The admin API: what programs may do, and what they may not.

mod apply;
mod apps;
mod contract;
mod invitations;
mod keys;
mod limits;
mod nodes;
mod people;
mod scim;
mod tenants;

use std::collections::BTreeSet;
use std::sync::Mutex;

use countersign::domain::Timestamp;
use countersign::domain::ids::{ApiKeyId, OrganisationId};
use countersign::features::api_keys::{ApiKey, add_key};
use countersign::features::audit::{Recorded, export};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, Engine, Server};

/// Everything that a key for the whole instance may do.
const ALL: &str = "admin:accounts:read admin:accounts:write admin:api-keys:read admin:api-keys:write admin:apps:read \
    admin:apps:write admin:audit:read admin:keys:read admin:keys:write admin:memberships:read admin:memberships:write \
    admin:networks:read admin:networks:write admin:organisations:read admin:organisations:write admin:policies:read \
    admin:policies:write";
/// Everything that a key of one organisation may do.
const OF_ONE: &str = "admin:accounts:read admin:accounts:write admin:audit:read admin:memberships:read \
    admin:memberships:write admin:networks:read admin:networks:write admin:organisations:read admin:policies:read \
    admin:policies:write";

/// A server, its description, and a client that holds every answer against it.
struct Api {
    server: Server,
    http: reqwest::Client,
    document: Value,
    /// The operations that succeeded.
    done: Mutex<BTreeSet<String>>,
}

/// A request.
#[derive(Clone, Default)]
struct Ask<'a> {
    key: &'a str,
    body: Option<Value>,
    headers: Vec<(&'a str, String)>,
}

impl<'a> Ask<'a> {
    fn with(key: &'a str) -> Self {
        Self { key, ..Self::default() }
    }

    fn body(self, body: Value) -> Self {
        Self { body: Some(body), ..self }
    }

    fn header(mut self, name: &'a str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }

    /// Made to this version.
    fn matching(self, answer: &Answer) -> Self {
        let tag = answer.header("etag").to_owned();
        assert!(!tag.is_empty(), "no tag: {}", answer.body);
        self.header("if-match", &tag)
    }
}

impl Api {
    async fn start(engine: &Engine) -> Self {
        Self::of(Server::start(engine).await).await
    }

    async fn of(server: Server) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let document = http.get(format!("{}/api/v1/openapi.json", server.origin())).send().await.unwrap();
        let document = document.json().await.unwrap();
        Self { server, http, document, done: Mutex::default() }
    }

    /// A key that may do this, of one organisation or of the whole instance.
    async fn key(&self, scope: &str, organisation: Option<OrganisationId>) -> String {
        let state = &self.server.inner.state;
        let now = state.now();
        let key = ApiKey {
            id: ApiKeyId::new(now, state.random.as_ref()),
            name: "ERP".to_owned(),
            organisation,
            rights: scope.parse().unwrap(),
            created_by: "command line".to_owned(),
            created_at: now,
            expires_at: now.after(std::time::Duration::from_hours(24 * 90)),
            last_used_at: None,
            ended_at: None,
        };
        let mut writer = state.db.writing().await.unwrap();
        let secret = add_key(&mut writer, &key, state.random.as_ref()).await.unwrap();
        writer.commit().await.unwrap();
        secret.expose().clone()
    }

    async fn send(&self, method: Method, path: &str, ask: Ask<'_>) -> Answer {
        let mut request = self.http.request(method.clone(), format!("{}/api/v1{path}", self.server.origin()));
        if !ask.key.is_empty() {
            request = request.bearer_auth(ask.key);
        }
        for (name, value) in &ask.headers {
            request = request.header(*name, value);
        }
        if let Some(body) = &ask.body {
            request = request.json(body);
        }
        let response = request.send().await.unwrap();
        let answer = Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        };
        if let Some((template, operation)) = self.operation(&method, path) {
            contract::check(&self.document, &operation, &template, &answer);
            if answer.status < 300 {
                self.done.lock().unwrap().insert(operation["operationId"].as_str().unwrap().to_owned());
            }
        }
        answer
    }

    /// What the document says about a request.
    fn operation(&self, method: &Method, path: &str) -> Option<(String, Value)> {
        let path = path.split('?').next().unwrap();
        let parts: Vec<&str> = path.split('/').collect();
        let fits = |template: &str| {
            let known: Vec<&str> = template.split('/').collect();
            known.len() == parts.len()
                && known.iter().zip(&parts).all(|(known, part)| known == part || known.starts_with('{'))
        };
        let paths = self.document["paths"].as_object().unwrap();
        // What is written out wins over what stands for anything.
        let found = paths.get_key_value(path).or_else(|| paths.iter().find(|(template, _)| fits(template)));
        let (template, methods) = found?;
        let operation = methods.get(method.as_str().to_lowercase())?;
        Some((template.clone(), operation.clone()))
    }

    async fn get(&self, path: &str, key: &str) -> Answer {
        self.send(Method::GET, path, Ask::with(key)).await
    }

    async fn post(&self, path: &str, key: &str, body: Value) -> Answer {
        self.send(Method::POST, path, Ask::with(key).body(body)).await
    }

    /// Reads, and changes what was read.
    async fn patch(&self, path: &str, key: &str, body: Value) -> Answer {
        let seen = self.get(path, key).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.body);
        self.send(Method::PATCH, path, Ask::with(key).body(body).matching(&seen)).await
    }

    /// Reads, and deletes what was read.
    async fn delete(&self, path: &str, key: &str) -> Answer {
        let seen = self.get(path, key).await;
        assert_eq!(seen.status, 200, "{path}: {}", seen.body);
        self.send(Method::DELETE, path, Ask::with(key).matching(&seen)).await
    }

    /// Every event since the beginning.
    async fn events(&self) -> Vec<Recorded> {
        export(self.server.inner.state.db.reading(), None, 10_000).await.unwrap()
    }

    fn now(&self) -> Timestamp {
        self.server.inner.state.now()
    }
}

#[track_caller]
fn made(answer: &Answer) -> Value {
    assert_eq!(answer.status, 201, "{}", answer.body);
    answer.json()
}

#[track_caller]
fn done(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{}", answer.body);
    answer.json()
}

/// Refused with this status and code; gives the field that is wrong.
#[track_caller]
fn refused(answer: &Answer, status: u16, code: &str) -> String {
    assert_eq!((answer.status, answer.json()["code"].as_str()), (status, Some(code)), "{}", answer.body);
    assert_eq!(answer.header("content-type"), "application/problem+json");
    answer.json()["field"].as_str().unwrap_or_default().to_owned()
}

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("no {name}: {value}"))
}

fn an_app() -> Value {
    json!({ "name": "Declaraties", "metadata": { "redirect_uris": ["https://declaraties.example/cb"] } })
}
