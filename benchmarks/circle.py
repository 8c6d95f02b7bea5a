"""Making circles of friends in bulk, and the tweets of a run."""

import gzip
import os
import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from django.core.management import call_command
from django.db import connection

from benchmarks.plain.models import FeedEntry
from benchmarks.servers import ROOT, Servers
from benchmarks.world import World, execute, sqlite_url, turn_to
from timeline import partitions
from timeline.models import Friendship, TimelineEntry, Tweet, User

PEOPLE, FRIENDSHIPS, TWEETS = (model._meta.db_table for model in (User, Friendship, Tweet))
ENTRIES, PLAIN = TimelineEntry._meta.db_table, FeedEntry._meta.db_table

# Those that no constraint needs: they are made faster at the end.
SECOND_INDEXES = """
    SELECT indexrelid::regclass::text, pg_get_indexdef(indexrelid) FROM pg_index
    WHERE indrelid = to_regclass(%s) AND NOT indisunique
"""

Item = TypeVar("Item")


def real_graph() -> Path | None:
    """Return the file of the real graph (SNAP's ego-Facebook), if it is here."""
    path = Path(os.environ.get("TRELLIS_GRAPH") or ROOT / "../shared/data/facebook_combined.txt.gz")
    return path if path.is_file() else None


def make_empty(servers: Servers) -> None:
    """Make the databases that all others are copies of: migrated, with the peers' table, and empty."""
    for url in (servers.postgresql.create("empty"), sqlite_url(servers.directory / "empty.sqlite3")):
        turn_to(url, shards=1)
        call_command("migrate", verbosity=0)
        with connection.schema_editor() as editor:
            editor.create_model(FeedEntry)
        connection.close()


def copy_of_empty(servers: Servers, name: str, *, sqlite: bool = False) -> str:
    """Make a database and return its URL."""
    if not sqlite:
        return servers.postgresql.create(name, template="empty")
    path = servers.directory / f"{name}.sqlite3"
    path.write_bytes((servers.directory / "empty.sqlite3").read_bytes())
    return sqlite_url(path)


def even_circle(servers: Servers, name: str, people: int, friends: int, *, sqlite: bool = False) -> World:
    """Make a circle in which everybody has the same number of friends, spread over all the others."""
    url = copy_of_empty(servers, name, sqlite=sqlite)
    turn_to(url, shards=1)
    half = random.Random(friends).sample(range(1, (people - 1) // 2 + 1), friends // 2)
    steps = sorted({*half, *(people - step for step in half)})
    with loading():
        add_people(people)
        add_friendships(people, steps)
    return World(servers, name, url, people, len(steps), range(1, people + 1))


def popular_circle(servers: Servers, name: str, people: int, audiences: Sequence[int], authors: int) -> World:
    """Make a circle in which the first people post; each in turn has as many friends as `audiences` says."""
    url = copy_of_empty(servers, name)
    turn_to(url, shards=1)
    chance = random.Random(people)
    edges = [
        (author, friend)
        for author in range(1, authors + 1)
        # Not one another: their numbers of friends would not be exact.
        for friend in chance.sample(range(authors + 1, people + 1), audiences[(author - 1) % len(audiences)])
    ]
    with loading():
        add_people(people)
        add_edges(edges)
    return World(servers, name, url, people, len(edges) / authors, range(1, authors + 1))


def facebook_circle(servers: Servers, name: str, graph: Path, *, sqlite: bool = False) -> World:
    """Make the circle of the real graph, numbered from 1."""
    url = copy_of_empty(servers, name, sqlite=sqlite)
    turn_to(url, shards=1)
    with gzip.open(graph, "rt") as lines:
        edges = [(int(one) + 1, int(other) + 1) for one, other in map(str.split, lines)]
    people = max(max(edge) for edge in edges)
    with loading():
        add_people(people)
        add_edges(edges)
    return World(servers, name, url, people, 2 * len(edges) / people, range(1, people + 1))


@contextmanager
def loading() -> Iterator[None]:
    """Load without checking each friendship's mirror, which comes in the same breath; then index and count."""
    if connection.vendor == "sqlite":
        execute("PRAGMA foreign_keys = off")
        yield
        execute("ANALYZE")
        return
    execute("SET session_replication_role = replica")
    execute("SET statement_timeout = 0")
    indexes = execute(SECOND_INDEXES, FRIENDSHIPS)
    for name, _ in indexes:
        execute(f"DROP INDEX {name}")
    yield
    for _, definition in indexes:
        execute(definition)
    execute("VACUUM ANALYZE")
    connection.close()


def add_people(count: int) -> None:
    """Add people 1 … count, who cannot log in."""
    names = (User(pk=pk, username=f"p{pk}", password="!") for pk in range(1, count + 1))
    User.objects.bulk_create(names, batch_size=2000)


def add_friendships(people: int, steps: Sequence[int]) -> None:
    """Befriend everybody with those who are some steps further on in the ring of all people."""
    listed = ",".join(f"({step})" for step in steps)
    # Both databases call the column of VALUES `column1`.
    execute(
        f"INSERT INTO {FRIENDSHIPS} (user_id, friend_id) "
        f"SELECT id, (id - 1 + column1) % {people} + 1 FROM {PEOPLE}, (VALUES {listed}) AS step ORDER BY 1, 2"
    )


def add_edges(edges: Sequence[tuple[int, int]]) -> None:
    """Befriend pairs of people."""
    both = sorted({*edges, *((other, one) for one, other in edges)})
    with connection.cursor() as cursor:
        for rows in chunks(both, 10_000):
            values = ",".join(f"({one},{other})" for one, other in rows)
            cursor.execute(f"INSERT INTO {FRIENDSHIPS} (user_id, friend_id) VALUES {values}")


def chunks(items: Sequence[Item], size: int) -> Iterator[Sequence[Item]]:
    """Cut a sequence into pieces."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def forget_tweets() -> None:
    """Remove all tweets and timelines, as if nobody had posted; ids begin with 1 again."""
    if connection.vendor == "postgresql":
        execute(f"TRUNCATE {TWEETS}, {ENTRIES}, {PLAIN} RESTART IDENTITY CASCADE")
        return
    for table in (ENTRIES, PLAIN, TWEETS):
        execute(f"DELETE FROM {table}")
    execute("DELETE FROM sqlite_sequence WHERE name IN (%s, %s)", TWEETS, PLAIN)


def post_quietly(world: World, count: int, seed: int) -> list[int]:
    """Store tweets of authors drawn at random, each in its author's timeline, and push nothing. Returns their ids."""
    authors = random.Random(seed).choices(world.authors, k=count)
    last = newest_tweet()
    Tweet.objects.bulk_create([Tweet(author_id=author, text=f"Hello from {author}") for author in authors], 1000)
    posted = Tweet.objects.filter(pk__gt=last)
    TimelineEntry.objects.insert(posted.order_by("author_id", "pk").values_list("author_id", "pk"))
    partitions.make_ahead()
    execute(f"ANALYZE {TWEETS}")
    return list(posted.order_by("pk").values_list("pk", flat=True))


def newest_tweet() -> int:
    """Return the largest tweet id, 0 if there is none."""
    newest = Tweet.objects.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def settle() -> None:
    """Write everything to disk, so that each run begins with the same work ahead of it."""
    execute("CHECKPOINT" if connection.vendor == "postgresql" else "PRAGMA wal_checkpoint(TRUNCATE)")
