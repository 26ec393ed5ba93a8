// Everything works without this file; it saves clicks and says what is going on.
const status = document.getElementById("state");
const say = (text) => { if (status && status.textContent !== text) status.textContent = text; };

// A page that wants nothing filled in begins at its heading.
const heading = document.querySelector("h1");
if (heading && !document.querySelector("[autofocus]")) {
  heading.tabIndex = -1;
  heading.focus();
}

for (const button of document.querySelectorAll("[data-show]")) {
  const field = document.getElementById(button.dataset.show);
  const [show, hide] = button.children;
  const reveal = (shown) => {
    field.type = shown ? "text" : "password";
    show.hidden = shown;
    hide.hidden = !shown;
  };
  button.hidden = false;
  button.addEventListener("click", () => reveal(field.type === "password"));
  field.form.addEventListener("submit", () => reveal(false));
  field.addEventListener("keyup", (event) => {
    say(event.getModifierState?.("CapsLock") ? status.dataset.caps : "");
  });
}

for (const form of document.querySelectorAll("form[data-busy]")) {
  const button = form.querySelector(".primary") ?? form.querySelector("button:not([type])");
  const words = button.textContent;
  form.addEventListener("submit", (event) => {
    if (button.ariaDisabled) return event.preventDefault();
    button.ariaDisabled = "true";
    button.textContent = status.dataset.busy;
    say(status.dataset.busy);
  });
  // A page that comes back from the history is ready again.
  addEventListener("pageshow", () => {
    button.ariaDisabled = null;
    button.textContent = words;
    say("");
  });
}

// What was typed as a name survives a change of language.
const name = document.getElementById("username");
const kept = sessionStorage.getItem("name");
sessionStorage.removeItem("name");
if (name && kept && !name.value) name.value = kept;
document.querySelector("form[data-language]")?.addEventListener("submit", () => {
  if (name?.value) sessionStorage.setItem("name", name.value);
});

for (const button of document.querySelectorAll("[data-copy]")) {
  const source = document.getElementById(button.dataset.copy);
  if (!navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const lines = source.children.length ? [...source.children].map((line) => line.textContent) : [source.textContent];
    await navigator.clipboard.writeText(lines.join("\n"));
    say(button.dataset.done);
  });
}

for (const button of document.querySelectorAll("[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}
for (const part of document.querySelectorAll("[data-needs-script]")) part.hidden = false;
