"""What a fault is."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from tests.chaos.points import Death
from tests.chaos.world import World


@dataclass(frozen=True)
class Caused:
    """What came of a strike.

    Attributes:
        times: how often the fault was really caused.
        deaths: the consumers that died, for which the time until the next delivery counts.
    """

    times: int
    deaths: Sequence[Death] = ()


@dataclass(frozen=True)
class Fault:
    """One way in which things break.

    Attributes:
        key: its name on the command line.
        name: its name in the table.
        strike: causes it once or a few times and ends it, or leaves it to the product to end it.
        recovery: seconds within which everything must be well again.
        databases: where it can be caused.
        needs_disk: whether it needs the small disk.
        in_a_row: how often to strike before what was left undone has to be mended.
        takes_long: whether it takes the better part of a minute, too much for the short form.
    """

    key: str
    name: str
    strike: Callable[[World], Caused]
    recovery: float = 60.0
    databases: Sequence[str] = field(default=("postgresql", "sqlite"))
    needs_disk: bool = False
    in_a_row: int = 1
    takes_long: bool = False
