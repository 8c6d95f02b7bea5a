"""The servers that a run needs: PostgreSQL, beanstalkd and Redis, thrown away afterwards, on unix sockets only."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Self

ROOT = Path(__file__).resolve().parent.parent
# What production is told to include, so that the figures are those of the settings that we recommend.
POSTGRESQL_CONF = ROOT / "deploy" / "postgresql.conf"

MEASURING = {
    # The moment of each commit, to the microsecond, from which the lag is read without asking while it runs.
    "track_commit_timestamp": "on",
    # 80 million entries are loaded without writing them to the log, too; what is measured logs the same as otherwise.
    "wal_level": "minimal",
    "max_wal_senders": "0",
}


def wait_until(condition: Callable[[], bool], what: str, patience: float = 60, pause: float = 0.01) -> None:
    """Wait for a condition.

    Raises:
        TimeoutError: it did not come true within `patience` seconds.
    """
    end = time.monotonic() + patience
    while not condition():
        if time.monotonic() > end:
            raise TimeoutError(f"waited {patience:.0f} s in vain: {what}")
        time.sleep(pause)


def postgresql_programs() -> Path:
    """Return where PostgreSQL's server lies, the newest if there are several: Debian keeps it out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parts[-3]))
    in_path = shutil.which("pg_ctl")
    if not found and not in_path:
        raise RuntimeError("PostgreSQL's server is missing: `make bench` installs it.")
    return found[-1].parent if found else Path(str(in_path)).parent


class PostgreSQL:
    """A durable cluster with the settings of deploy/postgresql.conf.

    Args:
        directory: where everything lies; it is handed to the user `postgres` when we are root.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.data = directory / "data"

    def url(self, name: str) -> str:
        return f"postgres:///{name}?host={self.directory}&user=postgres"

    def start(self) -> None:
        self.directory.mkdir()
        if os.geteuid() == 0:
            shutil.chown(self.directory, "postgres")
        self._run("initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C")
        shutil.copy(POSTGRESQL_CONF, self.directory / "recommended.conf")
        (self.directory / "recommended.conf").chmod(0o644)
        settings = {
            "listen_addresses": "''",
            "unix_socket_directories": f"'{self.directory}'",
            "include": f"'{self.directory}/recommended.conf'",
            **MEASURING,
        }
        with (self.data / "postgresql.conf").open("a") as conf:
            conf.writelines(f"{name} = {value}\n" for name, value in settings.items())
        self._run("pg_ctl", "-D", self.data, "-l", self.directory / "log", "-w", "start")

    def create(self, name: str, template: str = "template0") -> str:
        """Create a database, as a copy of another one, and return its URL."""
        # Copying files is faster than the default, which writes every page to the log.
        self._run("createdb", "-h", self.directory, "-U", "postgres", "-T", template, "--strategy=file_copy", name)
        return self.url(name)

    def stop(self) -> None:
        """Stop the server without tidying up: it is thrown away."""
        self._run("pg_ctl", "-D", self.data, "-m", "immediate", "-w", "stop")

    def _run(self, program: str, *arguments: object) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_postgres, str(postgresql_programs() / program), *map(str, arguments)]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}")


class Beanstalkd:
    """A beanstalkd that logs as the one in production does: binlog on, synced every 50 ms at most.

    Args:
        directory: where its socket and its binlog lie.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.address = str(directory / "beanstalkd.sock")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        binlog = self.directory / "binlog"
        binlog.mkdir(parents=True, exist_ok=True)
        self.process = subprocess.Popen(
            ["beanstalkd", "-l", f"unix:{self.address}", "-b", str(binlog)], stderr=subprocess.DEVNULL
        )
        wait_until(Path(self.address).exists, "beanstalkd listens")

    def stop(self) -> None:
        """Kill it; its socket stays behind and refuses connections."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None


class Redis:
    """A Redis that keeps everything in memory only: no snapshots, no log, which is its fastest way.

    Args:
        directory: where its socket lies.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.address = str(directory / "redis.sock")
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.directory.mkdir()
        settings = {"port": "0", "unixsocket": self.address, "save": "", "appendonly": "no", "dir": str(self.directory)}
        options = [word for name, value in settings.items() for word in (f"--{name}", value)]
        self.process = subprocess.Popen(["redis-server", *options], stdout=subprocess.DEVNULL)
        wait_until(Path(self.address).exists, "Redis listens")

    def stop(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait()


class Servers:
    """All servers of a run.

    Attributes:
        directory: everything that is written lies here.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.postgresql = PostgreSQL(directory / "postgresql")
        self.beanstalkd = Beanstalkd(directory / "beanstalkd")
        self.redis = Redis(directory / "redis")

    @classmethod
    @contextmanager
    def running(cls, *, redis: bool = True) -> Iterator[Self]:
        """Start them in a private directory; stop them and remove it afterwards."""
        with ExitStack() as stack:
            # Directly under /tmp: the path of a unix socket may have 107 bytes.
            directory = Path(tempfile.mkdtemp(prefix="trellis-bench-", dir="/tmp"))
            stack.callback(shutil.rmtree, directory, ignore_errors=True)
            # Others may not look in, but the user `postgres` has to pass.
            directory.chmod(0o711)
            servers = cls(directory)
            needed: list[PostgreSQL | Beanstalkd | Redis] = [servers.postgresql, servers.beanstalkd]
            if redis:
                needed.append(servers.redis)
            for server in needed:
                server.start()
                stack.callback(server.stop)
            yield servers
