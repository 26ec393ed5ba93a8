//! The checks of an authorization request, in the order in which they are made.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::Way;
use super::request::{AuthorizationRequest, RequestedAcr, RequestedClaims};
use crate::config::DetailType;
use crate::domain::sign_in::Acr;
use crate::domain::{Scope, Timestamp};
use crate::features::clients::{Client, allowed_redirect};
use crate::features::oidc::claims::scope_of;
use crate::features::oidc::details::Details;
use crate::features::oidc::errors::{ErrorCode, OAuthError};
use crate::features::oidc::parameters::Parameters;
use crate::features::oidc::resources::resources;
use crate::features::oidc::response_modes::ResponseMode;
use crate::features::oidc::response_types::ResponseType;
use crate::keys::{Ring, verify};

/// The longest `state` and `nonce`, in bytes: they are given back whole or not at all.
const LONGEST_ECHO: usize = 4096;

/// Why there is a page and no answer to the app: nothing here may redirect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::features::oidc) struct PageOnly {
    pub(in crate::features::oidc) code: ErrorCode,
    pub(in crate::features::oidc) description: &'static str,
}

impl PageOnly {
    /// The address that was asked for is not registered.
    pub(super) const FOREIGN_ADDRESS: Self =
        Self { code: ErrorCode::InvalidRequest, description: "redirect_uri is not one of the registered addresses" };
}

/// What the checks look at.
pub(super) struct Asked<'a> {
    /// As they came.
    pub(super) sent: &'a Parameters,
    /// Those that count: what came, or what stood in a request object.
    pub(super) parameters: &'a Parameters,
    pub(super) client: &'a Client,
    pub(super) redirect_uri: &'a str,
    pub(super) ring: &'a Ring,
    pub(super) issuer: &'a str,
    pub(super) details: &'a [DetailType],
    pub(super) way: Way<'a>,
    pub(super) now: Timestamp,
}

/// A check: what it is called, and what it adds to the request or finds wrong.
struct Check {
    name: &'static str,
    run: fn(&Asked<'_>, &mut AuthorizationRequest) -> Result<(), OAuthError>,
}

/// The checks after client and redirect URI are known: all of them answer the app by redirect.
const CHECKS: &[Check] = &[
    Check { name: "no parameter twice", run: no_parameter_twice },
    Check { name: "the way it came", run: the_way_it_came },
    Check { name: "response_type", run: response_type },
    Check { name: "response_mode", run: response_mode },
    Check { name: "grant", run: grant },
    Check { name: "scope", run: scope },
    Check { name: "state and nonce", run: state_and_nonce },
    Check { name: "PKCE", run: pkce },
    Check { name: "prompt", run: prompt },
    Check { name: "max_age", run: max_age },
    Check { name: "id_token_hint", run: id_token_hint },
    Check { name: "acr_values", run: acr_values },
    Check { name: "claims", run: claims },
    Check { name: "resource", run: resource },
    Check { name: "authorization_details", run: authorization_details },
    Check { name: "dpop_jkt", run: dpop_jkt },
    Check { name: "hints", run: hints },
];

/// The client identifier, when it can be told at all.
pub(super) fn client_id(parameters: &Parameters) -> Result<&str, PageOnly> {
    if parameters.is_doubled("client_id") || parameters.is_doubled("redirect_uri") {
        return Err(PageOnly {
            code: ErrorCode::InvalidRequest,
            description: "client_id or redirect_uri was sent more than once",
        });
    }
    parameters.get("client_id").ok_or(PageOnly { code: ErrorCode::InvalidRequest, description: "client_id is missing" })
}

/// The redirect URI, when it is registered to the letter.
pub(super) fn redirect_uri<'a>(parameters: &'a Parameters, client: &Client) -> Result<&'a str, PageOnly> {
    let requested = parameters
        .get("redirect_uri")
        .ok_or(PageOnly { code: ErrorCode::InvalidRequest, description: "redirect_uri is missing" })?;
    if allowed_redirect(&client.metadata.redirect_uris, requested, !client.is_confidential()) {
        Ok(requested)
    } else {
        Err(PageOnly::FOREIGN_ADDRESS)
    }
}

/// Runs every check.
pub(super) fn run(asked: &Asked<'_>) -> Result<AuthorizationRequest, OAuthError> {
    let mut request = AuthorizationRequest::new(asked.client, asked.redirect_uri);
    for check in CHECKS {
        (check.run)(asked, &mut request).inspect_err(|error| {
            tracing::debug!(check = check.name, code = %error.code, "authorization request refused");
        })?;
    }
    Ok(request)
}

const fn invalid(description: &'static str) -> OAuthError {
    OAuthError::new(ErrorCode::InvalidRequest, description)
}

fn no_parameter_twice(asked: &Asked<'_>, _: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    asked.parameters.refuse_doubled()
}

