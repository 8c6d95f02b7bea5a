"""Figure 1: fan-out end to end, from posts that sit in the tubes to committed entries."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from benchmarks import limit, trellis
from benchmarks.audit import audit_plain, audit_trellis
from benchmarks.circle import even_circle, facebook_circle, forget_tweets, post_quietly, real_graph, settle
from benchmarks.plan import Plan
from benchmarks.progress import say
from benchmarks.samples import Spread
from benchmarks.servers import Servers
from benchmarks.verdict import Audited
from benchmarks.world import World

TRELLIS, LIMIT, BARE = "Trellis", "the same statements alone", "the bare INSERT alone"
CELERY, REDIS, ARTICLE = "Celery and bulk_create", "feed in Redis (memory only)", "one by one, as in the article"

# The same tweets in each run, so that all contenders and repeats do the same.
SEED = 1


@dataclass
class Run:
    """What was measured once: rows that were written for friends, and the seconds that it took."""

    rows: int
    seconds: float

    @property
    def rate(self) -> float:
        return self.rows / self.seconds


@dataclass
class Entrant:
    """A contender in one circle with so many processes.

    Attributes:
        go: posts so many tweets and measures their fan-out once, audited.
    """

    contender: str
    world: World
    circle: str
    consumers: int
    tweets: int
    go: Callable[[World, int, int], Run]
    runs: list[Run] = field(default_factory=list)

    def run(self) -> None:
        """Measure once."""
        self.runs.append(self.go(self.world, self.consumers, self.tweets))
        where = f"{self.world.database}, {self.circle}, {self.consumers} processes"
        say(f"{self.contender} ({where}): {self.runs[-1].rate:,.0f} rows/s")

    def as_json(self) -> dict[str, object]:
        return {
            "contender": self.contender,
            "database": self.world.database,
            "circle": self.circle,
            "friends": round(self.world.friends, 1),
            "people": self.world.people,
            "consumers": self.consumers,
            "rows": self.runs[-1].rows,
            "tweets": self.tweets,
            "missing": 0,
            "extra": 0,
            "rows_per_second": Spread.of([run.rate for run in self.runs]).as_json(),
            "seconds": [round(run.seconds, 3) for run in self.runs],
        }


def measure(plan: Plan, servers: Servers, circles: dict[str, World], *, peers: bool) -> list[dict[str, object]]:
    """Run all contenders in turn, and all of that as often as the plan says."""
    entrants = [entrant for name, world in circles.items() for entrant in lineup(plan, servers, name, world, peers)]
    for _ in range(plan.repeats):
        for entrant in entrants:
            entrant.run()
    return [entrant.as_json() for entrant in entrants]


def make_circles(plan: Plan, servers: Servers) -> dict[str, World]:
    """Make the circles of the plan on both databases."""
    circles: dict[str, World] = {}
    wanted = [(friends, False) for friends in plan.friends] + [(friends, True) for friends in plan.sqlite_friends]
    for friends, sqlite in wanted:
        name = f"{'sqlite' if sqlite else 'pg'}_{friends}"
        circles[name] = make_circle(plan, servers, name, friends, sqlite=sqlite)
        say(f"made the circle {name}: {circles[name].people:,} people")
    return circles


def main_circle(plan: Plan) -> str:
    """Return the name of the circle in which everybody competes: 200 friends, on PostgreSQL."""
    return f"pg_{200 if 200 in plan.friends else plan.friends[0]}"


def make_circle(plan: Plan, servers: Servers, name: str, friends: int, *, sqlite: bool) -> World:
    """Make one circle: the real graph for 43 friends if its file is here, else one where all have the same number."""
    graph = real_graph()
    if friends == 43 and graph:
        return facebook_circle(servers, name, graph, sqlite=sqlite)
    # About as many friendships in every circle: what is to differ is the audience of a tweet.
    people = max(plan.people * 200 // max(friends, 200) // (4 if sqlite else 1), friends * 5 // 4 + 1)
    return even_circle(servers, name, people, friends, sqlite=sqlite)


def lineup(plan: Plan, servers: Servers, name: str, world: World, peers: bool) -> Iterator[Entrant]:
    """Return who competes in a circle."""
    is_sqlite = world.database == "SQLite"
    is_main = name == main_circle(plan)
    most = plan.consumers[-1]
    circle = f"{round(world.friends)} friends"

    def entrant(contender: str, consumers: int, rows: int, go: Callable[[World, int, int], Run]) -> Entrant:
        return Entrant(contender, world, circle, consumers, max(consumers, round(rows / world.friends)), go)

    rows = plan.sqlite_rows if is_sqlite else plan.rows if is_main else plan.rows // 3
    recordings: dict[int, list] = {}
    for consumers in plan.consumers if is_main or plan.thorough else plan.consumers[-1:]:
        yield entrant(TRELLIS, consumers, rows, run_trellis)
        if is_main or consumers == most:
            yield entrant(LIMIT, consumers, rows, lambda *given: run_limit(recordings, *given))
    if is_main:
        yield entrant(BARE, most, rows, run_bare)
    if is_main and peers:
        yield entrant(CELERY, most, plan.peer_rows, run_celery)
        yield entrant(REDIS, most, plan.redis_rows, lambda *given: run_redis(servers, *given))
        yield entrant(ARTICLE, most, plan.article_rows, run_article)


def fresh(world: World, tweets: int) -> list[int]:
    """Return the tweets of a run, in a circle where nobody had posted before; everything is on disk."""
    forget_tweets()
    tweet_ids = post_quietly(world, tweets, SEED)
    settle()
    return tweet_ids


def accept(contender: str, audited: Audited, seconds: float, own: int = 0) -> Run:
    """Return the run if its timelines are exactly right.

    Args:
        own: how many of the entries are the authors' own, written when they posted.
    """
    audited.insist(contender)
    return Run(audited.entries - own, seconds)


def run_trellis(world: World, consumers: int, tweets: int) -> Run:
    """Measure the product: its consumers, its tubes, its statements."""
    with trellis.consumers(world, consumers):
        seconds = trellis.drain(fresh(world, tweets))
    return accept(TRELLIS, audit_trellis(0), seconds, own=tweets)


def run_limit(recordings: dict[int, list], world: World, consumers: int, tweets: int) -> Run:
    """Measure its statements without anything around them; they are recorded before the first repeat."""
    world.enter(consumers)
    if consumers not in recordings:
        recordings[consumers] = limit.record(world, fresh(world, tweets))
    fresh(world, tweets)
    seconds = limit.replay(recordings[consumers])
    return accept(LIMIT, audit_trellis(0), seconds, own=tweets)


def run_bare(world: World, consumers: int, tweets: int) -> Run:
    """Measure what writing the entries alone takes, without marks, locks and own entries."""
    world.enter(consumers)
    seconds = limit.replay(limit.bare(world, fresh(world, tweets)))
    return accept(BARE, audit_trellis(0), seconds, own=tweets)


def run_celery(world: World, consumers: int, tweets: int) -> Run:
    """Measure Celery."""
    from benchmarks import peers

    with peers.celery_worker(world, consumers) as worker:
        tweet_ids = fresh(world, tweets)
        seconds = peers.celery_drain(worker, tweet_ids)
    return accept(CELERY, audit_plain(tweet_ids), seconds)


def run_redis(servers: Servers, world: World, consumers: int, tweets: int) -> Run:
    """Measure feeds in Redis."""
    from benchmarks import peers

    world.enter(consumers)
    tweet_ids = fresh(world, tweets)
    seconds = peers.redis_drain(servers, tweet_ids, consumers)
    return accept(REDIS, peers.audit_redis(servers, tweet_ids), seconds)


def run_article(world: World, consumers: int, tweets: int) -> Run:
    """Measure one statement for each friend."""
    from benchmarks import peers

    world.enter(consumers)
    tweet_ids = fresh(world, tweets)
    seconds = peers.article_drain(tweet_ids, consumers)
    return accept(ARTICLE, audit_plain(tweet_ids), seconds)
