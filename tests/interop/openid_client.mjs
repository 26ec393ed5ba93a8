// Signs in through openid-client, an app of each profile and each way to authenticate, with all that it does by itself.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { importJWK } from "jose";
import * as client from "openid-client";
import { Agent, fetch } from "undici";
import { callback, discover, folder, secret, wholeLife } from "./life.mjs";
import { Person } from "./person.mjs";

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

// Apps that show a certificate, with the addresses that discovery lists for them.
const showing = (name) => {
  const read = (kind) => readFileSync(`${folder}/${name}.${kind}`);
  const ca = readFileSync(`${folder}/authority.pem`);
  const dispatcher = new Agent({ connect: { cert: read("pem"), key: read("key"), ca } });
  return (config) => {
    config[client.customFetch] = (url, options) => fetch(url, { ...options, dispatcher });
  };
};
for (const [id, name, auth] of [
  ["shown", "shown.example", "tls_client_auth"],
  ["alone", "alone.example", "self_signed_tls_client_auth"],
]) {
  const metadata = { use_mtls_endpoint_aliases: true, id_token_signed_response_alg: "PS256" };
  const config = await discover(id, metadata, client.TlsClientAuth(), [showing(name)]);
  await wholeLife(`fapi2, ${auth}, tokens bound to the certificate`, config, { push: true, certificate: true });
}
