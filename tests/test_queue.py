"""Pushing to a real beanstalkd, and what a request loses when it is away."""

import os
import resource
import signal
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import greenstalk
import pytest
from django.db import transaction
from pytest_django import Settings

from tests.servers import Beanstalkd
from tests.threads import wait_until
from timeline import broker, queue
from timeline.broker import Job
from timeline.models import Tweet, User
from timeline.queue import Inbox
from timeline.shards import shard_of, tube_of


@pytest.fixture
def silent_broker(tmp_path: Path, settings: Settings) -> Iterator[str]:
    """A socket that accepts and never answers, as a frozen or half-open broker does."""
    path = str(Path(os.environ.get("TMPDIR", "/tmp")) / f"silent-{os.getpid()}-{threading.get_ident()}.sock")
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(16)
    settings.BEANSTALKD_ADDRESS = path
    yield path
    listener.close()
    os.unlink(path)


def take_all(shard: int) -> list[int | None]:
    with broker.Connection(2, watch=tube_of(shard)) as connection:
        jobs = connection.reserve_ready(10)
        connection.delete_all(jobs)
        return [job.tweet_id for job in jobs]


def test_a_push_goes_into_the_tube_of_its_shard(beanstalkd: Beanstalkd) -> None:
    assert queue.push(12)
    assert shard_of(12) == 2
    assert take_all(1) == []
    assert take_all(2) == [12]


@pytest.mark.django_db(transaction=True)
def test_a_new_tweet_is_pushed_once_it_is_committed(alice: User, beanstalkd: Beanstalkd) -> None:
    """Guard: on_commit. A push before the commit would send a consumer to a row that is not there."""
    with transaction.atomic():
        tweet = Tweet.objects.create(author=alice, text="hello")
        assert take_all(shard_of(tweet.pk)) == []
    assert take_all(shard_of(tweet.pk)) == [tweet.pk]


@pytest.mark.django_db(transaction=True)
def test_a_tweet_that_is_rolled_back_is_never_pushed(alice: User, beanstalkd: Beanstalkd) -> None:
    with transaction.atomic():
        tweet = Tweet.objects.create(author=alice, text="hello")
        transaction.set_rollback(True)
    assert take_all(shard_of(tweet.pk)) == []


@pytest.mark.django_db(transaction=True)
def test_a_changed_tweet_is_not_pushed_again(alice: User, beanstalkd: Beanstalkd) -> None:
    tweet = Tweet.objects.create(author=alice, text="hello")
    take_all(shard_of(tweet.pk))
    tweet.text = "hello!"
    tweet.save()
    assert take_all(shard_of(tweet.pk)) == []


def test_a_push_survives_a_restart_of_the_broker(beanstalkd: Beanstalkd) -> None:
    """Guard: the one retry on a fresh connection."""
    assert queue.push(5)
    beanstalkd.restart()
    assert queue.push(10)
    assert sorted(take_all(0), key=str) == [10, 5]


