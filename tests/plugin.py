"""Prepares the environment before Django reads it, and keeps the servers that all tests share.

`pytest` runs on SQLite, `pytest --database=postgresql` on a throw-away PostgreSQL cluster. With xdist the controlling
process starts the cluster, and the workers inherit its address.
"""

import os
import shutil
import sys

import pytest

from tests.servers import PostgreSQL, private_directory

POSTGRESQL = "--database=postgresql"
IS_WORKER = "PYTEST_XDIST_WORKER" in os.environ
DIRECTORY = private_directory()

if not IS_WORKER:
    os.environ.pop("DATABASE_URL", None)
    if POSTGRESQL in sys.argv:
        os.environ["DATABASE_URL"] = PostgreSQL(DIRECTORY / "pg").url("trellis")
if not os.environ.get("DATABASE_URL"):
    os.environ["DATABASE_URL"] = f"sqlite:///{DIRECTORY}/unused.sqlite3"
os.environ.update(
    VAR_DIR=str(DIRECTORY / "var"),
    SECRET_KEY="only for tests",
    DEBUG="no",
    BEANSTALKD_ADDRESS="/nonexistent",
    HTTPS="no",
)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--database", choices=["sqlite", "postgresql"], default="sqlite", help="what to run the tests on")


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    if not IS_WORKER and config.getoption("--database") == "postgresql":
        PostgreSQL(DIRECTORY / "pg").start()


def pytest_unconfigure(config: pytest.Config) -> None:
    if not IS_WORKER and (DIRECTORY / "pg" / "data" / "postmaster.pid").exists():
        PostgreSQL(DIRECTORY / "pg").stop("immediate")
    shutil.rmtree(DIRECTORY, ignore_errors=True)
