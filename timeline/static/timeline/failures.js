// Says in place that something sent by htmx has failed: the network, or an answer that is not shown.

const LATELY = "data-failed";

function forget(event) {
  event.detail.target?.querySelector(`[${LATELY}]`)?.remove();
}

function tell(event) {
  const place = event.detail.target;
  if (!place) return;
  const message = document.getElementById("failed").content.firstElementChild.cloneNode(true);
  message.setAttribute(LATELY, "");
  place.prepend(message);
}

document.addEventListener("htmx:beforeRequest", forget);
document.addEventListener("htmx:responseError", tell);
document.addEventListener("htmx:sendError", tell);
document.addEventListener("htmx:timeout", tell);
