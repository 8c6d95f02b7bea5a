"""One consumer, step by step, and as a process that is told to stop."""

import logging
import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from pytest_django import Settings

from tests.servers import Beanstalkd
from tests.threads import InThread, wait_until
from timeline import broker, queue
from timeline.consumer import LONGEST_PAUSE, Consumer, fitting_batch, pause_after
from timeline.fanout import Delivered
from timeline.models import TimelineEntry, Tweet, User
from timeline.shards import shard_of, tube_of

pytestmark = pytest.mark.django_db(transaction=True)

Start = Callable[[int], subprocess.Popen[bytes]]

ROOT = Path(__file__).resolve().parent.parent


def put(shard: int, *bodies: bytes) -> None:
    with broker.Connection(2) as connection:
        for body in bodies:
            connection.put_into(tube_of(shard), body, queue.FRESH)


def ready(shard: int) -> int:
    return int(broker.tube_stats().get(tube_of(shard), {}).get("current-jobs-ready", 0))


def test_a_step_delivers_what_is_ready_and_deletes_the_jobs(alice: User, bob: User, beanstalkd: Beanstalkd) -> None:
    tweets = [Tweet.objects.create(author=alice, text=str(number)) for number in range(10)]
    shard = shard_of(tweets[0].pk)
    mine = [tweet.pk for tweet in tweets if shard_of(tweet.pk) == shard]
    consumer = Consumer(shard)

    assert consumer.step() is True

    assert set(TimelineEntry.objects.filter(owner=bob).values_list("tweet", flat=True)) == set(mine)
    assert ready(shard) == 0
    consumer.inbox.close()
    assert ready(shard) == 0, "deleted, not merely reserved"


def test_an_unknown_tweet_is_logged_and_its_job_deleted(
    alice: User, beanstalkd: Beanstalkd, caplog: pytest.LogCaptureFixture
) -> None:
    put(0, b"123456785")
    consumer = Consumer(0)
    with caplog.at_level(logging.INFO, "timeline"):
        consumer.step()
    consumer.inbox.close()
    assert "no such tweet shard=0 tweets=123456785" in caplog.text
    assert ready(0) == 0


def test_rubbish_is_logged_and_deleted_and_blocks_nobody(
    alice: User, bob: User, beanstalkd: Beanstalkd, caplog: pytest.LogCaptureFixture
) -> None:
    tweet = Tweet.objects.create(author=alice, text="hello")
    shard = shard_of(tweet.pk)
    put(shard, b"rubbish", b"", b"\xff" * 60_000)
    consumer = Consumer(shard)
    consumer.step()
    consumer.inbox.close()
    assert "no tweet id" in caplog.text
    assert ready(shard) == 0
    assert TimelineEntry.objects.filter(owner=bob, tweet=tweet).exists()


def test_a_line_of_the_log_tells_shard_tweets_rows_and_time(
    alice: User, bob: User, beanstalkd: Beanstalkd, caplog: pytest.LogCaptureFixture
) -> None:
    tweet = Tweet.objects.create(author=alice, text="hello")
    consumer = Consumer(shard_of(tweet.pk))
    with caplog.at_level(logging.INFO, "timeline"):
        consumer.step()
    consumer.inbox.close()
    assert f"delivered shard={shard_of(tweet.pk)} tweets={tweet.pk} rows=1 ms=" in caplog.text


@pytest.mark.parametrize("failures", [0, 1, 10, 100_000])
def test_pauses_grow_up_to_a_limit_however_long_an_outage_lasts(failures: int) -> None:
    """Guard: the limit of the exponent. 2 ** 1100 is no float, so a consumer would end after an hour and a half."""
    assert 0.05 <= pause_after(failures) <= LONGEST_PAUSE


def test_huge_audiences_make_batches_small_and_small_ones_large(settings: Settings) -> None:
    """Guard: fitting_batch. A hundred tweets with thousands of friends each would hold up what comes behind them."""

    def after(tweets: int, rows: int) -> int:
        return fitting_batch(Delivered(tweets=tuple(range(tweets)), done=(), unknown=(), rows=rows))

    settings.TIMELINE_BATCH, settings.TIMELINE_BATCH_ROWS = 100, 50_000
    assert after(100, 20_000) == 100
    assert after(100, 500_000) == 10
    assert after(1, 80_000) == 1
    assert after(3, 0) == 100
    assert after(0, 0) == 100


