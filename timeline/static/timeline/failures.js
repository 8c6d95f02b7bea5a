// Says in place that something sent by htmx has failed: the network, or an answer that is not shown.

const LATELY = "data-failed";
// What the page asks for by itself. Nobody has done anything: it is asked for again, and nothing is said.
const BY_ITSELF = ".looking, .receipt";
const AGAIN = 30_000;

// What goes on with a list goes on at its end.
const placeOf = ({ elt, target }) => (elt?.rel === "next" ? elt.parentElement : target);

function forget(event) {
  placeOf(event.detail)?.querySelector(`[${LATELY}]`)?.remove();
}

function tell(event) {
  const { elt } = event.detail;
  if (elt?.matches(BY_ITSELF)) return setTimeout(() => elt.dispatchEvent(new CustomEvent("again")), AGAIN);
  const place = placeOf(event.detail);
  if (!place) return;
  const message = document.getElementById("failed").content.firstElementChild.cloneNode(true);
  message.setAttribute(LATELY, "");
  place.prepend(message);
}

// Being signed out is said at the same place.
document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.xhr.status === 401) event.detail.target = placeOf(event.detail.requestConfig);
});

document.addEventListener("htmx:beforeRequest", forget);
document.addEventListener("htmx:responseError", tell);
document.addEventListener("htmx:sendError", tell);
document.addEventListener("htmx:timeout", tell);
