"""Figure 3: what posting costs the one who posts, by their number of friends, with the broker up and down.

The whole request goes through gunicorn, from the first byte to the last, over a connection that stays open as a
browser's does. Who posts next is drawn at random, so that whatever else happens falls on all alike. Consumers run.
"""

import random
import time

from benchmarks import trellis
from benchmarks.audit import audit_trellis
from benchmarks.circle import forget_tweets, popular_circle, settle
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.samples import distribution
from benchmarks.servers import Servers, wait_until
from benchmarks.web import Visitor, server
from timeline import queue

Times = dict[int, list[float]]


def measure(plan: Plan, servers: Servers) -> list[dict[str, object]]:
    """Measure requests and pushes with the broker up, then without it; it is up again afterwards."""
    people = max(plan.audiences) + len(plan.audiences)
    world = popular_circle(servers, "posting", people, plan.audiences, authors=len(plan.audiences))
    with trellis.consumers(world, plan.consumers[-1]), server(world) as port:
        forget_tweets()
        settle()
        visitors = {friends: Visitor(author, port) for author, friends in enumerate(plan.audiences, start=1)}
        found = report(plan, "up", requests(plan, visitors), pushes(plan))
        wait_until(trellis.everything_is_done, "all tweets are delivered")
        audit_trellis(0).insist("Posting")
    with server(world) as port:
        visitors = {friends: Visitor(author, port) for author, friends in enumerate(plan.audiences, start=1)}
        servers.beanstalkd.stop()
        found += report(plan, "down", requests(plan, visitors), pushes(plan))
        servers.beanstalkd.start()
    queue.breaker.reset()
    return found


def requests(plan: Plan, visitors: dict[int, Visitor]) -> Times:
    """Return the milliseconds of each request, by the number of friends."""
    for visitor in visitors.values():
        for _ in range(5):
            visitor.post("warm")
    order = [friends for friends in visitors for _ in range(plan.posts)]
    random.Random(0).shuffle(order)
    times: Times = {friends: [] for friends in visitors}
    for friends in order:
        times[friends].append(visitors[friends].post("Hello"))
    return times


def pushes(plan: Plan) -> list[float]:
    """Return the milliseconds of each push alone; of tweets that do not exist, which consumers drop."""
    times = []
    for number in range(plan.posts):
        started = time.perf_counter()
        queue.push(2**40 + number)
        times.append((time.perf_counter() - started) * 1000)
    return times


def report(plan: Plan, broker: str, times: Times, push_times: list[float]) -> list[dict[str, object]]:
    """Sum up what was measured with the broker up or down."""
    for friends in plan.audiences:
        found = distribution(times[friends])
        say(f"posting to {friends} friends, broker {broker}: p50 {found['p50']:.2f} ms, p99 {found['p99']:.2f} ms")
    return [
        {
            "broker": broker,
            "request_ms": {str(friends): distribution(times[friends]) for friends in plan.audiences},
            "push_ms": distribution(push_times),
        }
    ]
