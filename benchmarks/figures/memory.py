"""Figure 6: the memory of one consumer while it delivers millions of entries."""

import threading
from pathlib import Path

from benchmarks import trellis
from benchmarks.audit import audit_trellis
from benchmarks.circle import forget_tweets, post_quietly, settle
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.world import World
from timeline import broker

# Seconds between two looks.
INTERVAL = 0.1


def measure(plan: Plan, world: World) -> dict[str, object]:
    """Watch one consumer from its first entry to its last."""
    tweets = round(plan.memory_rows / world.friends)
    with trellis.consumers(world, 1) as (consumer,):
        forget_tweets()
        tweet_ids = post_quietly(world, tweets, seed=2)
        settle()
        watch = Watch(consumer.pid, len(tweet_ids))
        watch.start()
        trellis.drain(tweet_ids)
        watch.stop()
    audit_trellis(0).insist("Memory")
    samples = [[round(share * plan.memory_rows), megabytes] for share, megabytes in watch.samples]
    say(f"memory of a consumer: from {samples[0][1]:.1f} to {samples[-1][1]:.1f} MB in {plan.memory_rows:,} entries")
    return {
        "entries": plan.memory_rows,
        "tweets": tweets,
        "megabytes_first": samples[0][1],
        "megabytes_last": samples[-1][1],
        "megabytes_most": max(megabytes for _, megabytes in samples),
        "samples": samples,
    }


class Watch(threading.Thread):
    """Looks at a process now and then.

    Attributes:
        samples: which share of the jobs was done, and its resident memory in MB.
    """

    def __init__(self, pid: int, jobs: int) -> None:
        super().__init__(daemon=True)
        self.pid, self.jobs = pid, jobs
        self.samples: list[tuple[float, float]] = []
        self.stopping = threading.Event()

    def run(self) -> None:
        with broker.Connection(broker.SOON) as connection:
            while not self.stopping.wait(INTERVAL):
                done = 1 - connection.stats()["current-jobs-ready"] / self.jobs
                self.samples.append((done, resident_megabytes(self.pid)))

    def stop(self) -> None:
        """Take the last sample."""
        self.stopping.set()
        self.join()
        self.samples.append((1, resident_megabytes(self.pid)))


def resident_megabytes(pid: int) -> float:
    """Return how much memory a process has (Linux only)."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS"))
