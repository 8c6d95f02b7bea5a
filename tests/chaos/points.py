"""Named points inside the code under test, at which a process kills itself when the drill has asked for it.

They exist only with `tests.chaos.settings`. The drill *arms* a point with a file under VAR_DIR; the process that gets
there first *claims* it by renaming the file, which only one can, notes the time in it, and dies of SIGKILL.
"""

import functools
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.db.backends.signals import connection_created

# Where a consumer can be killed, in the order in which it gets there.
RESERVED, INSERTING, BEFORE_COMMIT, BEFORE_DELETE = "reserved", "inserting", "before-commit", "before-delete"
# Where a web process can: the tweet is committed, and not yet pushed.
BEFORE_PUSH = "before-push"

# A tweet whose text begins like this kills whoever delivers it, as long as the drill says so.
DEADLY = "deadly "

CONSUME = "consume_tweets"
ENTRIES = "timeline_timelineentry"


@dataclass(frozen=True)
class Death:
    """A process that died at a named point: which one (`shard-3`, `web`), and when by the machine's clock."""

    who: str
    at: float


def directory() -> Path:
    return Path(settings.VAR_DIR) / "points"


# --- The drill's side --------------------------------------------------------------------------------------


def arm(point: str, victims: Iterable[str]) -> list[Path]:
    """Have each of these processes die the next time it gets to a point. Returns a file for each."""
    directory().mkdir(exist_ok=True)
    armed = [directory() / f"{point}.{who}.{number}" for number, who in enumerate(victims)]
    for path in armed:
        struck_file(path).unlink(missing_ok=True)
        path.touch()
    return armed


def disarm(armed: Iterable[Path]) -> None:
    """Let live who has not got there."""
    for path in armed:
        path.unlink(missing_ok=True)


def struck(armed: Iterable[Path]) -> list[Death]:
    """Return who has died of these."""
    notes = [(path.name.split(".")[1], struck_file(path)) for path in armed]
    return [Death(who, float(note.read_text())) for who, note in notes if note.exists() and note.read_text()]


def struck_file(armed: Path) -> Path:
    return armed.with_name(f"struck.{armed.name}")


def deadly_file() -> Path:
    """Return the file that makes deadly tweets deadly while it exists."""
    return directory() / "deadly"


# --- The side of the code under test -----------------------------------------------------------------------


class Points(AppConfig):
    """Puts the points where they belong, in consumers and web processes."""

    name = "tests.chaos.points"

    def ready(self) -> None:
        if sys.argv[1:2] == [CONSUME]:
            consumer_points(f"shard-{sys.argv[2]}")
        elif "gunicorn" in sys.argv[0]:
            web_points()


def consumer_points(who: str) -> None:
    from django.db.backends.base.base import BaseDatabaseWrapper

    from timeline import attempts, queue

    before(attempts, "begin", functools.partial(die_at, RESERVED, who))
    before(attempts, "deliver", die_of_deadly)
    connection_created.connect(functools.partial(watch_inserts, who), weak=False)
    before(BaseDatabaseWrapper, "commit", functools.partial(die_at, BEFORE_COMMIT, who))
    before(queue.Inbox, "delete", functools.partial(die_at, BEFORE_DELETE, who))


def watch_inserts(who: str, connection: Any, **kwargs: Any) -> None:
    """Put the point after each statement that inserts entries, however the product comes to run it."""

    def watched(execute: Callable[..., Any], sql: str, *args: Any) -> Any:
        result = execute(sql, *args)
        if sql.lstrip().startswith("INSERT INTO") and ENTRIES in sql.split("(", 1)[0]:
            die_at(INSERTING, who)
        return result

    connection.execute_wrappers[:] = [watched]


def web_points() -> None:
    from timeline import queue

    before(queue, "push", functools.partial(die_at, BEFORE_PUSH, "web"))


def before(owner: Any, name: str, action: Callable[..., None]) -> None:
    """Do something with the arguments of a function each time before it is called."""
    original = getattr(owner, name)

    @functools.wraps(original)
    def wrapped(*args: Any, **kwargs: Any) -> Any:
        action(*args, **kwargs)
        return original(*args, **kwargs)

    setattr(owner, name, wrapped)


def die_at(point: str, who: str, *args: Any, **kwargs: Any) -> None:
    """Die if a file is armed for this point and process, and can be claimed."""
    for path in directory().glob(f"{point}.{who}.*"):
        try:
            path.rename(struck_file(path))
        except FileNotFoundError:  # another process was faster
            continue
        struck_file(path).write_text(str(time.time()))
        die()


def die_of_deadly(tweet_ids: Iterable[int]) -> None:
    """Die if a deadly tweet is about to be delivered."""
    from timeline.models import Tweet

    if not deadly_file().exists() or not Tweet.objects.filter(pk__in=tweet_ids, text__startswith=DEADLY).exists():
        return
    try:
        with open(deadly_file(), "a", opener=lambda path, _: os.open(path, os.O_WRONLY | os.O_APPEND)) as deaths:
            deaths.write(f"{time.time()}\n")
    except FileNotFoundError:  # cured just now
        return
    die()


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
