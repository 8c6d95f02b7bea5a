"""Who may see a tweet: the one place where that is written down.

A tweet is for its author; and for each friend of theirs whom its audience includes, unless the author withholds their
tweets from this friend or the friend has muted them, for as long as the author lets friends look back.

The rule is asked from two sides, and both are here, side by side: reading asks which tweets one viewer may
see; fan-out, backfill and audit ask into whose timelines a set of tweets belongs. Only how far friends may look back is
asked when reading alone: time passes without anybody writing, so what has grown too old stays stored, unseen.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Coalesce, Now

if TYPE_CHECKING:
    from timeline.models import Comment, Tweet, User


# From a tweet to the friends of its author.
FRIEND = "author__friendships__friend"
# A friendship through which tweets are seen; and one through which they are delivered.
OPEN = {"is_withheld": False, "is_muted": False}
RECEIVING = {"is_dormant": False, **OPEN}


# --- Reading -------------------------------------------------------------------------------------------------


def seen_by(viewer: "User | OuterRef") -> Q:
    """Return the condition on tweets under which `viewer` may see them.

    Args:
        viewer: a person, or in a subquery whoever the query around it speaks of.
    """
    from timeline.models import Addressee, Friendship
    from timeline.models.tweet import Audience

    friend = one_deeper(viewer)
    open_friendship = Exists(Friendship.objects.filter(user=OuterRef("author"), friend=friend, **OPEN))
    is_named = Exists(Addressee.objects.filter(tweet=OuterRef("pk"), person=friend))
    includes_viewer = (
        Q(audience=Audience.FRIENDS)
        | Q(audience=Audience.ONLY) & Q(is_named)
        | Q(audience=Audience.EXCEPT) & ~Q(is_named)
    )
    is_own = Q(author=viewer)
    # Two conditions, not one: the first is on the tweet alone. As one, which speaks of the author too, PostgreSQL asks
    # for the friendship once when it has the tweet, and again when it has the author.
    return (is_own | Q(open_friendship) & includes_viewer) & (is_own | within_look_back())


def within_look_back() -> Q:
    """Return the condition on tweets that they are as recent as their author lets friends look back."""
    from timeline.models.user import LookBack

    condition = Q(author__look_back=LookBack.ALL)
    for days in LookBack.values:
        if days:
            condition |= Q(author__look_back=days, created_at__gte=Now() - timedelta(days=days))
    return condition


def seen_with_tweet(viewer: "User") -> Q:
    """Return the condition on what belongs to a tweet, such as photos, under which `viewer` may see it."""
    from timeline.models import Tweet

    return Q(Exists(Tweet.objects.filter(seen_by(viewer), pk=OuterRef("tweet"))))


def reaction_seen_by(viewer: "User | OuterRef", writer: str) -> Q:
    """Return the condition on likes and comments under which `viewer`, who may see their tweet, may see them, too.

    Args:
        viewer: a person, or in a subquery whoever the query around it speaks of.
        writer: the name of the field that says whose they are.
    """
    from timeline.models import Friendship

    is_friend = Exists(Friendship.objects.filter(user=OuterRef(writer), friend=one_deeper(viewer)))
    return Q(**{writer: viewer}) | Q(tweet__author=viewer) | Q(is_friend)


def viewers_of(tweet: "Tweet", comment: "Comment | None" = None) -> Q:
    """Return the condition on people under which they may see a tweet, and a comment on it."""
    from timeline.models import Comment, Tweet

    condition = Q(Exists(Tweet.objects.filter(seen_by(OuterRef("pk")), pk=tweet.pk)))
    if comment:
        condition &= Q(Exists(Comment.objects.filter(reaction_seen_by(OuterRef("pk"), "author"), pk=comment.pk)))
    return condition


def reach_of(author: "User") -> Case:
    """Return, as an expression on tweets, how many friends one by `author` is for; NULL for those of other people.

    Whom the author withholds their tweets from does not count. Who has muted them does: that is theirs to know.
    """
    from timeline.models import Addressee, Friendship
    from timeline.models.tweet import Audience

    # Speaks of no tweet, so that the database counts it once for all of them.
    shown = Friendship.objects.filter(user=author, is_withheld=False)
    friends = counted(shown, "user")
    is_shown = Exists(shown.filter(friend=OuterRef("person")))
    named = counted(Addressee.objects.filter(is_shown, tweet=OuterRef("pk")), "tweet")
    return Case(
        When(~Q(author=author), then=None),
        When(audience=Audience.FRIENDS, then=friends),
        When(audience=Audience.ONLY, then=named),
        When(audience=Audience.EXCEPT, then=friends - named),
        default=0,
        output_field=IntegerField(),
    )


def counted(rows: QuerySet, key: str) -> Coalesce:
    """Return how many rows there are for one value of a field, as an expression."""
    number = rows.order_by().values(key).annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(number), 0, output_field=IntegerField())


def one_deeper(viewer: "User | OuterRef") -> "User | OuterRef":
    """Return what names the same viewer in a subquery."""
    return OuterRef(viewer) if isinstance(viewer, OuterRef) else viewer


# --- Writing -------------------------------------------------------------------------------------------------


def entries_of(tweets: "QuerySet[Tweet]", *, owners: Sequence[int] | None = None) -> QuerySet:
    """Return the (owner id, tweet id) pairs that timelines must hold for some tweets, in order.

    Tweets that are too old to be stored have none, and people who have not been here for long only their own.

    Args:
        tweets: any unsliced set of tweets.
        owners: only these people's timelines, given by id, one by one or as a range; everybody's for None.
    """
    arms = (entries_of_friends, entries_of_chosen_friends, entries_of_authors)
    first, *others = (arm(tweets, owners=owners).order_by() for arm in arms)
    return first.union(*others, all=True).order_by(FRIEND, "pk")


def entries_of_friends(tweets: "QuerySet[Tweet]", *, owners: Sequence[int] | None = None) -> QuerySet:
    """Return those of `entries_of` for tweets to all friends that the friends have."""
    from timeline.models.tweet import Audience

    return _received(tweets, Q(audience=Audience.FRIENDS), owners)


def entries_of_chosen_friends(tweets: "QuerySet[Tweet]", *, owners: Sequence[int] | None = None) -> QuerySet:
    """Return those of `entries_of` for tweets to some friends that the friends have."""
    from timeline.models import Addressee
    from timeline.models.tweet import Audience

    # Joined, not asked for each friend: the planner could read all addressees there are for that.
    named = Q(audience=Audience.ONLY, addressees__person=F(FRIEND))
    is_named = Exists(Addressee.objects.filter(tweet=OuterRef("pk"), person=OuterRef(FRIEND)))
    only = _received(tweets, named, owners).order_by()
    but = _received(tweets, Q(audience=Audience.EXCEPT) & ~Q(is_named), owners).order_by()
    return only.union(but, all=True).order_by(FRIEND, "pk")


def entries_of_authors(tweets: "QuerySet[Tweet]", *, owners: Sequence[int] | None = None) -> QuerySet:
    """Return those of `entries_of` that the authors themselves have."""
    authors = Q() if owners is None else among("author", owners)
    return stored(tweets).filter(authors).order_by("author", "pk").values_list("author", "pk")


def _received(tweets: "QuerySet[Tweet]", condition: Q, owners: Sequence[int] | None) -> QuerySet:
    """Return the pairs of all receiving friends and tweets that meet a condition."""
    receiving = Q(**{f"author__friendships__{name}": value for name, value in RECEIVING.items()})
    receivers = Q() if owners is None else among(FRIEND, owners)
    return stored(tweets).filter(receiving & receivers & condition).order_by(FRIEND, "pk").values_list(FRIEND, "pk")


def stored(tweets: "QuerySet[Tweet]") -> "QuerySet[Tweet]":
    """Return the tweets that are recent enough for timelines to store them."""
    from timeline.models import Retention

    return tweets.filter(pk__gte=Retention.current_floor())


def among(field: str, ids: Sequence[int]) -> Q:
    """Return the condition that a field is one of some ids; for a range it is two comparisons, however long."""
    if isinstance(ids, range):
        return Q(**{f"{field}__gte": ids.start, f"{field}__lt": ids.stop})
    return Q(**{f"{field}__in": ids})
