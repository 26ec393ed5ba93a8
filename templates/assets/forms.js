// Small comforts; every form works without them.
for (const button of document.querySelectorAll("button[data-show]")) {
  const field = document.getElementById(button.dataset.show);
  const set = (shown) => {
    field.type = shown ? "text" : "password";
    button.textContent = shown ? button.dataset.on : button.dataset.off;
    button.setAttribute("aria-pressed", String(shown));
  };
  button.hidden = false;
  button.addEventListener("click", () => set(field.type === "password"));
  field.form.addEventListener("submit", () => set(false));
  const note = field.form.querySelector("[data-caps]");
  field.addEventListener("keyup", (event) => {
    const on = event.getModifierState && event.getModifierState("CapsLock") ? note.dataset.caps : "";
    if (note.textContent !== on) note.textContent = on;
  });
}
for (const form of document.querySelectorAll("form[data-busy]")) {
  form.addEventListener("submit", () => {
    form.querySelector("button.primary").textContent = form.dataset.busy;
  });
}
document.getElementById("problem")?.focus();
