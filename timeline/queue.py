"""The queue: pushing tweet ids into tubes, and taking them out.

It is a hint: whoever pushes may fail quietly, because the tweet's row says that it is still to be delivered. Whoever
takes must finish its work in the database before it deletes the job.
"""

import contextlib
import logging
import os
import threading
import time
from collections.abc import Iterator, Sequence

from timeline.broker import SILENCE, SOON, BrokerUnavailableError, Connection, Job, unavailable_on_error
from timeline.shards import shard_of, tube_of

logger = logging.getLogger(__name__)

# beanstalkd serves lower numbers first.
FRESH, AGAIN = 1024, 2048
# Seconds without a try after a push has failed, or every request would pay the timeout while the broker is away.
BREAK = 5.0
# The same after it refused at once, which costs nothing: a restart must not leave many tweets to the sweeper.
SHORT_BREAK = 0.5
# Seconds that a consumer waits for a job; fewer than after which its connection would count as dead.
WAIT = 15
# Pipelined commands in flight: far below the 500 or so that could fill both socket buffers and deadlock.
PIPELINE = 100


class Pusher(threading.local):
    """One thread's connection for pushing, made on first use, so never before gunicorn forks."""

    def __init__(self) -> None:
        self.connection: Connection | None = None
        self.process = 0

    def push(self, tweet_id: int, priority: int) -> None:
        """Push an id; a connection that turns out to be dead is replaced once.

        Raises:
            BrokerUnavailableError: after the second failure.
        """
        try:
            self._push(tweet_id, priority)
        except BrokerUnavailableError:
            self._push(tweet_id, priority)

    def _push(self, tweet_id: int, priority: int) -> None:
        try:
            with unavailable_on_error():
                self._connected().put_into(tube_of(shard_of(tweet_id)), b"%d" % tweet_id, priority)
        except BrokerUnavailableError:
            self.close()
            raise

    def _connected(self) -> Connection:
        if self.connection is None or self.process != os.getpid():
            self.connection, self.process = Connection(SOON), os.getpid()
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

    def trip(self, seconds: float = BREAK) -> None:
        """Keep everybody from trying for a while."""
        self.open_until = time.monotonic() + seconds

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
    except BrokerUnavailableError as error:
        breaker.trip(BREAK if isinstance(error.__cause__, TimeoutError) else SHORT_BREAK)
        logger.warning("not pushed tweet=%d, it will be pushed again later: %s", tweet_id, error)
        return False
    breaker.reset()
    return True


def push_all(tweet_ids: Sequence[int], *, priority: int = AGAIN) -> None:
    """Push many tweet ids, on a connection of their own.

    Raises:
        BrokerUnavailableError: some of them may be in their tubes; pushing them again does no harm.
    """
    with unavailable_on_error(), Connection(SOON) as connection:
        for tweet_id in tweet_ids:
            connection.put_into(tube_of(shard_of(tweet_id)), b"%d" % tweet_id, priority)


def adopt(tube: str) -> int:
    """Move the ready jobs of a tube that no shard has any more to where they belong, as tweets pushed again.

    Returns:
        How many jobs there were.

    Raises:
        BrokerUnavailableError: jobs not moved yet are still in the old tube.
    """
    moved = 0
    with unavailable_on_error(), Connection(SOON, watch=tube) as connection:
        while jobs := connection.reserve_ready(PIPELINE):
            for job in jobs:
                if job.tweet_id is not None:
                    connection.put_into(tube_of(shard_of(job.tweet_id)), b"%d" % job.tweet_id, AGAIN)
            connection.delete_all(jobs)
            moved += len(jobs)
    return moved


class Inbox:
    """A consumer's end of one tube. Connects when it is first used, and again after every error.

    Args:
        tube: the tube to take jobs from.
    """

    def __init__(self, tube: str) -> None:
        self.tube = tube
        self.connection: Connection | None = None
        self.was_full = False
        # Jobs that are done, to be deleted together with the next `take`.
        self.finished: list[Job] = []

    def take(self, most: int) -> list[Job]:
        """Wait for a job, then take what else is ready; an empty list after some seconds without any.

        It asks for a few more at first and for twice as many while there are: an idle tube costs no useless commands.
        After a full batch it asks for another one straight away, in a single round trip: a busy tube is not waited for.

        Raises:
            BrokerUnavailableError: the jobs taken so far are ready again for somebody else.
        """
        with self._dropping_on_error() as connection:
            ask = min(most, PIPELINE) if self.was_full else 0
            jobs = connection.reserve_then_delete(ask, self.finished) if ask else []
            self.finished = []
            if not jobs:
                first = connection.wait_for_job(WAIT)
                jobs, ask = ([first] if first else []), 1
            while ask <= len(jobs) < most:
                ask = min(max(ask * 2, 8), most - len(jobs), PIPELINE)
                more = connection.reserve_ready(ask)
                jobs += more
                if len(more) < ask:
                    break
            self.was_full = len(jobs) == most
            return jobs

    def delete(self, jobs: Sequence[Job]) -> None:
        """Delete finished jobs: at once, or after a full batch with the next `take`, while its work is being done.

        One that somebody else holds by now is theirs to delete.

        Raises:
            BrokerUnavailableError: the jobs will come again.
        """
        self.finished += jobs
        if not self.was_full:
            self.finish()

    def finish(self) -> None:
        """Delete what is left to be deleted.

        Raises:
            BrokerUnavailableError: the jobs will come again.
        """
        if not self.finished:
            return
        with self._dropping_on_error() as connection:
            for start in range(0, len(self.finished), PIPELINE):
                connection.delete_all(self.finished[start : start + PIPELINE])
            self.finished = []

    def connect(self) -> None:
        """Connect, unless that is done. From then on `interrupt` can end a `take`.

        Raises:
            BrokerUnavailableError
        """
        with self._dropping_on_error():
            pass

    def interrupt(self) -> None:
        """End `take` at once, from a signal handler."""
        if self.connection is not None:
            self.connection.interrupt()

    def close(self) -> None:
        """Hang up: jobs that are still reserved are ready again at once."""
        self.finished, self.was_full = [], False
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    @contextlib.contextmanager
    def _dropping_on_error(self) -> Iterator[Connection]:
        try:
            with unavailable_on_error():
                if self.connection is None:
                    self.connection = Connection(SOON, watch=self.tube)
                    self.connection.be_patient(SILENCE)
                yield self.connection
        except BrokerUnavailableError:
            self.close()
            raise
