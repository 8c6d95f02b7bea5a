"""All processes under the real supervisord: what is killed comes back, and never twice."""

import os
import signal
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress

import greenstalk
import psutil
import pytest

from tests.servers import Stack
from tests.threads import InThread, wait_until

SHARDS = [f"pub_tweet:pub_tweet_sharding_{shard}" for shard in range(5)]
PROGRAMS = {*SHARDS, "beanstalkd", "sweep_tweets", "web"}
MEGABYTE = 2**20

pytestmark = pytest.mark.once


@pytest.fixture(scope="module")
def untouched() -> Iterator[Stack]:
    """A stack for the tests that only look at it."""
    stack = Stack()
    try:
        stack.start()
        yield stack
    finally:
        stack.remove()


def processes_of(stack: Stack) -> list[psutil.Process]:
    """Return the launcher and everything below it."""
    assert stack.launcher is not None
    launcher = psutil.Process(stack.launcher.pid)
    return [launcher, *launcher.children(recursive=True)]


def consumers_of(stack: Stack) -> list[psutil.Process]:
    """Return the consumers on this stack's VAR_DIR, whoever started them."""
    return [process for process in psutil.process_iter() if is_consumer(process, stack)]


def is_consumer(process: psutil.Process, stack: Stack) -> bool:
    try:
        return (
            "consume_tweets" in process.cmdline()
            and process.status() != psutil.STATUS_ZOMBIE
            and process.environ().get("VAR_DIR") == stack.env["VAR_DIR"]
        )
    except psutil.NoSuchProcess:
        return False


def consumers_of_shard(shard: str, stack: Stack, *, but: set[int]) -> list[psutil.Process]:
    with suppress(psutil.NoSuchProcess):  # one may end while we look
        found = [process for process in consumers_of(stack) if process.cmdline()[-1:] == [shard]]
        new = [process for process in found if process.pid not in but]
        # For a moment after a fork the child looks like its parent.
        return new if len(new) == 1 else []
    return []


def shards_of(processes: list[psutil.Process]) -> list[str]:
    return sorted(process.cmdline()[-1] for process in processes)


def watchers(stack: Stack) -> list[int]:
    """Return how many consumers each tube has; nothing while the broker is away."""
    try:
        with greenstalk.Client(stack.env["BEANSTALKD_ADDRESS"]) as client:
            return [
                client.stats_tube(tube)["current-watching"] for tube in client.tubes() if tube.startswith("tweet_pub_")
            ]
    except (OSError, greenstalk.Error):
        return []


def kill_supervisord(stack: Stack) -> None:
    """Kill it with -9, and see the launcher end, which tells why."""
    assert stack.launcher is not None
    os.kill(stack.supervisord(), signal.SIGKILL)
    assert stack.launcher.wait(10) == 1
    assert "supervisord ended with code -9" in stack.output


def has_ended(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def sampled_while(work: Callable[[], None], sample: Callable[[], list[int]]) -> list[list[int]]:
    """Return what `sample` gave again and again while `work` was going on."""
    samples = []
    working = InThread(work)
    while working.thread.is_alive():
        samples.append(sample())
    working.result()
    return samples


def test_status_shows_each_program_and_the_process_list_each_shard(untouched: Stack) -> None:
    pids = untouched.pids()
    assert pids.keys() == PROGRAMS
    for shard, name in enumerate(SHARDS):
        assert psutil.Process(pids[name]).cmdline()[-2:] == ["consume_tweets", str(shard)]


def test_whoever_has_not_started_it_cannot_reach_it(untouched: Stack) -> None:
    """Guard: the modes of the directories and of the control socket, and the umask."""
    for name in ("run", "log", "binlog"):
        assert stat.S_IMODE((untouched.directory / name).stat().st_mode) == 0o700
    assert stat.S_IMODE((untouched.directory / "run" / "supervisor.sock").stat().st_mode) == 0o700
    addresses = {
        str(c.laddr.ip) for p in processes_of(untouched) for c in p.net_connections("inet") if c.status == "LISTEN"
    }
    assert addresses == {"127.0.0.1"}


def test_idle_it_needs_little_memory(untouched: Stack) -> None:
    sizes = {process.pid: process.memory_info().rss / MEGABYTE for process in processes_of(untouched)}
    consumers = [sizes[pid] for name, pid in untouched.pids().items() if name in SHARDS]
    assert len(consumers) == 5
    assert max(consumers) < 90
    assert sum(sizes.values()) < 800


def test_a_process_that_is_killed_is_back_within_seconds(stack: Stack) -> None:
    before = stack.pids()
    for pid in before.values():
        os.kill(pid, signal.SIGKILL)
    wait_until(
        lambda: stack.pids().keys() == PROGRAMS and not set(stack.pids().values()) & set(before.values()),
        "all are back",
    )
    wait_until(lambda: watchers(stack) == [1] * 5, "each shard has its consumer again")


def test_a_consumer_that_keeps_dying_is_not_made_to_wait(stack: Stack) -> None:
    """Guard: startsecs=0. Else supervisor waits a second more after each early death, and the shard's tweets too."""
    killed: set[int] = set()
    while len(killed) < 5:
        (consumer,) = wait_until(lambda: consumers_of_shard("0", stack, but=killed), "it is back")
        consumer.kill()
        killed.add(consumer.pid)
        assert "BACKOFF" not in stack.supervisorctl("status")


def test_nothing_outlives_a_supervisord_that_is_killed(stack: Stack) -> None:
    """Guard: setpriv in follow.sh for beanstalkd and gunicorn, follow_parent in the others."""
    processes = processes_of(stack)
    kill_supervisord(stack)
    wait_until(lambda: all(map(has_ended, processes)), "every process has ended")


def test_nothing_outlives_a_supervisord_that_is_killed_while_it_starts() -> None:
    """Guard: follow.sh for all, and that it looks who its parent is after it has asked to follow it."""
    stack = Stack()
    try:
        launcher = psutil.Process(stack.launch().pid)
        log = stack.directory / "log" / "supervisord.log"
        wait_until(lambda: log.exists() and "spawned: 'web'" in log.read_text(), "every process has been started")
        processes = launcher.children(recursive=True)
        kill_supervisord(stack)
        wait_until(lambda: all(map(has_ended, processes)), "every process has ended")
    finally:
        stack.remove()


def test_after_supervisord_was_killed_a_start_at_once_leaves_one_consumer_a_shard(stack: Stack) -> None:
    """The shard locks keep the old consumers and the new ones apart."""
    kill_supervisord(stack)
    for watching in sampled_while(stack.start, lambda: watchers(stack)):
        assert all(count <= 1 for count in watching)
    assert stack.pids().keys() == PROGRAMS
    wait_until(lambda: shards_of(consumers_of(stack)) == ["0", "1", "2", "3", "4"], "only the new consumers run")
    assert {process.pid for process in consumers_of(stack)} == {stack.pids()[name] for name in SHARDS}
    assert watchers(stack) == [1] * 5


def test_a_launcher_that_is_killed_takes_everything_with_it(stack: Stack) -> None:
    """Guard: setpriv before supervisord."""
    assert stack.launcher is not None
    processes = processes_of(stack)
    stack.launcher.kill()
    wait_until(lambda: all(map(has_ended, processes)), "every process has ended")
