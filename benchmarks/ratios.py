"""The ratios that the figures are about, each beside what was aimed at."""

from collections.abc import Callable
from typing import Any

from benchmarks.figures.fanout import BARE, CELERY, LIMIT, REDIS, TRELLIS

Figures = dict[str, Any]


def ratios(figures: Figures) -> list[dict[str, object]]:
    """Return name, value, aim and whether it is reached, for all that was measured."""
    found = [*fanout_ratios(figures["fanout"])]
    for name, compute in OTHERS.items():
        if figures.get(name):
            found += compute(figures[name])
    return found


def aimed(name: str, value: float, aim: float, *, at_most: bool = False) -> dict[str, object]:
    """Compare a value with what was aimed at."""
    reached = value <= aim if at_most else value >= aim
    return {"name": name, "value": round(value, 3), "aim": f"{'≤' if at_most else '≥'} {aim:g}", "reached": reached}


def fanout_ratios(entrants: list[Figures]) -> list[dict[str, object]]:
    """Compare the medians where everybody competes."""
    main = next(entrant["circle"] for entrant in entrants if entrant["contender"] == BARE)
    most = max(entrant["consumers"] for entrant in entrants)

    def rate(contender: str, consumers: int = most) -> float:
        rates = [
            entrant["rows_per_second"]["median"]
            for entrant in entrants
            if (entrant["contender"], entrant["consumers"], entrant["circle"], entrant["database"])
            == (contender, consumers, main, "PostgreSQL")
        ]
        return rates[0] if rates else 0.0

    found = [
        aimed("Trellis : the same statements alone", rate(TRELLIS) / rate(LIMIT), 0.85),
        aimed(f"Trellis with {most} consumers : with 1", rate(TRELLIS) / rate(TRELLIS, 1), 3),
        {"name": "Trellis : the bare INSERT alone", "value": round(rate(TRELLIS) / rate(BARE), 3)},
        {
            "name": f"the same statements alone, {most} connections : 1",
            "value": round(rate(LIMIT) / rate(LIMIT, 1), 3),
        },
    ]
    for peer, aim in ((CELERY, 8), (REDIS, 1.5)):
        if rate(peer):
            found.append(aimed(f"Trellis : {peer}", rate(TRELLIS) / rate(peer), aim))
    return found


def lag_ratios(loads: list[Figures]) -> list[dict[str, object]]:
    """Look at the lag at half and at light load."""
    lag = {load["load_percent"]: load["lag_ms"] for load in loads if load["contender"] == TRELLIS}
    return [
        aimed("lag at 50 % of saturation, p99 in ms", lag[50]["p99"], 100, at_most=True),
        aimed("lag at 10 % of saturation, p50 in ms", lag[10]["p50"], 15, at_most=True),
    ]


def posting_ratios(found: list[Figures]) -> list[dict[str, object]]:
    """Compare posting to many friends with posting to a few."""
    times = next(each["request_ms"] for each in found if each["broker"] == "up")
    fewest, most = (pick(times, key=int) for pick in (min, max))
    return [
        aimed(
            f"posting to {most} friends : to {fewest}, p50",
            times[most]["p50"] / times[fewest]["p50"],
            1.1,
            at_most=True,
        )
    ]


def growth_ratios(growth: Figures) -> list[dict[str, object]]:
    """Compare fan-out into full tables with fan-out into empty ones."""
    rates = {int(present): rate["median"] for present, rate in growth["rows_per_second"].items()}
    most = max(rates)
    return [aimed(f"fan-out with {most:,} entries present : with none", rates[most] / rates[0], 0.75)]


def reading_ratios(pages: list[Figures]) -> list[dict[str, object]]:
    """Look at the slowest first pages."""
    most = max(page["present"] for page in pages)
    first = next(page["sql_ms"] for page in pages if page["present"] == most and page["page"] == "first")
    return [aimed(f"first page with {most:,} entries present, SQL p99 in ms", first["p99"], 5, at_most=True)]


OTHERS: dict[str, Callable[[Any], list[dict[str, object]]]] = {
    "lag": lag_ratios,
    "posting": posting_ratios,
    "growth": growth_ratios,
    "reading": reading_ratios,
}