fn the_way_it_came(asked: &Asked<'_>, _: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let present = |name| asked.sent.get(name).is_some();
    if present("registration") {
        return Err(OAuthError::new(ErrorCode::RegistrationNotSupported, "registration in requests is not supported"));
    }
    let is_ours = matches!(asked.way, Way::Trial);
    if asked.client.metadata.signs_requests && !is_ours && !present("request") && !present("request_uri") {
        return Err(invalid("this app must sign its requests"));
    }
    if asked.client.needs_pushing() && matches!(asked.way, Way::Browser) {
        return Err(invalid("this app must push its requests"));
    }
    Ok(())
}

fn response_type(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let text = asked.parameters.require("response_type", "response_type is missing")?;
    let Some(response_type) = ResponseType::parse(text) else {
        return Err(OAuthError::new(ErrorCode::UnsupportedResponseType, "this response_type does not exist"));
    };
    let name = response_type.to_string();
    if !asked.client.metadata.response_types.contains(&name) {
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this app did not register the response_type"));
    }
    // Through the browser nobody can prove to hold a key.
    if response_type.token && asked.client.needs_bound_tokens() {
        return Err(OAuthError::new(ErrorCode::UnauthorizedClient, "the tokens of this app are bound to a key"));
    }
    request.response_type = response_type;
    Ok(())
}

fn response_mode(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let Some(name) = asked.parameters.get("response_mode") else {
        request.response_mode = ResponseMode::default_for(request.response_type);
        return Ok(());
    };
    request.response_mode = ResponseMode::named(name, request.response_type)
        .ok_or(invalid("this response_mode does not exist, or cannot carry what the response_type brings"))?;
    Ok(())
}

/// The mode in which a request is refused that may have no sound one.
pub(super) fn mode_of_refusal(parameters: &Parameters) -> ResponseMode {
    let response_type = parameters.get("response_type").and_then(ResponseType::parse).unwrap_or(ResponseType::CODE);
    let named = parameters.get("response_mode").and_then(|name| ResponseMode::named(name, response_type));
    named.unwrap_or(ResponseMode::default_for(response_type))
}

fn grant(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    if !request.response_type.code || asked.client.may_use("authorization_code") {
        return Ok(());
    }
    Err(OAuthError::new(ErrorCode::UnauthorizedClient, "this app may not use the authorization code grant"))
}

fn scope(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let wanted = asked.parameters.get("scope").unwrap_or_default();
    let wanted: Scope =
        wanted.parse().map_err(|_| OAuthError::new(ErrorCode::InvalidScope, "the scope is malformed"))?;
    let allowed = wanted.and(&asked.client.metadata.scope);
    if allowed.is_empty() && !wanted.is_empty() {
        return Err(OAuthError::new(ErrorCode::InvalidScope, "this app may ask for none of these scopes"));
    }
    // `offline_access` without consent is ignored, not refused (OpenID Connect Core, section 11); the operator's own
    // apps have it by registration.
    let consented = asked.client.first_party
        || asked.parameters.get("prompt").is_some_and(|prompt| prompt.split(' ').any(|value| value == "consent"));
    let refreshing = consented && request.response_type.code && asked.client.may_use("refresh_token");
    request.scope = if refreshing { allowed } else { allowed.except("offline_access") };
    if request.response_type.id_token && !request.scope.contains("openid") {
        return Err(invalid("without the scope openid there is no ID token"));
    }
    Ok(())
}

fn state_and_nonce(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let echo = |name| match asked.parameters.get(name) {
        Some(value) if value.len() > LONGEST_ECHO => Err(invalid("state or nonce is too long")),
        other => Ok(other.map(str::to_owned)),
    };
    request.nonce = echo("nonce")?;
    request.state = echo("state")?;
    // Nothing else binds an ID token from this endpoint to the browser (OpenID Connect Core, section 3.2.2.1).
    if request.response_type.id_token && request.nonce.is_none() {
        return Err(invalid("this response_type needs a nonce"));
    }
    Ok(())
}

fn pkce(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    if !request.response_type.code {
        return Ok(());
    }
    let Some(challenge) = asked.parameters.get("code_challenge") else {
        if asked.parameters.get("code_challenge_method").is_some() {
            return Err(invalid("code_challenge is missing"));
        }
        return if asked.client.needs_pkce() { Err(invalid("this app must use PKCE")) } else { Ok(()) };
    };
    // Without a method the specification means `plain`, which protects nothing.
    if asked.parameters.get("code_challenge_method") != Some("S256") {
        return Err(invalid("code_challenge_method must be S256"));
    }
    let unreserved = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    if !(43..=128).contains(&challenge.len()) || !challenge.bytes().all(unreserved) {
        return Err(invalid("code_challenge is malformed"));
    }
    request.code_challenge = Some(challenge.to_owned());
    Ok(())
}

fn prompt(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let prompt = &mut request.prompt;
    let values = asked.parameters.get("prompt").unwrap_or_default();
    for value in values.split(' ').filter(|value| !value.is_empty()) {
        match value {
            "none" => prompt.none = true,
            "login" => prompt.login = true,
            "consent" => prompt.consent = true,
            "select_account" => prompt.select_account = true,
            _ => return Err(invalid("prompt holds an unknown value")),
        }
    }
    if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
        return Err(invalid("prompt=none excludes every other value"));
    }
    Ok(())
}

