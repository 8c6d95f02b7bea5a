"""Trellis' own settings, and the named points at which the drill kills its processes. Never used outside the drill."""

from project.settings import *  # noqa: F403
from project.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "tests.chaos.points.Points"]
