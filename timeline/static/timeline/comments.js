// Writing a comment: keeps it over a reload, counts, sends by Ctrl+Enter. The names of what is kept begin with "draft-"
// and the writer's number, and leaving.js forgets it.

import { hold, isHeld, lengthOf, NEAR, release, sends } from "./writing.js";

const formOf = (element) => element?.closest?.(".comment-form");
const fieldOf = (form) => form.querySelector("textarea");
const key = (form) => `draft-${form.dataset.writer}-${fieldOf(form).id}`;
// The comment that a page of its own has sent, and of which it does not know yet whether it has arrived.
const SENT = "trellis-comment";

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

function restoreIn(part) {
  const forms = part.querySelectorAll(".comment-form");
  if (location.hash.startsWith("#comment-") && sessionStorage.getItem(SENT)) {
    // It leads to the comment: it has arrived.
    localStorage.removeItem(sessionStorage.getItem(SENT));
  }
  sessionStorage.removeItem(SENT);
  forms.forEach(restore);
}

document.addEventListener("input", (event) => {
  const form = formOf(event.target);
  if (!form) return;
  count(form);
  keep(form);
});

document.addEventListener("keydown", (event) => {
  const form = formOf(event.target);
  if (!form || !sends(event)) return;
  event.preventDefault();
  if (!isHeld(fieldOf(form))) form.requestSubmit();
});

document.addEventListener("submit", (event) => {
  const form = formOf(event.target);
  if (form && !form.hasAttribute("hx-post")) sessionStorage.setItem(SENT, key(form));
});

document.addEventListener("htmx:beforeRequest", (event) => {
  const form = formOf(event.detail.elt);
  if (form === event.detail.elt) hold(fieldOf(form));
});

document.addEventListener("htmx:afterRequest", (event) => {
  const form = formOf(event.detail.elt);
  if (!form || form !== event.detail.elt) return;
  release(fieldOf(form));
  // Somebody may have signed out in another tab, which forgets what was kept.
  if (event.detail.xhr.status < 200 || event.detail.xhr.status >= 300) keep(form);
});

// Before the answer takes the place of the form.
document.addEventListener("htmx:beforeSwap", (event) => {
  const form = formOf(event.detail.requestConfig.elt);
  if (form === event.detail.requestConfig.elt && event.detail.xhr.status < 400) localStorage.removeItem(key(form));
});

// Only in what has come just now: elsewhere somebody may be reading, while another tab writes.
document.addEventListener("htmx:afterSettle", (event) => {
  restoreIn(event.detail.elt);
  // What had the focus is gone, such as a comment that was deleted.
  if (event.detail.elt.matches(".comments") && document.activeElement === document.body) event.detail.elt.focus();
});
restoreIn(document);
