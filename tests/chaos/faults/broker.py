"""beanstalkd killed, frozen, draining, on a full disk, and used by strangers."""

import contextlib
import signal
import time

import greenstalk
from django.conf import settings

from tests.chaos import disk
from tests.chaos.fault import Caused, Fault
from tests.chaos.world import World
from tests.threads import wait_until
from timeline import broker, queue
from timeline.shards import all_shards, tube_of

# Seconds that the drill itself waits for an answer of the broker.
PATIENCE = 5.0
# beanstalkd's limit for a job.
LARGEST = 65_535
RUBBISH = (b"rubbish", b"", b"-5", b"9" * 30, b"\xff" * LARGEST, b"999999999999")
# Where the stranger who fills the disk puts jobs.
FILLING = "drill_filling"


def killed(world: World) -> Caused:
    """What lies in its tubes comes back with it."""
    with world.with_jobs_waiting():
        world.kill(world.broker())
    return Caused(1)


def killed_without_log(world: World) -> Caused:
    """Its log is gone before it dies: what lies in its tubes is lost."""
    with world.with_jobs_waiting():
        for path in (world.stack.directory / "binlog").glob("binlog.*"):
            path.unlink()
        world.kill(world.broker())
    return Caused(1)


def frozen(world: World) -> Caused:
    pid = world.broker()
    world.kill(pid, signal.SIGSTOP)
    time.sleep(world.chance.uniform(1, 2.5))
    world.kill(pid, signal.SIGCONT)
    return Caused(1)


def draining(world: World) -> Caused:
    """It takes no jobs, until it is restarted."""
    pid = world.broker()
    world.kill(pid, signal.SIGUSR1)
    wait_until(lambda: broker.broker_stats()["draining"] == "true", "beanstalkd is draining")
    time.sleep(world.chance.uniform(0.5, 1.5))
    world.kill(pid, signal.SIGTERM)
    return Caused(1)


def disk_full(world: World) -> Caused:
    """Its log has no room; somebody else's jobs take the rest of the file in hand."""
    assert world.disk is not None
    filler = disk.fill(world.disk)
    with broker.Connection(PATIENCE, watch=FILLING) as connection:
        jobs = fill_log(connection)
        time.sleep(world.chance.uniform(0.5, 1.5))
        refused = is_refused(connection)
        filler.unlink()
        for job in jobs:
            connection.delete(job)
    return Caused(int(refused))


def fill_log(connection: broker.Connection) -> list[int]:
    """Put smaller and smaller jobs until not even the smallest is taken. Returns their ids."""
    jobs = []
    for size in (60_000, 6_000, 600, 60, 6):
        with contextlib.suppress(greenstalk.OutOfMemoryError):
            while True:
                jobs.append(connection.put_into(FILLING, b"x" * size, queue.AGAIN))
    return jobs


def is_refused(connection: broker.Connection) -> bool:
    """Tell whether there is no room for a tweet's id."""
    try:
        connection.delete(connection.put_into(FILLING, b"123456", queue.AGAIN))
    except greenstalk.OutOfMemoryError:
        return True
    return False


def foreign_client(world: World) -> Caused:
    """Somebody who can reach the broker puts what is no tweet id into every tube; it must go away again."""
    put = [put_rubbish(tube_of(shard)) for shard in all_shards()]
    with broker.Connection(PATIENCE) as connection:
        wait_until(lambda: not any(is_there(connection, job) for jobs in put for job in jobs), "the rubbish is gone")
    return Caused(len(put))


def put_rubbish(tube: str) -> list[int]:
    with broker.Connection(PATIENCE) as connection:
        return [connection.put_into(tube, body, queue.FRESH) for body in RUBBISH]


def is_there(connection: broker.Connection, job: int) -> bool:
    try:
        connection.peek(job)
    except greenstalk.NotFoundError:
        return False
    return True


FAULTS = [
    Fault("broker-killed", "beanstalkd killed, with its log", killed),
    Fault(
        "broker-lost",
        "beanstalkd killed, its log thrown away",
        killed_without_log,
        recovery=settings.TIMELINE_LEASE + 10.0,
    ),
    Fault("broker-frozen", "beanstalkd frozen", frozen, in_a_row=2),
    Fault("broker-draining", "beanstalkd draining", draining, in_a_row=2),
    Fault("broker-disk", "disk full under beanstalkd's log", disk_full, needs_disk=True, in_a_row=2),
    Fault("broker-stranger", "rubbish and a 65,535-byte job in a tube", foreign_client),
]
