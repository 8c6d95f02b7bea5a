"""The broker: pushing tweet ids into tubes, and taking them out. The only module that knows greenstalk.

The queue is a hint: whoever pushes may fail quietly, because the tweet's row says that it is still to be
delivered. Whoever takes must finish its work in the database before it deletes the job.
"""

import contextlib
import logging
import os
import re
import socket
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, cast

import greenstalk
from django.conf import settings

from timeline.shards import shard_of, tube_of

logger = logging.getLogger(__name__)

# beanstalkd serves lower numbers first.
FRESH, AGAIN = 1024, 2048
# Seconds that a push may wait for each answer. With the one retry a request loses under a second.
PUSH_TIMEOUT = 0.3
# Seconds without a try after a push has failed, or every request would pay the timeout while the broker is away.
BREAK = 5.0
# Seconds that a consumer waits for a job, and the few more after which a silent socket counts as dead.
WAIT, SILENCE = 15, 20
# Pipelined commands in flight: far below the 500 or so that could fill both socket buffers and deadlock.
PIPELINE = 100

# Where `log_state` puts its job.
PROBE = "trellis_probe"

# What greenstalk raises when the connection is of no more use. A reply cut short is an AssertionError there.
BROKEN = (OSError, AssertionError, ValueError, greenstalk.Error)

# beanstalkd's figures about each tube: all are numbers but its name, which is the key here.
TubeStats = Mapping[str, Mapping[str, int]]

TWEET_ID = re.compile(rb"[1-9][0-9]{0,18}")


class QueueUnavailableError(Exception):
    """beanstalkd could not be reached, or did not answer as it should."""


@dataclass(frozen=True)
class Job:
    """A reserved job.

    Attributes:
        id: beanstalkd's number of it; starts again after a restart, so it identifies nothing for long.
        tweet_id: what it asks to deliver, or None if its body is no tweet id.
        body: the body as it came.
    """

    id: int
    tweet_id: int | None
    body: bytes

    @classmethod
    def parse(cls, job_id: int, body: bytes) -> "Job":
        """Read the body, which may be anything: whoever reaches the broker can put what they like."""
        tweet_id = int(body) if TWEET_ID.fullmatch(body) else None
        return cls(job_id, tweet_id if tweet_id is not None and tweet_id < 2**63 else None, body)


