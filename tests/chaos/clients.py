"""People in front of browsers: they log in over HTTP, post at a steady rate, and make and end friendships."""

import http.client
import random
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from http.cookies import SimpleCookie
from urllib.parse import urlencode

# Seconds after which a browser gives up; far more than any answer may take.
PATIENCE = 30.0
FOUND = 302


class NoAnswerError(Exception):
    """The connection was refused, or ended before the answer."""


@dataclass(frozen=True)
class Answer:
    """What the web said."""

    status: int
    location: str


class Browser:
    """Cookies and forms, as far as they are needed here.

    Args:
        port: where the web pages are.
        cookies: of another window of the same person, who is logged in already.
    """

    def __init__(self, port: int, cookies: Mapping[str, str] | None = None) -> None:
        self.port = port
        self.cookies = dict(cookies or {})

    def log_in(self, username: str, password: str) -> None:
        self.send("GET", "/login/")
        answer = self.post("/login/", username=username, password=password)
        assert (answer.status, answer.location) == (FOUND, "/"), f"{username} could not log in: {answer}"

    def post(self, path: str, **form: str) -> Answer:
        """Send a form.

        Raises:
            NoAnswerError
        """
        return self.send("POST", path, urlencode({**form, "csrfmiddlewaretoken": self.cookies["csrftoken"]}))

    def send(self, method: str, path: str, body: str = "") -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        headers = {
            "Content-Type": "application/x-www-form-urlencoded",
            "Cookie": "; ".join(f"{name}={value}" for name, value in self.cookies.items()),
        }
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException) as error:
            raise NoAnswerError(repr(error)) from error
        finally:
            connection.close()
        self._keep_cookies(response.headers.get_all("Set-Cookie", []))
        return Answer(response.status, response.headers.get("Location", ""))

    def _keep_cookies(self, lines: list[str]) -> None:
        for line in lines:
            self.cookies |= {name: morsel.value for name, morsel in SimpleCookie(line).items()}


class Outcome(Enum):
    """What became of a post, as far as its author knows."""

    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    UNANSWERED = "unanswered"


@dataclass(frozen=True)
class Post:
    """One attempt to post.

    Attributes:
        text: unlike any other.
        at: when it was sent, by the monotonic clock.
        seconds: until the answer or its absence.
    """

    text: str
    at: float
    seconds: float
    outcome: Outcome
    answer: str


def post(browser: Browser, text: str) -> Post:
    """Post a text, once."""
    at = time.monotonic()
    try:
        answer = browser.post("/tweets/", text=text)
    except NoAnswerError as error:
        return Post(text, at, time.monotonic() - at, Outcome.UNANSWERED, str(error))
    # Anything but the way home, such as the log-in page, says that the tweet was not stored.
    is_stored = (answer.status, answer.location) == (FOUND, "/")
    outcome = Outcome.ACKNOWLEDGED if is_stored else Outcome.REFUSED
    return Post(text, at, time.monotonic() - at, outcome, str(answer))


class Client(threading.Thread):
    """Somebody who does something again and again until told to stop.

    Args:
        act: what to do.
        every: seconds between two times.
    """

    def __init__(self, act: Callable[[], object], every: float) -> None:
        super().__init__(daemon=True)
        self.act, self.every = act, every
        self.error: BaseException | None = None
        self.stopping = threading.Event()

    def run(self) -> None:
        due = time.monotonic()
        try:
            while not self.stopping.wait(max(0.0, due - time.monotonic())):
                # Late is late: no burst afterwards, which nobody would make by hand.
                due = max(due + self.every, time.monotonic())
                self.act()
        except BaseException as error:  # noqa: BLE001  (it is raised again in `finish`)
            self.error = error

    def finish(self) -> None:
        """Stop, and raise what went wrong."""
        self.stopping.set()
        self.join(PATIENCE + 5)
        assert not self.is_alive(), "a client hangs"
        if self.error:
            raise self.error


class Journal:
    """All posts of all clients, and texts that are unlike any other."""

    def __init__(self, seed: int) -> None:
        self.seed = seed
        self.posts: list[Post] = []
        self.lock = threading.Lock()
        self.count = 0

    def text(self, prefix: str = "") -> str:
        with self.lock:
            self.count += 1
            return f"{prefix}tweet {self.seed}-{self.count}"

    def post(self, browser: Browser, prefix: str = "") -> Post:
        """Post something new and write down what came of it."""
        made = post(browser, self.text(prefix))
        with self.lock:
            self.posts.append(made)
        return made


class Friends:
    """Two people after the other: they become friends, or part if they are friends.

    Args:
        browsers: by user name.
        chance: decides who.
    """

    def __init__(self, browsers: dict[str, Browser], chance: random.Random) -> None:
        self.browsers, self.chance = browsers, chance
        self.changes: list[float] = []

    def change(self) -> None:
        """Change one friendship; in the middle of an outage it stays as it was."""
        one, other = self.chance.sample(sorted(self.browsers), 2)
        try:
            if self.chance.random() < 0.5:
                self._send(one, "unfriend", other)
            else:
                self._send(one, "ask", other)
                self._send(other, "accept", one)
        except NoAnswerError:
            return
        self.changes.append(time.monotonic())

    def _send(self, who: str, verb: str, whom: str) -> None:
        answer = self.browsers[who].post(f"/people/{whom}/{verb}/")
        if answer.status != FOUND:
            raise NoAnswerError(str(answer))
