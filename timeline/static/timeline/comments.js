// Writing a comment: keeps it over a reload, counts, sends by Ctrl+Enter. The names of what is kept begin with "draft-",
// which is forgotten on the way out.

import { lengthOf, NEAR, sends } from "./writing.js";

const formOf = (element) => element.closest?.(".comment-form");
const fieldOf = (form) => form.querySelector("textarea");
const key = (form) => `draft-${form.dataset.writer}-${fieldOf(form).id}`;

function count(form) {
  const counter = form.querySelector(".counter");
  const most = Number(counter.dataset.most);
  const length = lengthOf(fieldOf(form).value);
  counter.textContent = length < most - NEAR ? "" : `${length} / ${most}`;
}

function keep(form) {
  if (fieldOf(form).value) localStorage.setItem(key(form), fieldOf(form).value);
  else localStorage.removeItem(key(form));
}

function restore(form) {
  const kept = localStorage.getItem(key(form));
  // What the server gives back is newer.
  if (!kept || fieldOf(form).value) return;
  fieldOf(form).value = kept;
  form.closest("details")?.setAttribute("open", "");
  count(form);
}

const restoreAll = () => document.querySelectorAll(".comment-form[hx-post]").forEach(restore);

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  count(form);
  // A whole page that is sent tells nobody whether it has arrived.
  if (form.hasAttribute("hx-post")) keep(form);
});

document.addEventListener("keydown", (event) => {
  const form = formOf(event.target);
  if (!form || !sends(event)) return;
  event.preventDefault();
  form.requestSubmit();
});

// Before the answer takes the place of the form.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = formOf(event.detail.requestConfig.elt);
  if (form && event.detail.xhr.status < 400) localStorage.removeItem(key(form));
});

document.addEventListener("htmx:afterSettle", restoreAll);
restoreAll();
