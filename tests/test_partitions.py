"""Partitions of the timeline entries: made in time, on PostgreSQL."""

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from pytest_django import Settings

from tests.threads import InThread
from timeline import fanout, partitions
from timeline.models import TimelineEntry, Tweet, User

pytestmark = pytest.mark.django_db(transaction=True)

needs_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite keeps one plain table")


@pytest.fixture
def small_partitions(settings: Settings) -> None:
    settings.TIMELINE_PARTITION = 1000


def jump_to(tweet_id: int, author: User) -> Tweet:
    """Post a tweet with a chosen id, as if all before it had been posted."""
    return Tweet.objects.create(pk=tweet_id, author=author, text="far ahead")


@needs_postgresql
def test_new_entries_go_to_the_partition_of_their_tweet(alice: User, bob: User, small_partitions: None) -> None:
    newest = partitions.partitions()[-1]
    tweet = jump_to(newest.upper - 1, alice)
    made = partitions.make_ahead()
    try:
        fanout.deliver([tweet.pk])
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {newest.table}")
            assert cursor.fetchone() == (2,)
        assert len(made) == partitions.AHEAD
        assert partitions.make_ahead() == [], "once is enough"
    finally:
        drop(made)


@needs_postgresql
def test_a_partition_left_unmade_is_noticed(alice: User, bob: User) -> None:
    assert not partitions.stray_entries()
    tweet = jump_to(partitions.partitions()[-1].upper + 1, alice)
    assert partitions.stray_entries(), "the author's own entry has no partition"
    tweet.delete()
    assert not partitions.stray_entries()


@needs_postgresql
def test_others_write_while_a_partition_is_made(alice: User, bob: User, small_partitions: None) -> None:
    """Guard: ATTACH. A writer that has not committed does not hold up the making of a partition."""
    jump_to(partitions.partitions()[-1].upper - 1, alice)
    tweet = Tweet.objects.create(pk=1, author=alice, text="an old one")
    with transaction.atomic():
        fanout.deliver([tweet.pk])
        made = InThread(partitions.make_ahead).result()
    drop(made)
    assert len(made) == partitions.AHEAD


@needs_postgresql
def test_the_migration_keeps_what_is_stored_both_ways(alice: User, bob: User) -> None:
    tweet = Tweet.objects.create(author=alice, text="hello")
    fanout.deliver([tweet.pk])
    before = set(TimelineEntry.objects.values_list("owner", "tweet"))
    call_command("migrate", "timeline", "0001", verbosity=0)
    assert set(TimelineEntry.objects.values_list("owner", "tweet")) == before
    assert partitions.partitions() == []
    call_command("migrate", "timeline", verbosity=0)
    assert set(TimelineEntry.objects.values_list("owner", "tweet")) == before
    assert len(partitions.partitions()) == 2


def test_one_plain_table_needs_no_partitions(alice: User) -> None:
    if connection.vendor == "postgresql":
        pytest.skip("only SQLite keeps one plain table")
    assert partitions.make_ahead() == []
    assert not partitions.stray_entries()


def drop(names: list[str]) -> None:
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TABLE {name}")
