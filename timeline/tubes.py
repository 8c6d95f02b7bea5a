"""What every tube holds, shard by shard, and those that belong to no shard."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from timeline import broker
from timeline.shards import TUBE_PREFIX, all_shards, tube_of

SHARD_TUBE = re.compile(rf"{TUBE_PREFIX}(\d+)")


@dataclass(frozen=True)
class Tube:
    """One tube.

    Attributes:
        shard: the shard it serves, None if there is no such shard (any more).
        ready, reserved, delayed, buried: how many jobs there are in each state.
        watchers: how many consumers take jobs from it.
    """

    shard: int | None
    tube: str
    ready: int = 0
    reserved: int = 0
    delayed: int = 0
    buried: int = 0
    watchers: int = 0


def tubes() -> list[Tube]:
    """Return the tubes of all shards, also those that beanstalkd does not know yet, then the orphans.

    Raises:
        BrokerUnavailableError
    """
    stats = broker.tube_stats()
    served = [read(stats, tube_of(shard), shard) for shard in all_shards()]
    return served + [read(stats, tube, None) for tube in orphans(stats)]


def orphans(stats: broker.TubeStats) -> Iterator[str]:
    """Return the tubes whose shard is no more, since N was lowered."""
    for tube in sorted(stats):
        match = SHARD_TUBE.fullmatch(tube)
        if match and int(match[1]) not in all_shards():
            yield tube


def read(stats: broker.TubeStats, tube: str, shard: int | None) -> Tube:
    """Return what beanstalkd says of one tube; one that it does not know is empty."""
    found = stats.get(tube, {})
    jobs = {state: found.get(f"current-jobs-{state}", 0) for state in ("ready", "reserved", "delayed", "buried")}
    return Tube(shard=shard, tube=tube, **jobs, watchers=found.get("current-watching", 0))
