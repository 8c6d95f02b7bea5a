"""Prepares the environment before Django reads it, and keeps the servers that all tests share.

`pytest` runs on SQLite, `pytest --database=postgresql` on a throw-away PostgreSQL cluster, and with DATABASE_URL but
without `--database` on a test database beside the one it names. With xdist the controlling process starts the cluster,
and the workers inherit its address.
"""

import argparse
import os
import shutil
import signal
import sys

import pytest

from tests.servers import PostgreSQL, private_directory

IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
DIRECTORY = private_directory()


def wanted_database() -> str:
    """Return what `--database` says, before pytest has read its arguments."""
    parser = argparse.ArgumentParser(add_help=False, allow_abbrev=False)
    parser.add_argument("--database", default="")
    return str(parser.parse_known_args(sys.argv[1:])[0].database)


if not IS_WORKER:
    if wanted_database() == "postgresql":
        os.environ["DATABASE_URL"] = PostgreSQL(DIRECTORY / "pg").url("trellis")
    elif wanted_database() == "sqlite" or not os.environ.get("DATABASE_URL"):
        os.environ["DATABASE_URL"] = f"sqlite:///{DIRECTORY}/unused.sqlite3"
os.environ.update(
    VAR_DIR=str(DIRECTORY / "var"),
    SECRET_KEY="only for tests",
    DEBUG="no",
    BEANSTALKD_ADDRESS="/nonexistent",
    HTTPS="no",
)

# Else WhiteNoise warns with each test client that nothing was collected.
(DIRECTORY / "var" / "static").mkdir(parents=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], help="what to run the tests on")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not IS_WORKER:
        # Told to stop, stop the servers, too.
        signal.signal(signal.SIGTERM, signal.default_int_handler)
    if not IS_WORKER and wanted_database() == "postgresql":
        PostgreSQL(DIRECTORY / "pg").start()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a run on SQLite has shown already; a test that is asked for by its name runs anyway."""
    is_asked_for = any("::" in argument for argument in config.args)
    if config.getoption("--database") == "postgresql" and not is_asked_for:
        shown = [item for item in items if item.get_closest_marker("once")]
        config.hook.pytest_deselected(items=shown)
        items[:] = [item for item in items if item not in shown]


def pytest_unconfigure(config: pytest.Config) -> None:
    if not IS_WORKER and (DIRECTORY / "pg" / "data" / "postmaster.pid").exists():
        PostgreSQL(DIRECTORY / "pg").stop("immediate")
    shutil.rmtree(DIRECTORY, ignore_errors=True)
