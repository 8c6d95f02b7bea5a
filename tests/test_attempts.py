"""A tweet that cannot be delivered: counted, tried again, given up, and never in its neighbours' way."""

from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.db.models import F
from django.db.models.functions import Now

from tests.poison import poisoned
from timeline import attempts
from timeline.attempts import MOST, deliver_counting
from timeline.models import Tweet, User
from timeline.models.tweet import Delivery

pytestmark = pytest.mark.django_db(transaction=True)


def post(author: User, count: int) -> list[int]:
    return [Tweet.objects.create(author=author, text=f"tweet {number}").pk for number in range(count)]


def states(ids: list[int]) -> list[Delivery]:
    found = Tweet.objects.in_bulk(ids)
    return [found[pk].delivery for pk in ids]


def test_one_bad_tweet_does_not_block_its_neighbours(alice: User, bob: User) -> None:
    """Guard: one by one after a failed batch."""
    ids = post(alice, 5)
    with poisoned(ids[2]):
        delivered = deliver_counting(ids)
    assert delivered.tweets == (ids[0], ids[1], ids[3], ids[4])
    assert states(ids) == ["delivered", "delivered", "waiting", "delivered", "delivered"]


def test_a_failed_attempt_is_noted_with_its_reason_and_the_next_time(alice: User, bob: User) -> None:
    (pk,) = post(alice, 1)
    with poisoned(pk):
        deliver_counting([pk])
    tweet = Tweet.objects.get(pk=pk)
    assert tweet.attempts == 1
    assert "poison" in tweet.failure
    assert tweet.due_at is not None
    assert tweet.due_at < tweet.created_at + timedelta(seconds=5), "the lease is cut short to the pause"


def test_a_tweet_that_recovers_is_delivered_and_its_reason_forgotten(alice: User, bob: User) -> None:
    (pk,) = post(alice, 1)
    with poisoned(pk):
        deliver_counting([pk])
    assert deliver_counting([pk]).tweets == (pk,)
    assert Tweet.objects.get(pk=pk).failure == ""


def test_after_the_last_attempt_the_tweet_is_failed_and_left_alone(alice: User, bob: User) -> None:
    (pk,) = post(alice, 1)
    with poisoned(pk):
        for number in range(1, MOST + 1):
            assert Tweet.objects.get(pk=pk).delivery == Delivery.WAITING
            deliver_counting([pk])
            assert Tweet.objects.get(pk=pk).attempts == number
    tweet = Tweet.objects.get(pk=pk)
    assert tweet.delivery == Delivery.FAILED
    assert "poison" in tweet.failure
    assert not Tweet.objects.due().exists()


def test_a_leftover_job_does_not_try_a_failed_tweet_again(alice: User, bob: User) -> None:
    """Guard: deliver takes only what is waiting. Else a tweet that kills its consumer would go on, uncounted."""
    (pk,) = post(alice, 1)
    Tweet.objects.filter(pk=pk).update(attempts=MOST)
    deliver_counting([pk])
    assert deliver_counting([pk]).tweets == ()
    assert states([pk]) == ["failed"]


def test_attempts_that_ended_with_the_process_count_too(alice: User, bob: User) -> None:
    """Guard: the count is committed before the work."""
    (pk,) = post(alice, 1)
    for _ in range(MOST):  # each time the process dies right after it has begun
        if not attempts.begin([pk]):
            Tweet.objects.filter(pk=pk).update(attempts=F("attempts") + 1)
    deliver_counting([pk])
    tweet = Tweet.objects.get(pk=pk)
    assert tweet.delivery == Delivery.FAILED
    assert tweet.attempts == MOST
    assert "died" in tweet.failure


def test_suspects_are_tried_after_all_others_the_most_tried_last(alice: User, bob: User) -> None:
    """Guard: by_attempts. Otherwise what kills the process takes its neighbours' attempts with it."""
    ids = post(alice, 3)
    for pk, count in zip(ids, (5, 0, 2), strict=True):
        Tweet.objects.filter(pk=pk).update(attempts=count)
    assert deliver_counting(ids).tweets == (ids[1], ids[2], ids[0])


def test_pauses_grow_and_are_spread() -> None:
    for number in range(1, MOST):
        longest = attempts.FIRST_PAUSE * 2 ** (number - 1)
        pauses = {attempts.pause_after(number) for _ in range(20)}
        assert all(longest / 2 <= pause <= longest for pause in pauses)
        assert len(pauses) > 1
    assert attempts.pause_after(100) <= attempts.LONGEST_PAUSE


def test_a_lost_connection_is_an_outage_and_not_the_tweets_fault(alice: User, bob: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no connection to lose")
    with pytest.raises(OperationalError) as caught, connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
    assert attempts.is_outage(caught.value)
    connection.close()


def test_a_statement_that_takes_too_long_is_the_tweets_fault(alice: User) -> None:
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has no statement timeout")
    with pytest.raises(OperationalError) as caught, connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '10ms'; SELECT pg_sleep(1)")
    assert not attempts.is_outage(caught.value)
    connection.close()


def test_a_locked_database_is_an_outage(alice: User) -> None:
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite locks the whole database")
    import sqlite3

    blocker = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    try:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA busy_timeout = 50")
        with pytest.raises(OperationalError) as caught:
            Tweet.objects.filter(author=alice).update(due_at=Now())
        assert attempts.is_outage(caught.value)
    finally:
        blocker.close()
        connection.close()


def test_what_is_unknown_or_done_is_named(alice: User, bob: User) -> None:
    (pk,) = post(alice, 1)
    deliver_counting([pk])
    delivered = deliver_counting([pk, pk + 1000])
    assert (delivered.done, delivered.unknown) == ((pk,), (pk + 1000,))
