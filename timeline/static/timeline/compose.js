// Writing a new post: counts, keeps what is filled in over a reload, sends by Ctrl+Enter.

import { hold, isHeld, lengthOf, NEAR, release, sends } from "./writing.js";

const form = () => document.getElementById("compose");
const field = () => form()?.querySelector("textarea[name=text]");
const part = (name) => form().querySelector(`[name=${name}]`);
// One browser may be several people's.
const key = () => `draft-${form().dataset.writer}`;

// --- Counting ----------------------------------------------------------------------------------------------

function count() {
  const counter = form().querySelector(".counter");
  const most = Number(counter.dataset.most);
  const length = lengthOf(field().value);
  counter.hidden = length < most - NEAR;
  counter.textContent = counter.hidden ? "" : `${length} / ${most}`;
  counter.classList.toggle("over", length > most);
}

// --- Keeping -----------------------------------------------------------------------------------------------

const boxes = () => [...form().querySelectorAll("[name=people]")];
// Friends to be ticked once their names are here: they come when somebody wants to choose.
let ticks = new Set();

function keep() {
  const people = boxes().length ? boxes().filter((box) => box.checked).map((box) => box.value) : [...ticks];
  // Not the text alone: what was for some must not come back as something for all.
  const draft = { text: field().value, audience: part("audience").value, names: part("names").value, people };
  if (draft.text) localStorage.setItem(key(), JSON.stringify(draft));
  else localStorage.removeItem(key());
}

function kept() {
  try {
    return JSON.parse(localStorage.getItem(key())) ?? {};
  } catch {
    return {}; // not ours
  }
}

function restore() {
  const draft = kept();
  // What the server gives back is newer.
  if (field().value || !draft.text) return;
  field().value = draft.text;
  part("audience").value = draft.audience;
  part("names").value = draft.names;
  ticks = new Set(draft.people);
  tick();
}

function tick() {
  if (!ticks.size || !boxes().length) return;
  for (const box of boxes()) box.checked ||= ticks.has(box.value);
  ticks.clear();
}

// --- What people do ----------------------------------------------------------------------------------------

document.addEventListener("input", (event) => {
  if (!form()?.contains(event.target)) return;
  keep();
  count();
});

document.addEventListener("keydown", (event) => {
  if (!form()?.contains(event.target)) return;
  if (sends(event)) {
    event.preventDefault();
    if (!isHeld(field())) form().requestSubmit();
  } else if (event.key === "Enter" && event.target.matches("input:not([type=checkbox], [type=file])")) {
    // Whoever describes a photo or names a friend has not finished the post.
    event.preventDefault();
  }
});

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.elt === form()) hold(field());
});

document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, xhr } = event.detail;
  if (elt.id !== "compose" || !field()) return;
  release(field());
  // htmx calls every answer successful that it shows, also a refusal; without a network the status is 0. Somebody may
  // have signed out in another tab, which forgets what was kept.
  if (xhr.status < 200 || xhr.status >= 300) return keep();
  // Another tab may have begun something else.
  if (kept().text === field().value) localStorage.removeItem(key());
  form().reset();
  ticks.clear();
  count();
  // The button that was pressed could not keep the focus. On a phone it would bring the keyboard back.
  if (document.activeElement === document.body && matchMedia("(hover: hover)").matches) field().focus();
});

document.addEventListener("htmx:afterSettle", () => {
  if (!form()) return;
  tick();
  count();
});

if (form()) {
  restore();
  count();
}