fn max_age(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    request.max_age = match asked.parameters.get("max_age") {
        Some(age) => Some(age.parse().map_err(|_| invalid("max_age must be a whole number of seconds"))?),
        None => asked.client.metadata.default_max_age,
    };
    Ok(())
}

fn id_token_hint(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let Some(hint) = asked.parameters.get("id_token_hint") else { return Ok(()) };
    // An expired one is fine: it only says whom the app expects.
    let claims =
        verify(hint, "JWT", asked.ring, asked.now).map_err(|_| invalid("id_token_hint was not issued here"))?;
    if claims.get("iss").and_then(|iss| iss.as_str()) != Some(asked.issuer) {
        return Err(invalid("id_token_hint was not issued here"));
    }
    request.expected_subject = claims.get("sub").and_then(|sub| sub.as_str()).map(str::to_owned);
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "a row of the table like the others")]
fn acr_values(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    // Values that are not ours are a wish like any other: they are not granted.
    request.acr.values = match asked.parameters.get("acr_values") {
        Some(values) => values.split(' ').filter_map(|value| value.parse().ok()).collect(),
        None => asked.client.metadata.told.default_acr_values.iter().filter_map(|value| value.parse().ok()).collect(),
    };
    Ok(())
}

fn claims(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let Some(claims) = asked.parameters.get("claims") else { return Ok(()) };
    let Ok(claims) = serde_json::from_str::<Map<String, Value>>(claims) else {
        return Err(invalid("claims is not a JSON object"));
    };
    let member = |name: &str| match claims.get(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::Object(wanted)) => Ok(Some(wanted)),
        Some(_) => Err(invalid("a member of claims is not a JSON object")),
    };
    let (userinfo, id_token) = (member("userinfo")?, member("id_token")?);
    // What is unknown, or not the app's to ask for, is passed over like any claim that cannot be given.
    let named = |wanted: Option<&Map<String, Value>>| -> BTreeSet<String> {
        let names = wanted.into_iter().flat_map(Map::keys);
        names
            .filter(|name| scope_of(name).is_some_and(|scope| asked.client.metadata.scope.contains(scope)))
            .cloned()
            .collect()
    };
    request.claims = RequestedClaims { userinfo: named(userinfo), id_token: named(id_token) };
    let subject = [userinfo, id_token].into_iter().flatten().find_map(|wanted| wanted.get("sub")?.get("value"));
    if let Some(subject) = subject {
        let subject = subject.as_str().ok_or(invalid("sub is a text"))?;
        if request.expected_subject.as_deref().is_some_and(|expected| expected != subject) {
            return Err(invalid("id_token_hint and claims name different people"));
        }
        request.expected_subject = Some(subject.to_owned());
    }
    id_token.and_then(|wanted| wanted.get("acr")).map_or(Ok(()), |acr| requested_acr(acr, request))
}

fn requested_acr(acr: &Value, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let one = acr.get("value").into_iter();
    let several = acr.get("values").and_then(Value::as_array).into_iter().flatten();
    let named: Vec<&str> = one.chain(several).filter_map(Value::as_str).collect();
    if named.is_empty() {
        return Ok(());
    }
    let values: Vec<Acr> = named.iter().filter_map(|value| value.parse().ok()).collect();
    let essential = acr.get("essential").and_then(Value::as_bool).unwrap_or_default();
    if essential && values.is_empty() {
        return Err(OAuthError::new(
            ErrorCode::UnmetAuthenticationRequirements,
            "none of the essential acr values can be reached here",
        ));
    }
    request.acr = RequestedAcr { values, essential };
    Ok(())
}

fn authorization_details(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    request.details = Details::read(asked.parameters, asked.client, asked.details)?;
    Ok(())
}

fn dpop_jkt(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let named = asked.parameters.get("dpop_jkt");
    let base64 = |byte: u8| byte.is_ascii_alphanumeric() || b"-_".contains(&byte);
    if named.is_some_and(|named| named.len() != 43 || !named.bytes().all(base64)) {
        return Err(invalid("dpop_jkt is no thumbprint"));
    }
    let proven = match asked.way {
        Way::Pushed(proven) => proven,
        Way::Browser | Way::Trial => None,
    };
    if let (Some(named), Some(proven)) = (named, proven)
        && named != proven.thumbprint
    {
        return Err(OAuthError::new(ErrorCode::InvalidDpopProof, "dpop_jkt names another key than the proof"));
    }
    request.dpop_jkt = named.or(proven.map(|proven| proven.thumbprint.as_str())).map(str::to_owned);
    Ok(())
}

fn resource(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    request.resources = resources(asked.parameters, &asked.client.metadata.audiences)?;
    Ok(())
}

#[expect(clippy::unnecessary_wraps, reason = "a row of the table like the others")]
fn hints(asked: &Asked<'_>, request: &mut AuthorizationRequest) -> Result<(), OAuthError> {
    let short = |name| asked.parameters.get(name).filter(|value| value.len() <= 254).map(str::to_owned);
    request.login_hint = short("login_hint");
    request.ui_locales = short("ui_locales");
    Ok(())
}

#[cfg(test)]
mod tests;
