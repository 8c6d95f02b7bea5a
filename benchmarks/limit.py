"""The limit: the statements that the consumers send, from plain connections, without queue and without Django.

They are recorded from the product's own code, so they stay the same whatever becomes of it. The one statement that
takes long is left out while recording: what it writes does not decide what is sent next.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.db import connection

from benchmarks.race import Work, race
from benchmarks.world import World
from timeline.attempts import deliver_counting
from timeline.consumer import fitting_batch
from timeline.fanout import Delivered
from timeline.models import Friendship, TimelineEntry, Tweet
from timeline.shards import all_shards, shard_of
from timeline.supervised import commit_without_waiting

INSERT = f"INSERT INTO {TimelineEntry._meta.db_table} "
BARE = f"""
    {INSERT} (owner_id, tweet_id) SELECT friend_id, tweet.id
    FROM {Tweet._meta.db_table} tweet JOIN {Friendship._meta.db_table} ON user_id = author_id
    WHERE NOT is_dormant AND tweet.id IN ({{ids}}) ORDER BY 1, 2
"""

Statement = tuple[str, Any]
# The statements of one transaction.
Transaction = list[Statement]


@dataclass
class Recorder:
    """Notes the statements of each transaction."""

    transactions: list[Transaction] = field(default_factory=list)
    was_atomic: bool = False

    def __call__(self, execute: Callable, sql: str, params: Any, many: bool, context: dict) -> Any:
        if sql.startswith("BEGIN"):  # Django sends it as a statement on SQLite; `send` has its own
            return execute(sql, params, many, context)
        is_atomic = connection.in_atomic_block
        if not (is_atomic and self.was_atomic):
            self.transactions.append([])
        self.was_atomic = is_atomic
        self.transactions[-1].append((sql, params))
        return None if sql.startswith(INSERT) else execute(sql, params, many, context)


def record(world: World, tweet_ids: Sequence[int]) -> list[list[Transaction]]:
    """Return, for each shard, the transactions in which its consumer would deliver the tweets, and mark them so."""
    return [record_shard(world, of_shard(tweet_ids, shard)) for shard in all_shards()]


def record_shard(world: World, tweet_ids: Sequence[int]) -> list[Transaction]:
    """Deliver the tweets of one shard, all but their entries, and return what was sent."""
    recorder = Recorder()
    for batch in batches(world, tweet_ids):
        recorder.was_atomic = False
        with connection.execute_wrapper(recorder):
            deliver_counting(batch)
    return recorder.transactions


def batches(world: World, tweet_ids: Sequence[int]) -> Iterator[list[int]]:
    """Cut the tweets of a shard into the batches that its consumer would take."""
    start, size = 0, settings.TIMELINE_BATCH
    while start < len(tweet_ids):
        batch = list(tweet_ids[start : start + size])
        start += len(batch)
        size = fitting_batch(Delivered(tuple(batch), (), (), rows=round(len(batch) * world.friends)))
        yield batch


def bare(world: World, tweet_ids: Sequence[int]) -> list[list[Transaction]]:
    """Return, for each shard, transactions that only write the friends' entries: what no bookkeeping beats."""
    return [
        [[(BARE.format(ids=",".join(map(str, batch))), ())] for batch in batches(world, of_shard(tweet_ids, shard))]
        for shard in all_shards()
    ]


def of_shard(tweet_ids: Sequence[int], shard: int) -> list[int]:
    """Return the tweets of a shard."""
    return [pk for pk in tweet_ids if shard_of(pk) == shard]


def replay(shards: list[list[Transaction]]) -> float:
    """Send the transactions of each shard from a process of its own. Returns the seconds until all are committed."""

    def prepare(shard: int) -> Work:
        commit_without_waiting()
        raw = raw_connection()
        transactions = [[as_sent(raw, statement) for statement in each] for each in shards[shard]]
        return lambda: send(raw, transactions)

    return race(prepare, len(shards))


def raw_connection() -> Any:
    """Return a driver's connection with the same options that the consumers' have."""
    connection.ensure_connection()
    return connection.connection


def as_sent(raw: Any, statement: Statement) -> Statement:
    """Return the statement ready to be sent, so that nothing but sending is left."""
    sql, params = statement
    if connection.vendor == "postgresql":
        return raw.cursor().mogrify(sql, params), ()
    return sql.replace("%s", "?").replace("%%", "%"), params or ()


def send(raw: Any, transactions: list[Transaction]) -> None:
    """Run the transactions one after the other; one of a single statement needs neither BEGIN nor COMMIT."""
    cursor = raw.cursor()
    for transaction in transactions:
        if connection.vendor == "postgresql":
            raw.autocommit = len(transaction) == 1
        else:
            raw.execute("BEGIN IMMEDIATE")
        for statement in transaction:
            cursor.execute(*statement)
            if cursor.description:
                cursor.fetchall()
        raw.commit()
