"""Starts Trellis, says where it is once it is ready, and stops it: `python -m deploy.run [--demo]`.

`make run` and deploy/trellis.service call it. It ends with code 0 after SIGINT or SIGTERM, 2 when a setting is wrong,
and 1 when something else is in the way or what it started does not run.
"""

import argparse
import os
import signal
import sys
from collections.abc import Sequence

import django
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command

from deploy import preparation
from deploy.preparation import StartError
from deploy.supervision import Supervisord

OK, FAILED, WRONG_SETTING = 0, 1, 2
ENDINGS = signal.SIGINT, signal.SIGTERM, signal.SIGHUP


def main(arguments: Sequence[str]) -> int:
    """Run Trellis until it is told to stop. Returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deploy.run", description="Runs Trellis until Ctrl-C or SIGTERM.")
    parser.add_argument("--demo", action="store_true", help="fill an empty database with a small circle of friends")
    demo = parser.parse_args(arguments).demo
    for number in ENDINGS:
        signal.signal(number, signal.default_int_handler)
    # Whatever lies under VAR_DIR is for this user alone.
    os.umask(0o077)
    try:
        start(demo=demo)
    except KeyboardInterrupt:
        return OK
    except ImproperlyConfigured as error:
        return complain(error, WRONG_SETTING)
    except StartError as error:
        return complain(error, FAILED)
    return OK


def complain(error: Exception, code: int) -> int:
    """Print what is wrong. Returns the exit code given."""
    print(error, file=sys.stderr)
    return code


def start(*, demo: bool) -> None:
    """Check and prepare everything, then run it.

    Raises:
        ImproperlyConfigured, StartError: with a message for the one who starts it.
        KeyboardInterrupt: told to stop.
    """
    port = read_settings()
    preparation.check()
    preparation.find_beanstalkd()
    preparation.make_directories()
    with preparation.lock():
        preparation.check_port(port)
        preparation.migrate()
        preparation.collect_static_files()
        run(port, demo=demo)


def read_settings() -> int:
    """Make Django read its settings. Returns the port, which is the one that Django does not need."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "project.settings")
    try:
        django.setup()
    except OSError as error:
        raise StartError(f"VAR_DIR cannot be used: {error}") from error
    from project.settings import env

    return preparation.port(env)


def run(port: int, *, demo: bool) -> None:
    """Start supervisord, tell where Trellis is when it is ready, and wait for the end of either."""
    with Supervisord(port) as supervisord:
        try:
            supervisord.wait_until_ready()
            if demo:
                seed_empty_database()
            print(f"Trellis is ready: http://127.0.0.1:{port} (Ctrl-C stops it)", flush=True)
            supervisord.wait()
        finally:
            # What was started is about to be stopped in order; another Ctrl-C must not break that off.
            for number in ENDINGS:
                signal.signal(number, signal.SIG_IGN)


def seed_empty_database() -> None:
    """Make the demo circle, which prints how to log in, on the first start only."""
    from timeline.models import User

    if not User.objects.exists():
        call_command("seed_demo")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
