//! The addresses of a registration.

use url::Url;

use super::RegistrationProblem;
use super::checks::{Checked, MOST, brings_tokens, refuse};
use crate::features::clients::{Client, Profile, check_redirect_uri};

/// The longest address, in bytes.
const LONGEST_ADDRESS: usize = 2000;

/// Checks what somebody registers who is no administrator: the ports that the server would call.
pub(in crate::features::oidc) fn check_self_registration(
    client: &Client,
    ports: &[u16],
) -> Result<(), RegistrationProblem> {
    let metadata = &client.metadata;
    let one = [
        ("backchannel_logout_uri", &metadata.backchannel_logout_uri),
        ("jwks_uri", &metadata.jwks_uri),
        ("sector_identifier_uri", &metadata.sector_identifier_uri),
    ];
    let one = one.into_iter().filter_map(|(member, address)| Some((member, address.as_ref()?)));
    let many = metadata.request_uris.iter().map(|address| ("request_uris", address));
    for (member, address) in one.chain(many) {
        let port = Url::parse(address).ok().and_then(|url| url.port_or_known_default());
        if !port.is_some_and(|port| ports.contains(&port)) {
            return refuse(member, format!("{address} cannot be registered: its port is not called"));
        }
    }
    let told = &metadata.told;
    let texts = told.contacts.iter().chain(&told.software_id).chain(&told.software_version);
    if told.contacts.len() > MOST || texts.clone().any(|text| text.len() > LONGEST_ADDRESS) {
        return refuse("client_metadata", "A text or list is too long");
    }
    Ok(())
}

/// Where browsers are sent to.
pub(super) fn addresses(client: &Client) -> Checked {
    let metadata = &client.metadata;
    for (member, addresses) in
        [("redirect_uris", &metadata.redirect_uris), ("post_logout_redirect_uris", &metadata.post_logout_redirect_uris)]
    {
        if addresses.len() > MOST {
            return refuse(member, format!("Register at most {MOST} addresses"));
        }
        for address in addresses {
            short(member, address)?;
            if let Err(problem) = check_redirect_uri(address) {
                return refuse(member, format!("{address} cannot be registered: {problem}"));
            }
        }
    }
    for (member, address) in [
        ("client_uri", &metadata.home_uri),
        ("logo_uri", &metadata.told.logo_uri),
        ("policy_uri", &metadata.told.policy_uri),
        ("tos_uri", &metadata.told.tos_uri),
        ("initiate_login_uri", &metadata.told.initiate_login_uri),
    ] {
        if let Some(address) = address {
            short(member, address)?;
            let url = Url::parse(address).ok().filter(|url| url.username().is_empty() && url.password().is_none());
            let is_https = url.as_ref().is_some_and(|url| url.scheme() == "https");
            // Only people follow the others (OpenID Connect Core, section 4, is about the last).
            let is_web = is_https || url.is_some_and(|url| url.scheme() == "http");
            if !is_web || (member == "initiate_login_uri" && !is_https) {
                return refuse(member, format!("{address} cannot be registered: use https"));
            }
        }
    }
    if let Some(address) = &metadata.frontchannel_logout_uri {
        short("frontchannel_logout_uri", address)?;
        called("frontchannel_logout_uri", address)?;
        // OpenID Connect Front-Channel Logout, section 2.
        let origin = |text: &str| Url::parse(text).map(|url| url.origin()).ok();
        if !metadata.redirect_uris.iter().any(|known| origin(known) == origin(address)) {
            let says = format!("{address} cannot be registered: it is on another host than the redirect URIs");
            return refuse("frontchannel_logout_uri", says);
        }
    }
    // A page on somebody's own machine is no place for tokens (OpenID Connect Dynamic Client Registration, section 2).
    if brings_tokens(client) && !metadata.told.native {
        let is_far = |address: &&String| address.starts_with("https://") && !address.starts_with("https://localhost");
        if let Some(near) = metadata.redirect_uris.iter().find(|address| !is_far(address)) {
            return refuse("redirect_uris", format!("{near} cannot be given tokens: use https, and not localhost"));
        }
    }
    let needs_address = client.may_use("authorization_code") || brings_tokens(client);
    if needs_address && metadata.redirect_uris.is_empty() {
        return refuse("redirect_uris", "An app that people sign in to needs a redirect URI");
    }
    Ok(())
}

/// Addresses that the server itself calls.
pub(super) fn called_addresses(client: &Client) -> Checked {
    let metadata = &client.metadata;
    for (member, address) in [
        ("backchannel_logout_uri", &metadata.backchannel_logout_uri),
        ("jwks_uri", &metadata.jwks_uri),
        ("sector_identifier_uri", &metadata.sector_identifier_uri),
    ] {
        if let Some(address) = address {
            short(member, address)?;
            called(member, address)?;
        }
    }
    if metadata.request_uris.len() > MOST {
        return refuse("request_uris", format!("Register at most {MOST} addresses"));
    }
    for address in &metadata.request_uris {
        short("request_uris", address)?;
        // A fragment tells versions of the same request apart (OpenID Connect Core, section 6.2).
        called("request_uris", address.split('#').next().unwrap_or_default())?;
    }
    if !metadata.request_uris.is_empty() && client.profile != Profile::Oidc {
        return refuse("request_uris", "Requests by address are for apps with the profile oidc");
    }
    Ok(())
}

fn short(member: &'static str, address: &str) -> Checked {
    if address.len() > LONGEST_ADDRESS {
        return refuse(member, format!("An address has at most {LONGEST_ADDRESS} characters"));
    }
    Ok(())
}

/// An address that is called: where a browser may be sent, and not into an app on a telephone.
fn called(member: &'static str, address: &str) -> Checked {
    let problem = check_redirect_uri(address).err().map(|problem| problem.to_string());
    let is_web = Url::parse(address).is_ok_and(|url| matches!(url.scheme(), "https" | "http"));
    match problem.or_else(|| (!is_web).then(|| "use https".to_owned())) {
        Some(problem) => refuse(member, format!("{address} cannot be registered: {problem}")),
        None => Ok(()),
    }
}
