"""Retention: what is trimmed, what stays, and that reading goes on past it without a seam."""

from collections.abc import Callable
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.models.functions import Now
from pytest_django import Settings

from timeline import audit, fanout, feed, friendships, partitions, retention
from timeline.feed import home_page
from timeline.models import Retention, TimelineEntry, Tweet, User
from timeline.rebuild import rebuild_timeline

pytestmark = pytest.mark.django_db(transaction=True)

Post = Callable[[User, int], list[int]]


def read_all(owner: User) -> list[int]:
    """Return the ids that somebody sees who scrolls to the end."""
    found: list[int] = []
    before = None
    while True:
        page = home_page(owner, before)
        found += [tweet.pk for tweet in page.rows]
        if page.following is None:
            return found
        assert len(page.rows) == 20, "a page that is followed by another is full"
        before = page.following.pk


@pytest.fixture
def first_old(alice: User, bob: User, charlie: User) -> int:
    """Post 90 tweets by turns, the older 50 of them long ago. Return the first id that is not old."""
    tweets = [Tweet.objects.create(author=author, text="x") for _ in range(30) for author in (alice, bob, charlie)]
    fanout.deliver([tweet.pk for tweet in tweets])
    newer = tweets[50].pk
    Tweet.objects.filter(pk__lt=newer).update(created_at=Now() - timedelta(days=40))
    return newer


def trim_to(floor: int, settings: Settings) -> None:
    """Trim as if the partitions ended where the window does, which on PostgreSQL they hardly ever do."""
    settings.TIMELINE_KEEP_DAYS = 30
    retention.raise_floor(floor)
    TimelineEntry.objects.filter(tweet_id__lt=floor).delete()


def test_everything_is_kept_by_default(first_old: int) -> None:
    before = TimelineEntry.objects.count()
    out = StringIO()
    call_command("trim_timelines", stdout=out)
    assert "everything is kept" in out.getvalue()
    assert TimelineEntry.objects.count() == before


def test_on_one_plain_table_old_entries_are_deleted(first_old: int, settings: Settings) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL drops whole partitions")
    settings.TIMELINE_KEEP_DAYS = 30
    trimmed = retention.trim()
    assert trimmed is not None
    assert trimmed.floor == first_old
    assert not TimelineEntry.objects.filter(tweet_id__lt=first_old).exists()
    assert TimelineEntry.objects.filter(tweet_id__gte=first_old).exists()
    assert_timelines_are_true()


def test_on_postgresql_whole_partitions_are_dropped(alice: User, bob: User, settings: Settings) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite keeps one plain table")
    settings.TIMELINE_PARTITION, settings.TIMELINE_KEEP_DAYS = 1000, 30
    start = partitions.partitions()[-1].upper
    newest = Tweet.objects.create(pk=start - 1, author=alice, text="old")
    made = partitions.make_ahead()
    try:
        old, kept = (Tweet.objects.create(pk=start + step, author=alice, text="x") for step in (5, 1005))
        fanout.deliver([newest.pk, old.pk, kept.pk])
        Tweet.objects.filter(pk__lte=old.pk + 500).update(created_at=Now() - timedelta(days=40))
        assert retention.first_kept_tweet() == old.pk + 1
        Tweet.objects.filter(pk=kept.pk).update(created_at=Now() - timedelta(days=40))
        Tweet.objects.create(pk=start + 1500, author=alice, text="fresh")
        assert retention.raise_floor(start) == start
        retention.drop(partitions.Partition(made[0], start + 1000))
        assert made[0] not in [part.table for part in partitions.partitions()]
        assert not TimelineEntry.objects.filter(tweet=old).exists()
        assert TimelineEntry.objects.filter(tweet=kept).count() == 2
    finally:
        Tweet.objects.all().delete()
        with connection.cursor() as cursor:
            for table in made:
                cursor.execute(f"DROP TABLE IF EXISTS {table}")


def test_reading_goes_on_past_what_is_stored(first_old: int, bob: User, settings: Settings) -> None:
    """Nothing twice, nothing left out, in the same order, and every page full."""
    before = read_all(bob)
    trim_to(first_old, settings)
    assert not TimelineEntry.objects.filter(owner=bob, tweet_id__lt=first_old).exists()
    assert read_all(bob) == before
    assert len(before) == 60


def test_who_had_scrolled_past_what_is_stored_gets_back_there(first_old: int, bob: User, settings: Settings) -> None:
    before = read_all(bob)
    trim_to(first_old, settings)
    page, is_cut = feed.page_through(bob, before[50], first_old)
    assert [tweet.pk for tweet in page.rows] == before[:51]
    assert not is_cut


def test_past_the_window_strangers_and_former_friends_stay_unseen(
    first_old: int, alice: User, bob: User, charlie: User, settings: Settings
) -> None:
    trim_to(first_old, settings)
    friendships.unfriend(alice.pk, bob.pk)
    friendships.befriend(bob.pk, charlie.pk)
    authors = set(Tweet.objects.filter(pk__in=read_all(bob)).values_list("author__username", flat=True))
    assert authors == {"bob", "charlie"}
    assert len(read_all(bob)) == 60


def test_below_the_floor_nothing_is_written_and_the_audit_agrees(
    first_old: int, alice: User, bob: User, charlie: User, settings: Settings
) -> None:
    """Guard: the floor in entries_of. Backfill, rebuild and a late delivery would fill up what was trimmed."""
    trim_to(first_old, settings)
    friendships.befriend(bob.pk, charlie.pk)
    rebuild_timeline(bob)
    Tweet.objects.filter(author=alice).deliver_again()
    fanout.deliver(list(Tweet.objects.filter(author=alice).values_list("pk", flat=True)))
    assert not TimelineEntry.objects.filter(tweet_id__lt=first_old).exists()
    assert_timelines_are_true()


def test_the_floor_is_never_lowered(alice: User) -> None:
    assert retention.raise_floor(50) == 50
    assert retention.raise_floor(20) == 50
    assert Retention.objects.get().floor == 50


def assert_timelines_are_true() -> None:
    found = audit.audit()
    assert (found.missing, found.extra) == (0, 0)
