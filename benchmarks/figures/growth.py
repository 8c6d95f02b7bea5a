"""Figures 4 and 5: reading pages, and the rate of fan-out, with millions of entries present."""

import random
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

from django.db import connection

from benchmarks import trellis
from benchmarks.audit import audit_trellis
from benchmarks.circle import forget_tweets, newest_tweet, post_quietly, settle
from benchmarks.history import add_history, bytes_each
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.samples import Spread, distribution
from benchmarks.servers import Servers
from benchmarks.web import Visitor, server
from benchmarks.world import World, execute, turn_to
from timeline.feed import home_page
from timeline.models import Tweet, User

# People whose pages are read over HTTP.
VISITORS = 20


def make_worlds(plan: Plan, servers: Servers, circle: World) -> dict[int, World]:
    """Return copies of a circle, with as many entries in each as the plan says."""
    worlds = {}
    turn_to(circle.url, shards=1)
    forget_tweets()
    connection.close()
    for present in plan.present:
        name = f"{circle.name}_{present}"
        worlds[present] = replace(circle, name=name, url=servers.postgresql.create(name, template=circle.name))
        if present:
            turn_to(worlds[present].url, shards=1)
            add_history(worlds[present], present)
        say(f"{present:,} entries are present")
    return worlds


# --- Growth ------------------------------------------------------------------------------------------------


def measure_growth(plan: Plan, worlds: dict[int, World]) -> dict[str, object]:
    """Measure the rate of fan-out in each world in turn, and the bytes on disk of entries that were delivered."""
    rates: dict[int, list[float]] = {present: [] for present in plan.growing}
    for present in plan.growing:
        warm_up(plan, worlds[present])
    for repeat in range(plan.repeats):
        for present in plan.growing:
            rates[present].append(rate_of(plan, worlds[present], repeat, empty=not present))
            say(f"fan-out with {present:,} entries present: {rates[present][-1]:,.0f} rows/s")
    turn_to(worlds[0].url, shards=1)
    return {
        "rows_per_second": {str(present): Spread.of(each).as_json() for present, each in rates.items()},
        "bytes_per_entry": bytes_each(),
    }


def warm_up(plan: Plan, world: World) -> None:
    """Deliver as much as will be measured, so that it begins in the middle between two checkpoints.

    Right after one, the first change of every page writes the whole page to the log; measuring that second alone would
    say little about the fifteen minutes that follow.
    """
    world.enter(plan.consumers[-1])
    settle()
    rate_of(plan, world, seed=1000, empty=False)


def rate_of(plan: Plan, world: World, seed: int, *, empty: bool) -> float:
    """Deliver some tweets more, or the only ones, and return the rows a second."""
    with trellis.consumers(world, plan.consumers[-1]):
        if empty:
            forget_tweets()
        first = newest_tweet()
        tweet_ids = post_quietly(world, round(plan.rows / world.friends), seed)
        seconds = trellis.drain(tweet_ids)
    audited = audit_trellis(first)
    audited.insist("Growth")
    return (audited.entries - len(tweet_ids)) / seconds


# --- Reading -----------------------------------------------------------------------------------------------


def measure_reading(plan: Plan, worlds: dict[int, World]) -> list[dict[str, object]]:
    """Measure first and deep pages, as SQL and over HTTP, in each world that has entries."""
    for world in worlds.values():
        world.enter(shards=plan.consumers[-1])
        tidy_up()
    found: list[dict[str, object]] = []
    for present, world in worlds.items():
        if present:
            world.enter(shards=plan.consumers[-1])
            found += [{"present": present, **each} for each in read(plan, world)]
    return found


def tidy_up() -> None:
    """Do now what PostgreSQL puts off while millions of rows are written, and would do while we read."""
    execute("SET statement_timeout = 0")
    execute("VACUUM ANALYZE")
    settle()
    connection.close()


def read(plan: Plan, world: World) -> list[dict[str, object]]:
    """Read pages of people drawn at random."""
    oldest = Tweet.objects.order_by("pk").values_list("pk", flat=True)[0]
    middle = (oldest + newest_tweet()) // 2
    owners = random.Random(0).choices(world.authors, k=plan.reads)
    found: list[dict[str, object]] = []
    with server(world) as port:
        visitors = [Visitor(owner, port) for owner in owners[:VISITORS]]
        for page, before in (("first", None), ("deep", middle)):
            http = distribution(http_times(visitors, before, plan.reads // 2))
            # What was written long ago comes from the disk the first time.
            cold, sql = (distribution(sql_times(owners, before)) for _ in range(2))
            say(
                f"{page} page: SQL p50 {sql['p50']:.2f} p99 {sql['p99']:.2f} ms, "
                f"the first time p50 {cold['p50']:.2f} p99 {cold['p99']:.2f} ms, HTTP p50 {http['p50']:.1f} ms"
            )
            found.append({"page": page, "sql_ms": sql, "sql_first_time_ms": cold, "http_ms": http})
    return found


def sql_times(owners: Sequence[int], before: int | None) -> list[float]:
    """Return the milliseconds of the statements of each page, from sending them until all rows are here."""
    return [sql_time(User(pk=owner), before) for owner in owners]


def sql_time(owner: User, before: int | None) -> float:
    """Return what the statements of one page take."""
    times = []

    def timed(execute: Callable, *statement: Any) -> Any:
        started = time.perf_counter()
        # The driver returns when all rows are here.
        result = execute(*statement)
        times.append(time.perf_counter() - started)
        return result

    with connection.execute_wrapper(timed):
        home_page(owner, before)
    return sum(times) * 1000


def http_times(visitors: Sequence[Visitor], before: int | None, count: int) -> list[float]:
    """Return the milliseconds of each whole page, one after the other."""
    path = "/" if before is None else f"/?before={before}"
    for visitor in visitors:
        visitor.get(path)
    return [visitors[number % len(visitors)].get(path) for number in range(count)]
