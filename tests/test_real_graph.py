"""A whole graph through everything: import, one tweet from each person, five supervised consumers, the audit.

In full with Facebook's graph where the file is there (README, "A real graph"), and always with a small one.
"""

import gzip
import os
import random
import re
import time
import warnings
from pathlib import Path

import pytest
from django.conf import settings

from tests.servers import Stack
from tests.threads import wait_until

PUBLISHED = "facebook_combined.txt.gz"
GRAPH = Path(os.environ.get("TRELLIS_GRAPH") or settings.BASE_DIR.parent / "shared" / "data" / PUBLISHED)

POST = """
from timeline.models import Tweet, User
for person in User.objects.filter(username__startswith='fb_'):
    Tweet.objects.create(author=person, text='Hello from ' + person.username)
"""
WAITING = "from timeline.models import Tweet; print('waiting:', Tweet.objects.waiting().count())"
ENTRIES = """
from django.db.models import F
from timeline.models import TimelineEntry
own = TimelineEntry.objects.filter(owner=F('tweet__author')).count()
print('own:', own, 'of friends:', TimelineEntry.objects.count() - own)
"""


def generated(path: Path, people: int, friendships: int) -> Path:
    """Write a graph in which a few have many friends and everybody has one, with comments and repetitions."""
    chance = random.Random(2012)
    edges = {(number, chance.randrange(number)) for number in range(1, people)}
    while len(edges) < friendships:
        one, other = chance.randrange(people), int(people * chance.random() ** 3)
        if one != other:
            edges.add((max(one, other), min(one, other)))
    lines = [f"{one}\t{other}" for one, other in sorted(edges)]
    repeated = [f"{other} {one}" for one, other in sorted(edges)[:50]]
    path.write_bytes(gzip.compress("\n".join(["# FromNodeId\tToNodeId", *lines, *repeated, ""]).encode()))
    return path


def travel(stack: Stack, graph: Path, people: int, friendships: int) -> dict[str, float]:
    """Take a graph from the file to true timelines. Returns the seconds that each part took."""
    seconds: dict[str, float] = {}

    def timed(what: str, *arguments: str) -> str:
        started = time.monotonic()
        printed = stack.manage(*arguments)
        seconds[what] = time.monotonic() - started
        return printed

    printed = timed("import", "import_friends", str(graph), "--username-prefix", "fb_")
    assert f"People: {people} new, 0 known.\nFriendships: {friendships} new, 0 known." in printed

    timed("post", "shell", "-v0", "-c", POST)
    started = time.monotonic()
    wait_until(lambda: "waiting: 0" in stack.manage("shell", "-v0", "-c", WAITING), "all are delivered", patience=60)
    seconds["rest of the delivery"] = time.monotonic() - started

    assert f"own: {people} of friends: {2 * friendships}" in stack.manage("shell", "-v0", "-c", ENTRIES)
    # It exits with 1, and fails the test, unless nothing is missing and nothing extra.
    printed = timed("audit", "audit_timelines")
    assert f"{people} tweets, {people + 2 * friendships} entries: 0 missing, 0 extra" in printed
    return seconds


def tweets_delivered_by_each_consumer(stack: Stack) -> list[int]:
    """Return how many tweets each consumer has delivered, as its log says."""
    logs = [(stack.directory / "log" / f"pub_tweet_sharding_{shard}.log").read_text() for shard in range(5)]
    return [sum(len(ids.split(",")) for ids in re.findall(r" delivered shard=\d tweets=([\d,]+)", log)) for log in logs]


def test_a_graph_becomes_true_timelines(stack: Stack, tmp_path: Path) -> None:
    travel(stack, generated(tmp_path / "graph", people=150, friendships=1200), people=150, friendships=1200)
    assert tweets_delivered_by_each_consumer(stack) == [30] * 5


@pytest.mark.timeout(400)
@pytest.mark.slow
def test_facebooks_graph_becomes_true_timelines(stack: Stack) -> None:
    if not GRAPH.is_file():
        reason = (
            f"{GRAPH} is not there: download {PUBLISHED} (README) and set TRELLIS_GRAPH to test with the real graph."
        )
        warnings.warn(reason, stacklevel=1)
        pytest.skip(reason)
    seconds = travel(stack, GRAPH, people=4039, friendships=88_234)
    print(", ".join(f"{what} {value:.1f} s" for what, value in seconds.items()))
    assert seconds["import"] < 20
    assert sum(tweets_delivered_by_each_consumer(stack)) == 4039
