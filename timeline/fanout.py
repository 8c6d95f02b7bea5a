"""Fan-out: writing tweets into the timelines of those who may see them, and taking them out again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from django.db import IntegrityError, connection, transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from timeline import visibility
from timeline.compiled import Compiled, update_query
from timeline.locks import own_authors, share_authors
from timeline.models import TimelineEntry, Tweet
from timeline.models.tweet import TO_SOME


@dataclass(frozen=True)
class Delivered:
    """What one delivery did.

    Attributes:
        tweets: the ids that are delivered now.
        done: the ids that had been delivered before.
        unknown: the ids that no tweet has (any more).
        rows: how many timeline entries are new.
    """

    tweets: tuple[int, ...]
    done: tuple[int, ...]
    unknown: tuple[int, ...]
    rows: int

    def __add__(self, other: "Delivered") -> "Delivered":
        """Return what two deliveries did together."""
        return Delivered(
            self.tweets + other.tweets, self.done + other.done, self.unknown + other.unknown, self.rows + other.rows
        )


NOTHING = Delivered((), (), (), 0)

# Whose tweets these are, whether they wait for their delivery or have had it, and whether they are for some only.
STATE = Compiled(
    lambda ids: (
        Tweet.objects.filter(pk__in=ids)
        .annotate(
            is_waiting=Q(due_at__isnull=False),
            is_delivered=Q(delivered_at__isnull=False),
            is_to_some=Q(audience__in=TO_SOME),
        )
        .values_list("pk", "author", "is_waiting", "is_delivered", "is_to_some")
    )
)
# All entries that the tweets must have, and those of all friends, of chosen friends and of the authors apart.
ENTRIES = Compiled(lambda ids: visibility.entries_of(Tweet.objects.filter(pk__in=ids)))
FRIENDS_ENTRIES = Compiled(lambda ids: visibility.entries_of_friends(Tweet.objects.filter(pk__in=ids)))
CHOSEN_ENTRIES = Compiled(lambda ids: visibility.entries_of_chosen_friends(Tweet.objects.filter(pk__in=ids)))
AUTHORS_ENTRIES = Compiled(lambda ids: visibility.entries_of_authors(Tweet.objects.filter(pk__in=ids)))
# The tweets have reached everybody.
MARK = Compiled(
    lambda ids: update_query(
        Tweet.objects.filter(pk__in=ids, delivered_at=None), delivered_at=Now(), due_at=None, failure=""
    )
)


def deliver(tweet_ids: Sequence[int]) -> Delivered:
    """Write the tweets into all timelines that they belong to, and mark them as delivered, in one transaction.

    What was given up is left alone until somebody retries it. Doing it twice, also at the same time, changes
    nothing: entries that exist stay, and the mark is set once.

    Raises:
        django.db.Error: nothing was written.
    """
    if not tweet_ids:
        return NOTHING
    try:
        return _deliver(tweet_ids, write_new_entries)
    except IntegrityError:
        # A friend has one of them already: from a backfill, an earlier attempt, or another consumer.
        return _deliver(tweet_ids, write_missing_entries)


def _deliver(tweet_ids: Sequence[int], write: Callable[[Sequence[int], Sequence[int]], int]) -> Delivered:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(*STATE.sql(tweet_ids))
        found = cursor.fetchall()
        # Not what has failed: a job that is left of it must not try once more, and uncounted.
        waiting = sorted(pk for pk, _, is_waiting, *_ in found if is_waiting)
        rows = 0
        if waiting:
            share_authors(author for _, author, is_waiting, *_ in found if is_waiting)
            rows = write(waiting, sorted(pk for pk, _, is_waiting, _, is_to_some in found if is_waiting and is_to_some))
            cursor.execute(*MARK.sql(waiting))
    return Delivered(
        tweets=tuple(waiting),
        done=tuple(sorted(pk for pk, _, _, is_delivered, _ in found if is_delivered)),
        unknown=tuple(sorted(set(tweet_ids) - {pk for pk, *_ in found})),
        rows=rows,
    )


def write_new_entries(tweet_ids: Sequence[int], to_some: Sequence[int]) -> int:
    """Write all entries of tweets that nobody has yet but perhaps their authors, who have them from the posting.

    Args:
        to_some: those of the tweets that were for some friends only. Whoever has changed that since has also written
            the entries, with the authors' locks that the caller holds now.

    Returns:
        How many entries are new.

    Raises:
        IntegrityError: a friend has one of them.
    """
    rows = TimelineEntry.objects.insert_selected(*FRIENDS_ENTRIES.sql(tweet_ids), all_new=True)
    if to_some:
        rows += TimelineEntry.objects.insert_selected(*CHOSEN_ENTRIES.sql(to_some), all_new=True)
    return rows + TimelineEntry.objects.insert_selected(*AUTHORS_ENTRIES.sql(tweet_ids))


def write_missing_entries(tweet_ids: Sequence[int], to_some: Sequence[int]) -> int:
    """Write the entries of tweets that are missing, whoever they are for. Returns how many are new."""
    return TimelineEntry.objects.insert_selected(*ENTRIES.sql(tweet_ids))


def write_entries(tweets: QuerySet[Tweet], *, owners: Sequence[int] | None = None) -> int:
    """Write the entries that some tweets must have and lack; the caller holds their authors' locks.

    Args:
        tweets: any unsliced set of tweets.
        owners: only into these people's timelines; into everybody's for None.

    Returns:
        How many entries are new.
    """
    return TimelineEntry.objects.insert(visibility.entries_of(tweets, owners=owners))


def withdraw(tweets: QuerySet[Tweet]) -> int:
    """Remove some tweets from all timelines, inside the caller's transaction, which is about to delete them.

    Returns:
        How many entries were removed.
    """
    own_authors(tweets.order_by().values_list("author_id", flat=True).distinct())
    return TimelineEntry.objects.remove(visibility.entries_of(tweets))
