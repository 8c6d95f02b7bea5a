// Writing a new post: counts, keeps the text over a reload, sends by Ctrl+Enter.

import { lengthOf, NEAR, sends } from "./writing.js";

const form = () => document.getElementById("compose");
const field = () => form()?.querySelector("textarea[name=text]");
// One browser may be several people's.
const key = () => `draft-${form()?.dataset.writer}`;

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

function keep() {
  if (field().value) localStorage.setItem(key(), field().value);
  else localStorage.removeItem(key());
}

function begin() {
  if (!field()) return;
  // What the server gives back is newer.
  field().value ||= localStorage.getItem(key()) ?? "";
  count();
}

// --- What people do ----------------------------------------------------------------------------------------

document.addEventListener("input", (event) => {
  if (event.target !== field()) return;
  keep();
  count();
});

document.addEventListener("keydown", (event) => {
  if (event.target !== field() || !sends(event)) return;
  event.preventDefault();
  form().requestSubmit();
});

document.addEventListener("htmx:afterRequest", (event) => {
  // htmx calls every answer successful that it shows, also a refusal; without a network the status is 0.
  const { elt, xhr } = event.detail;
  if (elt !== form() || xhr.status < 200 || xhr.status >= 300) return;
  form().reset();
  localStorage.removeItem(key());
  count();
});

// What one has not sent stays nobody's behind one's back.
document.addEventListener("submit", (event) => {
  if (!event.target.action.endsWith("/logout/")) return;
  for (const name of Object.keys(localStorage)) if (name.startsWith("draft-")) localStorage.removeItem(name);
});

document.addEventListener("htmx:afterSettle", begin);
begin();