class Connection(greenstalk.Client[bytes]):
    """greenstalk's client plus what it lacks: time-outs, and several commands in one round trip."""

    def __init__(self, timeout: float, watch: str = greenstalk.DEFAULT_TUBE) -> None:
        """Connect; every answer must come within `timeout` seconds."""
        super().__init__(connected_socket(timeout), encoding=None, watch=watch)

    def __enter__(self) -> Self:
        return self

    def put_into(self, tube: str, body: bytes, priority: int) -> int:
        """Put a job into a tube, in one round trip. Returns its id."""
        put = b"put %d 0 %d %d\r\n%b\r\n" % (priority, settings.TIMELINE_TIME_TO_RUN, len(body), body)
        self._sock.sendall(b"use %b\r\n%b" % (tube.encode("ascii"), put))
        self._answer(b"USING")
        (job_id,) = self._answer(b"INSERTED")
        return int(job_id)

    def reserve_ready(self, count: int) -> list[Job]:
        """Reserve up to `count` jobs that are ready now, in one round trip and without waiting."""
        self._sock.sendall(b"reserve-with-timeout 0\r\n" * count)
        return [job for job in (self._reserved() for _ in range(count)) if job]

    def delete_all(self, jobs: Sequence[Job]) -> int:
        """Delete jobs, in one round trip. Returns how many there were still ours: others are done by somebody else."""
        self._sock.sendall(b"".join(b"delete %d\r\n" % job.id for job in jobs))
        return sum(self._deleted() for _ in jobs)

    def wait_for_job(self, timeout: int) -> Job | None:
        """Reserve one job, waiting up to `timeout` seconds for it."""
        self._sock.sendall(b"reserve-with-timeout %d\r\n" % timeout)
        return self._reserved()

    def be_patient(self, timeout: float) -> None:
        """Give later answers more time."""
        self._sock.settimeout(timeout)

    def interrupt(self) -> None:
        """End a wait for an answer at once; jobs on their way to us go back to ready. For signal handlers."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RDWR)

    def _answer(self, expected: bytes) -> list[bytes]:
        return greenstalk._parse_response(self._reader.readline(), expected)

    def _reserved(self) -> Job | None:
        try:
            job_id, size = (int(value) for value in self._answer(b"RESERVED"))
        except (greenstalk.TimedOutError, greenstalk.DeadlineSoonError):
            return None
        return Job.parse(job_id, self._read_chunk(size))

    def _deleted(self) -> bool:
        try:
            self._answer(b"DELETED")
        except greenstalk.NotFoundError:
            return False
        return True


def connected_socket(timeout: float) -> socket.socket:
    """Return a socket to beanstalkd that gives up after `timeout` seconds without an answer."""
    address = settings.BEANSTALKD_ADDRESS
    if address.startswith("/"):
        connected = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connected.settimeout(timeout)
        try:
            connected.connect(address)
        except OSError:
            connected.close()
            raise
        return connected
    host, _, port = address.rpartition(":")
    connected = socket.create_connection((host.strip("[]"), int(port)), timeout)
    connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    if hasattr(socket, "TCP_USER_TIMEOUT"):  # Linux: notice a peer that vanished without a word
        connected.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, int(SILENCE * 1000))
    return connected


@contextlib.contextmanager
def unavailable_on_error() -> Iterator[None]:
    """Turn everything that a broken connection can raise into `QueueUnavailableError`."""
    try:
        yield
    except BROKEN as error:
        raise QueueUnavailableError(f"beanstalkd at {settings.BEANSTALKD_ADDRESS}: {describe(error)}") from error


def describe(error: BaseException) -> str:
    """Return what went wrong in words, also for errors that carry none."""
    return str(error) or type(error).__name__


class Pusher(threading.local):
    """One thread's connection for pushing, made on first use, so never before gunicorn forks."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.process = 0

    def push(self, tweet_id: int, priority: int) -> None:
        """Push an id; a connection that turns out to be dead is replaced once.

        Raises:
            QueueUnavailableError: after the second failure.
        """
        try:
            self._push(tweet_id, priority)
        except QueueUnavailableError:
            self._push(tweet_id, priority)

    def _push(self, tweet_id: int, priority: int) -> None:
        try:
            with unavailable_on_error():
                self._connected().put_into(tube_of(shard_of(tweet_id)), b"%d" % tweet_id, priority)
        except QueueUnavailableError:
            self.close()
            raise

    def _connected(self) -> Connection:
        if self.connection is None or self.process != os.getpid():
            self.connection, self.process = Connection(PUSH_TIMEOUT), os.getpid()
        return self.connection

    def close(self) -> None:
        """Forget the connection: after an error its answers can no longer be told apart."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None


class Breaker:
    """Remembers that the broker is away, for all threads of a process."""

    def __init__(self) -> None:
        self.open_until = 0.0

    def is_open(self) -> bool:
        """Tell whether a try would be a waste of time."""
        return time.monotonic() < self.open_until

    def trip(self) -> None:
        """Keep everybody from trying for a while."""
        self.open_until = time.monotonic() + BREAK

    def reset(self) -> None:
        """Let everybody try again."""
        self.open_until = 0.0


pusher = Pusher()
breaker = Breaker()


def push(tweet_id: int, *, priority: int = FRESH) -> bool:
    """Push a tweet id into the tube of its shard.

    Never raises for a broker that is away: the tweet is stored and waits for the sweeper.

    Returns:
        Whether beanstalkd has it.
    """
    if breaker.is_open():
        return False
    try:
        pusher.push(tweet_id, priority)
    except QueueUnavailableError as error:
        breaker.trip()
        logger.warning("not pushed tweet=%d, it will be pushed again later: %s", tweet_id, error)
        return False
    breaker.reset()
    return True


def push_all(tweet_ids: Sequence[int], *, priority: int = AGAIN) -> None:
    """Push many tweet ids, on a connection of their own.

    Raises:
        QueueUnavailableError: some of them may be in their tubes; pushing them again does no harm.
    """
    with unavailable_on_error(), Connection(PUSH_TIMEOUT) as connection:
        for tweet_id in tweet_ids:
            connection.put_into(tube_of(shard_of(tweet_id)), b"%d" % tweet_id, priority)


def adopt(tube: str) -> int:
    """Move the ready jobs of a tube that no shard has any more to where they belong, as tweets pushed again.

    Returns:
        How many jobs there were.

    Raises:
        QueueUnavailableError: jobs not moved yet are still in the old tube.
    """
    moved = 0
    with unavailable_on_error(), Connection(PUSH_TIMEOUT, watch=tube) as connection:
        while jobs := connection.reserve_ready(PIPELINE):
            for job in jobs:
                if job.tweet_id is not None:
                    connection.put_into(tube_of(shard_of(job.tweet_id)), b"%d" % job.tweet_id, AGAIN)
            moved += connection.delete_all(jobs)
    return moved


class Inbox:
    """A consumer's end of one tube. Connects when it is first used, and again after every error.

    Args:
        tube: the tube to take jobs from.
    """

    def __init__(self, tube: str) -> None:
        self.tube = tube
        self.connection: Connection | None = None

    def take(self, most: int) -> list[Job]:
        """Wait for a job, then take what else is ready; an empty list after some seconds without any.

        It asks for a few more at first and for twice as many while there are: an idle tube costs no useless
        commands, a full one few round trips.

        Raises:
            QueueUnavailableError: the jobs taken so far are ready again for somebody else.
        """
        with self._dropping_on_error() as connection:
            first = connection.wait_for_job(WAIT)
            jobs = [first] if first else []
            ask = 4
            while jobs and len(jobs) < most:
                ask = min(ask * 2, most - len(jobs), PIPELINE)
                more = connection.reserve_ready(ask)
                jobs += more
                if len(more) < ask:
                    break
            return jobs

    def delete(self, jobs: Sequence[Job]) -> None:
        """Delete finished jobs. One that somebody else holds by now is theirs to delete.

        Raises:
            QueueUnavailableError: the jobs will come again.
        """
        with self._dropping_on_error() as connection:
            for start in range(0, len(jobs), PIPELINE):
                connection.delete_all(jobs[start : start + PIPELINE])

    def connect(self) -> None:
        """Connect, unless that is done. From then on `interrupt` can end a `take`.

        Raises:
            QueueUnavailableError
        """
        with self._dropping_on_error():
            pass

    def interrupt(self) -> None:
        """End `take` at once, from a signal handler."""
        if self.connection is not None:
            self.connection.interrupt()

    def close(self) -> None:
        """Hang up: jobs that are still reserved are ready again at once."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    @contextlib.contextmanager
    def _dropping_on_error(self) -> Iterator[Connection]:
        try:
            with unavailable_on_error():
                if self.connection is None:
                    self.connection = Connection(PUSH_TIMEOUT, watch=self.tube)
                    self.connection.be_patient(SILENCE)
                yield self.connection
        except QueueUnavailableError:
            self.close()
            raise


