"""supervisord as a child process: what it is told, whether all that it runs is ready, and why not."""

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
import xmlrpc.client
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

from django.conf import settings
from supervisor.xmlrpc import SupervisorTransport

from deploy.preparation import StartError, broker_is_here
from timeline.broker import BrokerUnavailableError, tube_stats
from timeline.shards import all_shards, tube_of

CONFIGURATION = Path(__file__).with_name("supervisord.conf")
# Seconds until what is not ready counts as a failure, a start takes two or three; and until what has ended by itself
# does, which a predecessor that still holds a socket or a port explains for a little while.
PATIENCE, PATIENCE_AFTER_END = 60.0, 10.0
# Lines of a log that explain a failure.
TAIL = 15
# A process that supervisor leaves stopped, as the broker that is on another machine, is as it should be.
SETTLED = {"RUNNING", "STOPPED"}


@dataclass(frozen=True)
class Problem:
    """Why Trellis is not ready yet.

    Attributes:
        what: in words.
        log: the file that tells more.
        patience: the seconds after the start from which on it is a failure.
    """

    what: str
    log: Path
    patience: float = PATIENCE

    def __str__(self) -> str:
        return f"{self.what}\n{tail(self.log)}"


class Supervisord:
    """supervisord with all its processes, from `with` to the end of its block.

    Args:
        port: where the web pages are to be served.
    """

    def __init__(self, port: int) -> None:
        self.port = port
        self.logs = settings.VAR_DIR / "log"

    def __enter__(self) -> Self:
        command = [*follow_parent(), sys.executable, "-m", "supervisor.supervisord", "-n", "-c", str(CONFIGURATION)]
        with (self.logs / "supervisord.out").open("wb") as output:
            self.process = subprocess.Popen(
                command,
                env={**os.environ, **environment(self.port)},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Out of the terminal's reach: Ctrl-C comes to us, and we tell it in our time.
                start_new_session=True,
            )
        return self

    def __exit__(self, *error: object) -> None:
        self.process.terminate()
        self.process.wait()

    def wait(self) -> None:
        """Wait for supervisord to end, which it should not do by itself.

        Raises:
            StartError: it has.
        """
        code = self.process.wait()
        raise StartError(f"supervisord ended with code {code}.\n{self._last_words()}")

    def wait_until_ready(self) -> None:
        """Wait until all processes run, every shard has its consumer, and the web pages answer.

        Raises:
            StartError: they do not in time; it tells the reason and the end of the log that explains it.
        """
        started = time.monotonic()
        while problem := self.problem():
            if self.process.poll() is not None:
                self.wait()
            if time.monotonic() > started + problem.patience:
                raise StartError(f"Not ready after {problem.patience:.0f} s: {problem}")
            time.sleep(0.05)

    def problem(self) -> Problem | None:
        """Return what is not ready, or None."""
        return next(self._problems(), None)

    def _problems(self) -> Iterator[Problem]:
        try:
            yield from map(process_problem, (state for state in states() if state["statename"] not in SETTLED))
        except (OSError, http.client.HTTPException, xmlrpc.client.Error) as error:
            yield Problem(f"supervisord does not answer: {error}", self.logs / "supervisord.log")
        if lonely := shards_without_consumer():
            yield Problem(f"nobody consumes shard {lonely[0]}", self.logs / f"pub_tweet_sharding_{lonely[0]}.log")
        if answer := unready_answer(self.port):
            yield Problem(f"/readyz says {answer}", self.logs / "web.log")

    def _last_words(self) -> str:
        return tail(self.logs / "supervisord.out") or tail(self.logs / "supervisord.log")


def environment(port: int) -> dict[str, str]:
    """Return what supervisord.conf, gunicorn.conf.py and the processes read."""
    return {
        "VAR_DIR": str(settings.VAR_DIR),
        "TIMELINE_SHARDS": str(settings.TIMELINE_SHARDS),
        "BEANSTALKD_ADDRESS": settings.BEANSTALKD_ADDRESS,
        "PORT": str(port),
        "TRELLIS_PYTHON": sys.executable,
        "TRELLIS_BROKER_HERE": str(broker_is_here()).lower(),
        "TRELLIS_BROKER_LISTEN": broker_listen(settings.BEANSTALKD_ADDRESS),
    }


def follow_parent() -> list[str]:
    """Return what to put before a command so that it gets SIGTERM when its parent dies; nothing outside Linux."""
    return ["setpriv", "--pdeathsig", "TERM", "--"] if sys.platform == "linux" and shutil.which("setpriv") else []


def broker_listen(address: str) -> str:
    """Return beanstalkd's arguments for an address."""
    if address.startswith("/"):
        return f'-l "unix:{address}"'
    host, _, port = address.rpartition(":")
    return f"-l {host.strip('[]')} -p {port}"


def states() -> list[dict[str, Any]]:
    """Return what supervisord says about each of its processes."""
    transport = SupervisorTransport(serverurl=f"unix://{settings.VAR_DIR / 'run' / 'supervisor.sock'}")
    # The address is not used, but has to be there.
    with xmlrpc.client.ServerProxy("http://127.0.0.1", transport=transport) as supervisord:
        found: Any = supervisord.supervisor.getAllProcessInfo()
        return list(found)


def process_problem(state: dict[str, Any]) -> Problem:
    """Return a process that does not run as a problem."""
    has_ended = state["statename"] == "BACKOFF"
    what = f"{state['name']} ends by itself" if has_ended else f"{state['name']} is {state['statename'].lower()}"
    reason = f" ({state['spawnerr']})" if state["spawnerr"] else ""
    return Problem(what + reason, Path(state["stdout_logfile"]), PATIENCE_AFTER_END if has_ended else PATIENCE)


def shards_without_consumer() -> list[int]:
    """Return the shards whose tube nobody watches; all of them while the broker is away."""
    try:
        tubes = tube_stats()
    except BrokerUnavailableError:
        return list(all_shards())
    return [shard for shard in all_shards() if not tubes.get(tube_of(shard), {}).get("current-watching")]


def unready_answer(port: int) -> str:
    """Return what /readyz says is wrong, or "" when it says that all is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/readyz", headers={"Host": allowed_host()})
        response = connection.getresponse()
        body = response.read().decode(errors="replace")
    except (OSError, http.client.HTTPException) as error:
        return str(error)
    finally:
        connection.close()
    return "" if response.status == http.client.OK else reasons(body) or f"{response.status} {response.reason}"


def reasons(body: str) -> str:
    """Return the problems that /readyz lists, in one line; "" if it is no such list."""
    try:
        return "; ".join(json.loads(body)["problems"].values())
    except (ValueError, KeyError, TypeError):
        return ""


def allowed_host() -> str:
    """Return a host name that Django answers to."""
    first = settings.ALLOWED_HOSTS[0] if settings.ALLOWED_HOSTS else "localhost"
    return "localhost" if first == "*" else first.removeprefix(".")


def tail(log: Path) -> str:
    """Return the last lines of a log, under its name; "" if there are none."""
    if not log.is_file():
        return ""
    lines = log.read_text(errors="replace").splitlines()[-TAIL:]
    return "\n".join([f"The end of {log}:", *(f"  {line}" for line in lines)]) if lines else ""
