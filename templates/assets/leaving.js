// Goes on once every frame is loaded; without this file the page goes on by itself after five seconds.
const leave = () => location.assign(document.getElementById("next").href);
if (document.readyState === "complete") leave();
else addEventListener("load", leave);
