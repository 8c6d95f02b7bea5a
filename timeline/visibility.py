"""Who may see a tweet: the one place where that is written down.

The rule is asked from two sides, and both are here, side by side: reading asks which tweets one viewer may
see; fan-out, backfill and audit ask into whose timelines a set of tweets belongs.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.db.models import Exists, OuterRef, Q, QuerySet

if TYPE_CHECKING:
    from timeline.models import Tweet, User


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
    from timeline.models import Retention

    tweets = tweets.filter(pk__gte=Retention.current_floor())
    friend = "author__friendships__friend"
    receivers = Q(author__friendships__is_dormant=False) & (Q() if owners is None else among(friend, owners))
    authors = Q() if owners is None else among("author", owners)
    to_friends = tweets.filter(receivers).order_by().values_list(friend, "pk")
    to_oneself = tweets.filter(authors).order_by().values_list("author", "pk")
    return to_friends.union(to_oneself, all=True).order_by(friend, "pk")


def among(field: str, ids: Sequence[int]) -> Q:
    """Return the condition that a field is one of some ids; for a range it is two comparisons, however long."""
    if isinstance(ids, range):
        return Q(**{f"{field}__gte": ids.start, f"{field}__lt": ids.stop})
    return Q(**{f"{field}__in": ids})
