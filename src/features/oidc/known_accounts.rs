//! The accounts that somebody can choose from in a browser.

use crate::domain::ids::AccountId;
use crate::domain::secret::Fingerprint;
use crate::features::sessions::{Holder, accounts_of_browser};
use crate::web::{AppState, Context, Error};

/// The most accounts that are shown.
const MOST: usize = 8;

/// Whether there is anything to choose from.
pub(super) async fn are_there(state: &AppState, context: &Context, holder: Option<&Holder>) -> Result<bool, Error> {
    Ok(holder.is_some() || !of_browser(state, context).await?.is_empty())
}

/// The accounts that were used in this browser, unless several people use it.
pub(super) async fn of_browser(state: &AppState, context: &Context) -> Result<Vec<AccountId>, Error> {
    let Some(browser) = context.browser.as_ref().filter(|_| !context.is_shared) else { return Ok(Vec::new()) };
    let mut all = accounts_of_browser(state.db.reading(), &Fingerprint::of(browser)).await?;
    all.truncate(MOST);
    Ok(all)
}
