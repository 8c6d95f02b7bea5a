"""The sweeper: what is lost comes back, what is late is left alone, what is idle costs next to nothing."""

import pytest
from django.db import connection, transaction
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from tests.servers import Beanstalkd
from tests.threads import InThread, wait_until
from timeline import broker, queue, sweep
from timeline.models import Tweet, User
from timeline.shards import shard_of, tube_of
from timeline.sweep import Sweeper

pytestmark = pytest.mark.django_db(transaction=True)


def ready(shard: int) -> int:
    return sweep.ready_in(broker.tube_stats(), shard)


@pytest.fixture
def lost(alice: User, beanstalkd: Beanstalkd) -> Tweet:
    """A tweet whose push was lost and whose lease is over."""
    (tweet,) = Tweet.objects.bulk_create([Tweet(author=alice, text="lost")])  # sends no signal
    Tweet.objects.filter(pk=tweet.pk).update(due_at=Now())
    return tweet


def test_a_lost_tweet_is_pushed_again(lost: Tweet) -> None:
    Sweeper().step()
    assert ready(shard_of(lost.pk)) == 1


def test_a_lease_keeps_it_from_being_pushed_each_second(lost: Tweet) -> None:
    """Guard: the new due_at."""
    for _ in range(3):
        Sweeper().step()
    assert ready(shard_of(lost.pk)) == 1


def test_a_fresh_tweet_is_left_to_the_queue(alice: User, beanstalkd: Beanstalkd) -> None:
    (tweet,) = Tweet.objects.bulk_create([Tweet(author=alice, text="on its way")])
    Sweeper().step()
    assert ready(shard_of(tweet.pk)) == 0


def test_a_long_tube_is_late_and_not_lost(lost: Tweet) -> None:
    """Guard: LONG. Pushing again into a tube that is merely long would make it longer."""
    shard = shard_of(lost.pk)
    with broker.Connection(2) as beanstalk:
        for _ in range(sweep.LONG):
            beanstalk.put_into(tube_of(shard), b"%d" % lost.pk, queue.FRESH)
    Sweeper().step()
    assert ready(shard) == sweep.LONG
    assert Tweet.objects.due().filter(pk=lost.pk).exists(), "it is looked at again as soon as the tube is short"


def test_another_tubes_length_does_not_matter(lost: Tweet) -> None:
    other = (shard_of(lost.pk) + 1) % 5
    with broker.Connection(2) as beanstalk:
        for _ in range(sweep.LONG):
            beanstalk.put_into(tube_of(other), b"1", queue.FRESH)
    Sweeper().step()
    assert ready(shard_of(lost.pk)) == 1


def test_delivered_and_failed_tweets_are_left_alone(lost: Tweet) -> None:
    Tweet.objects.filter(pk=lost.pk).update(due_at=None, failure="given up")
    Sweeper().step()
    Tweet.objects.filter(pk=lost.pk).update(delivered_at=Now(), failure="")
    Sweeper().step()
    assert ready(shard_of(lost.pk)) == 0


def test_without_a_broker_nothing_is_leased(lost: Tweet, settings: Settings) -> None:
    """Guard: push before the lease. Otherwise the tweet would wait a whole lease more."""
    settings.BEANSTALKD_ADDRESS = "/nonexistent"
    with pytest.raises(broker.BrokerUnavailableError):
        Sweeper().step()
    with pytest.raises(broker.BrokerUnavailableError):
        sweep.push_due(list(range(5)))
    assert Tweet.objects.due().filter(pk=lost.pk).exists()


def test_two_sweepers_do_not_push_the_same_tweet(lost: Tweet) -> None:
    """Guard: SKIP LOCKED."""
    if connection.vendor != "postgresql":
        pytest.skip("on SQLite the second sweeper waits for the first")
    with transaction.atomic():
        assert sweep.push_due(list(range(5))) == 1
        assert InThread(lambda: sweep.push_due(list(range(5)))).result() == 0


def test_many_lost_tweets_are_pushed_chunk_by_chunk(alice: User, beanstalkd: Beanstalkd) -> None:
    Tweet.objects.bulk_create([Tweet(author=alice, text="lost") for _ in range(sweep.CHUNK + 1)])
    Tweet.objects.update(due_at=Now())
    sweeper = Sweeper()
    assert sweeper.step() is True
    assert sweeper.step() is False
    assert sum(ready(shard) for shard in range(5)) == sweep.CHUNK + 1


def test_jobs_of_shards_that_are_no_more_are_adopted(lost: Tweet) -> None:
    with broker.Connection(2) as beanstalk:
        beanstalk.put_into("tweet_pub_6", b"%d" % lost.pk, queue.FRESH)
    Tweet.objects.update(due_at=None, delivered_at=Now())
    assert Sweeper().step() is True
    assert ready(shard_of(lost.pk)) == 1
    assert "tweet_pub_6" not in broker.tube_stats()


def test_a_round_that_finds_nothing_asks_the_database_once(alice: User, beanstalkd: Beanstalkd) -> None:
    sweeper = Sweeper()
    sweeper.step()
    with CaptureQueriesContext(connection) as asked:
        sweeper.step()
    assert len(asked) == 1


def test_it_goes_on_when_the_broker_is_back(lost: Tweet, beanstalkd: Beanstalkd) -> None:
    beanstalkd.stop()
    sweeper = Sweeper()
    running = InThread(sweeper.run)
    beanstalkd.start()
    wait_until(lambda: ready(shard_of(lost.pk)), "the tweet is pushed again")
    sweeper.stop()
    running.result()