def test_a_shard_that_is_not_there_is_refused() -> None:
    with pytest.raises(CommandError, match="TIMELINE_SHARDS=5 means 0 to 4"):
        call_command("consume_tweets", "5")


def test_it_waits_for_a_broker_that_is_away_and_goes_on(alice: User, bob: User, beanstalkd: Beanstalkd) -> None:
    """Guard: reconnecting. Never ending, or supervisor would give up."""
    consumer = Consumer(0)
    running = InThread(consumer.run)
    beanstalkd.stop()
    wait_until(lambda: consumer.failures > 1, "the consumer has tried more than once")
    beanstalkd.start()
    tweet = post_in_shard(0, alice)
    wait_until(lambda: TimelineEntry.objects.filter(owner=bob, tweet=tweet).exists(), "bob has the tweet")
    consumer.stop()
    running.result()


def post_in_shard(shard: int, author: User) -> Tweet:
    while shard_of((tweet := Tweet.objects.create(author=author, text="hello")).pk) != shard:
        pass
    queue.breaker.reset()
    queue.push(tweet.pk)
    return tweet


@contextmanager
def database_that_fails() -> Iterator[None]:
    """While it lasts, no delivery gets to its commit: PostgreSQL ends the connection, SQLite stays locked."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "CREATE FUNCTION hang_up() RETURNS trigger LANGUAGE plpgsql AS "
                "$$ BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NEW; END $$"
            )
            cursor.execute(
                "CREATE TRIGGER hang_up BEFORE INSERT ON timeline_timelineentry FOR EACH ROW EXECUTE FUNCTION hang_up()"
            )
        yield
        connection.close()
        with connection.cursor() as cursor:
            cursor.execute("DROP FUNCTION hang_up CASCADE")
        return
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    blocker = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    blocker.execute("BEGIN IMMEDIATE")
    yield
    blocker.close()
    connection.close()


def test_a_job_is_deleted_only_after_its_delivery_is_committed(alice: User, bob: User, beanstalkd: Beanstalkd) -> None:
    """Guard: delete last. Were it first, the job would be gone and the tweet would wait for the sweeper."""
    tweet = Tweet.objects.create(author=alice, text="hello")
    consumer = Consumer(shard_of(tweet.pk))
    with database_that_fails(), pytest.raises(DatabaseError):
        consumer.step()
    consumer.inbox.close()
    assert ready(consumer.shard) == 1
    assert consumer.step()
    consumer.inbox.close()
    assert TimelineEntry.objects.filter(owner=bob, tweet=tweet).exists()


def test_a_read_only_database_is_waited_for(alice: User, bob: User, beanstalkd: Beanstalkd) -> None:
    """What a consumer meets in a fail-over: an old primary that takes no writes any more. It marks nothing."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite does not fail over")
    tweet = Tweet.objects.create(author=alice, text="hello")
    consumer = Consumer(shard_of(tweet.pk))
    with connection.cursor() as cursor:
        cursor.execute("SET default_transaction_read_only = on")
    with pytest.raises(DatabaseError):
        consumer.step()
    connection.close()
    consumer.inbox.close()
    assert Tweet.objects.waiting().filter(pk=tweet.pk, failure="").exists()
    assert consumer.step()
    consumer.inbox.close()


