"""The audit: proof that every timeline holds what it must and nothing else, and the repair of what it finds.

What a timeline must hold follows from friendships and tweets alone. Both sides are compared as sets, inside the
database, for a range of owners at a time: memory and time of a step stay bounded however large the tables are.
"""

from collections.abc import Iterator
from dataclasses import dataclass, fields

from django.db import connection, transaction
from django.db.models import Min, QuerySet

from timeline import visibility
from timeline.locks import STRIPES, share_authors
from timeline.models import TimelineEntry, Tweet, User

# Owners in one step. With 800 entries each, a step compares 400,000.
STEP = 500

# One statement sees one state of the database, however much is written meanwhile.
COMPARE = """
    WITH expected (owner_id, tweet_id) AS ({expected}),
         actual (owner_id, tweet_id) AS ({actual}),
         missing AS (SELECT owner_id, tweet_id FROM expected EXCEPT SELECT owner_id, tweet_id FROM actual),
         extra AS (SELECT owner_id, tweet_id FROM actual EXCEPT SELECT owner_id, tweet_id FROM expected)
    SELECT (SELECT count(*) FROM actual),
           (SELECT count(*) FROM missing),
           (SELECT count(*) FROM extra),
           (SELECT count(*) FROM missing JOIN {tweets} t ON t.id = tweet_id AND t.due_at IS NOT NULL),
           (SELECT count(*) FROM missing JOIN {tweets} t ON t.id = tweet_id
                                                     AND t.due_at IS NULL AND t.delivered_at IS NULL)
"""


@dataclass(frozen=True)
class Audit:
    """What was compared, and what is wrong.

    Attributes:
        tweets: how many tweets there are.
        entries: how many timeline entries there are.
        missing: how many entries are not there and must be.
        extra: how many are there and must not be.
        waiting: how many of the missing ones belong to tweets that are still on their way.
        failed: how many of the missing ones belong to tweets whose delivery was given up.
    """

    tweets: int = 0
    entries: int = 0
    missing: int = 0
    extra: int = 0
    waiting: int = 0
    failed: int = 0

    def __add__(self, other: "Audit") -> "Audit":
        """Return both findings as one."""
        return Audit(*(getattr(self, field.name) + getattr(other, field.name) for field in fields(Audit)))

    @property
    def is_true(self) -> bool:
        """Whether every timeline is as it must be."""
        return not self.missing and not self.extra


def audit() -> Audit:
    """Compare all timelines with what they must hold."""
    return sum((compare(owners) for owners in steps()), Audit(tweets=Tweet.objects.count()))


def steps() -> Iterator[range]:
    """Return ranges of owner ids that cover everybody who has a timeline, also people who are gone."""
    first = next_owner(0)
    while first is not None:
        yield range(first, first + STEP)
        first = next_owner(first + STEP)


def next_owner(least: int) -> int | None:
    """Return the smallest id, from `least` on, of a person or of an owner of entries: gaps cost nothing."""
    person = User.objects.filter(pk__gte=least).aggregate(first=Min("pk"))["first"]
    owner = TimelineEntry.objects.filter(owner__gte=least).aggregate(first=Min("owner"))["first"]
    return min((pk for pk in (person, owner) if pk is not None), default=None)


def compare(owners: range) -> Audit:
    """Compare the timelines of some owners with what they must hold."""
    expected, expected_params = sql_of(expected_entries(owners))
    actual, actual_params = sql_of(actual_entries(owners))
    with connection.cursor() as cursor:
        cursor.execute(
            COMPARE.format(expected=expected, actual=actual, tweets=Tweet._meta.db_table),
            [*expected_params, *actual_params],
        )
        entries, missing, extra, waiting, failed = cursor.fetchone()
    return Audit(entries=entries, missing=missing, extra=extra, waiting=waiting, failed=failed)


def repair(owners: range) -> Audit:
    """Add exactly what the timelines of some owners lack, and remove exactly what they have too many.

    Tweets that are still on their way are written early, which does no harm.

    Returns:
        What was wrong; `missing` were added and `extra` removed.
    """
    with transaction.atomic():
        # Everybody's lock: until this is done nobody's audience changes, so nothing is written that is no longer true.
        share_authors(range(STRIPES))
        found = compare(owners)
        if found.missing:
            TimelineEntry.objects.insert(expected_entries(owners).order_by("author__friendships__friend", "pk"))
        if found.extra:
            TimelineEntry.objects.remove_others(actual_entries(owners), keep=expected_entries(owners))
    return found


def expected_entries(owners: range) -> QuerySet:
    """Return the (owner id, tweet id) pairs that the timelines of some owners must hold."""
    return visibility.entries_of(Tweet.objects.all(), owners=owners).order_by()


def actual_entries(owners: range) -> QuerySet:
    """Return the (owner id, tweet id) pairs that the timelines of some owners do hold."""
    held = TimelineEntry.objects.filter(owner__gte=owners.start, owner__lt=owners.stop)
    return held.order_by().values_list("owner", "tweet")


def sql_of(pairs: QuerySet) -> tuple[str, tuple]:
    """Return a query as SQL with its parameters."""
    sql, params = pairs.query.get_compiler(connection=connection).as_sql()
    return sql, tuple(params)
