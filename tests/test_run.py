"""`make run` without make: deploy/run.py starts everything, says so, and says why if it cannot."""

import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from urllib.request import urlopen

import psutil
import pytest

from tests.servers import ROOT, Stack
from tests.threads import wait_until

pytestmark = pytest.mark.once


@pytest.fixture
def cold() -> Iterator[Stack]:
    """All of Trellis, not started yet."""
    stack = Stack()
    yield stack
    stack.remove()


def refusal(stack: Stack, **environment: str) -> str:
    """Start it where it cannot start; return what it says."""
    stack.env.update(environment)
    assert stack.launch().wait(60) != 0
    assert "Traceback" not in stack.output
    return stack.output


def test_it_says_where_it_is_once_it_is_ready_and_stops_when_told(cold: Stack) -> None:
    assert cold.launcher is None
    cold.start()
    assert f"Trellis is ready: {cold.url}" in cold.output
    with urlopen(f"{cold.url}/login/", timeout=5) as page:
        assert page.status == 200
    assert cold.launcher is not None
    children = psutil.Process(cold.launcher.pid).children(recursive=True)

    assert cold.stop() == 0

    assert not any(process.is_running() for process in children)
    assert "Traceback" not in cold.output
    assert not list((cold.directory / "run").glob("supervisor*")), "a clean end leaves no socket and no pid file"


def log_of(stack: Stack, program: str) -> str:
    log = stack.directory / "log" / f"{program}.log"
    return log.read_text() if log.exists() else ""


def test_it_can_be_stopped_before_it_is_ready(cold: Stack) -> None:
    launcher = cold.launch()
    wait_until(lambda: "Booting worker" in log_of(cold, "web"), "the processes are starting")
    children = psutil.Process(launcher.pid).children(recursive=True)
    assert cold.stop(signal.SIGTERM) == 0
    assert not any(process.is_running() for process in children)
    assert cold.output == ""


def test_it_is_ready_on_a_host_name_of_its_own(cold: Stack) -> None:
    """Guard: allowed_host. With the address as its Host, /readyz would answer 400 for ever."""
    cold.env["ALLOWED_HOSTS"] = ".trellis.example"
    cold.start()


@pytest.mark.slow
def test_the_demo_circle_comes_with_the_first_start_only(cold: Stack) -> None:
    cold.start("--demo")
    people = count_people(cold)
    assert people >= 12
    cold.manage("shell", "-c", "from timeline.models import User; User.objects.first().delete()")
    assert cold.stop(signal.SIGHUP) == 0, "as when the terminal is closed"
    cold.start("--demo")
    assert count_people(cold) == people - 1


def count_people(stack: Stack) -> int:
    return int(stack.manage("shell", "-v0", "-c", "from timeline.models import User; print(User.objects.count())"))


def test_a_second_one_on_the_same_directory_is_refused(stack: Stack) -> None:
    second = subprocess.run(
        [sys.executable, "-m", "deploy.run"],
        cwd=ROOT,
        env=stack.env,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert second.returncode == 1
    assert second.stderr.startswith("Trellis runs already on")
    assert len(stack.pids()) == 8, "the first one goes on"


def test_a_port_in_use_is_named(cold: Stack) -> None:
    with socket.create_server(("127.0.0.1", cold.port)):
        assert f"PORT is {cold.port}, which another program uses already" in refusal(cold)


def test_after_a_kill_it_waits_for_a_port_that_is_still_in_use(cold: Stack) -> None:
    """Guard: check_port looks for the pid file that only a killed supervisord leaves behind."""
    (cold.directory / "run").mkdir()
    (cold.directory / "run" / "supervisord.pid").write_text("4711")
    with socket.create_server(("127.0.0.1", cold.port)):
        launcher = cold.launch()
        with pytest.raises(subprocess.TimeoutExpired):
            launcher.wait(3)
    wait_until(lambda: "is ready" in cold.output, "it goes on", patience=60)


@pytest.mark.parametrize(
    ("variable", "value", "expected"),
    [
        ("PORT", "80000", "a whole number from 1 to 65535"),
        ("TIMELINE_SHARDS", "five", "a whole number from 1 to 512"),
        ("DEBUG", "perhaps", "one of 1, true"),
        ("LOG_LEVEL", "LOUD", "DEBUG, INFO"),
        ("DATABASE_URL", "mysql://somewhere/db", "postgres://"),
        ("DATABASE_URL", "postgres://nobody:x@127.0.0.1:1/none", "Connection refused"),
        ("BEANSTALKD_ADDRESS", "here", "host:port"),
        ("VAR_DIR", "/dev/null/var", "Not a directory"),
        ("VAR_DIR", "/tmp/" + "x" * 90, "at most"),
    ],
)
def test_a_wrong_value_is_refused_by_name(cold: Stack, variable: str, value: str, expected: str) -> None:
    said = refusal(cold, **{variable: value})
    assert variable in said
    assert expected in said
    assert len(said.splitlines()) <= 4
    shutil.rmtree(value, ignore_errors=True)


def test_manage_refuses_a_wrong_value_by_name(cold: Stack) -> None:
    environment = {**cold.env, "TIMELINE_SHARDS": "0"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 2
    assert done.stderr == "TIMELINE_SHARDS is '0'; expected a whole number from 1 to 512.\n"


def test_a_missing_broker_is_named_with_the_command_that_installs_it(cold: Stack) -> None:
    assert "apt-get install beanstalkd" in refusal(cold, PATH=str(Path(sys.executable).parent))


@pytest.mark.slow
def test_a_program_that_cannot_run_is_shown_with_the_end_of_its_log(cold: Stack) -> None:
    """A directory stands where the broker wants its socket."""
    (cold.directory / "run" / "beanstalkd.sock").mkdir(parents=True)
    said = refusal(cold)
    assert "beanstalkd ends by itself" in said
    assert "beanstalkd.log" in said
    assert "gave up" not in log_of(cold, "supervisord"), "startretries: it would have come back without the directory"
