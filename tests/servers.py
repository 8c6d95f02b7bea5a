"""Throw-away servers: a beanstalkd and a PostgreSQL of our own, on unix sockets in a private directory."""

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.threads import wait_until

POSTGRESQL_PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: int(path.parent.name))


def private_directory() -> Path:
    """Make a directory with a short path: a unix socket's may have 107 bytes."""
    return Path(tempfile.mkdtemp(prefix="trellis-", dir="/tmp"))


class Beanstalkd:
    """A beanstalkd with a binlog.

    Args:
        directory: where its socket and its binlog lie.
    """

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.address = str(directory / "beanstalkd.sock")
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def start(self, *, log: bool = True) -> None:
        binlog = self.directory / "binlog"
        binlog.mkdir(exist_ok=True)
        logging = ["-b", str(binlog), "-f", "0"] if log else []
        # Ignored, so that a test which limits the size of files causes a write error and not the end.
        self.process = subprocess.Popen(
            ["beanstalkd", "-l", f"unix:{self.address}", *logging],
            stderr=subprocess.DEVNULL,
            preexec_fn=lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN),
        )
        wait_until(self.answers, "beanstalkd answers")

    def answers(self) -> bool:
        import greenstalk

        try:
            greenstalk.Client(self.address).close()
        except OSError:
            return False
        return True

    def stop(self) -> None:
        """Kill it: whatever it acknowledged is in its binlog."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            Path(self.address).unlink(missing_ok=True)

    def restart(self, *, log: bool = True) -> None:
        """Kill it and start it again, with what its log remembers or without any."""
        self.stop()
        self.start(log=log)


class PostgreSQL:
    """A PostgreSQL cluster that does not care for durability, unless asked.

    Args:
        directory: where everything lies; it is handed to the user `postgres` when we are root.
        durable: keep fsync on, for tests that crash it.
    """

    def __init__(self, directory: Path, *, durable: bool = False) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.durable = durable

    def url(self, name: str) -> str:
        return f"postgres:///{name}?host={self.directory}&user=postgres"

    def start(self) -> None:
        if not POSTGRESQL_PROGRAMS:
            raise RuntimeError("PostgreSQL's server is missing: run `make test`, which installs it.")
        if not self.data.exists():
            self.directory.mkdir(exist_ok=True)
            # Others may not look in, but the server has to pass.
            self.directory.parent.chmod(0o711)
            if os.geteuid() == 0:
                shutil.chown(self.directory, "postgres")
            self._run(
                "initdb", "-D", self.data, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync"
            )
        self.launch()

    def launch(self) -> None:
        """Start the server on the data that is there."""
        options = f"-c listen_addresses='' -c unix_socket_directories={self.directory} -c max_connections=200"
        if not self.durable:
            options += " -c fsync=off -c synchronous_commit=off -c full_page_writes=off"
        self._run("pg_ctl", "-D", self.data, "-o", options, "-l", self.directory / "log", "-w", "start")

    def create(self, name: str) -> str:
        """Create a database and return its URL."""
        self._run("createdb", "-h", self.directory, "-U", "postgres", name)
        return self.url(name)

    def stop(self, mode: str = "fast") -> None:
        """Stop the server; `immediate` is a crash that needs recovery."""
        self._run("pg_ctl", "-D", self.data, "-m", mode, "-w", "stop")

    def _run(self, program: str, *arguments: object) -> None:
        as_postgres = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        command = [*as_postgres, str(POSTGRESQL_PROGRAMS[-1] / program), *map(str, arguments)]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        # pg_ctl's server keeps its output open, so it has to be told where to log, as above.
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}")
