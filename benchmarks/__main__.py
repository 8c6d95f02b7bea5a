"""`python -m benchmarks full|quick|tiny`: measures everything, and writes results/latest.json and the pictures."""

import argparse
import json
import sys
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path

from benchmarks import machine
from benchmarks.plan import PLANS, Plan
from benchmarks.progress import say, seconds_so_far
from benchmarks.servers import Servers
from benchmarks.world import set_up

RESULTS = Path(__file__).resolve().parent / "results"


def main() -> None:
    """Read the arguments, measure, and write."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("plan", choices=PLANS)
    parser.add_argument("--results", type=Path, help="where to write (default: benchmarks/results for the full plan)")
    parser.add_argument("--without-peers", action="store_true", help="leave out Celery, Redis and the article's way")
    arguments = parser.parse_args()
    peers = not arguments.without_peers
    if peers and not find_spec("celery"):
        sys.exit("Celery is missing: `make bench` installs what the peers need; --without-peers leaves them out.")
    report = measure(PLANS[arguments.plan], peers=peers)
    # A rough run must not replace what README.md shows.
    write(report, arguments.results or (RESULTS if arguments.plan == "full" else RESULTS / arguments.plan))


def measure(plan: Plan, *, peers: bool) -> dict[str, object]:
    """Measure all figures on servers of their own."""
    described = machine.describe()
    with Servers.running(redis=peers) as servers:
        set_up(servers)
        from benchmarks.circle import make_empty
        from benchmarks.figures import fanout, growth, lag, memory, posting
        from benchmarks.ratios import ratios

        make_empty(servers)
        circles = fanout.make_circles(plan, servers)
        main_circle = circles[fanout.main_circle(plan)]
        figures: dict[str, object] = {
            "fanout": fanout.measure(plan, servers, circles, peers=peers),
            "lag": lag.measure(plan, main_circle, peers=peers),
            "posting": posting.measure(plan, servers),
            "memory": memory.measure(plan, circles[f"pg_{plan.friends[0]}"]),
        }
        worlds = growth.make_worlds(plan, servers, main_circle)
        figures["growth"] = growth.measure_growth(plan, worlds)
        figures["reading"] = growth.measure_reading(plan, worlds)
    return {
        "plan": plan.name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "minutes": round(seconds_so_far() / 60, 1),
        "machine": described,
        "ratios": ratios(figures),
        "figures": figures,
    }


def write(report: dict, directory: Path) -> None:
    """Write the figures and the pictures, and print the ratios."""
    from benchmarks.pictures import draw_all

    directory.mkdir(parents=True, exist_ok=True)
    (directory / "latest.json").write_text(json.dumps(report, indent=1, ensure_ascii=False) + "\n")
    draw_all(report, directory)
    for ratio in report["ratios"]:
        mark = {True: "yes", False: "NO", None: ""}[ratio.get("reached")]
        print(f"{ratio['name']:<75} {ratio['value']:>9} {ratio.get('aim', ''):>8} {mark}")
    say(f"wrote {directory / 'latest.json'} and the pictures")


if __name__ == "__main__":
    main()
