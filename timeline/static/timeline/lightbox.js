// Photos at their full size in a dialog: arrows, swipes, Esc. Without this each link opens the large photo itself.

const dialog = document.getElementById("lightbox");
const image = dialog.querySelector("img");
// Pixels that a finger moves at least for a swipe.
const SWIPE = 40;
let links = [];
let shown = 0;

function open(link) {
  links = [...link.closest(".photos").querySelectorAll("a")];
  dialog.showModal();
  show(links.indexOf(link));
}

function show(index) {
  shown = index;
  const link = links[index];
  image.src = link.href;
  image.alt = link.querySelector("img").alt;
  dialog.querySelector(".caption").textContent = link.dataset.alt;
  dialog.querySelector(".place").textContent = links.length > 1 ? `${index + 1} / ${links.length}` : "";
  makeReadable(dialog.querySelector("figcaption"));
  dialog.querySelector(".before").hidden = index === 0;
  dialog.querySelector(".after").hidden = index === links.length - 1;
  // The next one is there when it is wanted.
  if (links[index + 1]) new Image().src = links[index + 1].href;
}

// What is too long to be shown whole is scrolled by keys, too, once they reach it.
function makeReadable(caption) {
  caption.tabIndex = caption.scrollHeight > caption.clientHeight ? 0 : -1;
}

function step(by) {
  const next = shown + by;
  if (next < 0 || next >= links.length) return;
  const focused = document.activeElement;
  show(next);
  // A button that has just gone cannot keep the focus.
  if (focused.hidden) dialog.querySelector(".close").focus();
}

document.addEventListener("click", (event) => {
  const link = event.target.closest(".photos a");
  // With one of these keys people want a new tab or window.
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  open(link);
});

dialog.addEventListener("click", (event) => {
  const button = event.target.closest("[data-step]");
  if (button && button.dataset.step !== "0") step(Number(button.dataset.step));
  else if (button || event.target !== image) dialog.close();
});

// Esc closes any dialog, and the focus goes back to the link.
dialog.addEventListener("keydown", (event) => {
  const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
  // The page behind has keys of its own.
  if (event.key !== "Escape") event.stopPropagation();
  if (by) step(by);
});

dialog.addEventListener("close", () => image.removeAttribute("src"));

let start = null;
dialog.addEventListener("pointerdown", (event) => {
  start = event.pointerType === "mouse" ? null : event.clientX;
});
dialog.addEventListener("pointerup", (event) => {
  if (start !== null && Math.abs(event.clientX - start) > SWIPE) step(event.clientX < start ? 1 : -1);
  start = null;
});
