"""Throw-away servers: a beanstalkd, a PostgreSQL and the whole of Trellis, in private directories."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from contextlib import closing, suppress
from pathlib import Path

import psutil
import psycopg2
from psycopg2 import sql

from tests.threads import wait_until

ROOT = Path(__file__).resolve().parent.parent


def postgresql_programs() -> Path | None:
    """Return where PostgreSQL's server lies: Debian keeps it out of PATH."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/pg_ctl"), key=lambda path: int(path.parent.parent.name))
    in_path = shutil.which("pg_ctl")
    return found[-1].parent if found else Path(in_path).parent if in_path else None


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
            with greenstalk.Client(self.address) as client:
                client.using()  # it accepts connections before it has read its binlog
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
        if not postgresql_programs():
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
        command = [*as_postgres, f"{postgresql_programs()}/{program}", *map(str, arguments)]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        # pg_ctl's server keeps its output open, so it has to be told where to log, as above.
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}")


def database_url(name: str) -> str:
    """Return DATABASE_URL with another name in it: a database of the same server, or a file."""
    url = os.environ["DATABASE_URL"]
    return (
        f"sqlite:///{name}" if url.startswith("sqlite") else re.sub(r"(//[^/]*/)[^?]*", rf"\g<1>{name}", url, count=1)
    )


def on_server(statement: str, name: str) -> None:
    """Run CREATE DATABASE or DROP DATABASE on the server of the tests."""
    with closing(psycopg2.connect(database_url("postgres"))) as connection:
        connection.autocommit = True
        connection.cursor().execute(sql.SQL(statement).format(sql.Identifier(name)))


def free_port() -> int:
    """Return a port of the loopback address that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Stack:
    """All of Trellis, started as `make run` and production start it, on a directory, a database and a port of its own.

    Attributes:
        directory: its VAR_DIR.
        env: the environment of its processes.
        url: where its pages are.
        launcher: the process of deploy/run.py, once started.
    """

    def __init__(self, **environment: str) -> None:
        self.directory = private_directory()
        self.is_sqlite = os.environ["DATABASE_URL"].startswith("sqlite")
        self.database = str(self.directory / "db.sqlite3") if self.is_sqlite else self.directory.name
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.env = {
            **os.environ,
            # A test does in seconds what people do in an hour.
            **dict.fromkeys(("LIMIT_POSTS", "LIMIT_REQUESTS", "LIMIT_COMMENTS", "LIMIT_UPLOADS", "LIMIT_SIGNUPS"), "0"),
            "VAR_DIR": str(self.directory),
            "DATABASE_URL": database_url(self.database),
            "BEANSTALKD_ADDRESS": str(self.directory / "run" / "beanstalkd.sock"),
            "PORT": str(self.port),
            **environment,
        }
        self.launcher: subprocess.Popen[bytes] | None = None
        if not self.is_sqlite:
            on_server("CREATE DATABASE {}", self.database)

    @property
    def output(self) -> str:
        """What deploy/run.py has printed since the last start."""
        return (self.directory / "run.out").read_text()

    def launch(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start deploy/run.py and do not wait."""
        with (self.directory / "run.out").open("wb") as output:
            command = [sys.executable, "-m", "deploy.run", *arguments]
            self.launcher = subprocess.Popen(command, cwd=ROOT, env=self.env, stdout=output, stderr=output)
        return self.launcher

    def start(self, *arguments: str) -> None:
        """Start deploy/run.py and wait until it says that Trellis is ready."""
        launcher = self.launch(*arguments)
        wait_until(lambda: "is ready" in self.output or launcher.poll() is not None, "Trellis is ready", patience=90)
        assert launcher.poll() is None, self.output

    def stop(self, number: signal.Signals = signal.SIGINT) -> int:
        """Stop everything, as Ctrl-C does. Returns the exit code."""
        assert self.launcher is not None
        self.launcher.send_signal(number)
        return self.launcher.wait(100)

    def manage(self, *arguments: str) -> str:
        """Run `manage.py` with these arguments; fail if it fails. Returns what it printed."""
        return self._run("manage.py", *arguments, check=True)

    def supervisorctl(self, *arguments: str) -> str:
        """Run supervisorctl with these arguments. Returns what it printed; it ends with an error for a mere warning."""
        where = ["-c", "deploy/supervisord.conf", "-s", f"unix://{self.directory}/run/supervisor.sock"]
        return self._run("-m", "supervisor.supervisorctl", *where, *arguments, check=False)

    def pids(self) -> dict[str, int]:
        """Return the processes that run, by supervisor's names of them, such as `pub_tweet:pub_tweet_sharding_0`."""
        lines = re.findall(r"^(\S+) +RUNNING +pid (\d+),", self.supervisorctl("status"), re.MULTILINE)
        return {name: int(pid) for name, pid in lines}

    def supervisord(self) -> int:
        """Return the process id of supervisord."""
        return int((self.directory / "run" / "supervisord.pid").read_text())

    def remove(self) -> None:
        """Kill everything and leave nothing behind."""
        if self.launcher is not None and self.launcher.poll() is None:
            launcher = psutil.Process(self.launcher.pid)
            processes = [launcher, *launcher.children(recursive=True)]
            for process in processes:
                with suppress(psutil.NoSuchProcess):
                    process.kill()
            self.launcher.wait()
            psutil.wait_procs(processes[1:], timeout=20)
        shutil.rmtree(self.directory)
        if not self.is_sqlite:
            on_server("DROP DATABASE {} WITH (FORCE)", self.database)

    def _run(self, *arguments: str, check: bool) -> str:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, cwd=ROOT, env=self.env, capture_output=True, text=True, check=False, timeout=100)
        assert not (check and done.returncode), f"{arguments} failed:\n{done.stdout}{done.stderr}"
        return done.stdout
