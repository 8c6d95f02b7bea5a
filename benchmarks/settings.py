"""Trellis' settings plus the timeline table that Django makes by default, for the peers that write into it."""

from project.settings import *  # noqa: F403
from project.settings import INSTALLED_APPS as TRELLIS_APPS

INSTALLED_APPS = [*TRELLIS_APPS, "benchmarks.plain"]
