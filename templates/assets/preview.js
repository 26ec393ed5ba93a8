// Shows who is affected while somebody fills in the rules; without it, a button does.
const form = document.querySelector("form[data-preview]");
let timer;
let asked = 0;

const preview = () => {
  const mine = ++asked;
  const request = new XMLHttpRequest();
  request.open("POST", form.dataset.preview);
  // The browser reads the page as a document that runs nothing.
  request.responseType = "document";
  request.addEventListener("load", () => {
    const page = request.response;
    if (mine !== asked || request.status !== 200 || !page?.getElementById("summary")) return;
    for (const id of ["summary", "affected", "save"]) {
      const here = document.getElementById(id);
      const there = page.getElementById(id);
      if (here.textContent !== there.textContent) here.replaceChildren(...there.childNodes);
    }
  });
  request.send(new URLSearchParams(new FormData(form)));
};

form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(preview, 300);
});
document.getElementById("preview").hidden = true;
