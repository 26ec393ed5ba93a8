// Looks every few seconds whether the app that is waited for sent its first request.
const waiting = document.querySelector("[data-waiting]");

const look = async () => {
  try {
    const answer = await fetch(waiting.dataset.waiting, { headers: { accept: "application/json" } });
    if (!answer.ok || answer.redirected) return;
    if ((await answer.json()).used) return location.reload();
  } catch {
    // The next look may fare better.
  }
  setTimeout(look, 4000);
};
if (waiting) setTimeout(look, 4000);
