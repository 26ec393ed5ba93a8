// Follows what happens; without this file the page shows it when it is opened anew.
const button = document.getElementById("follow");
const found = document.getElementById("found");
const line = document.getElementById("followed");
let source = null;
let waits = false;

const say = (word) => {
  const text = word ? line.dataset[word] : "";
  if (line.textContent !== text) line.textContent = text;
};

// Whoever reads in the list is not interrupted.
const reads = () => found.contains(document.activeElement) || found.querySelector("details[open]");

const load = () => {
  if (reads()) {
    waits = true;
    return say("paused");
  }
  waits = false;
  const request = new XMLHttpRequest();
  request.open("GET", location.href);
  // This prolongs no visit: nobody pressed anything.
  request.setRequestHeader("x-follows", "1");
  // The browser reads the page as a document that runs nothing.
  request.responseType = "document";
  request.addEventListener("load", () => {
    const there = request.response?.getElementById("found");
    if (request.status !== 200 || !there) return stop("over");
    if (!reads()) found.replaceChildren(...there.childNodes);
    say("on");
  });
  request.send();
};

const stop = (word) => {
  source?.close();
  source = null;
  button.setAttribute("aria-pressed", "false");
  say(word);
};

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    if (source) return stop();
    button.setAttribute("aria-pressed", "true");
    source = new EventSource(button.dataset.live);
    source.addEventListener("message", load);
    source.addEventListener("error", () => {
      // While it connects again by itself, it may have missed something.
      if (source?.readyState === EventSource.CLOSED) stop("over");
      else waits = true;
    });
    source.addEventListener("open", () => { if (waits) load(); });
    say("on");
  });
  found.addEventListener("focusout", () => setTimeout(() => { if (source && waits) load(); }));
  found.addEventListener("toggle", () => { if (source && waits) load(); }, true);
}
