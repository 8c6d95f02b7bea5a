"""Millions of entries that are there before anything is measured."""

from collections.abc import Sequence

from django.conf import settings
from django.db import connection

from benchmarks.circle import ENTRIES, FRIENDSHIPS, TWEETS
from benchmarks.race import Work, race
from benchmarks.world import World, execute

# Tables are filled by as many connections.
LOADERS = 4

POST = f"""
    INSERT INTO {TWEETS} (id, author_id, text, created_at, due_at, delivered_at)
    SELECT id, 1 + floor(random() * %s)::int, 'Hello', now(), NULL, now() FROM generate_series(%s::bigint, %s) id
"""
# As if delivered in the order of posting.
DELIVER = f"""
    INSERT INTO {{table}} (owner_id, tweet_id)
    SELECT owner, id FROM (
        SELECT id, author_id AS owner FROM {TWEETS} WHERE id >= {{first}} AND id < {{upper}} UNION ALL
        SELECT tweet.id, friend_id FROM {TWEETS} tweet JOIN {FRIENDSHIPS} ON user_id = author_id
        WHERE tweet.id >= {{first}} AND tweet.id < {{upper}}
    ) pairs ORDER BY id
"""


def add_history(world: World, entries: int) -> None:
    """Post and deliver in bulk until so many entries are there; the circle has none yet.

    Every partition gets the table, the key and the name that the product gives it. The key is built as full as random
    inserts leave it. The newest partition is half full in the end, as it is on an average day.
    """
    size = settings.TIMELINE_PARTITION
    tweets = round(entries / (world.friends + 1))
    last = -(-tweets // size) * size + size // 2
    first = last - tweets + 1
    connection.cursor().execute("SET statement_timeout = 0")
    execute("SELECT setseed(0.5)")
    execute(POST, world.people, first, last)
    execute(f"SELECT setval(pg_get_serial_sequence('{TWEETS}', 'id'), {last})")
    execute(f"ANALYZE {TWEETS}")
    replace_partitions(range(first // size * size, last // size * size + size, size), first)


def replace_partitions(lowers: Sequence[int], first: int) -> None:
    """Make and fill the partitions that begin with these ids; older ones are one, which begins with nothing."""
    for (table,) in execute(
        "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(%s)", ENTRIES
    ):
        if not table.endswith("_default"):
            execute(f"DROP TABLE {table}")

    def prepare(loader: int) -> Work:
        execute("SET statement_timeout = 0")
        execute("SET maintenance_work_mem = '256MB'")
        return lambda: fill_all(lowers[loader::LOADERS], lowers[0])

    race(prepare, LOADERS)


def fill_all(lowers: Sequence[int], oldest: int) -> None:
    """Make some partitions."""
    for lower in lowers:
        fill(lower, is_first=lower == oldest)


def fill(lower: int, *, is_first: bool) -> None:
    """Make one partition and attach it."""
    size = settings.TIMELINE_PARTITION
    table, upper = f"{ENTRIES}_{0 if is_first else lower}", lower + size
    bound = "MINVALUE" if is_first else str(lower)
    connection.set_autocommit(False)
    # In the transaction that makes the table, rows need not be logged. The check saves reading them again.
    execute(f"CREATE TABLE {table} (LIKE {ENTRIES} INCLUDING DEFAULTS)")
    execute(DELIVER.format(table=table, first=lower, upper=upper))
    execute(f"ALTER TABLE {table} ADD PRIMARY KEY (owner_id, tweet_id) WITH (fillfactor = 70)")
    low = "" if is_first else f"tweet_id >= {lower} AND "
    execute(f"ALTER TABLE {table} ADD CONSTRAINT bounds CHECK ({low}tweet_id < {upper})")
    connection.commit()
    connection.set_autocommit(True)
    execute(f"ALTER TABLE {ENTRIES} ATTACH PARTITION {table} FOR VALUES FROM ({bound}) TO ({upper})")
    execute(f"ALTER TABLE {table} DROP CONSTRAINT bounds")
    execute(f"VACUUM ANALYZE {table}")


def bytes_each() -> dict[str, float]:
    """Return how many bytes on disk an entry takes: its row, its place in the key, and all in all."""
    ((rows,),) = execute(f"SELECT count(*) FROM {ENTRIES}")
    ((heap, total),) = execute(
        "SELECT sum(pg_relation_size(inhrelid)), sum(pg_total_relation_size(inhrelid)) "
        "FROM pg_inherits WHERE inhparent = to_regclass(%s)",
        ENTRIES,
    )
    return {"entries": rows, "row": float(heap) / rows, "total": float(total) / rows}
