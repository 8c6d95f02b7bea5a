"""PostgreSQL: its backends killed, and the whole server."""

import os
import signal
import time

import psutil
from django.db import connection

from tests.chaos.fault import Caused, Fault
from tests.chaos.world import World, patiently

BACKENDS = """
    SELECT pid FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()
"""


def backend_killed(world: World) -> Caused:
    """kill -9 of one backend makes the server end all others, and recover."""
    pid = world.chance.choice(patiently(backends))
    os.kill(pid, signal.SIGKILL)
    return Caused(1)


def backends() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(BACKENDS)
        return [pid for (pid,) in cursor.fetchall()]


def server_killed(world: World) -> Caused:
    """The server is gone with all its processes, and comes back after a while."""
    assert world.cluster is not None
    postmaster = psutil.Process(int((world.cluster.data / "postmaster.pid").read_text().splitlines()[0]))
    if world.chance.random() < 0.5:
        world.cluster.stop("immediate")
    else:
        processes = [postmaster, *postmaster.children()]
        for process in processes:
            process.kill()
        psutil.wait_procs(processes, timeout=10)
    time.sleep(world.chance.uniform(0.2, 1))
    world.cluster.launch()
    return Caused(1)


FAULTS = [
    Fault("database-backend", "PostgreSQL backend killed", backend_killed, databases=["postgresql"]),
    Fault("database-server", "PostgreSQL server killed", server_killed, databases=["postgresql"]),
]
