// Leaves nothing behind for who comes to this browser after somebody has logged out.

const LEFT = "trellis-left";
const shownAt = Date.now();

// What one has not sent stays nobody's behind one's back; what other people keep here stays theirs.
function forget(writer) {
  const mine = (name) => name === `draft-${writer}` || name.startsWith(`draft-${writer}-`);
  for (const name of Object.keys(localStorage).filter(mine)) localStorage.removeItem(name);
}

document.addEventListener("submit", (event) => {
  const writer = event.target.dataset.leaving;
  if (!writer) return;
  forget(writer);
  localStorage.setItem(LEFT, String(Date.now()));
});

// Browsers keep whole pages for the way back.
addEventListener("pageshow", (event) => {
  if (event.persisted && Number(localStorage.getItem(LEFT)) > shownAt) location.reload();
});
