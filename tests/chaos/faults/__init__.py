"""The faults. Each strikes when called, is over when it returns, and tells how often it could be caused."""

from collections.abc import Collection

from tests.chaos.fault import Fault
from tests.chaos.faults import broker, consumers, databases, processes, tweets

FAULTS: list[Fault] = [*consumers.FAULTS, *broker.FAULTS, *databases.FAULTS, *processes.FAULTS, *tweets.FAULTS]


def chosen(only: Collection[str], database: str, *, has_disk: bool, short: bool) -> list[Fault]:
    """Return the faults of these names, or all for none, that can be caused here."""
    unknown = set(only) - {fault.key for fault in FAULTS}
    if unknown:
        raise SystemExit(f"No fault is called {unknown}; there are: {', '.join(fault.key for fault in FAULTS)}")
    return [
        fault
        for fault in FAULTS
        if database in fault.databases
        and (has_disk or not fault.needs_disk)
        and not (short and fault.takes_long)
        and (not only or fault.key in only)
    ]
