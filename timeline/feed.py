"""Reading a home timeline: what is stored first, and past that the friends' tweets themselves, without a seam."""

from collections.abc import Callable, Sequence

from django.conf import settings
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL

from timeline.horizon import horizon, nearest
from timeline.models import Friendship, Retention, Tweet, User
from timeline.pages import Page, page_of
from timeline.prepared import Prepared

# Tweets on one page for whoever comes back to where they had scrolled to.
MOST_AT_ONCE = 200

# The newest visible tweets of each friend from the index (author, id), then the newest of all: however many tweets the
# friends have, it reads a page's worth of each. The ORM has no LATERAL.
NEWEST_OF_EACH = """
    SELECT older.id FROM (
        SELECT user_id AS id FROM {friendships} WHERE friend_id = %s UNION ALL SELECT %s
    ) author CROSS JOIN LATERAL ({visible}) AS older (id) ORDER BY older.id DESC LIMIT %s
"""


def stored(owner: int, before: int | None = None, after: int | None = None) -> QuerySet[Tweet]:
    """Return a page of what is stored, and one row more, to know whether there is another one."""
    return Tweet.objects.home_of(User(pk=owner), before, after)[: settings.TIMELINE_PAGE + 1]


# In which partitions a later page lies depends on where it begins: that is for the planner to look at.
NEWEST, LATER = Prepared(stored, name="newest"), Prepared(stored)


def home_page(owner: User, before: int | None, is_trimmed: Callable[[], bool] = lambda: True) -> Page[Tweet]:
    """Return a page of the timeline of `owner`, newest first.

    Args:
        before: the tweet after which it begins; None for the newest page.
        is_trimmed: tells whether there may be tweets that are not stored; asked only when the stored ones have been
            read, so that none falls between the two.
    """
    page = page_of(stored_rows(owner.pk, before))
    if page.following is not None or not is_trimmed():
        return page
    wanted = settings.TIMELINE_PAGE + 1 - len(page.rows)
    last = page.rows[-1].pk if page.rows else before
    rows = [*page.rows, *older_than_stored(owner, last, wanted)]
    size = settings.TIMELINE_PAGE
    return Page(rows[:size], rows[size - 1] if len(rows) > size else None)


def stored_rows(owner: int, before: int | None) -> list[Tweet]:
    """Return the rows of `stored`; where many partitions are, from the nearest ones if these have enough."""
    bound = horizon.now() if before is None else before
    after = nearest(bound)
    if before is None:
        rows = list(NEWEST(owner, before=bound, after=after))
    else:
        rows = list(LATER(owner, before) if after is None else LATER(owner, before, after))
    if after is None or len(rows) > settings.TIMELINE_PAGE:
        return rows
    return [*rows, *LATER(owner, after + 1)][: settings.TIMELINE_PAGE + 1]


def newer_than(owner: User, shown: Sequence[int], most: int) -> list[Tweet]:
    """Return up to `most` tweets that have come since somebody has looked, newest first.

    Args:
        shown: the newest tweets on their page, as many as one page has. A tweet may come later than one that was posted
            after it: each consumer takes its time. So it is not enough to look behind the newest one.
    """
    after = min(shown) if len(shown) >= settings.TIMELINE_PAGE else 0
    return list(Tweet.objects.home_of(owner, horizon.now(), after=after).exclude(pk__in=shown)[:most])


def page_through(owner: User, last: int, floor: int) -> tuple[Page[Tweet], bool]:
    """Return the newest tweets down to the one with the id `last`, and whether newer ones are left out.

    It is what somebody had before them who has scrolled down to `last`; of very much, only the end of it.

    Args:
        floor: the first tweet that timelines store.
    """
    rows = Tweet.objects.home_of(owner, horizon.now(), after=last - 1).order_by("entries__tweet_id")
    found = list(rows[: MOST_AT_ONCE + 1])[::-1]
    if last < floor:
        found += [tweet for tweet in older_than_stored(owner, None, MOST_AT_ONCE) if tweet.pk >= last]
    shown = found[-MOST_AT_ONCE:]
    return Page(shown, shown[-1] if shown else None), len(found) > len(shown)


def older_than_stored(owner: User, before: int | None, count: int) -> list[Tweet]:
    """Return up to `count` tweets that `owner` may see from the time before timelines are stored, newest first."""
    older = Tweet.objects.visible_to(owner).filter(pk__lt=Retention.current_floor())
    if before is not None:
        older = older.filter(pk__lt=before)
    if connection.vendor == "postgresql":
        older = Tweet.objects.filter(pk__in=newest_of_each(owner, older, count))
    else:  # it has no LATERAL, and reads the index entries of all friends' tweets
        authors = Friendship.objects.filter(friend=owner).values("user")
        older = older.filter(Q(author=owner) | Q(author__in=authors))
    return list(older.with_reach(owner).select_related("author__picture").order_by("-pk")[:count])


def newest_of_each(owner: User, tweets: QuerySet[Tweet], count: int) -> RawSQL:
    """Return, as a subquery, the ids of the newest `count` among some tweets by `owner` and their friends."""
    one_authors = tweets.extra(where=[f"{Tweet._meta.db_table}.author_id = author.id"])
    visible, parameters = one_authors.order_by("-pk").values("pk")[:count].query.sql_with_params()
    sql = NEWEST_OF_EACH.format(friendships=Friendship._meta.db_table, visible=visible)
    return RawSQL(sql, [owner.pk, owner.pk, *parameters, count])
