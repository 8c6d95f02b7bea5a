"""The connection to beanstalkd, and what it says about itself. The only module that knows greenstalk."""

import contextlib
import re
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self, cast

import greenstalk
from django.conf import settings

# Seconds that whoever cannot wait gives each answer: a push with its one retry costs a request under a second.
SOON = 0.3
# Seconds after which a silent connection of somebody who can wait counts as dead.
SILENCE = 20

# Where `log_state` puts its job.
PROBE = "trellis_probe"

# What greenstalk raises when the connection is of no more use. A reply cut short is an AssertionError there.
BROKEN = (OSError, AssertionError, ValueError, greenstalk.Error)

# beanstalkd's figures about each tube: all are numbers but its name, which is the key here.
TubeStats = Mapping[str, Mapping[str, int]]

TWEET_ID = re.compile(rb"[1-9][0-9]{0,18}")


class BrokerUnavailableError(Exception):
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
        # Deletions that were sent and not answered yet.
        self._unanswered = 0
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
        return self.reserve_then_delete(count, ())

    def reserve_then_delete(self, count: int, finished: Sequence[Job]) -> list[Job]:
        """Do what `reserve_ready` does, and have finished jobs deleted after that, while the caller works on.

        The answers to the deletions are read before the next command of this kind.
        """
        self._read_answers()
        self._send_deletions(finished, after=b"reserve-with-timeout 0\r\n" * count)
        return [job for job in (self._reserved() for _ in range(count)) if job]

    def delete_all(self, jobs: Sequence[Job]) -> None:
        """Delete jobs, in one round trip; others than ours are done by somebody else."""
        self._read_answers()
        self._send_deletions(jobs)
        self._read_answers()

    def wait_for_job(self, timeout: int) -> Job | None:
        """Reserve one job, waiting up to `timeout` seconds for it."""
        self._read_answers()
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

    def _send_deletions(self, jobs: Sequence[Job], after: bytes = b"") -> None:
        self._sock.sendall(after + b"".join(b"delete %d\r\n" % job.id for job in jobs))
        self._unanswered = len(jobs)

    def _read_answers(self) -> None:
        """Read the answers to the deletions that were sent last."""
        while self._unanswered:
            self._unanswered -= 1
            with contextlib.suppress(greenstalk.NotFoundError):
                self._answer(b"DELETED")


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
    """Turn everything that a broken connection can raise into `BrokerUnavailableError`."""
    try:
        yield
    except BROKEN as error:
        raise BrokerUnavailableError(f"beanstalkd at {settings.BEANSTALKD_ADDRESS}: {describe(error)}") from error


def describe(error: BaseException) -> str:
    """Return what went wrong in words, also for errors that carry none."""
    return str(error) or type(error).__name__


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
        BrokerUnavailableError
    """
    with unavailable_on_error(), Connection(SOON, watch=PROBE) as connection:
        before = connection.stats()
        if not before["binlog-current-index"]:
            return Log.ABSENT
        connection.delete(connection.put_into(PROBE, b"probe", greenstalk.DEFAULT_PRIORITY))
        written = connection.stats()["binlog-records-written"] > before["binlog-records-written"]
        return Log.WRITTEN if written else Log.SILENT


def broker_stats() -> greenstalk.Stats:
    """Return beanstalkd's figures about itself.

    Raises:
        BrokerUnavailableError
    """
    with unavailable_on_error(), Connection(SOON) as connection:
        return connection.stats()


def tube_stats() -> TubeStats:
    """Return beanstalkd's figures about every tube that exists now, by name.

    Raises:
        BrokerUnavailableError
    """
    with unavailable_on_error(), Connection(SOON) as connection:
        found: dict[str, Mapping[str, int]] = {}
        for tube in connection.tubes():
            with contextlib.suppress(greenstalk.NotFoundError):  # a tube goes when it is empty and nobody uses it
                found[tube] = cast("Mapping[str, int]", connection.stats_tube(tube))
        return found
