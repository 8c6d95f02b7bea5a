"""One database at a time, and Django in this process turned to it."""

import logging
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import django
from django.conf import settings
from django.db import connection, connections

from benchmarks.servers import ROOT, Servers


@dataclass(frozen=True)
class World:
    """A database with a circle of people in it, and the servers beside it.

    Attributes:
        name: of the database, unique in a run.
        url: DATABASE_URL.
        people: how many there are; their ids are 1, 2, 3 …
        friends: how many friends an author has on average.
        authors: the ids of those who may post.
    """

    servers: Servers
    name: str
    url: str
    people: int
    friends: float
    authors: range

    @property
    def database(self) -> str:
        return "SQLite" if self.url.startswith("sqlite") else "PostgreSQL"

    def enter(self, shards: int) -> None:
        """Turn Django in this process, and in those that it starts later, to this database and so many shards."""
        turn_to(self.url, shards)

    def start(self, *arguments: str, log: str, module: bool = False) -> subprocess.Popen[bytes]:
        """Start Python with some arguments on the database of the last `enter`; its output goes into a file."""
        with (self.servers.directory / f"{log}.log").open("ab") as output:
            words = [sys.executable, *(["-m"] if module else []), *arguments]
            return subprocess.Popen(words, cwd=ROOT, stdout=output, stderr=output)


def set_up(servers: Servers) -> None:
    """Set Django up in this process, for databases that come later."""
    os.environ.update(
        VAR_DIR=str(servers.directory / "var"),
        BEANSTALKD_ADDRESS=servers.beanstalkd.address,
        SECRET_KEY="benchmark",
        DATABASE_URL="sqlite://:memory:",
        DJANGO_SETTINGS_MODULE="benchmarks.settings",
        FEED_BROKER=f"redis+socket://{servers.redis.address}",
        LOG_LEVEL="INFO",
        LIMIT_POSTS="0",
    )
    django.setup()
    # What this process does is told by itself; consumers go on logging as they always do.
    logging.getLogger("timeline").setLevel(logging.ERROR)


def turn_to(url: str, shards: int) -> None:
    """Turn Django to a database; processes that are started from now on use it too."""
    from project.settings import database

    os.environ.update(DATABASE_URL=url, TIMELINE_SHARDS=str(shards))
    settings.TIMELINE_SHARDS = shards
    connections.close_all()
    del connections["default"]
    connections.settings = connections.configure_settings({"default": database()})


def execute(statement: str, *parameters: str | int) -> list[tuple]:
    """Run a statement and return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters or None)
        return cursor.fetchall() if cursor.description else []


def sqlite_url(path: Path) -> str:
    """Return the DATABASE_URL of a file."""
    return f"sqlite:///{path}"
