//! Traces for a collector.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::routing::post;
use axum::{Json, Router};
use serde_json::Value;

use crate::command_line::{run, serve_with};

/// A collector, and what it was sent.
async fn collector() -> (String, Arc<Mutex<Vec<Value>>>) {
    let sent: Arc<Mutex<Vec<Value>>> = Arc::default();
    let kept = Arc::clone(&sent);
    let take = async move |Json(message): Json<Value>| kept.lock().unwrap().push(message);
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    let router = Router::new().route("/otel/v1/traces", post(take));
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, sent)
}

fn spans(sent: &Mutex<Vec<Value>>) -> Vec<Value> {
    let sent = sent.lock().unwrap();
    let all = sent
        .iter()
        .flat_map(|message| message["resourceSpans"][0]["scopeSpans"][0]["spans"].as_array().unwrap().clone());
    all.collect()
}

fn fact(span: &Value, name: &str) -> Option<String> {
    let all = span["attributes"].as_array().unwrap();
    let found = all.iter().find(|fact| fact["key"] == name)?;
    let value = &found["value"];
    Some(value["stringValue"].as_str().or(value["intValue"].as_str()).unwrap().to_owned())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_collector_is_told_what_a_request_took_and_of_nobody() {
    let (endpoint, sent) = collector().await;
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["migrate"]);
    let endpoint = format!("{endpoint}/otel/");
    let (_serving, address) = serve_with(folder.path(), &[("COUNTERSIGN__TELEMETRY__ENDPOINT", endpoint.as_str())]);
    let http = reqwest::Client::new();
    let form = [("username", "anna@kantoor.nl"), ("password", "a secret of anna")];
    for path in ["/sign-in?login_hint=anna@kantoor.nl", "/invite/a-secret-of-anna", "/nowhere/anna@kantoor.nl"] {
        http.get(format!("http://{address}{path}")).header("user-agent", "anna").send().await.unwrap();
        http.post(format!("http://{address}{path}")).form(&form).send().await.unwrap();
    }
    let method = reqwest::Method::from_bytes(b"ANNA").unwrap();
    http.request(method, format!("http://{address}/sign-in")).send().await.unwrap();
    let mut all = Vec::new();
    for _ in 0..100 {
        all = spans(&sent);
        if all.iter().filter(|span| span["name"] == "request").count() == 7 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let requests: Vec<&Value> = all.iter().filter(|span| span["name"] == "request").collect();
    assert_eq!(requests.len(), 7, "{all:?}");
    let invited = requests.iter().find(|span| fact(span, "http.route").as_deref() == Some("/invite/{secret}")).unwrap();
    assert_eq!(fact(invited, "http.response.status_code").as_deref(), Some("404"));
    assert_eq!((fact(invited, "http.request.method").as_deref(), &invited["kind"]), (Some("GET"), &Value::from(2)));
    let asked: Vec<&Value> = all.iter().filter(|span| span["parentSpanId"] == invited["spanId"]).collect();
    assert!(!asked.is_empty() && asked.iter().all(|span| span["traceId"] == invited["traceId"]), "{all:?}");
    assert_eq!(fact(asked[0], "db.operation.name").as_deref(), Some("SELECT"));
    let time = |span: &Value, name: &str| span[name].as_str().unwrap().parse::<u64>().unwrap();
    assert!(all.iter().all(|span| time(span, "startTimeUnixNano") <= time(span, "endTimeUnixNano")));
    // What the database does for nobody's request is no trace.
    let roots: Vec<&Value> = all.iter().filter(|span| span.get("parentSpanId").is_none()).collect();
    assert!(roots.iter().all(|span| span["name"] == "request"), "{roots:?}");
    let text = Value::from(all).to_string().to_lowercase();
    assert!(!text.contains("anna") && !text.contains("127.0.0.1"), "{text}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_its_collector_everything_works_on() {
    let folder = tempfile::tempdir().unwrap();
    run(folder.path(), &["migrate"]);
    // One that takes connections and never answers.
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let endpoint = format!("http://{}", silent.local_addr().unwrap());
    for endpoint in [endpoint.as_str(), "http://127.0.0.1:9"] {
        let (_serving, address) = serve_with(folder.path(), &[("COUNTERSIGN__TELEMETRY__ENDPOINT", endpoint)]);
        let http = reqwest::Client::new();
        // Far more spans than may wait.
        for _ in 0..20 {
            let many = (0..50).map(|_| http.get(format!("http://{address}/sign-in")).send());
            for answer in futures_util::future::join_all(many).await {
                assert_ne!(answer.unwrap().status(), 500);
            }
        }
        let answer = http.get(format!("http://{address}/readyz")).send().await.unwrap();
        assert_eq!(answer.status(), 200);
    }
}
