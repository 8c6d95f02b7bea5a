"""What many measurements say together."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Spread:
    """Several measurements of one thing."""

    median: float
    least: float
    most: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Spread":
        """Sum up one value for each repeat."""
        return cls(statistics.median(values), min(values), max(values))

    def as_json(self) -> dict[str, float]:
        return asdict(self)


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least this share of the values does not exceed (nearest rank).

    Args:
        values: sorted, and not empty.
        share: from 0 to 1.
    """
    rank = -(-len(values) * share // 1)
    return values[max(0, int(rank) - 1)]


def distribution(values: Sequence[float]) -> dict[str, float]:
    """Return how many values there are, the percentiles that matter, and the largest."""
    ordered = sorted(values)
    shares = {"p50": 0.5, "p95": 0.95, "p99": 0.99}
    percentiles = {name: percentile(ordered, share) for name, share in shares.items()}
    return {"count": len(ordered), **percentiles, "max": ordered[-1]}
