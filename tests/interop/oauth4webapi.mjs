// Signs in through oauth4webapi, which leaves every step and every check to the app.
import assert from "node:assert/strict";
import * as oauth from "oauth4webapi";
import { callback, issuer, secret } from "./life.mjs";
import { Person } from "./person.mjs";

const server = await oauth
  .discoveryRequest(new URL(issuer))
  .then((response) => oauth.processDiscoveryResponse(new URL(issuer), response));
const app = { client_id: "modern" };
const auth = oauth.ClientSecretBasic(secret);
const person = new Person();
const verifier = oauth.generateRandomCodeVerifier();
const url = new URL(server.authorization_endpoint);
for (const [name, value] of Object.entries({
  client_id: "modern",
  redirect_uri: callback,
  response_type: "code",
  scope: "openid email offline_access",
  code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
  code_challenge_method: "S256",
}))
  url.searchParams.set(name, value);
const back = await person.go(url.href, callback);
const answer = oauth.validateAuthResponse(server, app, back);
const response = await oauth.authorizationCodeGrantRequest(server, app, auth, answer, callback, verifier);
const tokens = await oauth.processAuthorizationCodeResponse(server, app, response, { requireIdToken: true });
await oauth.validateApplicationLevelSignature(server, response);
const { sub } = oauth.getValidatedIdTokenClaims(tokens);

const told = await oauth.userInfoRequest(server, app, tokens.access_token);
assert.equal((await oauth.processUserInfoResponse(server, app, sub, told)).email, "anna@kantoor.nl");

const refreshed = await oauth.refreshTokenGrantRequest(server, app, auth, tokens.refresh_token);
const renewed = await oauth.processRefreshTokenResponse(server, app, refreshed);
await oauth.validateApplicationLevelSignature(server, refreshed);
assert.equal(oauth.getValidatedIdTokenClaims(renewed).sub, sub);

const end = new URL(server.end_session_endpoint);
for (const [name, value] of Object.entries({
  id_token_hint: renewed.id_token,
  post_logout_redirect_uri: callback,
  state: "bye",
}))
  end.searchParams.set(name, value);
assert.equal((await person.go(end.href, callback)).searchParams.get("state"), "bye");
console.log("oauth4webapi: oauth21, code");
