//! A browser without JavaScript: cookies, forms, redirects one at a time.

use std::collections::BTreeMap;

use reqwest::header::{COOKIE, HeaderMap, LOCATION, SET_COOKIE};

/// What came back.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(LOCATION)
            .unwrap_or_else(|| panic!("no redirect: {} {}", self.status, self.body))
            .to_str()
            .unwrap()
    }

    pub(crate) fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.body))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
    }

    /// The value of a hidden field.
    pub(crate) fn field(&self, name: &str) -> String {
        let marker = format!("name=\"{name}\" value=\"");
        let start = self.body.find(&marker).unwrap_or_else(|| panic!("no field {name}: {}", self.body)) + marker.len();
        let end = start + self.body[start..].find('"').unwrap();
        self.body[start..end].replace("&#x2f;", "/").replace("&amp;", "&")
    }
}

/// One browser.
pub(crate) struct Browser {
    http: reqwest::Client,
    origin: String,
    pub(crate) cookies: BTreeMap<String, String>,
    /// Headers on every request, such as a forged address.
    pub(crate) headers: Vec<(&'static str, String)>,
}

impl Browser {
    pub(crate) fn new(origin: &str) -> Self {
        // Choosing the TLS stack twice is fine: the first choice stays.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self::with(reqwest::Client::builder(), origin)
    }

    /// A browser that trusts this one certificate, in PEM.
    pub(crate) fn trusting(origin: &str, certificate: &[u8]) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificate = reqwest::Certificate::from_pem(certificate).unwrap();
        Self::with(reqwest::Client::builder().tls_certs_only([certificate]), origin)
    }

    /// The same, which shows a certificate of its own: both parts in PEM.
    pub(crate) fn showing(origin: &str, certificate: &[u8], own: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let certificate = reqwest::Certificate::from_pem(certificate).unwrap();
        let own = reqwest::Identity::from_pem(own.as_bytes()).unwrap();
        Self::with(reqwest::Client::builder().tls_certs_only([certificate]).identity(own), origin)
    }

    fn with(http: reqwest::ClientBuilder, origin: &str) -> Self {
        let http = http.redirect(reqwest::redirect::Policy::none()).build().unwrap();
        Self { http, origin: origin.to_owned(), cookies: BTreeMap::new(), headers: Vec::new() }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        let request = self.http.get(self.absolute(path)).header("accept", "text/html");
        self.send(request).await
    }

    /// Sends a form as our own page would.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Answer {
        let request = self.http.post(self.absolute(path)).header("sec-fetch-site", "same-origin").form(fields);
        self.send(request.header("accept", "text/html")).await
    }

    /// Sends a form with these headers and no others.
    pub(crate) async fn post_with(&mut self, path: &str, headers: &[(&str, &str)], fields: &[(&str, &str)]) -> Answer {
        let mut request = self.http.post(self.absolute(path)).form(fields);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// Sends JSON with these headers.
    pub(crate) async fn post_json(&mut self, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut request =
            self.http.post(self.absolute(path)).header("accept", "application/json").body(body.to_owned());
        if !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// Sends a request with a token, and JSON where there is any.
    pub(crate) async fn call(
        &mut self,
        method: reqwest::Method,
        path: &str,
        token: &str,
        body: Option<&serde_json::Value>,
    ) -> Answer {
        let request = self.http.request(method, self.absolute(path)).bearer_auth(token);
        self.send(match body {
            Some(body) => request.json(body),
            None => request,
        })
        .await
    }

    pub(crate) async fn get_with(&mut self, path: &str, headers: &[(&str, &str)]) -> Answer {
        let mut request = self.http.get(self.absolute(path));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request).await
    }

    /// Opens the sign-in form at `path` and sends it.
    pub(crate) async fn sign_in_at(&mut self, path: &str, username: &str, password: &str) -> Answer {
        let form = self.get(path).await;
        assert_eq!(form.status, 200, "{}", form.body);
        let csrf = form.field("csrf");
        self.post(path, &[("csrf", &csrf), ("username", username), ("password", password)]).await
    }

    fn absolute(&self, path: &str) -> String {
        if path.starts_with("http") { path.to_owned() } else { format!("{}{path}", self.origin) }
    }

    async fn send(&mut self, mut request: reqwest::RequestBuilder) -> Answer {
        let cookies: Vec<String> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        if !cookies.is_empty() {
            request = request.header(COOKIE, cookies.join("; "));
        }
        for (name, value) in &self.headers {
            request = request.header(*name, value);
        }
        let response = request.send().await.unwrap();
        for line in response.headers().get_all(SET_COOKIE) {
            let pair = line.to_str().unwrap().split(';').next().unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        Answer {
            status: response.status().as_u16(),
            headers: response.headers().clone(),
            body: response.text().await.unwrap(),
        }
    }
}
