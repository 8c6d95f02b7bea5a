"""Retention: stored timelines go back for a window; what is older is read from the tweets themselves."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.db.models.functions import Now

from timeline.locks import STRIPES, own_authors
from timeline.models import Retention, Tweet
from timeline.partitions import TABLE, Partition, partitions

# Entries deleted at once on SQLite, so that others get their turn to write.
CHUNK = 10_000


@dataclass(frozen=True)
class Trimmed:
    """What a trim did: the first tweet that is stored now, and how many entries or partitions went."""

    floor: int
    entries: int
    partitions: int


def trim() -> Trimmed | None:
    """Remove the entries of tweets older than TIMELINE_KEEP_DAYS. Returns None if everything is kept.

    On PostgreSQL whole partitions are dropped, so up to one partition more is kept.
    """
    if not settings.TIMELINE_KEEP_DAYS:
        return None
    old = [part for part in partitions() if part.upper <= first_kept_tweet()]
    floor = old[-1].upper if old else (0 if connection.vendor == "postgresql" else first_kept_tweet())
    floor = raise_floor(floor)
    for partition in old:
        drop(partition)
    return Trimmed(floor=floor, entries=delete_below(floor), partitions=len(old))


def first_kept_tweet() -> int:
    """Return the id after the last tweet that is older than the window."""
    oldest = Now() - timedelta(days=settings.TIMELINE_KEEP_DAYS)
    return int(Tweet.objects.filter(created_at__lt=oldest).aggregate(last=Max("pk"))["last"] or 0) + 1


def raise_floor(floor: int) -> int:
    """Store nothing below `floor` from now on. Returns the floor, which is never lowered."""
    with transaction.atomic():
        # Whoever writes entries has done so when this commits, or sees the new floor.
        own_authors(range(STRIPES))
        retention, _ = Retention.objects.get_or_create(id=1, defaults={"floor": floor})
        retention.floor = max(retention.floor, floor)
        retention.save()
    return retention.floor


def drop(partition: Partition) -> None:
    """Drop a partition with all its entries: no deletes, no vacuum."""
    with transaction.atomic(), connection.cursor() as cursor:
        # Rather try again later than make everybody wait behind us for a long reader.
        cursor.execute("SET LOCAL lock_timeout = '2s'")
        cursor.execute(f"ALTER TABLE {TABLE} DETACH PARTITION {partition.table}")
        cursor.execute(f"DROP TABLE {partition.table}")


def delete_below(floor: int) -> int:
    """Delete what one plain table still has below the floor, chunk by chunk. Returns how many entries there were."""
    if connection.vendor == "postgresql":
        return 0
    deleted = 0
    statement = f"DELETE FROM {TABLE} WHERE rowid IN (SELECT rowid FROM {TABLE} WHERE tweet_id < %s LIMIT {CHUNK})"
    with connection.cursor() as cursor:
        while True:
            cursor.execute(statement, [floor])
            deleted += cursor.rowcount
            if cursor.rowcount < CHUNK:
                return deleted
