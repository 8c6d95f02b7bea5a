"""What the figures were measured on and with."""

import os
import platform
import re
import sqlite3
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from benchmarks.servers import ROOT, postgresql_programs

PACKAGES = ("Django", "psycopg2-binary", "greenstalk", "gunicorn", "celery", "redis", "hiredis")


def describe() -> dict[str, object]:
    """Return the machine and the versions of everything that takes part."""
    return {
        "processor": processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": f"{system()}, {platform.system()} {platform.release()}",
        "load_before": round(os.getloadavg()[0], 2),
        "versions": {
            "Python": platform.python_version(),
            "PostgreSQL": first_number([str(postgresql_programs() / "postgres"), "--version"]),
            "SQLite": sqlite3.sqlite_version,
            "beanstalkd": first_number(["beanstalkd", "-v"]),
            "Redis": first_number(["redis-server", "--version"]),
            **{package: package_version(package) for package in PACKAGES},
        },
        "commit": said(["git", "-C", str(ROOT), "rev-parse", "--short", "HEAD"]).strip(),
    }


def processor() -> str:
    """Return the model of the processor."""
    found = re.search(r"^model name\s*:\s*(.+)$", read("/proc/cpuinfo"), re.MULTILINE)
    return found[1] if found else platform.processor() or platform.machine()


def system() -> str:
    """Return the name of the distribution."""
    found = re.search(r'^PRETTY_NAME="?([^"\n]+)', read("/etc/os-release"), re.MULTILINE)
    return found[1] if found else platform.system()


def read(path: str) -> str:
    """Return what a file says, "" if it is not there."""
    return Path(path).read_text() if Path(path).is_file() else ""


def package_version(package: str) -> str:
    """Return the version of a Python package."""
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"


def first_number(command: list[str]) -> str:
    """Return the version in what a program prints."""
    found = re.search(r"\d+(\.\d+)+", said(command))
    return found[0] if found else "not installed"


def said(command: list[str]) -> str:
    """Return what a program prints, "" if it is not there."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return done.stdout + done.stderr
