// People sign in and apps refresh without a pause while `countersign key rotate` replaces every signing key.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { decodeProtectedHeader } from "jose";
import * as client from "openid-client";
import { discover, folder, secret, signIn } from "./life.mjs";

const program = process.argv[4];
const APPS = 6;
// Every app keeps the keys it fetched first, as apps do, and checks each token with them.
const apps = [];
for (let app = 0; app < APPS; app++) {
  const config = await discover("modern", { client_secret: secret }, client.ClientSecretBasic(secret));
  client.enableNonRepudiationChecks(config);
  // One after another: several right passwords at the same moment for one account look like guessing.
  const { person } = await signIn(config);
  apps.push({ config, person });
}

const rounds = new Map();
const count = (kid) => rounds.set(kid, (rounds.get(kid) ?? 0) + 1);

async function live({ config, person }) {
  // The rotation reaches the server within a second; by then nobody has gone round so often.
  for (let round = 0, after = 0; after < 5; round++) {
    assert.ok(round < 500, "no token was signed with the new key");
    const { tokens } = await signIn(config, { person });
    await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    const renewed = await client.refreshTokenGrant(config, tokens.refresh_token);
    const { kid } = decodeProtectedHeader(renewed.id_token);
    count(kid);
    if (kid !== rounds.keys().next().value) after++;
  }
}

async function rotate() {
  while ((rounds.values().next().value ?? 0) < APPS) await new Promise((resolve) => setTimeout(resolve, 50));
  await promisify(execFile)(program, ["key", "rotate"], { cwd: folder });
}

await Promise.all([rotate(), ...apps.map(live)]);
assert.equal(rounds.size, 2, `signed with ${[...rounds.keys()]}`);
console.log(`key rotate under load: ${[...rounds.values()].join(" rounds with the old key, ")} with the new, none failed`);
