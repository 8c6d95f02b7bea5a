"""Reading a home timeline: what is stored first, and past that the friends' tweets themselves, without a seam."""

from django.conf import settings
from django.db import connection

from timeline.models import Friendship, Retention, Tweet, User
from timeline.pages import Page, first_page

# The newest tweets of each friend from the index (author, id), then the newest of all: however many tweets the friends
# have, it reads a page's worth of each. The ORM has no LATERAL.
NEWEST_OF_EACH = """
    SELECT older.id FROM (
        SELECT user_id AS id FROM {friendships} WHERE friend_id = %(owner)s UNION ALL SELECT %(owner)s
    ) author CROSS JOIN LATERAL (
        SELECT id FROM {tweets} WHERE author_id = author.id AND id < {below} ORDER BY id DESC LIMIT %(count)s
    ) older ORDER BY older.id DESC LIMIT %(count)s
"""
# SQLite has no LATERAL: it reads the index entries of all friends' tweets.
NEWEST_OF_ALL = """
    SELECT id FROM {tweets} WHERE id < {below} AND author_id IN (
        SELECT user_id FROM {friendships} WHERE friend_id = %(owner)s UNION ALL SELECT %(owner)s
    ) ORDER BY id DESC LIMIT %(count)s
"""
BELOW = {
    "postgresql": "least(%(before)s, (SELECT coalesce(max(floor), 0) FROM {retention}))",
    "sqlite": "min(%(before)s, (SELECT coalesce(max(floor), 0) FROM {retention}))",
}
STATEMENTS = {"postgresql": NEWEST_OF_EACH, "sqlite": NEWEST_OF_ALL}

LARGEST_ID = 2**63 - 1


def home_page(owner: User, before: int | None) -> Page[Tweet]:
    """Return a page of the timeline of `owner`, newest first.

    Args:
        before: the tweet after which it begins; None for the newest page.
    """
    stored = first_page(Tweet.objects.home_of(owner, before))
    if stored.following is not None:
        return stored
    wanted = settings.TIMELINE_PAGE + 1 - len(stored.rows)
    last = stored.rows[-1].pk if stored.rows else before
    rows = [*stored.rows, *older_than_stored(owner, last, wanted)]
    size = settings.TIMELINE_PAGE
    return Page(rows[:size], rows[size - 1] if len(rows) > size else None)


def older_than_stored(owner: User, before: int | None, count: int) -> list[Tweet]:
    """Return up to `count` tweets that `owner` may see from the time before timelines are stored, newest first."""
    found: list[Tweet] = []
    while len(found) < count:
        ids = candidate_ids(owner, before, count)
        visible = Tweet.objects.filter(pk__in=ids).visible_to(owner).select_related("author").order_by("-pk")
        found += visible
        if len(ids) < count:
            break
        before = ids[-1]
    return found[:count]


def candidate_ids(owner: User, before: int | None, count: int) -> list[int]:
    """Return the newest ids, below `before` and below the floor, of tweets by `owner` and their friends."""
    tables = {
        "tweets": Tweet._meta.db_table,
        "friendships": Friendship._meta.db_table,
        "retention": Retention._meta.db_table,
    }
    below = BELOW[connection.vendor].format(**tables)
    with connection.cursor() as cursor:
        cursor.execute(
            STATEMENTS[connection.vendor].format(below=below, **tables),
            {"owner": owner.pk, "before": LARGEST_ID if before is None else before, "count": count},
        )
        return [pk for (pk,) in cursor.fetchall()]
