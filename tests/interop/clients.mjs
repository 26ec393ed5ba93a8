// Signs in through openid-client and oauth4webapi, an app of each profile, with all that each library does by itself.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { importJWK } from "jose";
import * as oauth from "oauth4webapi";
import * as client from "openid-client";
import { Person } from "./person.mjs";

const [issuer, folder] = process.argv.slice(2);
const callback = "http://127.0.0.1/callback";
const secret = "a-secret-of-at-least-32-characters";
const insecure = { execute: [client.allowInsecureRequests] };
const discover = (id, metadata, auth, more = []) =>
  client.discovery(new URL(issuer), id, metadata, auth, { execute: [...insecure.execute, ...more] });

async function signIn(config, { person = new Person(), parameters = {}, push = false, dpop } = {}) {
  const verifier = client.randomPKCECodeVerifier();
  const asked = {
    redirect_uri: callback,
    scope: "openid profile email offline_access",
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
    state: client.randomState(),
    nonce: client.randomNonce(),
    ...parameters,
  };
  const url = push
    ? await client.buildAuthorizationUrlWithPAR(config, asked, { DPoP: dpop })
    : client.buildAuthorizationUrl(config, asked);
  const back = await person.go(url.href, callback);
  const checks = { pkceCodeVerifier: verifier, expectedState: asked.state, expectedNonce: asked.nonce, idTokenExpected: true };
  const tokens = await client.authorizationCodeGrant(config, back, checks, undefined, { DPoP: dpop });
  return { tokens, person };
}

async function wholeLife(name, config, options = {}) {
  const { tokens, person } = await signIn(config, options);
  const { sub } = tokens.claims();
  const dpop = { DPoP: options.dpop };
  const told = await client.fetchUserInfo(config, tokens.access_token, sub, dpop);
  assert.equal(told.email, "anna@kantoor.nl");
  const renewed = await client.refreshTokenGrant(config, tokens.refresh_token, undefined, dpop);
  assert.equal(renewed.claims().sub, sub);
  if (!options.isPublic) {
    const worth = await client.tokenIntrospection(config, renewed.access_token);
    assert.equal(worth.active, true);
    await client.tokenRevocation(config, renewed.access_token);
    assert.equal((await client.tokenIntrospection(config, renewed.access_token)).active, false);
  }
  const end = client.buildEndSessionUrl(config, {
    id_token_hint: renewed.id_token,
    post_logout_redirect_uri: callback,
    state: "bye",
  });
  assert.equal((await person.go(end.href, callback)).searchParams.get("state"), "bye");
  console.log(`openid-client: ${name}`);
}

await wholeLife("oauth21, client_secret_basic", await discover("modern", { client_secret: secret }, client.ClientSecretBasic(secret)));
await wholeLife("oauth21, public", await discover("public", { token_endpoint_auth_method: "none" }, client.None()), { isPublic: true });
{
  const config = await discover("public", {}, client.None());
  const dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  await wholeLife("oauth21, public, DPoP", config, { isPublic: true, dpop });
}
await wholeLife("oidc, client_secret_jwt", await discover("signer", { client_secret: secret }, client.ClientSecretJwt(secret)));
await wholeLife("oidc, client_secret_post, signed UserInfo", await discover("classic", { client_secret: secret, userinfo_signed_response_alg: "RS256" }, client.ClientSecretPost(secret)));

// The classic hybrid flow.
{
  const config = await discover("classic", { client_secret: secret }, client.ClientSecretPost(secret), [
    client.useCodeIdTokenResponseType,
  ]);
  const nonce = client.randomNonce();
  const state = client.randomState();
  const url = client.buildAuthorizationUrl(config, { redirect_uri: callback, scope: "openid", nonce, state });
  const back = await new Person().go(url.href, callback);
  const tokens = await client.authorizationCodeGrant(config, back, { expectedNonce: nonce, expectedState: state });
  assert.ok(tokens.claims().sub);
  console.log("openid-client: oidc, code id_token");
}

// FAPI 2.0 with signed requests and signed answers.
{
  const jwk = JSON.parse(readFileSync(`${folder}/private.json`, "utf8"));
  const key = { key: await importJWK(jwk, "PS256"), kid: jwk.kid };
  const usual = { id_token_signed_response_alg: "PS256" };
  const config = await discover("bank", usual, client.PrivateKeyJwt(key));
  const dpop = client.getDPoPHandle(config, await client.randomDPoPKeyPair("ES256"));
  await wholeLife("fapi2, private_key_jwt, PAR, DPoP", config, { push: true, dpop });

  const signing = await discover(
    "bank",
    { ...usual, authorization_signed_response_alg: "PS256" },
    client.PrivateKeyJwt(key),
    [client.useJwtResponseMode],
  );
  const verifier = client.randomPKCECodeVerifier();
  const state = client.randomState();
  const object = await client.buildAuthorizationUrlWithJAR(
    signing,
    {
      redirect_uri: callback,
      scope: "openid",
      state,
      code_challenge: await client.calculatePKCECodeChallenge(verifier),
      code_challenge_method: "S256",
    },
    key,
  );
  const pushed = await client.buildAuthorizationUrlWithPAR(signing, object.searchParams, {});
  const back = await new Person().go(pushed.href, callback);
  assert.deepEqual([...back.searchParams.keys()], ["response"]);
  const handle = client.getDPoPHandle(signing, await client.randomDPoPKeyPair("ES256"));
  const checks = { pkceCodeVerifier: verifier, expectedState: state };
  const tokens = await client.authorizationCodeGrant(signing, back, checks, undefined, { DPoP: handle });
  assert.equal(tokens.token_type, "dpop");
  console.log("openid-client: fapi2, signed request, signed answer");
}

// The library below, by itself.
{
  const allow = { [oauth.allowInsecureRequests]: true };
  const server = await oauth
    .discoveryRequest(new URL(issuer), allow)
    .then((response) => oauth.processDiscoveryResponse(new URL(issuer), response));
  const app = { client_id: "modern" };
  const verifier = oauth.generateRandomCodeVerifier();
  const url = new URL(server.authorization_endpoint);
  for (const [name, value] of Object.entries({
    client_id: "modern",
    redirect_uri: callback,
    response_type: "code",
    scope: "openid",
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: "S256",
  }))
    url.searchParams.set(name, value);
  const back = await new Person().go(url.href, callback);
  const answer = oauth.validateAuthResponse(server, app, back);
  const auth = oauth.ClientSecretBasic(secret);
  const response = await oauth.authorizationCodeGrantRequest(server, app, auth, answer, callback, verifier, allow);
  const tokens = await oauth.processAuthorizationCodeResponse(server, app, response, { requireIdToken: true });
  await oauth.validateApplicationLevelSignature(server, response, allow);
  const told = await oauth.userInfoRequest(server, app, tokens.access_token, allow);
  const { sub } = oauth.getValidatedIdTokenClaims(tokens);
  assert.equal((await oauth.processUserInfoResponse(server, app, sub, told)).sub, sub);
  console.log("oauth4webapi: oauth21, code");
}
