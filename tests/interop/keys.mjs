// Makes the key that the app `bank` signs with: the public half for the registration, both for the app.
import { writeFileSync } from "node:fs";
import { exportJWK, generateKeyPair } from "jose";

const folder = process.argv[2];
const { publicKey, privateKey } = await generateKeyPair("PS256", { extractable: true });
const described = { alg: "PS256", use: "sig", kid: "bank-1" };
writeFileSync(`${folder}/jwks.json`, JSON.stringify({ keys: [{ ...(await exportJWK(publicKey)), ...described }] }));
writeFileSync(`${folder}/private.json`, JSON.stringify({ ...(await exportJWK(privateKey)), ...described }));
