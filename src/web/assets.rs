//! Stylesheet and scripts, inside the program.

use std::fmt::Write as _;

use axum::extract::Path;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::RustEmbed;

use super::urls;

#[derive(RustEmbed)]
#[folder = "templates/assets"]
struct Assets;

/// The address of an asset. It changes with the content, so browsers may keep what they have for ever.
pub(super) fn address(name: &str) -> Option<String> {
    let hash = Assets::get(name)?.metadata.sha256_hash();
    let mut address = format!("{}/{name}?v=", urls::ASSETS);
    for byte in &hash[..6] {
        write!(address, "{byte:02x}").ok()?;
    }
    Some(address)
}

/// Serves one asset.
pub async fn asset(Path(name): Path<String>) -> Response {
    let Some(file) = Assets::get(&name) else { return StatusCode::NOT_FOUND.into_response() };
    let kind = file.metadata.mimetype().to_owned();
    let headers =
        [(header::CONTENT_TYPE, kind.as_str()), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    (headers, file.data).into_response()
}
