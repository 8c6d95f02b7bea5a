"""How the database answers the questions that are asked all the time: by an index, whatever the size.

Small tables are read whole, and rightly so. So PostgreSQL is told to avoid that, and shows whether it can; SQLite names
an index with every SEARCH, and a SCAN where there is none.
"""

from collections.abc import Callable
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet

from timeline import feed, notifications, partitions, reactions, visibility
from timeline.horizon import horizon
from timeline.models import Comment, Like, Notification, Photo, Tweet, User
from timeline.overview import unread_by

pytestmark = pytest.mark.django_db


def plan_of(query: QuerySet) -> str:
    """Return how the database would answer a query."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off; SET LOCAL enable_sort = off"
            )
    return query.explain()


def reads_a_table_whole(plan: str) -> bool:
    if connection.vendor == "postgresql":
        return "Seq Scan" in plan
    # An index that is read whole, or what a subquery has just made, is no table.
    lines = [line for line in plan.splitlines() if "SCAN " in line and "INDEX" not in line]
    return any("timeline_" in line for line in lines)


@pytest.fixture
def crowd(alice: User, bob: User) -> User:
    """Some people, and some tweets, so that there is something to choose between."""
    User.objects.bulk_create([User(username=f"person{number}") for number in range(200)])
    Tweet.objects.bulk_create([Tweet(author=alice, text="x") for _ in range(200)])
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE timeline_user, timeline_tweet, timeline_friendship, timeline_timelineentry")
    return alice


QUESTIONS: dict[str, Callable[[User], QuerySet]] = {
    "the first home page": lambda user: Tweet.objects.home_of(user)[:21],
    "a later home page": lambda user: Tweet.objects.home_of(user, before=100)[:21],
    "a person's page": lambda user: Tweet.objects.filter(author=user).visible_to(user).order_by("-pk")[:21],
    "into whose timelines a tweet belongs": lambda user: visibility.entries_of(Tweet.objects.filter(pk__in=[1, 2])),
    "into whose timelines a tweet to some belongs": lambda user: visibility.entries_of_chosen_friends(
        Tweet.objects.filter(pk__in=[1, 2])
    ),
    "what two new friends bring each other": lambda user: visibility.entries_of(
        Tweet.objects.filter(author__in=[user.pk, user.pk + 1]), owners=[user.pk, user.pk + 1]
    ),
    "what somebody has uploaded and not posted": lambda user: Photo.objects.drafts_of(user).order_by("-pk"),
    "photos that nobody uses": lambda user: Photo.objects.discarded(),
    "a photo that somebody may see": lambda user: Photo.objects.visible_to(user).filter(key=uuid4()),
    "the photos of a page": lambda user: Photo.objects.filter(tweet__in=[1, 2]).order_by("tweet", "position"),
    "what the sweeper looks after": lambda user: Tweet.objects.due().order_by("due_at")[:500],
    "what was given up": lambda user: Tweet.objects.failed().order_by("pk"),
    "the likes of a page of tweets": lambda user: Like.objects.filter(tweet__in=[1, 2, 3]).visible_to(user),
    "the comments on a page of tweets": lambda user: reactions.shown(Comment.objects.filter(tweet__in=[1, 2, 3]), user),
    "a page of comments": lambda user: reactions.shown(Comment.objects.filter(tweet=1, pk__gt=5), user).order_by("pk")[
        :21
    ],
    "a page of notifications": lambda user: (
        Notification.objects.visible_to(user).with_subjects().order_by("-pk").filter(pk__lt=100)[:21]
    ),
    "how many notifications are unread": unread_by,
    "who is told of a tweet": lambda user: notifications.called_one_of({"alice", "bob"}).filter(
        visibility.viewers_of(Tweet(pk=1))
    ),
    "what somebody likes and says": lambda user: Like.objects.filter(person=user),
    "what replies to a comment": lambda user: Comment.objects.filter(reply_to=1),
    "what is told of a tweet": lambda user: Notification.objects.filter(tweet=1),
    "what is told of a comment": lambda user: Notification.objects.filter(comment=1),
    "what is told of a like": lambda user: Notification.objects.filter(kind="like", tweet=1, actor=user),
    "what is told of a request": lambda user: Notification.objects.filter(kind="request", actor=user, receiver=1),
    "who is called so": lambda user: User.objects.called("Alice"),
    "who has not been here for long": lambda user: User.objects.filter(
        is_dormant=False, last_seen_at__lt=user.date_joined
    ).order_by("last_seen_at")[:100],
}


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_index_answers(question: str, crowd: User) -> None:
    plan = plan_of(QUESTIONS[question](crowd))
    assert not reads_a_table_whole(plan), plan


@pytest.mark.parametrize("question", ["the first home page", "a later home page"])
def test_a_home_page_comes_in_order_and_is_not_sorted(question: str, crowd: User) -> None:
    """Guard: ordering by the entry's column, which is the second of its key."""
    plan = plan_of(QUESTIONS[question](crowd))
    assert "Sort  " not in plan, plan
    assert "TEMP B-TREE" not in plan, plan


def test_a_first_page_is_read_from_the_newest_partition_on(crowd: User) -> None:
    """Guard: the horizon. Without it each partition is looked into before the first row comes."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no partitions")
    partitions.make_ahead()
    feed.home_page(crowd, None)  # now it is prepared
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN EXECUTE trellis_newest_1 (%s)", [crowd.pk])
        prepared = "\n".join(line for (line,) in cursor.fetchall())
    for plan in (prepared, plan_of(Tweet.objects.home_of(crowd, before=horizon.now())[:21])):
        assert "timelineentry_20000" in plan, plan
        assert "Merge Append" not in plan, plan
        assert "timelineentry_default" not in plan, plan


def test_a_search_reads_what_begins_so_and_no_more(crowd: User) -> None:
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    plan = User.objects.named("person1").explain()
    assert "user_search_username" in plan, plan
    assert "user_search_name" in plan, plan


def test_the_sweepers_index_has_only_what_waits(crowd: User) -> None:
    """However many tweets are delivered, a round of the sweeper looks at none of them."""
    assert "tweet_due" in plan_of(Tweet.objects.due().order_by("due_at")[:500])


def test_the_sweeper_reads_no_photo_that_is_used(crowd: User) -> None:
    """Guard: ABS in UNUSED. SQLite would read all that are nobody's picture, which nearly all are."""
    assert "photo_unused" in plan_of(Photo.objects.discarded())


def test_fan_out_reads_friends_from_an_index_alone(crowd: User) -> None:
    if connection.vendor == "postgresql":
        # Among a handful of friendships every index is as good as the other.
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_indexscan = off")
    plan = plan_of(visibility.entries_of(Tweet.objects.filter(pk__in=[1])))
    assert "friendship_receiving" in plan, plan