def test_a_broker_that_is_away_costs_no_error_and_little_time(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.BEANSTALKD_ADDRESS = "/nonexistent/beanstalkd.sock"
    assert queue.push(1) is False
    assert "not pushed tweet=1" in caplog.text


def test_a_silent_broker_costs_less_than_a_second_and_only_once(silent_broker: str) -> None:
    """Guards: the time-out, and the circuit breaker, without which each request would pay it."""
    started = time.monotonic()
    assert queue.push(1) is False
    first = time.monotonic() - started
    for tweet_id in range(2, 50):
        assert queue.push(tweet_id) is False
    rest = time.monotonic() - started - first
    assert first < 1
    assert rest < first


def test_the_breaker_lets_pushes_through_after_a_while(beanstalkd: Beanstalkd, monkeypatch: pytest.MonkeyPatch) -> None:
    queue.breaker.trip()
    assert queue.push(1) is False
    later = time.monotonic() + queue.BREAK
    monkeypatch.setattr(time, "monotonic", lambda: later)  # only the clock
    assert queue.push(1) is True


def test_after_a_restart_of_the_broker_pushes_go_through_soon(beanstalkd: Beanstalkd) -> None:
    """Guard: SHORT_BREAK. To be refused costs nothing; a longer one would leave new tweets to the sweeper."""
    beanstalkd.stop()
    assert queue.push(5) is False
    beanstalkd.start()
    wait_until(lambda: queue.push(10), "a push goes through", patience=queue.BREAK / 2)


def test_a_draining_broker_is_a_broker_that_is_away(beanstalkd: Beanstalkd) -> None:
    os.kill(beanstalkd.pid, signal.SIGUSR1)
    assert queue.push(1) is False


def test_threads_have_connections_of_their_own(beanstalkd: Beanstalkd) -> None:
    def push_some() -> None:
        done.append(all(queue.push(tweet_id) for tweet_id in range(1, 101)))

    done: list[bool] = []
    threads = [threading.Thread(target=push_some) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True] * 8
    assert sum(int(stats["current-jobs-ready"]) for stats in broker.tube_stats().values()) == 800


def test_a_forked_process_does_not_use_its_parents_connection(beanstalkd: Beanstalkd) -> None:
    """Guard: the process id kept beside the connection. Two processes on one socket would mix up the answers."""
    assert queue.push(5)
    child = os.fork()
    if child == 0:
        inherited = queue.pusher.connection
        pushed = queue.push(10)
        os._exit(0 if pushed and queue.pusher.connection is not inherited else 1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


@pytest.mark.parametrize(
    ("body", "tweet_id"),
    [
        (b"1", 1),
        (b"9223372036854775807", 2**63 - 1),
        (b"9223372036854775808", None),
        (b"0", None),
        (b"-1", None),
        (b"1\n", None),
        (b" 1", None),
        ("١".encode(), None),
        (b"", None),
        (b"\xff\xfe", None),
        (b"1" * 65_000, None),
    ],
)
def test_a_body_is_a_tweet_id_or_nothing(body: bytes, tweet_id: int | None) -> None:
    assert Job.parse(1, body).tweet_id == tweet_id


def test_an_inbox_takes_what_is_ready_in_order_and_no_more_than_asked(beanstalkd: Beanstalkd) -> None:
    for number in range(1, 31):
        queue.push(number * 5)
    inbox = Inbox(tube_of(0))
    assert [job.tweet_id for job in inbox.take(20)] == [number * 5 for number in range(1, 21)]
    assert [job.tweet_id for job in inbox.take(20)] == [number * 5 for number in range(21, 31)]
    inbox.close()


def test_jobs_taken_and_not_deleted_come_back_when_the_inbox_hangs_up(beanstalkd: Beanstalkd) -> None:
    queue.push(5)
    inbox = Inbox(tube_of(0))
    assert len(inbox.take(10)) == 1
    inbox.close()
    again = Inbox(tube_of(0))
    assert [job.tweet_id for job in again.take(10)] == [5]
    again.close()


def test_deleting_a_job_that_somebody_else_has_is_no_error(beanstalkd: Beanstalkd) -> None:
    queue.push(5)
    inbox = Inbox(tube_of(0))
    jobs = inbox.take(10)
    inbox.delete(jobs)
    inbox.delete(jobs)
    inbox.close()


def test_what_is_pushed_again_waits_behind_what_is_fresh(beanstalkd: Beanstalkd) -> None:
    queue.push_all([5])
    queue.push(10)
    assert take_all(0) == [10, 5]


def test_a_tube_without_a_shard_is_emptied_into_the_right_tubes(beanstalkd: Beanstalkd) -> None:
    with broker.Connection(2) as connection:
        for number in range(1, 251):
            connection.put_into("tweet_pub_7", b"%d" % number, queue.FRESH)
        connection.put_into("tweet_pub_7", b"rubbish", queue.FRESH)
    assert queue.adopt("tweet_pub_7") == 251
    stats = broker.tube_stats()
    assert [int(stats[tube_of(shard)]["current-jobs-ready"]) for shard in range(5)] == [50] * 5
    assert "tweet_pub_7" not in stats


def test_a_log_that_is_written_is_told_apart_from_none(beanstalkd: Beanstalkd) -> None:
    assert broker.log_state() == broker.Log.WRITTEN
    beanstalkd.restart(log=False)
    assert broker.log_state() == broker.Log.ABSENT


def test_a_log_that_is_silently_off_is_noticed(beanstalkd: Beanstalkd) -> None:
    """beanstalkd stops logging after a write error, here a file that may not grow, and goes on without a word."""
    resource.prlimit(beanstalkd.pid, resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))
    assert queue.push(5), "it still takes jobs"
    resource.prlimit(beanstalkd.pid, resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
    assert broker.log_state() == broker.Log.SILENT


def test_errors_name_the_broker(settings: Settings) -> None:
    settings.BEANSTALKD_ADDRESS = "127.0.0.1:1"
    with pytest.raises(broker.BrokerUnavailableError, match=r"beanstalkd at 127\.0\.0\.1:1"):
        broker.broker_stats()


def test_greenstalk_still_has_the_inner_parts_that_the_pipeline_stands_on() -> None:
    """A new version of greenstalk has to be looked at before it is pinned."""
    assert greenstalk.__version__ == "2.1.1"


def test_jobs_of_a_full_batch_are_deleted_while_the_next_is_worked_on(
    beanstalkd: Beanstalkd, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "WAIT", 0)
    queue.push_all(range(5, 35, 5))
    inbox = Inbox(tube_of(0))
    for _ in range(3):
        jobs = inbox.take(2)
        assert len(jobs) == 2
        inbox.delete(jobs)
    assert in_tube(0) == 2, "the last full batch waits for the next take"
    assert inbox.take(2) == []
    assert in_tube(0) == 0
    inbox.close()


def test_what_was_not_deleted_yet_comes_again_when_the_consumer_dies(beanstalkd: Beanstalkd) -> None:
    queue.push_all([5, 10])
    inbox = Inbox(tube_of(0))
    inbox.delete(inbox.take(2))
    inbox.close()
    assert take_all(0) == [5, 10]


def test_a_consumer_that_stops_deletes_what_it_has_done(beanstalkd: Beanstalkd) -> None:
    queue.push_all([5, 10])
    inbox = Inbox(tube_of(0))
    inbox.delete(inbox.take(2))
    inbox.finish()
    inbox.close()
    assert take_all(0) == []


def in_tube(shard: int) -> int:
    """Return how many jobs of a tube are not deleted, ready or reserved."""
    tube = broker.tube_stats().get(tube_of(shard), {})
    return tube.get("current-jobs-ready", 0) + tube.get("current-jobs-reserved", 0)
