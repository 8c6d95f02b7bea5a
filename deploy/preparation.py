"""What has to be right before anything starts: free addresses, directories, the database, static files."""

import fcntl
import hashlib
import shutil
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.checks import run_checks
from django.core.management import call_command
from django.db import Error

from project.environment import Environment
from timeline.checks import LONGEST_SOCKET_PATH

# What supervisord adds to the name of its socket while it makes it: a dot and its process id.
SUFFIX = len(".4194304")
# Seconds that processes of a killed supervisord may take to end, as graceful_timeout in gunicorn.conf.py grants them.
ENDING = 10.0


class StartError(Exception):
    """Trellis cannot start. The message says why, to the one who starts it, and what to do."""


def port(env: Environment) -> int:
    """Return the port for the web pages, from PORT."""
    return env.integer("PORT", 8000, least=1, most=65535)


def check() -> None:
    """Run Django's system checks, and look at what only a start needs.

    Raises:
        StartError: with everything that is wrong.
    """
    if problems := [problem for problem in run_checks() if problem.is_serious()]:
        raise StartError("\n".join(f"{problem.msg} {problem.hint or ''}".strip() for problem in problems))
    longest = LONGEST_SOCKET_PATH - SUFFIX - len("/run/supervisor.sock")
    if len(str(settings.VAR_DIR).encode()) > longest:
        raise StartError(
            f"VAR_DIR is {settings.VAR_DIR}; expected a path of at most {longest} bytes: sockets lie in it."
        )


def find_beanstalkd() -> None:
    """Check that the broker is installed."""
    if broker_is_here() and not shutil.which("beanstalkd"):
        raise StartError(
            "beanstalkd is not installed. `make run` installs it where it can; else:\n"
            "  Debian, Ubuntu: apt-get install beanstalkd    macOS: brew install beanstalkd"
        )


def broker_is_here() -> bool:
    """Tell whether BEANSTALKD_ADDRESS is on this machine, so that supervisor runs the broker, too."""
    address = settings.BEANSTALKD_ADDRESS
    host = address.rpartition(":")[0].strip("[]")
    return address.startswith("/") or host in {"localhost", "::1"} or host.startswith("127.")


def make_directories() -> None:
    """Make the directories under VAR_DIR; the ones with sockets, jobs and logs for this user alone."""
    try:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True, mode=0o700)
        for name in ("run", "log", "binlog"):
            (settings.VAR_DIR / name).mkdir(exist_ok=True)
            (settings.VAR_DIR / name).chmod(0o700)
    except OSError as error:
        raise StartError(f"VAR_DIR is {settings.VAR_DIR}; expected a directory that can be written: {error}") from error


def lock() -> IO[str]:
    """Become the only one that runs Trellis on this VAR_DIR, as long as the file that is returned stays open."""
    file = (settings.VAR_DIR / "run" / "run.lock").open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise StartError(
            f"Trellis runs already on {settings.VAR_DIR}. Another one needs its own VAR_DIR and PORT."
        ) from None
    return file


def check_port(number: int) -> None:
    """Check that nobody has the port; wait a little if a predecessor that was killed may still be ending."""
    was_killed = (settings.VAR_DIR / "run" / "supervisord.pid").exists()
    deadline = time.monotonic() + (ENDING if was_killed else 0)
    while is_taken(number):
        if time.monotonic() >= deadline:
            raise StartError(
                f"PORT is {number}, which another program uses already; for example: PORT={number + 1} make run"
            )
        time.sleep(0.1)


def is_taken(number: int) -> bool:
    """Tell whether somebody has a port of the loopback address."""
    with socket.socket() as probe:
        # As gunicorn does: connections of a predecessor that are still closing do not matter.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", number))
        except PermissionError as error:
            raise StartError(f"PORT is {number}; expected one that this user may use, 1024 or more.") from error
        except OSError:
            return True
    return False


def migrate() -> None:
    """Bring the database up to date.

    Raises:
        StartError: it cannot be used.
    """
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except Error as error:
        reason = " ".join(str(error).split())
        raise StartError(f"The database that DATABASE_URL names cannot be used: {reason}") from error


def collect_static_files() -> None:
    """Copy and compress the static files, if they are not the ones that were collected last."""
    stamp = settings.STATIC_ROOT / ".collected"
    found = fingerprint()
    if not stamp.exists() or stamp.read_text() != found:
        call_command("collectstatic", interactive=False, verbosity=0)
        stamp.write_text(found)


def fingerprint() -> str:
    """Return what changes when a static file does, or the way in which they are kept."""
    parts = [str(settings.STORAGES["staticfiles"])]
    parts += [f"{path} {path.stat().st_mtime_ns} {path.stat().st_size}" for path in sorted(static_files())]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def static_files() -> Iterator[Path]:
    """Return the static files of all applications."""
    for finder in get_finders():
        for name, storage in finder.list(None):
            yield Path(storage.path(name))
