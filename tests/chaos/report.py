"""What the drill found: a table, and whether it passed."""

import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from tests.chaos import truth
from tests.chaos.clients import Outcome, Post
from tests.chaos.drill import Drill, Episode
from tests.chaos.fault import Fault

# Seconds that an answer to a post, and the next delivery after a consumer's death, may take.
LONGEST_POST, LONGEST_GAP = 1.5, 3.0

HEADINGS = (
    "Fault",
    "Times caused",
    "Posts",
    "not taken",
    "Delivered",
    "Failed",
    "Lost",
    "Duplicated",
    "Longest post (ms)",
    "Time to recover, median / worst (s)",
)


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        not_taken: posts that were refused or got no answer, as while the database or the web was away.
    """

    name: str
    times: int
    posts: int
    not_taken: int
    delivered: int
    failed: int
    lost: int
    duplicated: int
    longest: float
    recoveries: Sequence[float]

    def cells(self) -> list[str]:
        recovery = f"{statistics.median(self.recoveries):.1f} / {max(self.recoveries):.1f}" if self.recoveries else "–"
        numbers = [self.times, self.posts, self.not_taken, self.delivered, self.failed, self.lost, self.duplicated]
        return [self.name, *[f"{number:,}" for number in numbers], f"{self.longest * 1000:,.0f}", recovery]


class Report:
    """The findings of a drill that is over.

    Args:
        judges_seconds: whether slowness is a problem: not while much else goes on on the same machine.
    """

    def __init__(self, drill: Drill, *, judges_seconds: bool) -> None:
        self.drill = drill
        self.judges_seconds = judges_seconds
        self.posts = drill.world.journal.posts
        self.fates = truth.fates()
        self.gaps = self._gaps()

    def rows(self) -> list[Row]:
        rows = [self._row_of(fault) for fault in self.drill.faults]
        return [*rows, self._row("all", sum(row.times for row in rows), self.posts, self._recoveries())]

    def _row_of(self, fault: Fault) -> Row:
        episodes = [episode for episode in self.drill.episodes if episode.fault is fault]
        posts = [post for post in self.posts if any(is_within(post, episode) for episode in episodes)]
        times = sum(episode.times for episode in episodes)
        return self._row(fault.name, times, posts, [episode.recovery for episode in episodes])

    def _recoveries(self) -> list[float]:
        return [episode.recovery for episode in self.drill.episodes]

    def _row(self, name: str, times: int, posts: Sequence[Post], recoveries: Sequence[float]) -> Row:
        fates = Counter[str]()
        for post in posts:
            fates.update(self.fates.get(post.text, {}))
        return Row(
            name=name,
            times=times,
            posts=len(posts),
            not_taken=sum(post.outcome is not Outcome.ACKNOWLEDGED for post in posts),
            delivered=fates["delivered"],
            failed=fates["failed"],
            lost=sum(self._is_lost(post) for post in posts),
            duplicated=sum(sum(self.fates.get(post.text, {}).values()) > 1 for post in posts),
            # Also of those without an answer: to hear in time that there is none is part of it.
            longest=max((post.seconds for post in posts), default=0.0),
            recoveries=recoveries,
        )

    def _is_lost(self, post: Post) -> bool:
        """Acknowledged and not there, or there and neither delivered nor failed."""
        fate = self.fates.get(post.text, Counter())
        return "waiting" in fate or (post.outcome is Outcome.ACKNOWLEDGED and not fate)

    def problems(self) -> list[str]:
        """Return everything for which the drill has failed."""
        return [
            *self.drill.wrong,
            *[f"{episode.fault.name}: {wrong}" for episode in self.drill.episodes for wrong in episode.wrong],
            *[problem for row in self.rows() for problem in self._problems_of(row)],
            *[f"next delivery after {gap:.1f} s" for gap in self.gaps if self.judges_seconds and gap > LONGEST_GAP],
        ]

    def _problems_of(self, row: Row) -> list[str]:
        return [
            f"{row.name}: {what}"
            for is_wrong, what in (
                (row.times < self.drill.strikes, f"caused {row.times} times of {self.drill.strikes}"),
                (row.lost, f"{row.lost} lost"),
                (row.duplicated, f"{row.duplicated} duplicated"),
                (self.judges_seconds and row.longest > LONGEST_POST, f"a post took {row.longest * 1000:.0f} ms"),
            )
            if is_wrong
        ]

    def _gaps(self) -> list[float]:
        """Return the seconds from each death of a consumer to the next delivery in its shard."""
        found = [truth.next_delivery(death, ep.shards) for ep in self.drill.episodes for death in ep.deaths]
        return [gap for gap in found if gap is not None]

    def markdown(self) -> str:
        """Return the table."""
        lines = [row.cells() for row in self.rows()]
        return "\n".join(
            [
                "| " + " | ".join(line) + " |"
                for line in (list(HEADINGS), ["---"] + ["--:"] * (len(HEADINGS) - 1), *lines)
            ]
        )

    def gap_line(self) -> str:
        if not self.gaps:
            return ""
        return (
            f"From the kill of a consumer to the next delivery in its shard: "
            f"median {statistics.median(self.gaps):.1f} s, worst {max(self.gaps):.1f} s ({len(self.gaps)} kills)."
        )


def is_within(post: Post, episode: Episode) -> bool:
    return episode.began <= post.at <= episode.ended
