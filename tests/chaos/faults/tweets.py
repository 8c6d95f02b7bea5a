"""Tweets that cannot be delivered, or that kill whoever tries."""

from collections.abc import Iterator
from contextlib import contextmanager

from tests.chaos import points, poison
from tests.chaos.fault import Caused, Fault
from tests.chaos.world import World, patiently
from tests.threads import wait_until
from timeline.models import Tweet

AT_ONCE = 5
# Seconds until a tweet is given up: seven pauses, and a sweeper's round for each.
GIVING_UP = 100.0


def poisoned(world: World) -> Caused:
    """Every attempt fails, until the cause is removed."""
    patiently(lambda: poison.refuse(poison.CURABLE))
    try:
        texts = {world.post(prefix=poison.CURABLE) for _ in range(AT_ONCE)}
        failing = Tweet.objects.filter(text__in=texts).exclude(failure="")
        wait_until(lambda: patiently(failing.count) == stored(texts), "each has failed at least once")
    finally:
        patiently(lambda: poison.allow(poison.CURABLE))
    return Caused(stored(texts))


def stored(texts: set[str]) -> int:
    return patiently(Tweet.objects.filter(text__in=texts).count)


def incurable(world: World) -> Caused:
    """Every attempt fails, for ever; what becomes of them is seen at the end of the drill."""
    return Caused(stored({world.post(prefix=poison.INCURABLE) for _ in range(AT_ONCE)}))


def deadly(world: World) -> Caused:
    """Every attempt kills its consumer, until the cause is removed. Caused as often as a consumer died."""
    with deadliness():
        for _ in range(AT_ONCE):
            world.post(prefix=points.DEADLY)
        wait_until(lambda: deaths() >= AT_ONCE, f"{AT_ONCE} consumers have died")
        return Caused(deaths())


def deadly_for_good(world: World) -> Caused:
    """Every attempt kills its consumer, until the tweets are given up."""
    with deadliness():
        texts = {world.post(prefix=points.DEADLY) for _ in range(AT_ONCE)}
        given_up = Tweet.objects.failed().filter(text__in=texts)
        wait_until(lambda: patiently(given_up.count) == stored(texts), "all are given up", GIVING_UP)
        return Caused(deaths())


@contextmanager
def deadliness() -> Iterator[None]:
    """While it lasts, deadly tweets kill who delivers them."""
    points.directory().mkdir(exist_ok=True)
    points.deadly_file().touch()
    try:
        yield
    finally:
        points.deadly_file().unlink()


def deaths() -> int:
    return len(points.deadly_file().read_text().splitlines())


def friendships_changed(world: World) -> Caused:
    """People befriend and unfriend each other while their tweets are on their way; here faster than all the time."""
    before = len(world.friends.changes)
    for _ in range(AT_ONCE):
        world.friends.change()
    return Caused(len(world.friends.changes) - before)


FAULTS = [
    Fault("friendships", "friendships made and ended meanwhile", friendships_changed),
    Fault("tweet-poisoned", "poison tweet: an error, cured", poisoned),
    Fault("tweet-incurable", "poison tweet: an error, for good", incurable, takes_long=True),
    Fault("tweet-deadly", "poison tweet: kills its consumer, cured", deadly),
    Fault("tweet-deadly-for-good", "poison tweet: kills its consumer, for good", deadly_for_good, takes_long=True),
]
