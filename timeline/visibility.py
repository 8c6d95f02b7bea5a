"""Who may see a tweet: the one place where that is written down.

The rule is asked from two sides, and both are here, side by side: reading asks which tweets one viewer may
see; fan-out, backfill and audit ask into whose timelines a set of tweets belongs.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

if TYPE_CHECKING:
    from timeline.models import Tweet, User


# From a tweet to the friends of its author.
FRIEND = "author__friendships__friend"


def seen_by(viewer: "User") -> Q:
    """Return the condition on tweets under which `viewer` may see them: their own and their friends'."""
    from timeline.models import Friendship

    return Q(author=viewer) | Q(Exists(Friendship.objects.filter(user=OuterRef("author"), friend=viewer)))


def entries_of(tweets: "QuerySet[Tweet]", *, owners: Sequence[int] | None = None) -> QuerySet:
    """Return the (owner id, tweet id) pairs that timelines must hold for some tweets, in order.

    Tweets that are too old to be stored have none, and people who have not been here for long only their own.

    Args:
        tweets: any unsliced set of tweets.
        owners: only these people's timelines, given by id, one by one or as a range; everybody's for None.
    """
    to_friends, to_oneself = entries_of_friends(tweets, owners=owners), entries_of_authors(tweets, owners=owners)
    return to_friends.order_by().union(to_oneself.order_by(), all=True).order_by(FRIEND, "pk")


def entries_of_friends(tweets: "QuerySet[Tweet]", *, owners: Sequence[int] | None = None) -> QuerySet:
    """Return those of `entries_of` that the friends of the authors have."""
    receivers = Q(author__friendships__is_dormant=False) & (Q() if owners is None else among(FRIEND, owners))
    return stored(tweets).filter(receivers).order_by(FRIEND, "pk").values_list(FRIEND, "pk")


def entries_of_authors(tweets: "QuerySet[Tweet]", *, owners: Sequence[int] | None = None) -> QuerySet:
    """Return those of `entries_of` that the authors themselves have."""
    authors = Q() if owners is None else among("author", owners)
    return stored(tweets).filter(authors).order_by("author", "pk").values_list("author", "pk")


def stored(tweets: "QuerySet[Tweet]") -> "QuerySet[Tweet]":
    """Return the tweets that are recent enough for timelines to store them."""
    from timeline.models import Retention

    return tweets.filter(pk__gte=Retention.current_floor())


def among(field: str, ids: Sequence[int]) -> Q:
    """Return the condition that a field is one of some ids; for a range it is two comparisons, however long."""
    if isinstance(ids, range):
        return Q(**{f"{field}__gte": ids.start, f"{field}__lt": ids.stop})
    return Q(**{f"{field}__in": ids})
