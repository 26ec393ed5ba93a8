"""Signs in through Authlib: code with PKCE, ID token, UserInfo, refresh, introspection, revocation, sign-out."""

import re
import sys

import requests
from authlib.common.urls import add_params_to_uri
from authlib.integrations.requests_client import OAuth2Session
from authlib.jose import JsonWebKey, jwt
from authlib.oidc.core import CodeIDToken

ISSUER = sys.argv[1]
CALLBACK = "https://app.example/callback"
SECRET = "a-secret-of-at-least-32-characters"
METADATA = requests.get(f"{ISSUER}/.well-known/openid-configuration", timeout=5).json()
KEYS = JsonWebKey.import_key_set(requests.get(METADATA["jwks_uri"], timeout=5).json())


def go(person, url):
    """Follows redirects, fills in the sign-in form, and stops where the app gets the browser back."""
    person.headers.update({"accept": "text/html", "sec-fetch-site": "same-origin"})
    for _ in range(12):
        answer = person.get(url, allow_redirects=False, timeout=5)
        if "location" in answer.headers:
            url = requests.compat.urljoin(url, answer.headers["location"])
            if url.startswith(CALLBACK):
                return url
            continue
        refresh = re.search(r'http-equiv="refresh" content="0;url=([^"]+)"', answer.text)
        if refresh:
            url = requests.compat.urljoin(url, refresh[1].replace("&#x2f;", "/"))
            continue
        csrf = re.search(r'name="csrf" value="([^"]*)"', answer.text)[1]
        form = {"csrf": csrf, "username": "anna@kantoor.nl", "password": "vier rode fietsen"}
        sent = person.post(url, data=form, allow_redirects=False, timeout=5)
        url = requests.compat.urljoin(url, sent.headers["location"])
    raise SystemExit("too many steps")


def whole_life(client_id, method):
    session = OAuth2Session(
        client_id,
        SECRET,
        scope="openid profile email",
        redirect_uri=CALLBACK,
        token_endpoint_auth_method=method,
        revocation_endpoint_auth_method=method,
        code_challenge_method="S256",
    )
    if method == "client_secret_jwt":
        from authlib.oauth2.rfc7523 import ClientSecretJWT

        session.register_client_auth_method(ClientSecretJWT(METADATA["token_endpoint"]))
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    url, state = session.create_authorization_url(METADATA["authorization_endpoint"], code_verifier=verifier, nonce="n")
    person = requests.Session()
    back = go(person, url)
    tokens = session.fetch_token(
        METADATA["token_endpoint"], authorization_response=back, state=state, code_verifier=verifier
    )
    claims = jwt.decode(
        tokens["id_token"],
        KEYS,
        claims_cls=CodeIDToken,
        claims_options={"iss": {"value": ISSUER}, "aud": {"value": client_id}},
        claims_params={"nonce": "n", "client_id": client_id, "access_token": tokens["access_token"]},
    )
    claims.validate()
    told = session.get(METADATA["userinfo_endpoint"]).json()
    assert told["sub"] == claims["sub"] and told["email"] == "anna@kantoor.nl", told
    renewed = session.refresh_token(METADATA["token_endpoint"], refresh_token=tokens["refresh_token"])
    worth = session.introspect_token(METADATA["introspection_endpoint"], token=renewed["access_token"])
    assert worth.json()["active"] is True, worth.text
    session.revoke_token(METADATA["revocation_endpoint"], token=renewed["access_token"]).raise_for_status()
    assert session.get(METADATA["userinfo_endpoint"]).status_code == 401
    end = {"id_token_hint": renewed["id_token"], "post_logout_redirect_uri": CALLBACK, "state": "bye"}
    assert go(person, add_params_to_uri(METADATA["end_session_endpoint"], end.items())) == f"{CALLBACK}?state=bye"
    print(f"Authlib: {client_id}, {method}")


whole_life("modern", "client_secret_basic")
whole_life("signer", "client_secret_jwt")
