// A page that waits for something done elsewhere goes on by itself; without this file its button does the same.
const box = document.querySelector("[data-waiting]");
if (box) {
  const form = box.querySelector("form");
  const line = box.querySelector("[role=status]");
  const where = box.dataset.waiting;
  const say = (word) => { if (line.textContent !== line.dataset[word]) line.textContent = line.dataset[word]; };
  let over = false;

  const told = (stands) => {
    if (stands === "waiting" || over) return;
    over = true;
    if (stands === "over") return location.reload();
    say(stands);
    setTimeout(() => {
      if (stands === "confirmed") form.submit();
      else location.assign(box.dataset.stopped);
    }, stands === "confirmed" ? 1000 : 4000);
  };

  // Every three seconds, and every ten when it takes long.
  const ask = async (times) => {
    if (over) return;
    try {
      const answer = await fetch(where, { headers: { accept: "application/json" } });
      if (answer.ok) told((await answer.json()).stands);
    } catch {
      // The next time may be better.
    }
    setTimeout(ask, times < 40 ? 3000 : 10000, times + 1);
  };

  form.hidden = true;
  say("waits");
  const source = new EventSource(`${where}/events`);
  source.addEventListener("message", (event) => {
    told(event.data);
    if (over) source.close();
  });
  source.addEventListener("error", () => {
    // While it connects again by itself there is nothing to do.
    if (source.readyState === EventSource.CLOSED && !over) ask(0);
  });
}
