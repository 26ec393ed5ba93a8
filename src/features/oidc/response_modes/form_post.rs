//! `form_post`: a page of ours posts the parameters to the app.

use crate::features::oidc::views::{FormField, FormPostPage};

/// The page that posts the parameters.
pub(super) fn page(app: &str, redirect_uri: &str, pairs: Vec<(&'static str, String)>) -> FormPostPage {
    let fields = pairs.into_iter().map(|(name, value)| FormField { name, value }).collect();
    FormPostPage { app: app.to_owned(), action: redirect_uri.to_owned(), fields }
}
