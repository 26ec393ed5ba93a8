//! What an app would be told about somebody, without a sign-in.

use serde_json::{Map, Value, json};

use crate::domain::Scope;
use crate::domain::ids::AccountId;
use crate::features::audit::{self, Chain, Event, Ink};
use crate::features::clients::Client;
use crate::features::oidc::claims::claims;
use crate::features::oidc::subjects::subject;
use crate::features::sessions::find_standing;
use crate::web::{AppState, Context, Error};

/// What an app would be told about somebody.
#[derive(Clone, Debug)]
pub struct Preview {
    /// Their name.
    pub name: String,
    /// Their address.
    pub email: String,
    /// Whether the app is for the people of their organisation.
    pub admitted: bool,
    /// Whether they may sign in at all.
    pub disabled: bool,
    /// The claims of the `UserInfo` endpoint.
    pub userinfo: Map<String, Value>,
    /// The claims of the ID token that do not depend on the sign-in.
    pub id_token: Map<String, Value>,
}

/// Makes the claims that `client` would get about an account, by the same code as a sign-in, and writes down who looked.
///
/// # Errors
///
/// When the database refuses.
pub async fn preview_claims(
    state: &AppState,
    context: &Context,
    client: &Client,
    (account, by): (AccountId, AccountId),
) -> Result<Option<Preview>, Error> {
    let Some(standing) = find_standing(state.db.reading(), account, []).await? else { return Ok(None) };
    let known_as = json!(subject(state, client, account));
    let nothing = std::collections::BTreeSet::new();
    let scope: Scope = client.metadata.scope.clone();
    let mut userinfo = claims((&standing, None), (&scope, &nothing), &state.config.branding.time_zone);
    userinfo.insert("sub".to_owned(), known_as.clone());
    let id_token = Map::from_iter([
        ("iss".to_owned(), json!(state.config.server.issuer())),
        ("sub".to_owned(), known_as),
        ("aud".to_owned(), json!(client.id)),
    ]);
    let mut event = Event::new(Chain::Organisation(standing.account.home_organisation_id), "app.preview", "done")
        .through(&client.id)
        .referred_to(context.reference)
        .with_personal("ip", context.client_ip.to_string());
    (event.actor, event.subject) = (Some(by), Some(account));
    let mut writer = state.db.writing().await?;
    audit::record(&mut writer, Ink::of(state, context.now), event).await?;
    writer.commit().await?;
    let facts = standing.facts();
    Ok(Some(Preview {
        name: standing.account.name.clone(),
        email: standing.account.email.to_string(),
        admitted: client.metadata.access.admits(standing.account.home_organisation_id),
        disabled: facts.disabled || facts.organisation_disabled || facts.membership_disabled,
        userinfo,
        id_token,
    }))
}
