// The home timeline while it is looked at: asks for what is new, keeps the address where one is, and times fresh.

const EVERY = 15_000;
const MINUTE = 60_000;
// The longest age that is told relatively, and the units from large to small, in seconds.
const WEEK = 7 * 86_400;
const UNITS = [["day", 86_400], ["hour", 3600], ["minute", 60]];

// --- What is new -------------------------------------------------------------------------------------------

let signedOut = false;

function look() {
  const looking = document.querySelector(".looking");
  if (looking && !document.hidden && !signedOut) looking.dispatchEvent(new CustomEvent("look"));
}

setInterval(look, EVERY);
document.addEventListener("visibilitychange", () => {
  // Perhaps they have signed in again meanwhile.
  if (!document.hidden) signedOut = false;
  look();
});

document.addEventListener("htmx:afterRequest", (event) => {
  // Said once; asking again would only say it again.
  if (event.detail.xhr.status === 401) signedOut = true;
});

// --- Coming back to the same place -------------------------------------------------------------------------

// The address tells the server how far down one is; the browser itself then restores the place on the page.
document.addEventListener("htmx:afterSwap", (event) => {
  const source = event.detail.requestConfig?.elt;
  if (event.detail.target.id !== "feed" || source?.rel !== "next") return;
  const last = event.detail.target.lastElementChild;
  if (last) history.replaceState(history.state, "", `/?through=${last.id.replace("tweet-", "")}`);
});

// Two answers on their way at once may bring the same tweets. If the button that asked is gone, posting has brought all.
document.addEventListener("htmx:beforeSwap", (event) => {
  const asked = event.detail.requestConfig.elt;
  if (asked.matches(".newer") && !asked.isConnected) event.detail.shouldSwap = false;
});
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.id !== "feed") return;
  const seen = new Set();
  for (const article of [...event.detail.target.children]) {
    if (seen.has(article.id)) article.remove();
    seen.add(article.id);
  }
});

// Whoever has asked for what is new goes on from there.
document.addEventListener("htmx:afterSettle", (event) => {
  const asked = event.detail.requestConfig?.elt;
  if (asked?.matches(".newer")) document.getElementById("feed").firstElementChild?.focus({ preventScroll: true });
});

// The page that said "nothing here yet" has something now.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target.querySelector?.(".tweet")) document.getElementById("empty")?.remove();
});

// --- For who listens ---------------------------------------------------------------------------------------

const feed = document.getElementById("feed");

// A feed without articles would be a mistake, so an empty page has none. How many there are is known at the end only.
function number() {
  const articles = feed?.querySelectorAll(":scope > article") ?? [];
  if (!articles.length) return;
  feed.setAttribute("role", "feed");
  feed.setAttribute("aria-labelledby", "home");
  const total = document.querySelector("#pages a[rel=next]") ? -1 : articles.length;
  articles.forEach((article, index) => {
    article.setAttribute("aria-posinset", index + 1);
    article.setAttribute("aria-setsize", total);
  });
}

document.addEventListener("htmx:beforeRequest", (event) => {
  if (event.detail.target === feed) feed.setAttribute("aria-busy", "true");
});
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.target === feed) feed.removeAttribute("aria-busy");
});
document.addEventListener("htmx:afterSettle", number);
number();

// --- Times -------------------------------------------------------------------------------------------------

function ago(seconds, words) {
  const [unit, length] = UNITS.find(([, long]) => seconds >= long);
  return words.format(-Math.floor(seconds / length), unit);
}

function refreshTimes() {
  const words = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "always" });
  for (const time of document.querySelectorAll("time[datetime]")) {
    const age = (Date.now() - new Date(time.dateTime)) / 1000;
    // Younger or older ones are as the server wrote them.
    if (age >= 60 && age < WEEK) time.textContent = ago(age, words);
  }
}

// The server writes the exact time in UTC; here the clock on the wall is known.
function localTimes() {
  const written = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long", timeStyle: "short" });
  for (const time of document.querySelectorAll("time[datetime]")) time.title = written.format(new Date(time.dateTime));
}

setInterval(refreshTimes, MINUTE);
document.addEventListener("htmx:afterSettle", localTimes);
localTimes();
