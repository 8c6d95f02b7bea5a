"""The short form of the chaos drill, and that its points are out of production's reach."""

import subprocess
import sys

import pytest
from django.conf import settings

from tests.servers import ROOT


@pytest.mark.slow
def test_nothing_is_lost_or_doubled_whatever_breaks(request: pytest.FixtureRequest) -> None:
    """Each fault once, as real processes die. `make chaos` does it twenty times, and judges the seconds, too."""
    database = request.config.getoption("--database") or "sqlite"
    done = subprocess.run(
        [sys.executable, "-m", "tests.chaos", "--short", "--database", database],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


def test_the_points_at_which_processes_die_are_not_there_in_production() -> None:
    assert not [name for name in settings.INSTALLED_APPS if name.startswith("tests")]
    modules = subprocess.run(
        [sys.executable, "-c", "import project.wsgi, sys; print('\\n'.join(sys.modules))"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    assert "timeline.models" in modules.stdout
    assert "tests" not in modules.stdout.split()