def test_a_broker_that_falls_silent_is_left(
    alice: User, beanstalkd: Beanstalkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Guard: the time-out of the consumer's socket. Half open, or frozen, it would wait for ever."""
    monkeypatch.setattr(queue, "SILENCE", 0.5)
    consumer = Consumer(0)
    consumer.inbox.connect()
    os.kill(beanstalkd.pid, signal.SIGSTOP)
    try:
        with pytest.raises(broker.BrokerUnavailableError):
            consumer.step()
    finally:
        os.kill(beanstalkd.pid, signal.SIGCONT)
    assert consumer.inbox.connection is None, "the next step connects anew"


# --- As a process ------------------------------------------------------------------------------------------


@pytest.fixture
def process(beanstalkd: Beanstalkd, process_environment: dict[str, str]) -> Iterator[Start]:
    """Start consumers as processes of their own; end what is left of them."""
    started: list[subprocess.Popen[bytes]] = []

    def start(shard: int) -> subprocess.Popen[bytes]:
        command = [sys.executable, "manage.py", "consume_tweets", str(shard)]
        started.append(subprocess.Popen(command, cwd=ROOT, env=process_environment))
        return started[-1]

    yield start
    for consumer in started:
        consumer.kill()
        consumer.wait()


def watchers(shard: int) -> int:
    return int(broker.tube_stats().get(tube_of(shard), {}).get("current-watching", 0))


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_an_idle_consumer_ends_within_a_second(process: Start, number: signal.Signals) -> None:
    """Guard: the handler shuts the socket down. Python would go on waiting for a job otherwise (PEP 475)."""
    consumer = process(3)
    wait_until(lambda: watchers(3), "the consumer watches its tube")
    started = time.monotonic()
    consumer.send_signal(number)
    assert consumer.wait(10) == 0
    assert time.monotonic() - started < 1


def test_a_second_consumer_of_a_shard_waits_for_the_first_to_end(process: Start) -> None:
    """Guard: the lock file."""
    first = process(2)
    wait_until(lambda: watchers(2) == 1, "the first consumer watches")
    second = process(2)
    wait_until(lambda: has_lock_file_open(second.pid), "the second consumer asks for the lock")
    assert watchers(2) == 1
    first.kill()
    first.wait()
    wait_until(lambda: watchers(2) == 1, "the second consumer has taken over")
    assert second.poll() is None


def has_lock_file_open(pid: int) -> bool:
    return any(file.path.endswith("shard-2.lock") for file in psutil.Process(pid).open_files())


def test_a_waiting_consumer_ends_when_told(process: Start) -> None:
    process(2)
    wait_until(lambda: watchers(2) == 1, "the first consumer watches")
    second = process(2)
    wait_until(lambda: has_lock_file_open(second.pid), "the second consumer asks for the lock")
    second.send_signal(signal.SIGTERM)
    assert second.wait(10) == 0


def test_a_consumer_dies_with_its_parent(process_environment: dict[str, str], beanstalkd: Beanstalkd) -> None:
    """Guard: PR_SET_PDEATHSIG. A killed supervisord would leave its consumers behind."""
    script = (
        "import subprocess, sys, time;"
        "consumer = subprocess.Popen([sys.executable, 'manage.py', 'consume_tweets', '1']);"
        "print(consumer.pid, flush=True); time.sleep(60)"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, env=process_environment, stdout=subprocess.PIPE, text=True
    )
    assert parent.stdout is not None
    consumer = psutil.Process(int(parent.stdout.readline()))
    wait_until(lambda: watchers(1), "the consumer watches its tube")
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_until(lambda: not consumer.is_running() or consumer.status() == psutil.STATUS_ZOMBIE, "the consumer is gone")


def test_a_frozen_consumer_does_no_harm_when_it_wakes(process: Start, alice: User, bob: User) -> None:
    consumer = process(0)
    wait_until(lambda: watchers(0), "the consumer watches its tube")
    os.kill(consumer.pid, signal.SIGSTOP)
    tweet = post_in_shard(0, alice)
    taken_over = Consumer(0)
    # The frozen one holds the job in its socket; what the sweeper does after the lease, we do at once.
    queue.push(tweet.pk)
    assert taken_over.step()
    taken_over.inbox.close()
    os.kill(consumer.pid, signal.SIGCONT)
    wait_until(lambda: ready(0) == 0 and reserved(0) == 0, "the consumer has finished what it held")
    assert TimelineEntry.objects.filter(tweet=tweet).count() == 2
    assert consumer.poll() is None


def reserved(shard: int) -> int:
    return int(broker.tube_stats().get(tube_of(shard), {}).get("current-jobs-reserved", 0))
