// The photos of a new post: each is sent as soon as it is chosen, dropped or pasted, and waits in the page as a draft.
// The page works without this: then the photos are sent with the post.

const KEPT = "trellis-photos";

const boxOf = (element) => element?.closest?.("form")?.querySelector(".draft-photos") ?? null;
const listOf = (box) => box.querySelector(".drafts");
const images = (files) => [...(files ?? [])].filter((file) => file.type.startsWith("image/"));

// --- Sending -----------------------------------------------------------------------------------------------

// One after the other, so that they keep the order in which they were chosen.
const queues = new WeakMap();

const queueOf = (box) => queues.get(box) ?? { sent: 0, all: 0, last: Promise.resolve() };

function add(box, files) {
  const queue = queueOf(box);
  const room = Number(box.dataset.most) - listOf(box).children.length - (queue.all - queue.sent);
  const taken = files.slice(0, Math.max(0, room));
  clearProblems(box);
  if (taken.length < files.length) complain(box, box.dataset.tooMany);
  const last = taken.reduce((sent, file) => sent.then(() => send(box, file)), queue.last);
  queues.set(box, { sent: queue.sent, all: queue.all + taken.length, last });
  showProgress(box);
}

async function send(box, file) {
  try {
    if (file.size > Number(box.dataset.mostBytes)) complain(box, `${file.name}: ${box.dataset.tooLarge}`);
    else show(box, await upload(box, file));
  } catch (error) {
    complain(box, `${file.name}: ${error instanceof Refused ? error.message : box.dataset.failed}`);
  } finally {
    const queue = queueOf(box);
    queue.sent += 1;
    if (queue.sent === queue.all) queues.delete(box);
    showProgress(box);
  }
}

// Too many photos in a minute, or signed out meanwhile: the answer says so in words.
class Refused extends Error {}

async function upload(box, file) {
  const form = new FormData();
  form.append("added", file);
  const response = await post(box, box.dataset.upload, form);
  const text = await response.text();
  if ([401, 429].includes(response.status)) throw new Refused(fragment(text).textContent.trim());
  if (!response.ok || response.redirected) throw new Error(String(response.status));
  return text;
}

function fragment(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content;
}

// As htmx sends it, so that the answer is a part of a page.
function post(box, address, body) {
  const token = box.closest("form").querySelector("[name=csrfmiddlewaretoken]").value;
  return fetch(address, { method: "POST", body, headers: { "X-CSRFToken": token, "HX-Request": "true" } });
}

// --- Showing -----------------------------------------------------------------------------------------------

function show(box, html) {
  const answer = fragment(html);
  for (const problem of answer.querySelectorAll(".errorlist li")) complain(box, problem.textContent);
  listOf(box).append(...answer.querySelectorAll(".draft"));
  enliven(box);
  changed(box);
}

// Scripts remove a photo at once; the box that leaves it out when posting is for pages without them.
function enliven(box) {
  for (const draft of listOf(box).children) {
    draft.querySelector(".leave-out")?.remove();
    draft.querySelector("[data-discard]").hidden = false;
  }
}

function complain(box, text) {
  const line = document.createElement("p");
  line.className = "errorlist";
  line.dir = "auto";
  line.textContent = text;
  box.querySelector(".problems").append(line);
}

function clearProblems(box) {
  box.querySelector(".problems").replaceChildren();
}

function showProgress(box) {
  const { sent, all } = queueOf(box);
  const isBusy = sent < all;
  const status = box.querySelector(".uploading");
  status.textContent = isBusy ? status.dataset.text : "";
  const progress = box.querySelector("progress");
  progress.hidden = !isBusy;
  progress.max = Math.max(1, all);
  progress.value = sent;
  box.toggleAttribute("data-busy", isBusy);
  for (const button of sendersOf(box)) {
    if (isBusy) button.setAttribute("aria-disabled", "true");
    else button.removeAttribute("aria-disabled");
  }
}

const sendersOf = (box) => box.closest("form").querySelectorAll("button:not([type=button])");

// --- Removing ----------------------------------------------------------------------------------------------

function remove(button) {
  const box = boxOf(button);
  const draft = button.closest(".draft");
  const next = draft.nextElementSibling ?? draft.previousElementSibling;
  // Should this fail, the photo is cleared away as one that was never posted.
  post(box, button.dataset.discard, null).catch(() => {});
  draft.remove();
  clearProblems(box);
  changed(box);
  (next?.querySelector("[data-discard]") ?? box.querySelector("input[type=file]")).focus();
}

// --- Keeping them over a reload ----------------------------------------------------------------------------

function changed(box) {
  const kept = [...listOf(box).children].map((draft) => [draft.dataset.key, altOf(draft).value]);
  sessionStorage.setItem(KEPT, JSON.stringify(kept));
  box.dispatchEvent(new CustomEvent("photos-changed", { bubbles: true, detail: { count: kept.length } }));
}

const altOf = (draft) => draft.querySelector("[name^=alt-]");

async function restore(box) {
  const kept = new Map(JSON.parse(sessionStorage.getItem(KEPT) ?? "[]"));
  if (!kept.size || listOf(box).children.length) return;
  const response = await fetch(`${box.dataset.upload}?${[...kept.keys()].map((key) => `photo=${key}`).join("&")}`);
  if (!response.ok || response.redirected) return;
  show(box, await response.text());
  for (const draft of listOf(box).children) altOf(draft).value = kept.get(draft.dataset.key) ?? altOf(draft).value;
  changed(box);
}

const begun = new WeakSet();

function begin(root) {
  for (const box of root.querySelectorAll(".draft-photos")) {
    if (begun.has(box)) continue;
    begun.add(box);
    enliven(box);
    restore(box);
  }
}

// --- What people do ----------------------------------------------------------------------------------------

// On the document, so that it also holds for what is put into the page later.
document.addEventListener("change", (event) => {
  if (!event.target.matches(".draft-photos input[type=file]")) return;
  add(boxOf(event.target), [...event.target.files]);
  // They are sent already, and need not be sent with the post.
  event.target.value = "";
});

document.addEventListener("input", (event) => {
  if (event.target.matches(".draft-photos [name^=alt-]")) changed(boxOf(event.target));
});

document.addEventListener("click", (event) => {
  const button = event.target.closest(".draft-photos [data-discard]");
  if (button) remove(button);
});

document.addEventListener("paste", (event) => {
  const box = boxOf(event.target);
  const files = images(event.clipboardData?.files);
  if (!box || !files.length) return;
  event.preventDefault();
  add(box, files);
});

document.addEventListener("dragover", (event) => {
  const box = event.dataTransfer?.types.includes("Files") ? boxOf(event.target) : null;
  for (const other of document.querySelectorAll(".draft-photos")) other.toggleAttribute("data-open", other === box);
  if (box) event.preventDefault();
});

document.addEventListener("drop", (event) => {
  const box = boxOf(event.target);
  box?.removeAttribute("data-open");
  if (!box || !event.dataTransfer?.files.length) return;
  event.preventDefault();
  add(box, [...event.dataTransfer.files]);
});

// First of all who listen: nothing is posted before its photos have arrived.
document.addEventListener(
  "submit",
  (event) => {
    if (!boxOf(event.target.querySelector(".draft-photos"))?.hasAttribute("data-busy")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  },
  true,
);

document.addEventListener("reset", (event) => {
  const box = event.target.querySelector(".draft-photos");
  if (!box) return;
  listOf(box).replaceChildren();
  clearProblems(box);
  changed(box);
});

document.addEventListener("htmx:load", (event) => begin(event.detail.elt.parentElement ?? document));
begin(document);