class Log(StrEnum):
    """What beanstalkd's log does: it outlives a crash with it, and loses its jobs to the sweeper without it."""

    WRITTEN = "written"
    ABSENT = "absent"
    SILENT = "silently off"


def log_state() -> Log:
    """Find out whether beanstalkd writes its log.

    After any write error it goes on without one and says nothing. So put a job into a tube of its own, and
    see whether a record more is written.

    Raises:
        QueueUnavailableError
    """
    with unavailable_on_error(), Connection(PUSH_TIMEOUT, watch=PROBE) as connection:
        before = connection.stats()
        if not before["binlog-current-index"]:
            return Log.ABSENT
        connection.delete(connection.put_into(PROBE, b"probe", FRESH))
        written = connection.stats()["binlog-records-written"] > before["binlog-records-written"]
        return Log.WRITTEN if written else Log.SILENT


def broker_stats() -> greenstalk.Stats:
    """Return beanstalkd's figures about itself.

    Raises:
        QueueUnavailableError
    """
    with unavailable_on_error(), Connection(PUSH_TIMEOUT) as connection:
        return connection.stats()


def tube_stats() -> TubeStats:
    """Return beanstalkd's figures about every tube that exists now, by name.

    Raises:
        QueueUnavailableError
    """
    with unavailable_on_error(), Connection(PUSH_TIMEOUT) as connection:
        found: dict[str, Mapping[str, int]] = {}
        for tube in connection.tubes():
            with contextlib.suppress(greenstalk.NotFoundError):  # a tube goes when it is empty and nobody uses it
                found[tube] = cast("Mapping[str, int]", connection.stats_tube(tube))
        return found
