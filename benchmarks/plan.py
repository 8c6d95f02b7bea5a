"""How large everything is, in the full run and in the quick one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Plan:
    """The sizes of one run.

    Attributes:
        thorough: whether every circle is measured with every number of consumers.
        repeats: how often every fan-out is measured.
        people: how many there are where everybody has 200 friends; fewer have 2,000.
        friends: the sizes of circles; 43 is the real graph where its file is.
        sqlite_friends: the same on SQLite.
        consumers: the numbers of processes; the last one is compared with the peers.
        rows: timeline entries that a fast contender writes with the most processes.
        redis_rows: the same for the feed in Redis, which takes longer to audit.
        peer_rows: the same for Celery, which is slower.
        lag_seconds: how long tweets arrive at each load.
        posts: requests for each number of friends.
        reads: pages for each kind of reading.
        present: how many entries there are already, for reading and growth; the first is 0.
        growing: those of them with which the rate of fan-out is measured.
        memory_rows: how many entries one consumer delivers while its memory is watched.
    """

    name: str
    thorough: bool
    repeats: int
    people: int
    friends: tuple[int, ...]
    sqlite_friends: tuple[int, ...]
    consumers: tuple[int, ...]
    rows: int
    redis_rows: int
    peer_rows: int
    article_rows: int
    sqlite_rows: int
    lag_seconds: float
    loads: tuple[int, ...]
    posts: int
    audiences: tuple[int, ...]
    reads: int
    present: tuple[int, ...]
    growing: tuple[int, ...]
    memory_rows: int


FULL = Plan(
    name="full",
    thorough=True,
    repeats=3,
    people=20_000,
    friends=(43, 200, 2000),
    sqlite_friends=(43, 200, 2000),
    consumers=(1, 2, 4),
    rows=1_200_000,
    redis_rows=400_000,
    peer_rows=200_000,
    article_rows=4_000,
    sqlite_rows=200_000,
    lag_seconds=5,
    loads=(10, 50, 90),
    posts=200,
    audiences=(5, 200, 5000),
    reads=200,
    present=(0, 1_000_000, 10_000_000, 80_000_000),
    growing=(0, 10_000_000, 80_000_000),
    memory_rows=1_000_000,
)
QUICK = Plan(
    name="quick",
    thorough=False,
    repeats=2,
    people=3_000,
    friends=(43, 200),
    sqlite_friends=(200,),
    consumers=(1, 4),
    rows=250_000,
    redis_rows=250_000,
    peer_rows=40_000,
    article_rows=1_000,
    sqlite_rows=60_000,
    lag_seconds=2,
    loads=(10, 50),
    posts=40,
    audiences=(5, 200, 2000),
    reads=100,
    present=(0, 1_000_000),
    growing=(0, 1_000_000),
    memory_rows=300_000,
)
# As small as it can be: for the test that everything runs.
TINY = Plan(
    name="tiny",
    thorough=True,
    repeats=1,
    people=60,
    friends=(20,),
    sqlite_friends=(20,),
    consumers=(1, 2),
    rows=2_000,
    redis_rows=2_000,
    peer_rows=600,
    article_rows=40,
    sqlite_rows=1_000,
    lag_seconds=0.5,
    loads=(10, 50),
    posts=5,
    audiences=(2, 20),
    reads=10,
    present=(0, 4_000),
    growing=(0, 4_000),
    memory_rows=4_000,
)
PLANS = {plan.name: plan for plan in (FULL, QUICK, TINY)}
