"""A page of somebody's stored timeline entries, with what became of their tweets.

Django's admin refuses models with a composite primary key, so entries have no list of their own.
"""

from dataclasses import dataclass

from timeline.models import TimelineEntry, Tweet, User
from timeline.pages import first_page


@dataclass(frozen=True)
class StoredEntry:
    """One entry.

    Attributes:
        tweet: None if it is gone; the entry is harmless then, and the audit removes it.
        is_visible: whether the owner may see the tweet now.
    """

    tweet_id: int
    tweet: Tweet | None
    is_visible: bool


@dataclass(frozen=True)
class EntriesPage:
    """One page of entries.

    Attributes:
        entries: newest first.
        following: the tweet id after which the next page begins, None on the last page.
    """

    entries: list[StoredEntry]
    following: int | None


def entries_page(owner: User, before: int | None) -> EntriesPage:
    """Return a page of the entries in the timeline of `owner`.

    Args:
        before: the tweet id after which it begins; None for the newest page.
    """
    entries = TimelineEntry.objects.filter(owner=owner).order_by("-tweet_id")
    page = first_page(entries if before is None else entries.filter(tweet_id__lt=before))
    ids = [entry.tweet_id for entry in page.rows]
    tweets = Tweet.objects.filter(pk__in=ids).select_related("author").in_bulk()
    visible = set(Tweet.objects.filter(pk__in=ids).visible_to(owner).values_list("pk", flat=True))
    return EntriesPage(
        [StoredEntry(pk, tweets.get(pk), pk in visible) for pk in ids],
        page.following.tweet_id if page.following else None,
    )
