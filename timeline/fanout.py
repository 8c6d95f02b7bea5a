"""Fan-out: writing tweets into the timelines of those who may see them, and taking them out again."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Now

from timeline import visibility
from timeline.locks import own_authors, share_authors
from timeline.models import TimelineEntry, Tweet


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


def deliver(tweet_ids: Sequence[int]) -> Delivered:
    """Write the tweets into all timelines that they belong to, and mark them as delivered, in one transaction.

    What was given up is left alone until somebody retries it. Doing it twice, also at the same time, changes
    nothing: entries that exist stay, and the mark is set once.

    Raises:
        django.db.Error: nothing was written.
    """
    with transaction.atomic():
        fields = "author_id", "delivered_at", "due_at"
        known = {tweet.pk: tweet for tweet in Tweet.objects.filter(pk__in=tweet_ids).only(*fields)}
        # Not what has failed: a job that is left of it must not try once more, and uncounted.
        waiting = sorted(pk for pk, tweet in known.items() if tweet.due_at is not None)
        share_authors(known[pk].author_id for pk in waiting)
        rows = write_entries(Tweet.objects.filter(pk__in=waiting)) if waiting else 0
        Tweet.objects.filter(pk__in=waiting, delivered_at=None).update(delivered_at=Now(), due_at=None, failure="")
    return Delivered(
        tweets=tuple(waiting),
        done=tuple(sorted(pk for pk, tweet in known.items() if tweet.delivered_at is not None)),
        unknown=tuple(sorted(set(tweet_ids) - known.keys())),
        rows=rows,
    )


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
