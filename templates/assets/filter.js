// Shows the choices that are called like what is typed; without it, a button does.
const form = document.querySelector("form[data-filter]");
const field = form.querySelector("input");
const found = document.getElementById("found");
const choices = [...document.querySelectorAll(".choices .choice")];
const { none, one, other } = form.dataset;

const filter = () => {
  const words = field.value.toLowerCase().split(/\s+/);
  let count = 0;
  for (const choice of choices) {
    const name = choice.querySelector("strong").textContent.toLowerCase();
    choice.hidden = !words.every((word) => name.includes(word));
    count += choice.hidden ? 0 : 1;
  }
  const text = count > 1 ? other.replace(choices.length, count) : count ? one : none;
  if (found.textContent !== text) found.textContent = text;
};

field.addEventListener("input", filter);
// What is shown already needs no question.
form.addEventListener("submit", (event) => event.preventDefault());
form.querySelector("button").hidden = true;
