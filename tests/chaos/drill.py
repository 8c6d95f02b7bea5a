"""The drill: episodes of faults while people post, and after each the question whether all is well."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from tests.chaos import truth
from tests.chaos.fault import Fault
from tests.chaos.points import Death
from tests.chaos.world import World

# Seconds of peace before a strike, at most; and in a drill of a few strikes.
PEACE, LITTLE_PEACE = 0.5, 0.1


@dataclass
class Episode:
    """One strike and what came of it.

    Attributes:
        fault: what broke.
        began, ended: by the monotonic clock; it ends when all is well again.
        recovery: seconds from the end of the fault until all was well.
        times: how often the fault was caused.
        deaths: the consumers that died, for which the time until the next delivery counts.
        shards: N at that time.
        wrong: what was wrong, in words.
    """

    fault: Fault
    began: float
    ended: float = 0.0
    recovery: float = 0.0
    times: int = 0
    deaths: list[Death] = field(default_factory=list)
    shards: int = 0
    wrong: list[str] = field(default_factory=list)


class Drill:
    """Strikes until every fault was caused often enough.

    Args:
        world: what to break.
        faults: how.
        strikes: how often each.
        minutes: after which the drill ends, done or not.
    """

    def __init__(self, world: World, faults: Sequence[Fault], strikes: int, minutes: float) -> None:
        self.world, self.faults, self.strikes = world, faults, strikes
        self.episodes: list[Episode] = []
        self.wrong: list[str] = []
        self.peace = PEACE if strikes > 1 else LITTLE_PEACE
        self.began = time.monotonic()
        self.deadline = self.began + minutes * 60

    def run(self) -> None:
        """Do it all; afterwards `episodes` and `wrong` tell."""
        self.world.open()
        while (left := self.faults_left()) and time.monotonic() < self.deadline:
            self.episodes.append(self.episode(self.world.chance.choice(left)))
            self.tell(self.episodes[-1])
        self.world.close()
        self.conclude()

    def faults_left(self) -> list[Fault]:
        """Return the faults that were not caused often enough, and can be."""
        return [
            fault for fault in self.faults if self.times(fault) < self.strikes and self.tries(fault) <= self.strikes
        ]

    def times(self, fault: Fault) -> int:
        """Return how often a fault was caused."""
        return sum(episode.times for episode in self.episodes if episode.fault is fault)

    def tries(self, fault: Fault) -> int:
        return sum(episode.fault is fault for episode in self.episodes)

    def episode(self, fault: Fault) -> Episode:
        """Cause a fault and wait until all is well again."""
        episode = Episode(fault, began=time.monotonic(), shards=self.world.shards)
        for _ in range(min(fault.in_a_row, self.strikes)):
            self.strike(episode)
        over = time.monotonic()
        episode.wrong += truth.settle(self.world, truth.newest())
        episode.recovery = time.monotonic() - over
        if episode.recovery > fault.recovery:
            episode.wrong.append(f"recovery took {episode.recovery:.1f} s")
        episode.wrong += truth.audited() + truth.unexplained_failures()
        episode.ended = time.monotonic()
        return episode

    def strike(self, episode: Episode) -> None:
        """Cause the fault of an episode once, at a moment that nobody foresees."""
        self.world.wait_until_running()
        time.sleep(self.world.chance.uniform(0, self.peace))
        try:
            caused = episode.fault.strike(self.world)
        except AssertionError as error:
            episode.wrong.append(f"broke off: {error}")
            return
        episode.times += caused.times
        episode.deaths += caused.deaths

    def tell(self, episode: Episode) -> None:
        """Print a line about an episode."""
        passed = episode.ended - self.began
        print(
            f"{passed:6.1f} s  {episode.fault.name}: {episode.times}×, "
            f"well again after {episode.recovery:.2f} s, {episode.ended - episode.began:.1f} s in all",
            *[f"          WRONG: {wrong}" for wrong in episode.wrong],
            sep="\n",
            flush=True,
        )

    def conclude(self) -> None:
        """Let everything come to rest, and ask for the whole truth."""
        self.wrong += truth.settle(self.world, truth.newest())
        self.wrong += truth.settle_incurable()
        self.wrong += truth.audited() + truth.duplicates() + truth.unexplained_failures()
