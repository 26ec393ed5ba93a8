// What an app does with openid-client from the sign-in to the sign-out.
import assert from "node:assert/strict";
import * as client from "openid-client";
import { Person } from "./person.mjs";

export const [issuer, folder] = process.argv.slice(2);
export const callback = "https://app.example/callback";
export const secret = "a-secret-of-at-least-32-characters";
export const discover = (id, metadata, auth, execute = []) =>
  client.discovery(new URL(issuer), id, metadata, auth, { execute });

/** Signs `person` in to the app and returns its tokens, with a pushed request if `push`, bound to a key if `dpop`. */
export async function signIn(config, { person = new Person(), parameters = {}, push = false, dpop } = {}) {
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

/** Sign-in, UserInfo, refresh, introspection, revocation and sign-out of an app. */
export async function wholeLife(name, config, options = {}) {
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
    assert.equal(Boolean(worth.cnf?.["x5t#S256"]), Boolean(options.certificate));
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
