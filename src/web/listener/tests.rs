use axum::routing::get;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::sync::oneshot;

use super::*;

fn settings() -> Settings {
    Settings {
        max_connections: 8,
        max_connections_per_ip: 2,
        trusted_proxies: Vec::new(),
        header_timeout: Duration::from_millis(150),
        idle_timeout: Duration::from_secs(30),
        shutdown_timeout: Duration::from_secs(5),
    }
}

struct Served {
    address: SocketAddr,
    stop: oneshot::Sender<()>,
    task: tokio::task::JoinHandle<()>,
}

async fn start(router: Router, settings: Settings) -> Served {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let (stop, stopped) = oneshot::channel::<()>();
    let task = tokio::spawn(serve(listener, router, settings, None, async move {
        let _ = stopped.await;
    }));
    Served { address, stop, task }
}

async fn exchange(address: SocketAddr, request: &[u8]) -> String {
    let mut stream = TcpStream::connect(address).await.unwrap();
    // The server may close before it has read everything.
    let _ = stream.write_all(request).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    String::from_utf8_lossy(&answer).into_owned()
}

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";

fn hello() -> Router {
    Router::new().route("/", get(|| async { "hello" }))
}

#[tokio::test]
async fn a_request_is_answered_and_knows_its_peer() {
    let router = Router::new()
        .route("/", get(|axum::Extension(Peer(peer)): axum::Extension<Peer>| async move { peer.ip().to_string() }));
    let served = start(router, settings()).await;
    assert!(exchange(served.address, GET).await.ends_with("127.0.0.1"));
}

#[tokio::test]
async fn a_client_that_never_finishes_its_headers_is_cut_off() {
    let served = start(hello(), settings()).await;
    let answer = timeout(Duration::from_secs(5), exchange(served.address, b"GET / HTTP/1.1\r\nhost:")).await;
    assert!(!answer.expect("the connection was kept open").contains("200 OK"));
}

/// Reads until the body of `hello` is complete.
async fn read_hello(stream: &mut TcpStream) {
    let mut answer = String::new();
    while !answer.ends_with("hello") {
        let mut part = [0; 512];
        let count = stream.read(&mut part).await.unwrap();
        assert!(count > 0, "the connection ended: {answer}");
        answer.push_str(std::str::from_utf8(&part[..count]).unwrap());
    }
}

const KEPT: &[u8] = b"GET / HTTP/1.1\r\nhost: x\r\n\r\n";

#[tokio::test]
async fn a_connection_may_be_idle_for_longer_than_headers_may_take() {
    let served = start(hello(), Settings { header_timeout: Duration::from_millis(50), ..settings() }).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    for _ in 0..3 {
        stream.write_all(KEPT).await.unwrap();
        read_hello(&mut stream).await;
        sleep(Duration::from_millis(150)).await;
    }
}

#[tokio::test]
async fn an_idle_connection_ends() {
    let served = start(hello(), Settings { idle_timeout: Duration::from_millis(100), ..settings() }).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(KEPT).await.unwrap();
    read_hello(&mut stream).await;
    let ended = timeout(Duration::from_secs(5), stream.read(&mut [0; 8])).await.expect("the connection was kept open");
    assert_eq!(ended.unwrap_or_default(), 0);
}

#[tokio::test]
async fn a_connection_on_which_nothing_is_asked_ends() {
    let served = start(hello(), settings()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    let ended = timeout(Duration::from_secs(5), stream.read(&mut [0; 8])).await.expect("the connection was kept open");
    assert_eq!(ended.unwrap_or_default(), 0);
}

#[tokio::test]
async fn a_second_request_that_trickles_in_is_cut_off() {
    let served = start(hello(), settings()).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(KEPT).await.unwrap();
    read_hello(&mut stream).await;
    let trickle = async {
        stream.write_all(b"GET / HTTP/1.1\r\nx: ").await.unwrap();
        while stream.write_all(b"y").await.is_ok() {
            sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(5), trickle).await.expect("whoever sends a byte now and then was kept");
}

#[tokio::test]
async fn an_answer_that_goes_on_keeps_its_connection() {
    let router = Router::new().route(
        "/",
        get(|| async {
            let parts = futures_util::stream::unfold(0, |number| async move {
                sleep(Duration::from_millis(60)).await;
                (number < 6).then(|| (Ok::<_, Infallible>(format!("part {number}")), number + 1))
            });
            axum::body::Body::from_stream(parts)
        }),
    );
    let served = start(router, Settings { idle_timeout: Duration::from_millis(100), ..settings() }).await;
    assert!(exchange(served.address, GET).await.contains("part 5"));
}

#[tokio::test]
async fn a_client_that_never_reads_its_answer_is_cut_off() {
    let router = Router::new().route("/", get(|| async { "x".repeat(64 << 20) }));
    let served = start(router, Settings { idle_timeout: Duration::from_millis(100), ..settings() }).await;
    let mut stream = TcpStream::connect(served.address).await.unwrap();
    stream.write_all(KEPT).await.unwrap();
    sleep(Duration::from_millis(600)).await;
    let mut read = 0;
    let mut part = vec![0; 1 << 16];
    while let Ok(count @ 1..) = stream.read(&mut part).await {
        read += count;
    }
    assert!(read < 64 << 20, "the whole answer was still there");
}

#[tokio::test]
async fn headers_beyond_the_limit_are_refused() {
    let served = start(hello(), settings()).await;
    let request = format!("GET / HTTP/1.1\r\nhost: x\r\nx: {}\r\n\r\n", "y".repeat(20_000));
    let answer = exchange(served.address, request.as_bytes()).await;
    assert!(answer.is_empty() || answer.starts_with("HTTP/1.1 431"), "{answer}");
}

#[tokio::test]
async fn one_address_has_only_so_many_connections() {
    let served = start(hello(), Settings { header_timeout: Duration::from_secs(30), ..settings() }).await;
    let first = TcpStream::connect(served.address).await.unwrap();
    let _second = TcpStream::connect(served.address).await.unwrap();
    assert_eq!(exchange(served.address, GET).await, "", "a third connection was served");
    drop(first);
    let again = async {
        while exchange(served.address, GET).await.is_empty() {
            tokio::task::yield_now().await;
        }
    };
    timeout(Duration::from_secs(5), again).await.expect("a place that was given back stayed taken");
}

#[tokio::test]
async fn a_proxy_may_have_more_connections() {
    let settings = Settings {
        header_timeout: Duration::from_secs(30),
        trusted_proxies: vec!["127.0.0.0/8".parse().unwrap()],
        ..settings()
    };
    let served = start(hello(), settings).await;
    let _first = TcpStream::connect(served.address).await.unwrap();
    let _second = TcpStream::connect(served.address).await.unwrap();
    assert!(exchange(served.address, GET).await.contains("hello"));
}

#[tokio::test]
async fn a_request_under_way_finishes_after_the_end_was_asked_for() {
    let (begun, has_begun) = oneshot::channel::<()>();
    let (finish, finished) = oneshot::channel::<()>();
    let once = Arc::new(Mutex::new(Some((begun, finished))));
    let router = Router::new().route(
        "/",
        get(move || async move {
            let (begun, finished) = once.lock().unwrap().take().unwrap();
            begun.send(()).unwrap();
            finished.await.unwrap();
            "done"
        }),
    );
    let served = start(router, settings()).await;
    let answer = tokio::spawn(exchange(served.address, GET));
    has_begun.await.unwrap();
    served.stop.send(()).unwrap();
    finish.send(()).unwrap();
    assert!(answer.await.unwrap().ends_with("done"));
    served.task.await.unwrap();
}
