"""The world that the drill breaks: all of Trellis under its real supervisord, a database, and people who post."""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import combinations
from pathlib import Path
from typing import TypeVar

import psutil
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import DatabaseError, InterfaceError, connection

from deploy.supervision import states
from tests.chaos import poison
from tests.chaos.clients import Browser, Client, Friends, Journal
from tests.servers import PostgreSQL, Stack
from tests.threads import wait_until
from timeline import friendships
from timeline.broker import tube_stats
from timeline.models import User
from timeline.outage import is_outage

Value = TypeVar("Value")

PEOPLE, POSTERS = 12, 6
# Seconds between two posts of one person, and between two changes of a friendship.
POST_EVERY, CHANGE_EVERY = 0.7, 1.5
# Seconds that the drill itself waits for a server that is to come back.
PATIENCE = 60.0
PASSWORD = "only-for-the-drill-1"


class World:
    """Everything that a fault may touch.

    Args:
        stack: all of Trellis.
        cluster: its PostgreSQL, if it uses one.
        disk: where the broker's log lies, if that is a small disk of its own.
        seed: decides everything that is random.
    """

    def __init__(self, stack: Stack, cluster: PostgreSQL | None, disk: Path | None, seed: int) -> None:
        self.stack, self.cluster, self.disk = stack, cluster, disk
        self.chance = random.Random(seed)
        self.journal = Journal(seed)
        self.posters: list[Browser] = []
        self.friends = Friends({}, random.Random(seed))
        self.clients: list[Client] = []

    # --- People ---

    def populate(self) -> None:
        """Make people, some of them friends, and log the ones who post in."""
        password = make_password(PASSWORD)
        people = [User.objects.create(username=f"person{number}", password=password) for number in range(PEOPLE)]
        for one, other in combinations(people, 2):
            if self.chance.random() < 0.5:
                friendships.befriend(one.pk, other.pk)
        poison.install()
        self.posters = [self._logged_in(person.username) for person in people[:POSTERS]]
        windows = [Browser(self.stack.port, browser.cookies) for browser in self.posters]
        self.friends.browsers = {person.username: window for person, window in zip(people, windows, strict=False)}

    def _logged_in(self, username: str) -> Browser:
        browser = Browser(self.stack.port)
        browser.log_in(username, PASSWORD)
        return browser

    def open(self) -> None:
        """Let people post, and make and end friendships, until `close`."""
        for browser in self.posters:
            self.clients.append(Client(partial(self.post, browser), POST_EVERY))
        self.clients.append(Client(self.friends.change, CHANGE_EVERY))
        for client in self.clients:
            client.start()
            time.sleep(POST_EVERY / POSTERS)  # so that they do not all post at the same moment

    def post(self, browser: Browser | None = None, prefix: str = "") -> str:
        """Let somebody post something new. Returns its text."""
        return self.journal.post(browser or self.chance.choice(self.posters), prefix).text

    def close(self) -> None:
        """Let people rest."""
        for client in self.clients:
            client.stopping.set()
        for client in self.clients:
            client.finish()

    def check_people(self) -> None:
        """Raise what went wrong in a client's own code, at once and not at the end."""
        for client in self.clients:
            if client.error:
                raise client.error

    # --- Processes ---

    @property
    def shards(self) -> int:
        return settings.TIMELINE_SHARDS

    def pids(self) -> dict[str, int]:
        """Return the processes that run, by name; none while supervisord is away."""
        try:
            return {state["name"]: state["pid"] for state in states() if state["statename"] == "RUNNING"}
        except OSError:
            return {}

    def broker(self) -> int:
        return wait_until(lambda: self.pids().get("beanstalkd"), "beanstalkd runs", PATIENCE)

    def consumers(self) -> list[int]:
        found = self.pids()
        return [found[f"pub_tweet_sharding_{shard}"] for shard in range(self.shards)]

    def wait_until_running(self) -> None:
        """Wait until supervisord runs everything that it should."""
        wait_until(
            lambda: len(self.pids()) == self.shards + 3, f"{self.shards + 3} processes run: {self.pids()}", PATIENCE
        )

    def kill(self, pid: int, number: signal.Signals = signal.SIGKILL) -> None:
        """Send a signal; if it ends the process, wait until that is over."""
        os.kill(pid, number)
        if number in {signal.SIGKILL, signal.SIGTERM}:
            wait_until(lambda: not psutil.pid_exists(pid), f"process {pid} is gone", PATIENCE)

    @contextmanager
    def with_jobs_waiting(self) -> Iterator[None]:
        """Let the consumers stand still, until jobs lie in the tubes, and until the end of the block."""
        consumers = self.consumers()
        for pid in consumers:
            self.kill(pid, signal.SIGSTOP)
        try:
            wait_until(jobs_wait, "jobs wait in the tubes", PATIENCE)
            yield
        finally:
            for pid in consumers:
                self.kill(pid, signal.SIGCONT)

    def reshard(self, shards: int) -> None:
        """Start everything again with another N."""
        self.stack.stop()
        self.stack.env["TIMELINE_SHARDS"] = str(shards)
        settings.TIMELINE_SHARDS = shards
        self.stack.start()


def jobs_wait() -> bool:
    """Tell whether a tube has a job that is not done."""
    return any(tube["current-jobs-ready"] or tube["current-jobs-reserved"] for tube in tube_stats().values())


def patiently(ask: Callable[[], Value]) -> Value:
    """Ask the database, again and again while it is away: the drill, too, has to survive what it causes."""
    deadline = time.monotonic() + PATIENCE
    while True:
        try:
            return ask()
        except (DatabaseError, InterfaceError) as error:
            connection.close()
            if not is_outage(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.05)
