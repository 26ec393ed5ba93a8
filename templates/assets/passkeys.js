// Passkeys and security keys: the browser's own dialog, and what comes of it. The words are on the page.
const api = window.PublicKeyCredential;
const possible = Boolean(api?.parseRequestOptionsFromJSON && api.parseCreationOptionsFromJSON && navigator.credentials);
// A new dialog is refused while one waits in the list of a field.
let waiting = null;

const send = async (url, body) => {
  const headers = { "content-type": "application/json", accept: "application/json" };
  const answer = await fetch(url, { method: "POST", headers, body: JSON.stringify(body) });
  const isJson = answer.headers.get("content-type")?.startsWith("application/json");
  return { ok: answer.ok, ...(isJson ? await answer.json() : { problem: "stopped" }) };
};

// Password managers then hide what no longer works here; browsers without this lose nothing.
const tell = (known) => {
  const { rpId, userId, name, displayName, allAcceptedCredentialIds } = known;
  const told = [
    api?.signalAllAcceptedCredentials?.({ rpId, userId, allAcceptedCredentialIds }),
    api?.signalCurrentUserDetails?.({ rpId, userId, name, displayName }),
  ];
  const enough = new Promise((resolve) => setTimeout(resolve, 500));
  return Promise.race([Promise.allSettled(told), enough]);
};

const reason = (error) => {
  if (error.name === "InvalidStateError") return "exists";
  if (error.name === "NotSupportedError") return "unsupported";
  return error.name === "ConstraintError" ? "unverified" : "stopped";
};

// Goes through one ceremony, and gives the word for what went wrong, if anything did.
const run = async (section, mediation) => {
  const { passkey, begin, finish, csrf, place, next } = section.dataset;
  const name = document.querySelector("[data-passkey-name]")?.value ?? "";
  const body = { csrf, place, next, name };
  const begun = await send(begin, body);
  if (begun.to && !mediation) location.assign(begun.to);
  if (!begun.ok) return begun.problem ?? "";
  // Whoever pressed the button meanwhile has a dialog; the list of the field must not close it.
  if (mediation && section.querySelector("button").ariaDisabled) return "";
  waiting?.abort();
  const { signal } = waiting = new AbortController();
  const credential = passkey === "create"
    ? await navigator.credentials.create({ publicKey: api.parseCreationOptionsFromJSON(begun.options), signal })
    : await navigator.credentials.get({ publicKey: api.parseRequestOptionsFromJSON(begun.options), signal, mediation });
  section.dispatchEvent(new Event("answered"));
  const done = await send(finish, { ...body, ceremony: begun.ceremony, credential: credential.toJSON() });
  if (done.problem === "unknown") {
    await api.signalUnknownCredential?.({ rpId: done.rpId, credentialId: credential.id }).catch(() => {});
  }
  if (done.known) await tell(done.known);
  if (!done.to) return done.problem;
  if (done.ok) section.querySelector("[role=status]").textContent = section.dataset.done;
  location.assign(done.to);
  return "";
};

for (const section of document.querySelectorAll("[data-passkey]")) {
  const button = section.querySelector("button");
  const status = section.querySelector("[role=status]");
  const say = (word) => { status.textContent = section.dataset[word] ?? ""; };
  button.hidden = false;
  button.addEventListener("click", async () => {
    if (button.ariaDisabled) return;
    if (!possible) return say("unsupported");
    button.ariaDisabled = "true";
    say("working");
    const problem = await run(section).catch(reason);
    if (problem) say(problem);
    button.ariaDisabled = null;
  });
  addEventListener("pageshow", ({ persisted }) => { if (persisted) say(""); });

  // Passkeys in the list of the name field. Silent, unless somebody chose one and it failed.
  const offer = async () => {
    let chosen = false;
    section.addEventListener("answered", () => { chosen = true; }, { once: true });
    const problem = await run(section, "conditional").catch(reason);
    if (chosen && problem) say(problem);
  };
  if (possible && "autofill" in section.dataset && await api.isConditionalMediationAvailable?.()) {
    offer();
    // A ceremony lasts five minutes; the page may be open longer.
    setInterval(() => { if (!button.ariaDisabled && !document.hidden) offer(); }, 240000);
  }
}

// The sign-in form says whether a passkey could be made here afterwards.
const field = document.querySelector("[data-passkeys-possible]");
if (field && possible && await api.isUserVerifyingPlatformAuthenticatorAvailable()) field.value = "yes";

for (const { dataset } of document.querySelectorAll("[data-passkeys-known]")) tell(JSON.parse(dataset.passkeysKnown));
