"""Several processes that start at the same moment."""

import multiprocessing
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier

from django.db import connections

Work = Callable[[], None]


def race(prepare: Callable[[int], Work], processes: int) -> float:
    """Run work in several processes. Returns the seconds from the common start until the last one is done.

    Args:
        prepare: called in each process with its number, before the clock starts; returns what to do then.

    Raises:
        RuntimeError: one of them failed.
    """
    # The children would use our connections otherwise.
    connections.close_all()
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(processes + 1)
    ends, children = [], []
    for number in range(processes):
        receiver, sender = context.Pipe(duplex=False)
        children.append(context.Process(target=take_part, args=(prepare, number, barrier, sender)))
        children[-1].start()
        sender.close()
        ends.append(receiver)
    barrier.wait(timeout=120)
    started = time.monotonic()
    try:
        # The clock is the same in all processes.
        return max(float(end.recv()) for end in ends) - started
    except EOFError as error:
        raise RuntimeError("a process of the race failed; see above") from error
    finally:
        for child in children:
            child.join()


def take_part(prepare: Callable[[int], Work], number: int, barrier: Barrier, end: Connection) -> None:
    """What each process does."""
    work = prepare(number)
    barrier.wait(timeout=120)
    work()
    end.send(time.monotonic())
