"""Delivering with every attempt counted, so that one bad tweet neither blocks its neighbours nor comes back for ever.

The count is committed before the work begins: it also counts attempts that ended with the death of the process.
A tweet that nobody has tried yet is delivered in a batch. One that was tried before is suspect: it is delivered
alone, after all others, so that nothing but itself can suffer from it.
"""

import logging
import random
from collections.abc import Sequence
from datetime import timedelta

from django.db import DatabaseError, InterfaceError, OperationalError, connection
from django.db.models import F
from django.db.models.functions import Now

from timeline.fanout import NOTHING, Delivered, deliver
from timeline.models import Tweet

logger = logging.getLogger(__name__)

# After so many attempts a tweet is "failed", until somebody retries it (`manage.py failed_tweets`).
MOST = 8
# Seconds after the first failed attempt; doubled with each one more. Seven pauses add up to about a minute.
FIRST_PAUSE, LONGEST_PAUSE = 0.5, 300.0

# SQLSTATE classes that speak of the server and not of the tweet: connection lost, not enough resources,
# operator intervention, system error; and 25006, a server that became read-only in a fail-over.
# https://www.postgresql.org/docs/15/errcodes-appendix.html
OUTAGES = ("08", "53", "57P", "58", "25006")
# What SQLite says of the same.
SQLITE_OUTAGES = ("SQLITE_BUSY", "SQLITE_FULL", "SQLITE_IOERR", "SQLITE_CANTOPEN", "SQLITE_READONLY")


def deliver_counting(tweet_ids: Sequence[int]) -> Delivered:
    """Deliver tweets; those that fail are marked, to be tried again later or given up.

    Raises:
        django.db.Error: the database is away; what is not delivered yet comes again.
    """
    first = begin(tweet_ids)
    again = [pk for pk in tweet_ids if pk not in first]
    delivered = NOTHING
    try:
        if first:
            delivered = deliver(sorted(first))
    except (DatabaseError, InterfaceError) as error:
        if is_outage(error):
            raise
        logger.warning("a batch failed, delivering its tweets one by one tweets=%d error=%s", len(first), reason(error))
        for pk in sorted(first):
            delivered += deliver_alone(pk)
    for pk in by_attempts(again):
        delivered += deliver_suspect(pk)
    return delivered


def begin(tweet_ids: Sequence[int]) -> set[int]:
    """Count the first attempt at the tweets that had none yet, and return their ids.

    The ORM has no UPDATE … RETURNING, and a SELECT before it would be one more round trip for each batch.
    """
    if not tweet_ids:
        return set()
    with connection.cursor() as cursor:
        places = ",".join(["%s"] * len(tweet_ids))
        cursor.execute(
            f"UPDATE {Tweet._meta.db_table} SET attempts = 1 "
            f"WHERE id IN ({places}) AND attempts = 0 AND due_at IS NOT NULL RETURNING id",
            list(tweet_ids),
        )
        return {pk for (pk,) in cursor.fetchall()}


def by_attempts(tweet_ids: Sequence[int]) -> list[int]:
    """Return the ids, least tried first: what kills the process must not keep the others from their turn."""
    if not tweet_ids:
        return []
    attempts = dict(Tweet.objects.filter(pk__in=tweet_ids).values_list("pk", "attempts"))
    return sorted(set(tweet_ids), key=lambda pk: (attempts.get(pk, 0), pk))


def deliver_suspect(tweet_id: int) -> Delivered:
    """Deliver a tweet that was tried before, unless its attempts are used up."""
    waiting = Tweet.objects.waiting().filter(pk=tweet_id)
    if waiting.filter(attempts__gte=MOST).exists():
        give_up(tweet_id, Tweet.objects.get(pk=tweet_id).failure or "The consumer died while it delivered this tweet.")
        return NOTHING
    waiting.update(attempts=F("attempts") + 1)
    return deliver_alone(tweet_id)


def deliver_alone(tweet_id: int) -> Delivered:
    """Deliver one tweet whose attempt is counted already; mark it if that fails.

    Raises:
        django.db.Error: the database is away.
    """
    try:
        return deliver([tweet_id])
    except (DatabaseError, InterfaceError) as error:
        if is_outage(error):
            raise
        mark_failure(tweet_id, reason(error))
        return NOTHING


def mark_failure(tweet_id: int, why: str) -> None:
    """Note why an attempt failed, and when to try again, or that it is over."""
    attempts = Tweet.objects.waiting().filter(pk=tweet_id).values_list("attempts", flat=True).first()
    if attempts is None:  # delivered or deleted meanwhile
        return
    if attempts >= MOST:
        give_up(tweet_id, why)
        return
    pause = pause_after(attempts)
    Tweet.objects.waiting().filter(pk=tweet_id).update(due_at=Now() + timedelta(seconds=pause), failure=why)
    logger.warning("not delivered tweet=%d attempts=%d again_in=%.1f error=%s", tweet_id, attempts, pause, why)


def give_up(tweet_id: int, why: str) -> None:
    """Put a tweet into the "failed" state."""
    if Tweet.objects.waiting().filter(pk=tweet_id).update(due_at=None, failure=why):
        logger.error("gave up tweet=%d attempts=%d error=%s", tweet_id, MOST, why)


def pause_after(attempts: int) -> float:
    """Return how many seconds to wait after so many attempts; spread, so that what failed together parts."""
    return min(FIRST_PAUSE * 2 ** (attempts - 1), LONGEST_PAUSE) * random.uniform(0.5, 1)


def is_outage(error: Exception) -> bool:
    """Tell whether the database is to blame and not the tweet: then everything waits, and nothing is marked."""
    cause = error.__cause__
    if connection.vendor == "sqlite":
        return getattr(cause, "sqlite_errorname", "").startswith(SQLITE_OUTAGES)
    state = getattr(cause, "pgcode", None)
    if state is not None:
        return state.startswith(OUTAGES)
    # The server said nothing: the connection is gone, or could not be made.
    return isinstance(error, (OperationalError, InterfaceError)) or not connection.is_usable()


def reason(error: Exception) -> str:
    """Return the first line of an error, with its kind."""
    return f"{type(error).__name__}: {str(error).strip().splitlines()[0] if str(error).strip() else 'no message'}"
