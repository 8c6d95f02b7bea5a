"""The audit after every run: a figure whose timelines are not exactly right does not count."""

from collections.abc import Sequence

from django.db import connection
from django.db.models import QuerySet

from benchmarks.plain.models import FeedEntry
from benchmarks.verdict import Audited
from timeline import visibility
from timeline.models import Friendship, TimelineEntry, Tweet

Pairs = QuerySet


def audit_trellis(after: int) -> Audited:
    """Compare the stored entries of tweets with larger ids than `after` with what the product's rule demands."""
    expected = visibility.entries_of(Tweet.objects.filter(pk__gt=after)).order_by()
    return compare(expected, TimelineEntry.objects.filter(tweet_id__gt=after).values_list("owner_id", "tweet_id"))


def audit_plain(tweet_ids: Sequence[int]) -> Audited:
    """Compare the peers' table with the friends of each tweet's author."""
    return compare(to_friends(tweet_ids), FeedEntry.objects.order_by().values_list("owner_id", "tweet_id"))


def to_friends(tweet_ids: Sequence[int]) -> Pairs:
    """Return the pairs (friend, tweet) of some tweets that follow each other."""
    tweets = Tweet.objects.filter(pk__gte=min(tweet_ids), pk__lte=max(tweet_ids))
    return tweets.order_by().values_list("author__friendships__friend", "pk")


def compare(expected: Pairs, actual: Pairs) -> Audited:
    """Compare two sets of pairs inside the database."""
    (expected_sql, expected_params), (actual_sql, actual_params) = map(sql_of, (expected, actual.order_by()))
    missing, extra = (
        f"SELECT count(*) FROM (SELECT * FROM ({one}) AS one EXCEPT SELECT * FROM ({other}) AS other) AS difference"
        for one, other in ((expected_sql, actual_sql), (actual_sql, expected_sql))
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT (SELECT count(*) FROM ({actual_sql}) AS held), ({missing}), ({extra})",
            [*actual_params, *expected_params, *actual_params, *actual_params, *expected_params],
        )
        return Audited(*cursor.fetchone())


def sql_of(pairs: Pairs) -> tuple[str, tuple]:
    """Return a query as SQL with its parameters."""
    sql, params = pairs.query.get_compiler(connection=connection).as_sql()
    return sql, tuple(params)


def friends_of_everybody() -> dict[int, list[int]]:
    """Return whose tweets reach whom."""
    friends: dict[int, list[int]] = {}
    for user, friend in Friendship.objects.order_by().values_list("user_id", "friend_id").iterator(100_000):
        friends.setdefault(user, []).append(friend)
    return friends
