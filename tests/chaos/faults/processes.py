"""The web killed between a commit and its push, supervisord killed, and N changed."""

import os
import signal

from tests.chaos import points
from tests.chaos.fault import Caused, Fault
from tests.chaos.faults.consumers import await_strikes
from tests.chaos.world import World, jobs_wait
from tests.threads import wait_until

WEB_AT_ONCE = 4
# N is changed in a circle; in the short form, which begins with 4, in a smaller one.
NEXT = {5: 8, 8: 3, 3: 5, 4: 2, 2: 4}


def web_killed(world: World) -> Caused:
    return Caused(len(await_strikes(points.BEFORE_PUSH, ["web"] * WEB_AT_ONCE)))


def supervisord_killed(world: World) -> Caused:
    assert world.stack.launcher is not None
    os.kill(world.stack.supervisord(), signal.SIGKILL)
    world.stack.launcher.wait(20)
    world.stack.start()
    return Caused(1)


def shards_changed(world: World) -> Caused:
    """While the consumers are stopped, so that jobs lie in the tubes of shards that will be no more."""
    world.stack.supervisorctl("stop", "pub_tweet:*")
    wait_until(jobs_wait, "jobs wait in the tubes")
    world.reshard(NEXT[world.shards])
    return Caused(1)


FAULTS = [
    Fault("web-killed", "web killed between commit and push", web_killed),
    Fault("supervisord-killed", "supervisord killed, then started again", supervisord_killed),
    Fault("shards-changed", "N changed in turn: 5→8→3→5", shards_changed),
]
