"""Range partitions of the timeline entries by tweet id, on PostgreSQL. SQLite keeps one plain table.

New entries always go to the newest partition, which is small and stays in memory; retention drops whole ones. They
are made ahead of time by the sweeper. A default partition catches what nobody foresaw: a row in it is an alarm.
"""

import logging
from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max

from timeline.models import TimelineEntry, Tweet

logger = logging.getLogger(__name__)

TABLE = TimelineEntry._meta.db_table
DEFAULT = f"{TABLE}_default"

# How many partitions lie empty ahead of the newest tweet.
AHEAD = 3

# The upper bound of each partition, read from the catalogue: its text ends with TO ('300000').
BOUNDS = """
    SELECT relname, (regexp_match(pg_get_expr(relpartbound, oid), 'TO \\(''(\\d+)''\\)'))[1]::bigint AS upper
    FROM pg_inherits JOIN pg_class ON oid = inhrelid
    WHERE inhparent = to_regclass(%s) AND relname <> %s
    ORDER BY upper
"""


@dataclass(frozen=True)
class Partition:
    """One partition: its table, and the first tweet id that is not in it."""

    table: str
    upper: int


def partitions() -> list[Partition]:
    """Return the partitions that there are, oldest first, without the default one; none on SQLite."""
    if connection.vendor != "postgresql":
        return []
    with connection.cursor() as cursor:
        cursor.execute(BOUNDS, [TABLE, DEFAULT])
        return [Partition(table, upper) for table, upper in cursor.fetchall()]


def make_ahead() -> list[str]:
    """Make the partitions that tweets will need soon, and return their names.

    Raises:
        django.db.Error: among others when a row in the default partition belongs into a new one.
    """
    existing = partitions()
    if not existing:
        return []
    newest = Tweet.objects.aggregate(newest=Max("pk"))["newest"] or 0
    wanted = newest + AHEAD * settings.TIMELINE_PARTITION
    lower = existing[-1].upper
    made = list(_make(lower, wanted))
    if made:
        logger.info("made partitions %s", ",".join(made))
    return made


def _make(lower: int, wanted: int) -> Iterable[str]:
    while lower <= wanted:
        upper = lower + settings.TIMELINE_PARTITION
        name = f"{TABLE}_{lower}"
        with transaction.atomic(), connection.cursor() as cursor:
            # Made apart and attached, which lets others read and write meanwhile; CREATE … PARTITION OF would not.
            cursor.execute("SET LOCAL lock_timeout = '2s'")
            cursor.execute(f"CREATE TABLE {name} (LIKE {TABLE} INCLUDING ALL)")
            cursor.execute(f"ALTER TABLE {TABLE} ATTACH PARTITION {name} FOR VALUES FROM ({lower}) TO ({upper})")
        yield name
        lower = upper


def stray_entries() -> bool:
    """Tell whether the default partition has rows: partitions were not made in time."""
    if not partitions():
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT EXISTS (SELECT FROM {DEFAULT})")
        return bool(cursor.fetchone()[0])
