"""Consumers that are killed at each stage of a delivery, or frozen in the middle of one."""

import signal
import time

from django.conf import settings

from tests.chaos import points
from tests.chaos.fault import Caused, Fault
from tests.chaos.world import World

# Seconds in which every consumer gets to every point while people post.
PATIENCE = 15.0


def await_strikes(point: str, victims: list[str]) -> list[points.Death]:
    """Arm a point for these processes, and wait until they have died there. Returns those that have."""
    armed = points.arm(point, victims)
    deadline = time.monotonic() + PATIENCE
    while len(found := points.struck(armed)) < len(armed) and time.monotonic() < deadline:
        time.sleep(0.01)
    points.disarm(armed)
    return found


def killed_at(point: str, name: str) -> Fault:
    def strike(world: World) -> Caused:
        deaths = await_strikes(point, [f"shard-{shard}" for shard in range(world.shards)])
        return Caused(len(deaths), deaths)

    return Fault(f"consumer-{point}", f"consumer killed: {name}", strike)


def frozen(world: World) -> Caused:
    """Each consumer stands still for longer than it may hold a job; the first job put meanwhile is already its own."""
    frozen = world.consumers()
    for pid in frozen:
        world.kill(pid, signal.SIGSTOP)
    time.sleep(settings.TIMELINE_TIME_TO_RUN + world.chance.uniform(0.5, 1.5))
    for pid in frozen:
        world.kill(pid, signal.SIGCONT)
    return Caused(len(frozen))


FAULTS = [
    killed_at(points.RESERVED, "jobs reserved"),
    killed_at(points.INSERTING, "inserting"),
    killed_at(points.BEFORE_COMMIT, "before the commit"),
    killed_at(points.BEFORE_DELETE, "after the commit, before the delete"),
    Fault("consumer-frozen", "consumer frozen past its time to run", frozen),
]
