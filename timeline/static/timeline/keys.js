// Keys for whoever likes them: j and k, n, l, / and ?. Never while somebody writes, nor with another key held.

const dialog = document.getElementById("keys");
const posts = () => [...document.querySelectorAll("article.tweet")];
const current = () => document.activeElement?.closest("article.tweet");

function go(step) {
  const all = posts();
  const place = all.indexOf(current());
  const next = place < 0 ? all[0] : all[place + step];
  next?.focus();
  next?.scrollIntoView({ block: "nearest" });
  // At the end of what is here, what is older comes once its link is in sight.
  if (!next && step > 0) document.getElementById("pages")?.scrollIntoView({ block: "nearest" });
}

function write() {
  const field = document.querySelector("#compose textarea");
  if (field) field.focus();
  else location.assign(dialog.dataset.write);
}

function search() {
  location.assign(dialog.dataset.search);
}

const ACTIONS = {
  j: () => go(1),
  k: () => go(-1),
  n: write,
  l: () => current()?.querySelector(".like")?.click(),
  "/": search,
  "?": () => dialog.showModal(),
};

const isWriting = (place) => place.closest("input, textarea, select, [contenteditable]");

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (!ACTIONS[event.key] || isWriting(event.target) || document.querySelector("dialog[open]")) return;
  event.preventDefault();
  ACTIONS[event.key]();
});
