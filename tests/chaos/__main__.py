"""`python -m tests.chaos`: breaks everything, again and again, and shows that no tweet is lost or doubled."""

import argparse
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import django

from tests.chaos import disk
from tests.servers import PostgreSQL, Stack, private_directory

if TYPE_CHECKING:
    from tests.chaos.report import Report

# Shorter than in production, so that much can break in little time: seconds.
LONG_FORM = {"TIMELINE_LEASE": "3", "TIMELINE_TIME_TO_RUN": "4", "TIMELINE_SHARDS": "5"}
SHORT_FORM = {"TIMELINE_LEASE": "1", "TIMELINE_TIME_TO_RUN": "2", "TIMELINE_SHARDS": "4"}


def main() -> int:
    """Run the drill. Returns the exit code: 0 only if nothing at all was wrong."""
    options = parse()
    # What was started is cleared away also when the drill is told to stop.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    print(f"seed {options.seed}, {options.database}", flush=True)
    cluster, stack, small_disk = prepare(options)
    print(f"everything lies under {stack.directory}", flush=True)
    problems = ["the drill broke off"]
    try:
        problems = drill(options, cluster, stack, small_disk)
    finally:
        clear_away(cluster, stack, small_disk, keep=bool(problems))
    return 1 if problems else 0


def parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=random.randrange(10**6), help="repeats a run, as far as it can be")
    parser.add_argument("--strikes", type=int, default=20, help="how often every fault is caused at least")
    parser.add_argument("--database", choices=["postgresql", "sqlite"], default="postgresql")
    parser.add_argument("--only", nargs="+", metavar="FAULT", default=[], help="cause only these")
    parser.add_argument("--report", type=Path, help="write the table to this file, too, as Markdown")
    parser.add_argument("--minutes", type=float, default=15, help="end after so long, done or not")
    parser.add_argument(
        "--short", action="store_true", help="each fault once, but for the slowest, and without a verdict on seconds"
    )
    options = parser.parse_args()
    return argparse.Namespace(**{**vars(options), "strikes": 1}) if options.short else options


def prepare(options: argparse.Namespace) -> tuple[PostgreSQL | None, Stack, Path | None]:
    """Make servers, and let the drill's own Django use them."""
    cluster = None
    if options.database == "postgresql":
        cluster = PostgreSQL(private_directory() / "pg", durable=True)
        cluster.start()
    os.environ["DATABASE_URL"] = cluster.url("postgres") if cluster else "sqlite:////unused"
    os.environ.pop("SECRET_KEY", None)
    form = SHORT_FORM if options.short else LONG_FORM
    stack = Stack(**form, DJANGO_SETTINGS_MODULE="tests.chaos.settings")
    small_disk = mount_small_disk(stack.directory / "binlog")
    os.environ.update({**stack.env, "DJANGO_SETTINGS_MODULE": "project.settings"})
    django.setup()
    return cluster, stack, small_disk


def mount_small_disk(directory: Path) -> Path | None:
    directory.mkdir()
    why_not = disk.mount(directory)
    if why_not:
        print(f"NOT CAUSED: a full disk, which needs root and a mount: {why_not}", file=sys.stderr, flush=True)
    return None if why_not else directory


def drill(options: argparse.Namespace, cluster: PostgreSQL | None, stack: Stack, small_disk: Path | None) -> list[str]:
    """Do everything, and return what was wrong."""
    # Only now: they read Django's settings.
    from tests.chaos.drill import Drill
    from tests.chaos.faults import chosen
    from tests.chaos.report import Report
    from tests.chaos.world import World

    faults = chosen(options.only, options.database, has_disk=small_disk is not None, short=options.short)
    world = World(stack, cluster, small_disk, options.seed)
    stack.start()
    world.populate()
    done = Drill(world, faults, options.strikes, options.minutes)
    done.run()
    return show(Report(done, judges_seconds=not options.short), options, time.monotonic() - done.began)


def show(report: "Report", options: argparse.Namespace, seconds: float) -> list[str]:
    """Print the report, and return what was wrong."""
    problems = report.problems()
    ending = f"Seed {options.seed}, {options.database}, {seconds / 60:.1f} minutes."
    text = "\n\n".join(part for part in (report.markdown(), report.gap_line(), ending) if part)
    print("", text, "", *[f"WRONG: {problem}" for problem in problems], sep="\n", flush=True)
    if options.report:
        options.report.write_text(text + "\n")
    return problems


def clear_away(cluster: PostgreSQL | None, stack: Stack, small_disk: Path | None, *, keep: bool) -> None:
    """Stop everything, and remove it, unless its logs may tell what was wrong."""
    if stack.launcher:
        stack.stop()
    if cluster:
        cluster.stop("immediate")
    if keep:
        print(f"kept for a look: {stack.directory}", file=sys.stderr)
        return
    if small_disk:
        subprocess.run(["umount", str(small_disk)], check=True)
    shutil.rmtree(stack.directory)
    if cluster:
        shutil.rmtree(cluster.directory.parent)


if __name__ == "__main__":
    sys.exit(main())
